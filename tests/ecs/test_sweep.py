"""The sweep against a look at every pair."""

import itertools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from ecs.sweep import Boxes, overlaps

boxes = st.tuples(st.integers(-40, 40), st.integers(-40, 40), st.integers(1, 20), st.integers(1, 20))


def columns(rows: list[tuple[int, int, int, int]]) -> Boxes:
    return Boxes(*np.array(rows, dtype=np.int64).reshape(-1, 4).T)


@settings(derandomize=True, deadline=None, max_examples=200)
@given(st.lists(boxes, max_size=40))
def test_the_sweep_finds_each_pair_that_overlaps_once_and_no_other(rows: list[tuple[int, int, int, int]]) -> None:
    expected = {
        (a, b)
        for (a, (ax, ay, aw, ah)), (b, (bx, by, bw, bh)) in itertools.combinations(enumerate(rows), 2)
        if ax < bx + bw and bx < ax + aw and ay < by + bh and by < ay + ah
    }
    left, right = overlaps(columns(rows))
    found = [(min(pair), max(pair)) for pair in zip(left.tolist(), right.tolist(), strict=True)]
    assert len(found) == len(set(found))
    assert set(found) == expected


def test_boxes_that_only_touch_do_not_overlap_and_those_in_one_place_do() -> None:
    left, right = overlaps(columns([(0, 0, 10, 10), (10, 0, 10, 10), (0, 10, 10, 10), (0, 0, 10, 10)]))
    assert {*left.tolist(), *right.tolist()} == {0, 3}


def test_nobody_overlaps_nobody() -> None:
    left, right = overlaps(columns([]))
    assert len(left) == len(right) == 0
