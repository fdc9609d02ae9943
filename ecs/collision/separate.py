"""How bodies that met are set apart: a pure function over integers, in the order of NetIDs.

Pushing is inelastic: both go on with the mean of their velocities, and the overlap is shared, unless a wall holds one
of them. Whoever could not be set apart in a few passes stays where they were, so **no two bodies overlap after a tick
that did not before it**, and none is ever inside a wall. Where a rule of the game puts many on one spot, only so many
pairs are pushed in a pass, for a thousand bodies would have half a million; they come apart over many ticks.
"""

import math
from collections.abc import Iterable, Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ecs.arena import Arena, Reach
from ecs.collision.sweep import FEW, Pair, Sweep, few_pairs, overlap_in
from ecs.columns import Array, Column
from ecs.kinds import ALL_PUSH, PUSH, Meeting, Meetings
from ecs.movement.step import Body

# Along which bodies are pushed: where they begin and where they begin across it, their speeds, lengths and widths, and
# how far they reach.
Axis = tuple[Column, Column, Column, Column, Column, Reach]

PASSES: Final = 4  # a push travels through as many bodies in a tick; more gains nothing that players notice
PAIRS_PER_BODY: Final = 2  # that are pushed in a pass, on average: a crowd that leans into a corner has half a pair
PAIRS_BESIDES: Final = 64  # so that of a dozen bodies all pairs are pushed
PUSH_EFFORT: Final = 400  # of a push, in the looks that `Sweep.effort` counts


def separate(
    bodies: Mapping[int, Body],
    before: Mapping[int, Body],
    arena: Arena,
    limit: float = math.inf,
    meetings: Meetings = ALL_PUSH,
) -> dict[int, tuple[Body, int]]:
    """Set overlapping bodies apart. Raises TooCrowdedError where that takes more than `limit` looks at pairs.

    `bodies` maps NetIDs to where `step` put them, `before` to where they were a tick ago. Returns only those that end
    otherwise than `step` said: NetID -> (body, NetID of whoever touched it last).
    """
    if len(bodies) < 2:
        return {}
    net_ids = sorted(bodies)
    columns: list[Column] = [list(part) for part in zip(*(bodies[net_id][:6] for net_id in net_ids), strict=True)]
    sweep = None
    if len(bodies) > FEW:
        arrays = [np.array(column, dtype=np.int64) for column in columns]
        columns, sweep = [array.data for array in arrays], Sweep(limit)
        sweep.look(arrays[0], arrays[1], arrays[4], arrays[5])
    x, y, vx, vy, w, h = columns
    places = [before.get(net_id, bodies[net_id])[:2] for net_id in net_ids]  # who has just come has not moved yet
    kind = [bodies[net_id].kind for net_id in net_ids]
    solver = CollisionSolver(x, y, vx, vy, w, h, kind, arena, sweep, meetings)
    touched = solver.set_apart([x for x, _ in places], [y for _, y in places])
    found: dict[int, tuple[Body, int]] = {}
    for row, by in touched.items():
        net_id = net_ids[row]
        body = bodies[net_id]._replace(x=x[row], y=y[row], vx=vx[row], vy=vy[row])
        if body != bodies[net_id]:
            found[net_id] = body, net_ids[by]
    return found


def any_overlap(bodies: Iterable[Body]) -> bool:
    """Whether any two of a few bodies share a place."""
    in_order = sorted(bodies)  # by x: behind the first that begins where this one has ended, all do
    for index, (x, y, _, _, w, h, *_) in enumerate(in_order, 1):
        right, bottom = x + w, y + h
        for other_x, other_y, _, _, _, other_h, *_ in in_order[index:]:
            if other_x >= right:
                break
            if other_y < bottom and y < other_y + other_h:
                return True
    return False


class CollisionSolver:
    """Bodies as columns, in ascending order of NetIDs. The columns are changed in place."""

    def __init__(
        self,
        x: Column,
        y: Column,
        vx: Column,
        vy: Column,
        w: Column,
        h: Column,
        kind: Column,
        arena: Arena,
        sweep: Sweep | None,
        meetings: Meetings = ALL_PUSH,
    ) -> None:
        """`sweep` has looked at the same columns; None where they are few."""
        self._x, self._y, self._vx, self._vy, self._w, self._h, self._kind = x, y, vx, vy, w, h, kind
        self._meetings = meetings
        self._table = meetings.table
        self._along_x: Axis = (x, y, vx, w, h, arena.reach_x)
        self._along_y: Axis = (y, x, vy, h, w, arena.reach_y)
        self._sweep = sweep
        self._most = PAIRS_PER_BODY * len(x) + PAIRS_BESIDES

    def set_apart(self, x_before: Column, y_before: Column) -> dict[int, int]:
        """Push, a few times over, whoever overlaps; returns who was touched: row -> the row of who touched it last.

        The columns of `before` say where all were a tick ago.
        """
        by: dict[int, int] = {}
        for _ in range(PASSES):
            pairs = self._pairs()
            if not pairs:
                break
            if self._sweep is not None:
                self._sweep.spend(PUSH_EFFORT * len(pairs))
            pushed: set[int] = set()
            for a, b in pairs:
                if overlap_in(self._x, self._y, self._w, self._h, a, b):
                    self._push(a, b)
                    by[a], by[b] = b, a
                    pushed.update((a, b))
            self._moved(pushed)
        else:
            self._put_back(x_before, y_before, by)
        return dict(sorted(by.items()))

    def _pairs(self, before: tuple[Column, Column] | None = None) -> list[Pair]:
        """Who overlaps, in ascending order, up to the most; without those who overlapped `before` as well."""
        alike = self._meetings.alike
        if self._sweep is not None:
            return self._sweep.pairs(self._most, before, None if alike else self._pass)
        passes = None if alike else self._passes
        return few_pairs(self._x, self._y, self._w, self._h, most=self._most, but=before, passes=passes)

    def _passes(self, a: int, b: int) -> bool:
        """Whether two go through each other."""
        return self._table[self._kind[a]][self._kind[b]].passes

    def _pass(self, a: Array, b: Array) -> NDArray[np.bool_]:
        """The same of many pairs at once."""
        kinds = np.asarray(self._kind)
        passes: NDArray[np.bool_] = self._meetings.passes[kinds[a], kinds[b]]
        return passes

    def _moved(self, rows: set[int]) -> None:
        if self._sweep is not None:
            self._sweep.moved(rows)

    def _push(self, a: int, b: int) -> None:
        """Set two overlapping bodies apart along the axis where they overlap least."""
        x, y, w, h = self._x, self._y, self._w, self._h
        deep_x = min(x[a] + w[a], x[b] + w[b]) - max(x[a], x[b])
        deep_y = min(y[a] + h[a], y[b] + h[b]) - max(y[a], y[b])
        if deep_x <= deep_y:
            self._push_along(self._along_x, a, b, deep_x)
        else:
            self._push_along(self._along_y, a, b, deep_y)

    def _meeting(self, first: int, second: int) -> Meeting:
        return PUSH if self._meetings.alike else self._table[self._kind[first]][self._kind[second]]

    def _put_back(self, x_before: Column, y_before: Column, by: dict[int, int]) -> None:
        """Whoever still overlaps, and did not before, stays where they were, standing.

        So does who then stands in their way, and so on.
        """
        back: set[int] = set()
        while late := self._pairs((x_before, y_before)):
            put = {row for pair in late for row in pair} - back
            for pair in late:
                for row, other in (pair, pair[::-1]):
                    if row not in back:
                        back.add(row)
                        self._x[row], self._y[row] = x_before[row], y_before[row]
                        self._vx[row] = self._vy[row] = 0
                        by[row] = other
            self._moved(put)

    def _push_along(self, axis: Axis, a: int, b: int, deep: int) -> None:
        """Set them apart along one axis, on which they overlap so much."""
        at, across, speed, length, width, reach = axis
        first, second = (b, a) if at[a] > at[b] else (a, b)
        meeting = self._meeting(first, second)
        share = deep * meeting.share // 256
        to = reach(at[first], across[first], length[first], width[first], -share)
        given = at[first] - to
        second_to = reach(at[second], across[second], length[second], width[second], deep - given)
        rest = deep - given - (second_to - at[second])
        if rest:
            to = reach(to, across[first], length[first], width[first], -rest)
        held = rest > 0 or at[first] - to < share
        at[first], at[second] = to, second_to
        speed[first], speed[second] = _meet(speed[first], speed[second], held, meeting)


def _meet(first: int, second: int, held: bool, meeting: Meeting) -> tuple[int, int]:
    """Velocities along the axis after the push, of the one in front of the axis and the one behind."""
    if first <= second:
        return first, second  # they part already
    if held:
        return 0, 0
    share = meeting.share
    together = (first * (256 - share) + second * share) // 256
    if not meeting.restitution:
        return together, together
    part = (first - second) * meeting.restitution
    return together - part * share // 65536, together + part * (256 - share) // 65536
