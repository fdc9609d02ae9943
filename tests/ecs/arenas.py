"""Random arenas and bodies for the property tests."""

import itertools
from collections.abc import Mapping

from hypothesis import strategies as st

from ecs.arena import TILE, Arena
from ecs.movement.step import DASH, DIRECTIONS, Body


@st.composite
def arenas(draw: st.DrawFn) -> Arena:
    """A closed map of 4 to 9 tiles a side, with at least one free tile."""
    width, height = draw(st.integers(4, 9)), draw(st.integers(4, 9))
    inner = st.lists(st.sampled_from("..#"), min_size=width - 2, max_size=width - 2)
    middle = ["#" + "".join(draw(inner)) + "#" for _ in range(height - 2)]
    if not any("." in row for row in middle):
        middle[0] = "#." + middle[0][2:]
    return Arena(("#" * width, *middle, "#" * width))


@st.composite
def free_boxes(draw: st.DrawFn, arena: Arena, w: int, h: int) -> tuple[int, int]:
    """The corner of a box of at most a tile that lies in a free tile."""
    tiles = [(c, r) for r, row in enumerate(arena.rows) for c, tile in enumerate(row) if tile == "."]
    column, line = draw(st.sampled_from(tiles))
    return column * TILE + draw(st.integers(0, TILE - w)), line * TILE + draw(st.integers(0, TILE - h))


directions = st.builds(int.__add__, st.integers(0, len(DIRECTIONS) - 1), st.sampled_from([0, DASH]))


def overlapping(bodies: Mapping[int, Body]) -> list[tuple[int, int]]:
    """All pairs of NetIDs whose bodies overlap, by looking at every one: slow, and hard to get wrong."""
    pairs = itertools.combinations(sorted(bodies), 2)
    return [(a, b) for a, b in pairs if _overlap(bodies[a], bodies[b])]


def _overlap(a: Body, b: Body) -> bool:
    """To touch is not to overlap."""
    return a.x < b.x + b.w and b.x < a.x + a.w and a.y < b.y + b.h and b.y < a.y + a.h
