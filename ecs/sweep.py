"""Which of many boxes overlap: sort and sweep, over columns of integers. Knows nothing of bodies, worlds and rules.

In Python this takes longer than everything else in a tick; over numpy's columns it takes a tenth of a millisecond for a
thousand boxes that are spread out.
"""

import itertools
from collections.abc import Collection
from typing import Final

import numpy as np

from ecs.arena import TILE
from ecs.columns import Array, Column

FEW: Final = 12  # boxes up to which it is quicker to look at each pair than to make columns of them
NEAR: Final = TILE  # world units between two boxes; who moves by half of that may come to touch one that was not near

Pair = tuple[int, int]  # rows, the smaller one first


def few_pairs(x: Column, y: Column, w: Column, h: Column) -> list[Pair]:
    """As `Sweep.pairs`, by a look at each."""
    return [pair for pair in itertools.combinations(range(len(x)), 2) if overlap_in(x, y, w, h, *pair)]


def overlap_in(x: Column, y: Column, w: Column, h: Column, a: int, b: int) -> bool:
    """Whether the boxes of two rows share a place; to touch is not to overlap."""
    return x[a] < x[b] + w[b] and x[b] < x[a] + w[a] and y[a] < y[b] + h[b] and y[b] < y[a] + h[a]


class Sweep:
    """Boxes in rows, in columns of one length: the top left corners and the sizes, in world units.

    It sweeps for all who are near each other; then only those are looked at, until somebody has gone too far.
    """

    def __init__(self) -> None:
        nothing = np.zeros(0, dtype=np.int64)
        self._x = self._y = self._w = self._h = self._x_then = self._y_then = nothing
        # Pairs, and their sizes.
        self._a = self._b = self._w_a = self._minus_w_b = self._h_a = self._minus_h_b = nothing

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

    def pairs(self) -> list[Pair]:
        """The rows of all pairs of boxes that overlap, each once, in ascending order."""
        a, b = self._a, self._b
        along_x, along_y = self._x[b] - self._x[a], self._y[b] - self._y[a]
        meet_x = (along_x < self._w_a) & (along_x > self._minus_w_b)
        meet = np.flatnonzero(meet_x & (along_y < self._h_a) & (along_y > self._minus_h_b))
        return list(zip(a[meet].tolist(), b[meet].tolist(), strict=True)) if meet.size else []

    def _went_far(self, rows: slice | list[int]) -> bool:
        """Whether some of these may have come to others than those that they were near."""
        x, y = self._x[rows] - self._x_then[rows], self._y[rows] - self._y_then[rows]
        return bool(2 * max(np.abs(x).max(initial=0), np.abs(y).max(initial=0)) > NEAR)

    def _look_round(self) -> None:
        """Find all pairs between which there is less than `NEAR`: the rows `_a` and `_b`."""
        x, y, w, h = self._x, self._y, self._w + NEAR, self._h + NEAR
        self._x_then, self._y_then = x.copy(), y.copy()
        order = np.argsort(x, kind="stable")
        left = x[order]
        # Behind each box in the order, those that begin before it ends, and so overlap it along x.
        candidates = np.searchsorted(left, left + w[order]) - np.arange(1, len(left) + 1)
        first = np.repeat(np.arange(len(left)), candidates)
        second = np.arange(1, len(first) + 1) + first - np.repeat(np.cumsum(candidates) - candidates, candidates)
        a, b = order[first], order[second]
        meet = np.flatnonzero((y[a] < y[b] + h[b]) & (y[b] < y[a] + h[a]))
        a, b = a[meet], b[meet]
        a, b = np.minimum(a, b), np.maximum(a, b)
        ascending = np.argsort(a * len(x) + b)
        self._a, self._b = a, b = a[ascending], b[ascending]
        self._w_a, self._minus_w_b, self._h_a, self._minus_h_b = self._w[a], -self._w[b], self._h[a], -self._h[b]
