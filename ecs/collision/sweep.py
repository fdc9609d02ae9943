"""Which of many boxes overlap: sort and sweep, over columns of integers. Knows nothing of bodies, worlds and rules.

In Python this takes longer than everything else in a tick; over numpy's columns it takes a tenth of a millisecond for a
thousand boxes that are spread out. Its memory is bounded however crowded they are, and its effort is counted, so that
it can be bounded where somebody else says where the boxes are.
"""

import itertools
import math
from collections.abc import Callable, Collection
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ecs.arena import TILE
from ecs.columns import Array, Column

FEW: Final = 12  # boxes up to which it is quicker to look at each pair than to make columns of them
NEAR: Final = TILE  # world units between two boxes; who moves by half of that may come to touch one that was not near
BLOCK: Final = 1 << 18  # pairs, about, that are looked at together: 2 MB for each of a few columns
# Of each box, on average: who overlaps it along one axis, and who is near it. Of 2,000 players, packed side by side, 84
# and 10; with more than this it is quicker to compare all with all, and no list of them has to be kept.
MOST_CANDIDATES: Final = 256
MOST_NEAR: Final = 32

Pair = tuple[int, int]  # rows, the smaller one first


class TooCrowdedError(Exception):
    """Going on would take more effort than was allowed."""


def few_pairs(
    x: Column,
    y: Column,
    w: Column,
    h: Column,
    *,
    most: int | None = None,
    but: tuple[Column, Column] | None = None,
    passes: Callable[[int, int], bool] | None = None,
) -> list[Pair]:
    """As `Sweep.pairs`, by a look at each."""
    pairs = itertools.combinations(range(len(x)), 2)
    found = (pair for pair in pairs if overlap_in(x, y, w, h, *pair) and not (passes and passes(*pair)))
    return list(itertools.islice((p for p in found if but is None or not overlap_in(*but, w, h, *p)), most))


def overlap_in(x: Column, y: Column, w: Column, h: Column, a: int, b: int) -> bool:
    """Whether the boxes of two rows share a place; to touch is not to overlap."""
    return x[a] < x[b] + w[b] and x[b] < x[a] + w[a] and y[a] < y[b] + h[b] and y[b] < y[a] + h[a]


class Sweep:
    """Boxes in rows, in columns of one length: the top left corners and the sizes, in world units.

    It sweeps for all who are near each other; then only those are looked at, until somebody has gone too far. Where too
    many are near each other, all are compared with all, a block at a time.
    """

    def __init__(self, limit: float = math.inf) -> None:
        """`limit`: of the effort; beyond it, every method raises TooCrowdedError."""
        nothing = np.zeros(0, dtype=np.int64)
        self.effort = 0  # boxes and pairs that were looked at, at about 20 ns each; whoever counts sets it back
        self._limit = limit
        self._x = self._y = self._w = self._h = self._x_then = self._y_then = nothing
        self._crowded = False  # whether too many are near each other to keep a list of them
        # Pairs, and their sizes.
        self._a = self._b = self._w_a = self._minus_w_b = self._h_a = self._minus_h_b = nothing

    def spend(self, effort: int) -> None:
        """So much more is about to be done."""
        self.effort += effort
        if self.effort > self._limit:
            raise TooCrowdedError(f"{len(self._x)} boxes take more than {self._limit} looks")

    def look(self, x: Array, y: Array, w: Array, h: Array) -> None:
        """These are the boxes now. Whoever changes the columns says so: by `moved`, or by another `look`."""
        self._x, self._y = x, y
        if not (np.array_equal(w, self._w) and np.array_equal(h, self._h)):
            self._w, self._h = w.copy(), h.copy()
            self._look_round()
        elif self._went_far(slice(None)):
            self._look_round()

    def moved(self, rows: Collection[int]) -> None:
        """These are elsewhere now."""
        if rows and self._went_far(list(rows)):
            self._look_round()

    def pairs(
        self,
        most: int | None = None,
        but: tuple[Column, Column] | None = None,
        passes: Callable[[Array, Array], NDArray[np.bool_]] | None = None,
    ) -> list[Pair]:
        """The rows of all pairs of boxes that overlap, each once, in ascending order; the first `most` of them.

        Those are left out that would overlap too if their corners were where `but` says, and those that `passes` says
        go through each other.
        """
        former = None if but is None else (np.asarray(but[0]), np.asarray(but[1]))
        if self._crowded:
            return self._pairs_of_all(most, former, passes)
        a, b = self._a, self._b
        self.spend(len(a))
        along_x, along_y = self._x[b] - self._x[a], self._y[b] - self._y[a]
        meet_x = (along_x < self._w_a) & (along_x > self._minus_w_b)
        meet = np.flatnonzero(meet_x & (along_y < self._h_a) & (along_y > self._minus_h_b))
        if former is not None and meet.size:
            meet = meet[~self._overlap(*former, a[meet], b[meet])]
        if passes is not None and meet.size:
            meet = meet[~passes(a[meet], b[meet])]
        meet = meet[:most]
        return list(zip(a[meet].tolist(), b[meet].tolist(), strict=True)) if meet.size else []

    def _pairs_of_all(
        self,
        most: int | None,
        former: tuple[Array, Array] | None,
        passes: Callable[[Array, Array], NDArray[np.bool_]] | None,
    ) -> list[Pair]:
        """As `pairs`: each row against all behind it, until there are enough."""
        rows = np.arange(len(self._x))
        found: list[Pair] = []
        size = max(1, BLOCK // len(rows))
        for first in range(0, len(rows), size):
            some, rest = rows[first : first + size, None], rows[first:]
            self.spend(some.size * rest.size)
            meet = self._overlap(self._x, self._y, some, rest)
            if former is not None and meet.any():
                meet &= ~self._overlap(*former, some, rest)
            if passes is not None and meet.any():
                meet &= ~passes(some, rest)
            a, b = np.nonzero(np.triu(meet, 1))
            left = None if most is None else most - len(found)
            found += zip((a[:left] + first).tolist(), (b[:left] + first).tolist(), strict=True)
            if len(found) == most:
                break
        return found

    def _overlap(self, x: Array, y: Array, a: Array, b: Array) -> NDArray[np.bool_]:
        """Whether the boxes of rows a and b overlap, if their corners are there."""
        w, h = self._w, self._h
        meet: NDArray[np.bool_] = (x[a] < x[b] + w[b]) & (x[b] < x[a] + w[a])
        meet &= (y[a] < y[b] + h[b]) & (y[b] < y[a] + h[a])
        return meet

    def _went_far(self, rows: slice | list[int]) -> bool:
        """Whether some of these may have come to others than those that they were near."""
        x, y = self._x[rows] - self._x_then[rows], self._y[rows] - self._y_then[rows]
        return bool(2 * max(np.abs(x).max(initial=0), np.abs(y).max(initial=0)) > NEAR)

    def _look_round(self) -> None:
        """Find all pairs between which there is less than `NEAR`: the rows `_a` and `_b`."""
        x, y, w, h = self._x, self._y, self._w + NEAR, self._h + NEAR
        self._x_then, self._y_then = x.copy(), y.copy()
        most = MOST_CANDIDATES * len(x)
        order, candidates = _in_the_way(x, w)
        if candidates.sum() > most:  # they stand in a column, or in a heap
            x, y, w, h = y, x, h, w
            order, candidates = _in_the_way(x, w)
        found = self._near(order, candidates, y, h) if candidates.sum() <= most else None
        self._crowded = found is None
        if found is not None:
            self._a, self._b = a, b = found
            self._w_a, self._minus_w_b, self._h_a, self._minus_h_b = self._w[a], -self._w[b], self._h[a], -self._h[b]

    def _near(self, order: Array, candidates: Array, y: Array, h: Array) -> tuple[Array, Array] | None:
        """The pairs that are near along the other axis too, in ascending order; None where these are too many."""
        total, rows = int(candidates.sum()), np.arange(len(y))
        self.spend(total + len(y))
        cuts = np.searchsorted(np.cumsum(candidates), np.arange(BLOCK, total, BLOCK)).tolist()
        parts: list[Array] = []
        most = MOST_NEAR * len(y)
        for begin, end in itertools.pairwise([0, *cuts, len(y)]):
            some = candidates[begin:end]
            first = np.repeat(rows[begin:end], some)
            second = np.arange(1, len(first) + 1) + first - np.repeat(np.cumsum(some) - some, some)
            a, b = order[first], order[second]
            meet = np.flatnonzero((y[a] < y[b] + h[b]) & (y[b] < y[a] + h[a]))
            a, b = a[meet], b[meet]
            parts.append(np.minimum(a, b) * len(y) + np.maximum(a, b))
            most -= meet.size
            if most < 0:
                return None
        pairs = np.sort(np.concatenate(parts))
        return pairs // len(y), pairs % len(y)


def _in_the_way(at: Array, length: Array) -> tuple[Array, Array]:
    """The rows in the order in which they begin along an axis, and how many behind each begin before it ends."""
    order = np.argsort(at, kind="stable")
    left = at[order]
    return order, np.searchsorted(left, left + length[order]) - np.arange(1, len(left) + 1)
