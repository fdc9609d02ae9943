"""Where everybody was at each tick, and where they will be if nobody surprises us.

The past is what the mirror went through; beyond it, bodies are dead-reckoned for a while: by the same `step`, and where
the mirror computes collisions, by these as well, for then nobody tells of them.
"""

from typing import Final

import esper

from ecs.bodies import Bodies
from ecs.collision.separate import separate
from ecs.collision.sweep import TooCrowdedError
from ecs.components import NetID, Position
from ecs.movement.step import Body, Motion, driven, step
from ecs.surprises import BY_THE_RULES
from net.wire.messages import Frame

Places = dict[int, tuple[int, int]]  # NetID -> (x, y) in world units

PAST_SECONDS: Final = 3  # more than anybody is ever shown behind
MAX_PLACES: Final = 500_000  # that are kept of the past, 45 MB: three seconds of the largest crowd one can carry
MAX_SMOOTHED: Final = 30_000  # places that one frame may change in the past: a second of 500 who are pushed in it
MAX_GUESSED: Final = 60_000  # bodies times ticks, 0.1 s of work: half a second of such a crowd
MAX_GUESS_EFFORT: Final = 4_000_000  # looks at pairs in the collisions of one guessed tick
GUESS_SECONDS: Final = 0.5  # a quarter second between quiet frames, and a stall of as much; then the picture stands


class Timeline:
    """Records the mirror's ticks. `record` is called inside `with world`."""

    def __init__(self, motion: Motion, tick_rate: int, collides: bool, bodies: Bodies) -> None:
        """`bodies` are those of the world whose ticks are recorded."""
        self._motion, self._world_bodies = motion, bodies
        self._collides = collides
        self._past_ticks = PAST_SECONDS * tick_rate
        self._guess_ticks = round(GUESS_SECONDS * tick_rate)
        self._past: dict[int, Places] = {}  # in ascending order of ticks
        self._kept = 0  # places in all of it
        self._ahead = 0  # ticks beyond `known` that can be guessed
        self._guesses: list[Places] = []  # of the ticks after `known`
        self._bodies: dict[int, tuple[Body, int, int]] = {}  # as of the last guess, with direction and action
        self.known = -1  # the last tick that is no guess

    def record(self, tick: int) -> None:
        """The mirror's world is as of this tick now."""
        found, bodies = esper.get_components(NetID, Position), self._world_bodies
        bodies.find()
        places: Places = dict(zip(bodies.net_ids, zip(bodies.x.tolist(), bodies.y.tolist(), strict=True), strict=True))
        if len(found) > len(places):  # what has a place and is no body does not move by itself, and is rare
            places.update((net_id.id, (at.x, at.y)) for _, (net_id, at) in found if net_id.id not in places)
        self._kept += len(places) - len(self._past.get(tick, ()))
        self._past[tick] = places
        self.known = tick
        self._guesses.clear()
        self._ahead = min(self._guess_ticks, MAX_GUESSED // max(1, len(places)))
        while len(self._past) > self._past_ticks or (self._kept > MAX_PLACES and len(self._past) > 2):
            self._kept -= len(self._past.pop(next(iter(self._past))))

    @property
    def end(self) -> int:
        """The last tick that we can tell or guess; beyond it the picture stands."""
        return self.known + self._ahead

    def smooth(self, since: int, frame: Frame) -> None:
        """Spread the pushes that a frame told of over its ticks: it says where they led to, not in which they were."""
        touched = {row[0]: row[-1] for row in frame.bodies}
        if len(touched) * (frame.tick - since) > MAX_SMOOTHED:
            return  # then they jump: who can see so many sees nobody of them
        for net_id, by in touched.items():
            start, end = self._past.get(since, {}).get(net_id), self._past[frame.tick].get(net_id)
            if start is None or end is None or by == BY_THE_RULES:
                continue
            for tick in range(since + 1, frame.tick):
                share = (tick - since) / (frame.tick - since)
                x, y = (round(a + (b - a) * share) for a, b in zip(start, end, strict=True))
                self._past[tick][net_id] = x, y

    def around(self, tick: float) -> tuple[Places, Places, float]:
        """The places at the last known tick not after `tick`, those at the next, and how far it is between them.

        Before the oldest and beyond the last guess it stands still. Inside `with world`.
        """
        first = int(tick)
        if first >= self.known:
            return self._guess(first), self._guess(first + 1), tick - first
        if first in self._past and first + 1 in self._past:
            return self._past[first], self._past[first + 1], tick - first
        later = next(known for known in self._past if known > first)  # a snapshot may have skipped some
        earlier = max((known for known in self._past if known <= first), default=later)
        share = (tick - earlier) / (later - earlier) if earlier < later else 0.0
        return self._past[earlier], self._past[later], share

    def _guess(self, tick: int) -> Places:
        ahead = min(tick - self.known, self._ahead)
        if ahead <= 0:
            return self._past[self.known]
        if not self._guesses:
            bodies = self._world_bodies
            bodies.find()
            self._bodies = {net_id: driven(bodies, row) for net_id, row in bodies.rows.items()}
        while len(self._guesses) < ahead:
            before = {net_id: body for net_id, (body, _, _) in self._bodies.items()}
            moved = {
                net_id: step(body, way, self._motion, action) for net_id, (body, way, action) in self._bodies.items()
            }
            if self._collides:
                try:
                    pushed = separate(moved, before, self._motion.arena, MAX_GUESS_EFFORT, self._motion.meetings)
                except TooCrowdedError:  # the picture stands from here on, until we are told more
                    ahead = self._ahead = len(self._guesses)
                    break
                moved.update((net_id, body) for net_id, (body, _) in pushed.items())
            self._bodies = {net_id: (body, *self._bodies[net_id][1:]) for net_id, body in moved.items()}
            self._guesses.append({net_id: (body.x, body.y) for net_id, body in moved.items()})
        return self._guesses[ahead - 1] if ahead else self._past[self.known]
