"""Which of many boxes overlap: sort and sweep, over columns of integers. Knows nothing of bodies, worlds and rules.

In Python this takes longer than everything else in a tick; over numpy's columns it takes a tenth of a millisecond for a
thousand boxes that are spread out.
"""

import itertools
from collections.abc import Mapping
from typing import Final

import numpy as np
import numpy.typing as npt

from ecs.arena import TILE

FEW: Final = 12  # boxes up to which it is quicker to look at each pair than to make columns of them
NEAR: Final = TILE  # world units between two boxes; who moves by half of that may come to touch one that was not near

Array = npt.NDArray[np.int64]
Column = list[int]
Pair = tuple[int, int]  # rows, the smaller one first


def few_pairs(x: Column, y: Column, w: Column, h: Column) -> list[Pair]:
    """As `Sweep.pairs`, by a look at each."""
    return [pair for pair in itertools.combinations(range(len(x)), 2) if overlap_in(x, y, w, h, *pair)]


def overlap_in(x: Column, y: Column, w: Column, h: Column, a: int, b: int) -> bool:
    """Whether the boxes of two rows share a place; to touch is not to overlap."""
    return x[a] < x[b] + w[b] and x[b] < x[a] + w[a] and y[a] < y[b] + h[b] and y[b] < y[a] + h[a]


class Sweep:
    """Boxes in rows, of which some are moved now and then. The columns that it is given stay as they are.

    It sweeps once, for all who are near each other; then only those are looked at, until somebody has gone too far.
    """

    def __init__(self, x: Column | Array, y: Column | Array, w: Column | Array, h: Column | Array) -> None:
        """Columns of one length: the top left corners and the sizes, in world units."""
        self._x, self._y, self._w, self._h = (np.array(column, dtype=np.int64) for column in (x, y, w, h))
        self._look_round()

    def pairs(self) -> list[Pair]:
        """The rows of all pairs of boxes that overlap, each once, in ascending order."""
        x, y, a, b = self._x, self._y, self._a, self._b
        along_x = (x[a] < x[b] + self._w[b]) & (x[b] < x[a] + self._w[a])
        meet = np.flatnonzero(along_x & (y[a] < y[b] + self._h[b]) & (y[b] < y[a] + self._h[a]))
        return list(zip(a[meet].tolist(), b[meet].tolist(), strict=True))

    def move(self, places: Mapping[int, tuple[int, int]]) -> None:
        """Put boxes elsewhere: row -> (x, y)."""
        if not places:
            return
        rows = np.array(list(places), dtype=np.int64)
        self._x[rows], self._y[rows] = x, y = np.array(list(places.values()), dtype=np.int64).T
        far = max(np.abs(x - self._x_then[rows]).max(), np.abs(y - self._y_then[rows]).max())
        if 2 * far > NEAR:
            self._look_round()

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
        self._a, self._b = a[ascending], b[ascending]
