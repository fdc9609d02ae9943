"""Where bodies were in the last half second, for rules that judge what a player saw when they acted.

A shooter sees the others where they were some time ago: their shots are held against that, within a bound, so that who
is far away hits what they aim at. What it costs those who are hit is that they may be a little further on their own
screens by then; the bound is the most that this can be.
"""

from collections import deque
from typing import Final, NamedTuple

import esper
import numpy as np

from ecs.columns import Array
from ecs.movement.step import Body
from ecs.world import World

REWIND_SECONDS: Final = 0.4  # at most: a round trip of 300 ms, and the time by which others are shown late


class _Then(NamedTuple):
    """All bodies at the end of a tick."""

    net_ids: list[int]
    rows: dict[int, int]  # NetID -> row
    x: Array
    y: Array
    w: Array
    h: Array


class Past(esper.Processor):
    """Remembers all bodies, tick by tick. Runs behind the collisions."""

    def __init__(self, world: World, tick_rate: int, keeps: bool) -> None:
        """`keeps`: whether anybody will ask for more than the present; else remembering costs nothing."""
        self._bodies = world.bodies
        self.most = round(REWIND_SECONDS * tick_rate) if keeps else 0  # ticks that one can look back
        self._ticks: deque[_Then] = deque(maxlen=self.most + 1)

    def process(self, tick: int) -> None:
        if self.most:
            self._ticks.append(self._now())

    def seen(self, lag: int) -> "Seen":
        """All bodies for whom others are shown `lag` halves of a tick late; at most as far back as is remembered."""
        if len(self._ticks) < 2:
            return Seen(self._now(), None)
        lag = min(lag, 2 * (len(self._ticks) - 1))
        then = self._ticks[-1 - (lag + 1) // 2]
        return Seen(then, self._ticks[-1 - lag // 2] if lag % 2 else None)

    def _now(self) -> _Then:
        bodies = self._bodies
        bodies.find()
        return _Then(bodies.net_ids, bodies.rows, bodies.x.copy(), bodies.y.copy(), bodies.w, bodies.h)


class Seen:
    """Where all bodies were at one moment."""

    def __init__(self, then: _Then, next_tick: _Then | None) -> None:
        """`next_tick`: where the moment is half-way to the next tick."""
        self._rows, self._net_ids, self._w, self._h = then.rows, then.net_ids, then.w, then.h
        self._x, self._y = then.x, then.y
        if next_tick is not None:
            rows = np.array([next_tick.rows.get(net_id, -1) for net_id in then.net_ids], dtype=np.int64)
            there = rows >= 0
            self._x = np.where(there, (then.x + next_tick.x[rows]) // 2, then.x)
            self._y = np.where(there, (then.y + next_tick.y[rows]) // 2, then.y)

    def place(self, net_id: int) -> tuple[int, int] | None:
        """Where the top left corner of that body was, in world units; None where it was not there."""
        row = self._rows.get(net_id)
        return None if row is None else (int(self._x[row]), int(self._y[row]))

    def overlapping(self, box: Body) -> list[int]:
        """The NetIDs, in ascending order, of all bodies that shared a place with that one."""
        x, y, w, h = self._x, self._y, self._w, self._h
        meet = (x < box.x + box.w) & (box.x < x + w) & (y < box.y + box.h) & (box.y < y + h)
        return [self._net_ids[row] for row in np.flatnonzero(meet).tolist()]
