"""How bodies that met are set apart: a pure function over integers, in the order of NetIDs.

Pushing is inelastic: both go on with the mean of their velocities, and the overlap is shared, unless a wall holds one
of them. Whoever could not be set apart in a few passes stays where they were, so **no two bodies overlap after a tick
if none did before it**, and none is ever inside a wall.
"""

import itertools
from collections.abc import Mapping
from typing import Final

import numpy as np

from ecs.arena import Arena
from ecs.step import Body
from ecs.sweep import Boxes, overlaps

PASSES: Final = 4  # a push travels through as many bodies in a tick; more gains nothing that players notice
FEW: Final = 12  # bodies up to which it is quicker to look at each pair than to make columns of them

Pair = tuple[int, int]  # rows, the smaller one first


def separate(bodies: Mapping[int, Body], before: Mapping[int, Body], arena: Arena) -> dict[int, tuple[Body, int]]:
    """Set overlapping bodies apart.

    `bodies` maps NetIDs to where `step` put them, `before` to where they were a tick ago. Returns only those that end
    otherwise than `step` said: NetID -> (body, NetID of whoever touched it last).
    """
    net_ids = sorted(bodies)
    crowd = _Crowd([bodies[net_id] for net_id in net_ids], arena)
    for _ in range(PASSES):
        pairs = crowd.pairs()
        if not pairs:
            break
        for a, b in pairs:
            if crowd.overlap(a, b):
                crowd.push(a, b)
    else:
        crowd.stay([before.get(net_id, bodies[net_id]) for net_id in net_ids])  # who has just come has not moved yet
    now = ((net_ids[row], crowd.body(row), net_ids[by]) for row, by in sorted(crowd.by.items()))
    return {net_id: (body, by) for net_id, body, by in now if body != bodies[net_id]}


def overlap(a: Body, b: Body) -> bool:
    """Whether two bodies share a place; to touch is not to overlap."""
    return a.x < b.x + b.w and b.x < a.x + a.w and a.y < b.y + b.h and b.y < a.y + a.h


class _Crowd:
    """Bodies as columns of bare integers, for many pushes one after the other."""

    def __init__(self, bodies: list[Body], arena: Arena) -> None:
        self._bodies = bodies
        self._arena = arena
        self._x, self._y = [body.x for body in bodies], [body.y for body in bodies]
        self._vx, self._vy = [body.vx for body in bodies], [body.vy for body in bodies]
        self._w, self._h = [body.w for body in bodies], [body.h for body in bodies]
        self.by: dict[int, int] = {}  # row -> row of whoever touched it last

    def body(self, row: int) -> Body:
        """As it is now."""
        return self._bodies[row]._replace(x=self._x[row], y=self._y[row], vx=self._vx[row], vy=self._vy[row])

    def pairs(self) -> list[Pair]:
        """All that overlap, in ascending order."""
        if len(self._x) <= FEW:
            return [pair for pair in itertools.combinations(range(len(self._x)), 2) if self.overlap(*pair)]
        columns = (np.array(column, dtype=np.int64) for column in (self._x, self._y, self._w, self._h))
        left, right = (rows.tolist() for rows in overlaps(Boxes(*columns)))
        return sorted((a, b) if a < b else (b, a) for a, b in zip(left, right, strict=True))

    def overlap(self, a: int, b: int) -> bool:
        """As `overlap` of bodies."""
        x, y, w, h = self._x, self._y, self._w, self._h
        return x[a] < x[b] + w[b] and x[b] < x[a] + w[a] and y[a] < y[b] + h[b] and y[b] < y[a] + h[a]

    def push(self, a: int, b: int) -> None:
        """Set two overlapping bodies apart along the axis where they overlap least."""
        x, y, w, h = self._x, self._y, self._w, self._h
        deep_x = min(x[a] + w[a], x[b] + w[b]) - max(x[a], x[b])
        deep_y = min(y[a] + h[a], y[b] + h[b]) - max(y[a], y[b])
        if deep_x <= deep_y:
            self._push_x(*((b, a) if x[a] > x[b] else (a, b)), deep_x)
        else:
            self._push_y(*((b, a) if y[a] > y[b] else (a, b)), deep_y)
        self.by[a], self.by[b] = b, a

    def stay(self, before: list[Body]) -> None:
        """Put whoever still overlaps back, standing; and who now stands in their way, until nobody overlaps."""
        back: set[int] = set()
        while late := [pair for pair in self.pairs() if not back.issuperset(pair)]:
            for pair in late:
                for row, other in (pair, pair[::-1]):
                    if row not in back:
                        back.add(row)
                        self._x[row], self._y[row] = before[row].x, before[row].y
                        self._vx[row] = self._vy[row] = 0
                        self.by[row] = other

    def _push_x(self, left: int, right: int, deep: int) -> None:
        reach, x, y, w, h = self._arena.reach_x, self._x, self._y, self._w, self._h
        half = deep // 2
        left_x = reach(x[left], y[left], w[left], h[left], -half)
        right_x = reach(x[right], y[right], w[right], h[right], deep - (x[left] - left_x))
        rest = deep - (x[left] - left_x) - (right_x - x[right])
        if rest:
            left_x = reach(left_x, y[left], w[left], h[left], -rest)
        held = rest > 0 or x[left] - left_x < half
        x[left], x[right] = left_x, right_x
        self._vx[left], self._vx[right] = _meet(self._vx[left], self._vx[right], held)

    def _push_y(self, upper: int, lower: int, deep: int) -> None:
        reach, x, y, w, h = self._arena.reach_y, self._x, self._y, self._w, self._h
        half = deep // 2
        upper_y = reach(x[upper], y[upper], w[upper], h[upper], -half)
        lower_y = reach(x[lower], y[lower], w[lower], h[lower], deep - (y[upper] - upper_y))
        rest = deep - (y[upper] - upper_y) - (lower_y - y[lower])
        if rest:
            upper_y = reach(x[upper], upper_y, w[upper], h[upper], -rest)
        held = rest > 0 or y[upper] - upper_y < half
        y[upper], y[lower] = upper_y, lower_y
        self._vy[upper], self._vy[lower] = _meet(self._vy[upper], self._vy[lower], held)


def _meet(first: int, second: int, held: bool) -> tuple[int, int]:
    """Velocities along the axis after the push, of the one in front of the axis and the one behind."""
    if first <= second:
        return first, second  # they part already
    return (0, 0) if held else ((first + second) // 2,) * 2
