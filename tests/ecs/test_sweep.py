"""The sweep against a look at every pair."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecs.sweep import FEW, Pair, overlaps

boxes = st.tuples(st.integers(-40, 40), st.integers(-40, 40), st.integers(1, 20), st.integers(1, 20))


def found(rows: list[tuple[int, int, int, int]]) -> list[Pair]:
    return overlaps(*([row[part] for row in rows] for part in range(4)))


@settings(derandomize=True, deadline=None, max_examples=200)
@given(st.lists(boxes, max_size=40))
def test_the_sweep_finds_each_pair_that_overlaps_once_and_no_other(rows: list[tuple[int, int, int, int]]) -> None:
    expected = {
        (a, b)
        for (a, (ax, ay, aw, ah)), (b, (bx, by, bw, bh)) in itertools.combinations(enumerate(rows), 2)
        if ax < bx + bw and bx < ax + aw and ay < by + bh and by < ay + ah
    }
    pairs = found(rows)
    assert len(pairs) == len(set(pairs))
    assert set(pairs) == expected


@pytest.mark.parametrize("others", [0, FEW], ids=["few", "many"])
def test_boxes_that_only_touch_do_not_overlap_and_those_in_one_place_do(others: int) -> None:
    far = [(1000 * n, 1000, 10, 10) for n in range(others)]
    assert found([(0, 0, 10, 10), (10, 0, 10, 10), (0, 10, 10, 10), (0, 0, 10, 10), *far]) == [(0, 3)]


def test_nobody_overlaps_nobody() -> None:
    assert found([]) == []
