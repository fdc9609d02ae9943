"""`step` for many at once against `step` one by one: the same to the bit, or the mirrors would differ."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecs.arena import TILE, parse_arena
from ecs.step import DASH, DIRECTIONS, Body, motion_at, step
from ecs.steps import Columns, Steps, column
from tests.ecs.arenas import arenas, directions, free_boxes


def columns(bodies: list[Body]) -> Columns:
    return Columns(*(column(list(part)) for part in zip(*bodies, strict=True)))


def rows(columns: Columns) -> list[Body]:
    return [Body(*row) for row in zip(*(part.tolist() for part in columns), strict=True)]


@settings(derandomize=True, deadline=None, max_examples=150)
@given(st.data(), st.sampled_from([4, 20, 60]))
def test_many_steps_at_once_are_the_same_as_one_by_one(data: st.DataObject, tick_rate: int) -> None:
    arena = data.draw(arenas())
    motion = motion_at(arena, tick_rate)
    many = Steps(motion)
    sides = st.integers(1, TILE)
    bodies = []
    for _ in range(data.draw(st.integers(1, 6))):
        w, h = data.draw(sides), data.draw(sides)
        bodies.append(
            Body(*data.draw(free_boxes(arena, w, h)), 0, 0, w, h, data.draw(st.integers(0, motion.dash_rest)))
        )
    for _ in range(4):
        wanted = [data.draw(directions) for _ in bodies]
        for _ in range(6):
            together = rows(many.move(columns(bodies), column(wanted)))
            bodies = [step(body, direction, motion) for body, direction in zip(bodies, wanted, strict=True)]
            assert together == bodies


@pytest.mark.parametrize("tick_rate", [4, 60])
def test_a_crowd_that_dashes_into_walls_is_the_same_too_and_does_meet_them(tick_rate: int) -> None:
    rng = random.Random(7)
    hall = parse_arena("\n".join(["#" * 34, *["#" + "...#" * 8 + "#", "#" + "." * 32 + "#"] * 8, "#" * 34]))
    motion = motion_at(hall, tick_rate)
    many = Steps(motion)
    spots = [(c, r) for r, row in enumerate(hall.rows) for c, tile in enumerate(row) if tile == "."]
    bodies = [Body(c * TILE + 32, r * TILE + 32, 0, 0, 448, 448) for c, r in rng.choices(spots, k=100)]
    stopped = dashed = 0
    for _ in range(20):
        wanted = [rng.randrange(len(DIRECTIONS)) + rng.choice([0, DASH]) for _ in bodies]
        for _ in range(8):
            before, together = bodies, rows(many.move(columns(bodies), column(wanted)))
            bodies = [step(body, direction, motion) for body, direction in zip(bodies, wanted, strict=True)]
            assert together == bodies
            stopped += sum(old.vx != 0 and new.vx == 0 for old, new in zip(before, bodies, strict=True))
            dashed += sum(max(abs(body.vx), abs(body.vy)) > motion.top_speed for body in bodies)
    assert stopped > 100
    assert dashed > 100
