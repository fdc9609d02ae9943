"""The sweep against a look at every pair."""

import itertools
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecs.arena import TILE
from ecs.collision.sweep import BLOCK, FEW, MOST_CANDIDATES, Pair, Sweep, TooCrowdedError, few_pairs
from ecs.columns import Array

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


@settings(derandomize=True, deadline=None, max_examples=100)
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


@settings(derandomize=True, deadline=None, max_examples=100)
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


@pytest.mark.parametrize("crowded", [False, True])
@settings(derandomize=True, deadline=None, max_examples=100)
@given(st.lists(st.tuples(boxes, boxes), min_size=1, max_size=30), st.integers(0, 20))
def test_the_first_pairs_are_the_same_whoever_looks_for_them(
    crowded: bool, rows: list[tuple[tuple[int, int, int, int], tuple[int, int, int, int]]], most: int
) -> None:
    now = arrays([row for row, _ in rows])
    before = arrays([row for _, row in rows])[:2]
    with pytest.MonkeyPatch.context() as patch:
        if crowded:
            patch.setattr("ecs.collision.sweep.MOST_NEAR", -1)
            patch.setattr("ecs.collision.sweep.BLOCK", 3 * len(rows))
        sweep = Sweep()
        sweep.look(*now)
        every = sweep.pairs()
        assert sweep.pairs(most) == every[:most]
        but = sweep.pairs(most, (before[0].data, before[1].data))
    columns = [column.tolist() for column in now]
    assert every == few_pairs(*columns)
    assert but == few_pairs(*columns, most=most, but=(before[0].tolist(), before[1].tolist()))
    x, y = (column.tolist() for column in before)
    former = few_pairs(x, y, columns[2], columns[3])
    assert but == [pair for pair in every if pair not in former][:most]


def test_a_column_and_a_row_of_many_are_swept_without_a_look_at_each_pair() -> None:
    many = 3000
    for x, y in ((0, TILE), (TILE, 0)):
        sweep = Sweep()
        sweep.look(*arrays([(n * x, n * y, TILE + 1, TILE + 1) for n in range(many)]))
        assert sweep.pairs() == list(itertools.pairwise(range(many)))
        assert sweep.effort < 10 * many


PILES = {
    "on one spot": [(512, 512, 448, 448)] * 19_000,
    "giants": [(n, n, 32767, 32767) for n in range(19_000)],
    "a giant over all": [(0, 0, 32767, 32767), *((n % 138 * 460, n // 138 * 460, 448, 448) for n in range(18_999))],
    "crossing lines": [(0, 3 * n, 32767, 1) if n % 2 else (3 * n, 0, 1, 32767) for n in range(19_000)],
}


@pytest.mark.parametrize("pile", PILES)
def test_whatever_the_pile_memory_and_effort_are_bounded(pile: str) -> None:
    columns = arrays(PILES[pile])
    tracemalloc.start()
    sweep = Sweep(limit=2 * MOST_CANDIDATES * len(columns[0]))
    sweep.look(*columns)
    pairs = sweep.pairs(1000)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(pairs) == 1000, "there are that many"
    assert pairs == sorted(pairs)
    assert peak < 100 * BLOCK, "a list of all pairs would take a hundred times as much"


def test_who_may_not_look_longer_is_told_so() -> None:
    sweep = Sweep(limit=100_000)
    sweep.look(*arrays(PILES["on one spot"]))
    with pytest.raises(TooCrowdedError):
        sweep.pairs()
    sweep.effort = 0
    sweep.look(*arrays([(n * TILE, 0, 1, 1) for n in range(1000)]))
    assert sweep.pairs() == []
