"""The sweep against a look at every pair."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecs.arena import TILE
from ecs.columns import Array
from ecs.sweep import FEW, Pair, Sweep, few_pairs

boxes = st.tuples(st.integers(-40, 40), st.integers(-40, 40), st.integers(1, 20), st.integers(1, 20))


def arrays(rows: list[tuple[int, int, int, int]]) -> tuple[Array, Array, Array, Array]:
    """Their columns."""
    x, y, w, h = np.array(rows, dtype=np.int64).reshape(-1, 4).T.copy()
    return x, y, w, h


def found(rows: list[tuple[int, int, int, int]]) -> list[Pair]:
    """By the sweep, and by a look at each, which say the same."""
    columns = [[row[part] for row in rows] for part in range(4)]
    sweep = Sweep()
    sweep.look(*arrays(rows))
    pairs = sweep.pairs()
    assert pairs == few_pairs(*columns)
    return pairs


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


@settings(derandomize=True, deadline=None, max_examples=200)
@given(st.lists(boxes, min_size=1, max_size=30), st.data())
def test_boxes_that_are_moved_are_found_where_they_are_however_far_that_is(
    rows: list[tuple[int, int, int, int]], data: st.DataObject
) -> None:
    x, y, w, h = (TILE // 20 * column for column in arrays(rows))  # a tile is the longest side
    sweep = Sweep()
    sweep.look(x, y, w, h)
    numbers = st.integers(-2 * TILE, 2 * TILE)
    for _ in range(5):
        moved = data.draw(st.dictionaries(st.integers(0, len(rows) - 1), st.tuples(numbers, numbers), max_size=6))
        for row, (its_x, its_y) in moved.items():
            x[row], y[row] = its_x, its_y
        if data.draw(st.booleans()):
            sweep.moved(moved.keys())
        else:
            if moved:
                w[min(moved)] = data.draw(st.integers(1, 3 * TILE))
            sweep.look(x, y, w, h)
        assert sweep.pairs() == few_pairs(*(column.tolist() for column in (x, y, w, h)))


def test_a_box_that_comes_nearer_step_by_step_is_found_when_it_is_there() -> None:
    x, y, w, h = arrays([(0, 0, TILE, TILE), (3 * TILE, 0, TILE, TILE)])
    sweep = Sweep()
    sweep.look(x, y, w, h)
    seen = []
    for place in range(3 * TILE, -TILE, -TILE // 8):
        x[1] = place
        sweep.moved([1])
        seen.append((place, sweep.pairs()))
    assert all((pairs == [(0, 1)]) == (place < TILE) for place, pairs in seen)
