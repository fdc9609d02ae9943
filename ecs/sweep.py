"""Which of many boxes overlap: sort and sweep, over columns of integers. Knows nothing of bodies, worlds and rules.

In Python this takes longer than everything else in a tick; over numpy's columns it takes a tenth of a millisecond for a
thousand boxes that are spread out.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Column = npt.NDArray[np.int64]


class Boxes(NamedTuple):
    """Columns of one length: the top left corners and the sizes of boxes, in world units."""

    x: Column
    y: Column
    w: Column
    h: Column


def overlaps(boxes: Boxes) -> tuple[Column, Column]:
    """The rows of all pairs of boxes that share a place (to touch is not to overlap), each pair once, in no order."""
    order = np.argsort(boxes.x, kind="stable")
    left = boxes.x[order]
    # Behind each box in the order, those that begin before it ends, and so overlap it along x.
    candidates = np.searchsorted(left, left + boxes.w[order]) - np.arange(1, len(left) + 1)
    total = int(candidates.sum())
    first = np.repeat(np.arange(len(left)), candidates)
    second = np.arange(1, total + 1) + first - np.repeat(np.cumsum(candidates) - candidates, candidates)
    a, b = order[first], order[second]
    meet = (boxes.y[a] < boxes.y[b] + boxes.h[b]) & (boxes.y[b] < boxes.y[a] + boxes.h[a])
    return a[meet], b[meet]
