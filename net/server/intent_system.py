"""What players want, and from which tick on: the one thing that is taken from a client.

An intent is applied at the tick that it is meant for; late, at once; never two of one player in the same tick, so that
a tap always acts and the count of intents stays one to one; too far ahead, as soon as may be. A stranger's tick is
only ever compared, so no number in it costs anything.
"""

from collections import deque
from typing import Final, NamedTuple

import esper

from ecs.arena import Arena
from ecs.movement.step import DASH, DIRECTIONS, STILL, driven, is_direction
from ecs.surprises import Surprises
from ecs.world import World
from net.game import Game
from net.launch import Launcher
from net.rules import Press
from net.wire.errors import RemoteProtocolError

MAX_AHEAD_SECONDS: Final = 2  # the lead of a client on a round trip of four seconds
MAX_PENDING: Final = 64  # a person's key presses of several seconds, which a stalled network may hand over at once


class _Intent(NamedTuple):
    tick: int  # from which on it is meant to hold
    direction: int
    action: int = 0


class IntentSystem(esper.Processor):
    """Applies the intents that are due. Runs first in a tick."""

    def __init__(self, game: Game, world: World, surprises: Surprises, arena: Arena, tick_rate: int) -> None:
        self._world = world
        self._surprises = surprises
        self._inputs = game.inputs
        self._launcher = Launcher(game.launches, game.inputs, arena, tick_rate)
        self._max_ahead = MAX_AHEAD_SECONDS * tick_rate
        self.late = 0  # intents so far that came after their tick
        self.presses: list[Press] = []  # of this tick, for the rules
        self._tick = 0
        self._pending: dict[int, deque[_Intent]] = {}  # by NetID, in the order they came
        self._due: dict[int, set[int]] = {}  # tick -> NetIDs whose first intent may be due then

    def offer(self, net_id: int, tick: int, direction: int, action: int = 0) -> None:
        """A player wants that from `tick` on. Raises RemoteProtocolError for what no client of ours says."""
        if not is_direction(direction) or (direction >= DASH and not self._inputs.dash):
            last = len(DIRECTIONS) - 1
            dashes = f" and {DASH} to {DASH + last}" * self._inputs.dash
            raise RemoteProtocolError(f"direction {direction}, where there are 0 to {last}{dashes}")
        if not 0 <= action < self._inputs.size:
            raise RemoteProtocolError(f"action {action}, where there are {self._inputs.size}")
        queue = self._pending.setdefault(net_id, deque())
        if len(queue) >= MAX_PENDING:
            raise RemoteProtocolError(f"more than {MAX_PENDING} intents that wait to be applied")
        queue.append(_Intent(min(tick, self._tick + self._max_ahead), direction, action))
        if len(queue) == 1:
            self._look_at(net_id, queue)

    def stop(self, net_id: int) -> None:
        """The player is lost: what still waits is forgotten, and the next tick applies an intent to stand still.

        It counts as one of the player's. Who comes back begins with a snapshot, which has the count.
        """
        self._pending[net_id] = queue = deque([_Intent(self._tick + 1, STILL)])
        self._look_at(net_id, queue)

    def forget(self, net_id: int) -> None:
        """The player is gone, and so is what they wanted."""
        self._pending.pop(net_id, None)

    def process(self, tick: int) -> None:
        self._tick = self._surprises.tick = tick
        self.presses.clear()
        bodies = self._world.bodies
        bodies.find()
        due = self._due.pop(tick, ())
        directions, since, count, actions = (
            bodies.ints.direction,
            bodies.ints.since,
            bodies.ints.intent_count,
            bodies.ints.action,
        )

        def apply(net_id: int, direction: int, action: int) -> None:
            row = bodies.rows.get(net_id)
            if row is None:
                return
            directions[row], since[row] = direction, tick
            count[row] += 1
            deed = 0
            if bodies.acting[row]:
                former, actions[row] = actions[row], action
                deed = 2 * action
                if action and action != former:
                    deed += self._act(net_id, tick, count[row], former, action)
            self._surprises.intents.append((tick, net_id, direction, deed))

        for net_id, direction in sorted(self._surprises.steered.items()):
            row = bodies.rows.get(net_id)
            if row is not None and directions[row] != direction:
                apply(net_id, direction, actions[row])
        self._surprises.steered.clear()
        for net_id in sorted(due):
            queue = self._pending.get(net_id)
            if not queue or queue[0].tick > tick:  # they are gone, or stopped meanwhile
                continue
            intent = queue.popleft()
            self.late += intent.tick < tick
            if queue:
                self._look_at(net_id, queue)
            else:
                del self._pending[net_id]
            apply(net_id, intent.direction, intent.action)

    def _act(self, net_id: int, tick: int, count: int, former: int, action: int) -> bool:
        """Buttons went down or up: tell the rules, and launch what there is to launch; whether something was."""
        launched = None
        launch = self._launcher.pressed(former, action)
        entity = self._world.entity(net_id)
        if launch is not None and entity is not None and not self._surprises.full and launch.allowed(entity):
            body, _, _ = driven(self._world.bodies, self._world.bodies.rows[net_id])
            begun = self._launcher.begun(launch, body, action)
            if self._launcher.is_free(begun):
                launched = self._launcher.spawn(self._world, launch, net_id, count, begun)
        if launched is not None:
            self._surprises.launched[launched] = net_id
        now, before = self._inputs.unpack(action), self._inputs.unpack(former)
        for index, button in enumerate(self._inputs.buttons):
            if now.buttons & ~before.buttons & (1 << index):
                self.presses.append(Press(net_id, button.name, tick, now, launched))
        return launched is not None

    def _look_at(self, net_id: int, queue: deque[_Intent]) -> None:
        """When the first of a player's intents is due."""
        self._due.setdefault(max(queue[0].tick, self._tick + 1), set()).add(net_id)
