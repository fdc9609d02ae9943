"""What players want, and from which tick on: the one thing that is taken from a client.

An intent is applied at the tick that it is meant for; late, at once; never two of one player in the same tick, so that
a tap always acts and the count of intents stays one to one; too far ahead, as soon as may be. A stranger's tick is
only ever compared, so no number in it costs anything.
"""

from collections import deque
from typing import Final

import esper

from ecs.movement.step import DASH, DIRECTIONS, STILL, is_direction
from ecs.surprises import Surprises
from ecs.world import World
from net.wire.errors import RemoteProtocolError

MAX_AHEAD_SECONDS: Final = 2  # the lead of a client on a round trip of four seconds
MAX_PENDING: Final = 64  # a person's key presses of several seconds, which a stalled network may hand over at once


class IntentSystem(esper.Processor):
    """Applies the intents that are due. Runs first in a tick."""

    def __init__(self, world: World, surprises: Surprises, tick_rate: int) -> None:
        self._world = world
        self._surprises = surprises
        self._max_ahead = MAX_AHEAD_SECONDS * tick_rate
        self.late = 0  # intents so far that came after their tick
        self._tick = 0
        self._pending: dict[int, deque[tuple[int, int]]] = {}  # NetID -> (tick, direction), in the order they came
        self._due: dict[int, set[int]] = {}  # tick -> NetIDs whose first intent may be due then

    def offer(self, net_id: int, tick: int, direction: int) -> None:
        """A player wants `direction` from `tick` on. Raises RemoteProtocolError for what no client of ours says."""
        if not is_direction(direction):
            last = len(DIRECTIONS) - 1
            raise RemoteProtocolError(f"direction {direction}, where there are 0 to {last} and {DASH} to {DASH + last}")
        queue = self._pending.setdefault(net_id, deque())
        if len(queue) >= MAX_PENDING:
            raise RemoteProtocolError(f"more than {MAX_PENDING} intents that wait to be applied")
        queue.append((min(tick, self._tick + self._max_ahead), direction))
        if len(queue) == 1:
            self._look_at(net_id, queue)

    def stop(self, net_id: int) -> None:
        """The player is lost: what still waits is forgotten, and the next tick applies an intent to stand still.

        It counts as one of the player's. Who comes back begins with a snapshot, which has the count.
        """
        self._pending[net_id] = queue = deque([(self._tick + 1, STILL)])
        self._look_at(net_id, queue)

    def forget(self, net_id: int) -> None:
        """The player is gone, and so is what they wanted."""
        self._pending.pop(net_id, None)

    def process(self, tick: int) -> None:
        self._tick = self._surprises.tick = tick
        bodies = self._world.bodies
        bodies.find()
        directions, since, count = bodies.ints.direction, bodies.ints.since, bodies.ints.intent_count

        def apply(net_id: int, direction: int) -> None:
            row = bodies.rows.get(net_id)
            if row is not None:
                directions[row], since[row] = direction, tick
                count[row] += 1
                self._surprises.intents.append((tick, net_id, direction, 0))

        for net_id, direction in sorted(self._surprises.steered.items()):
            row = bodies.rows.get(net_id)
            if row is not None and directions[row] != direction:
                apply(net_id, direction)
        self._surprises.steered.clear()
        for net_id in sorted(self._due.pop(tick, ())):
            queue = self._pending.get(net_id)
            if not queue or queue[0][0] > tick:  # they are gone, or stopped meanwhile
                continue
            meant, direction = queue.popleft()
            self.late += meant < tick
            if queue:
                self._look_at(net_id, queue)
            else:
                del self._pending[net_id]
            apply(net_id, direction)

    def _look_at(self, net_id: int, queue: deque[tuple[int, int]]) -> None:
        """When the first of a player's intents is due."""
        self._due.setdefault(max(queue[0][0], self._tick + 1), set()).add(net_id)
