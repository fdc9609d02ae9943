"""The map: what is refused, and how far a box can go."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecs.arena import MAX_SIDE, TILE, Arena, ArenaError, parse_arena
from tests.ecs.arenas import arenas, free_boxes

ROOM = parse_arena("; a comment\n#####\n#...#\n#.#.#\n#...#\n#####\n")


def test_a_map_is_read_without_comments_and_blank_lines() -> None:
    assert (ROOM.columns, ROOM.lines) == (5, 5)
    assert ROOM.is_free(TILE, TILE, TILE, TILE)
    assert not ROOM.is_free(2 * TILE, 2 * TILE, TILE, TILE)
    assert not ROOM.is_free(-TILE, TILE, TILE, TILE)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", "too small"),
        ("###\n#.#", "too small"),
        ("####\n#.#\n####", "row 2 has 3"),
        ("###\n#x#\n###", "'x'"),
        ("#.#\n#.#\n###", "row 1 is open"),
        ("###\n#..\n###", "row 2 is open"),
        ("###\n#.#\n#.#", "row 3 is open"),
        ("###\n###\n###", "no floor"),
        ("\n".join(["#" * (MAX_SIDE + 1)] * 3), "too large"),
    ],
)
def test_what_is_no_arena_is_refused_with_the_line_named(text: str, word: str) -> None:
    with pytest.raises(ArenaError, match=word):
        parse_arena(text)


@pytest.mark.parametrize(("dx", "end"), [(10, 10), (100 * TILE, 2 * TILE), (-1, 0), (-100 * TILE, 0), (0, 0)])
def test_a_box_reaches_the_first_wall_however_fast_it_is(dx: int, end: int) -> None:
    assert ROOM.reach_x(TILE, TILE, TILE, TILE, dx) - TILE == end
    assert ROOM.reach_y(TILE, TILE, TILE, TILE, dx) - TILE == end


@settings(derandomize=True, deadline=None, max_examples=150)
@given(st.data())
def test_reach_agrees_with_moving_unit_by_unit(data: st.DataObject) -> None:
    arena: Arena = data.draw(arenas())
    w, h = data.draw(st.integers(1, TILE)), data.draw(st.integers(1, TILE))
    x, y = data.draw(free_boxes(arena, w, h))
    distance = data.draw(st.integers(-2 * TILE, 2 * TILE))
    unit = 1 if distance > 0 else -1
    slow_x, slow_y = x, y
    for _ in range(abs(distance)):
        slow_x += unit if arena.is_free(slow_x + unit, y, w, h) else 0
        slow_y += unit if arena.is_free(x, slow_y + unit, w, h) else 0
    assert arena.reach_x(x, y, w, h, distance) == slow_x
    assert arena.reach_y(y, x, h, w, distance) == slow_y
