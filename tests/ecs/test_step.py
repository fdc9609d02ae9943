"""The one pure step: how it feels, and that walls hold."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecs.arena import TILE, parse_arena
from ecs.step import DIRECTIONS, STILL, Body, motion_at, step
from tests.ecs.arenas import arenas, directions, free_boxes

PLAIN = parse_arena("\n".join(["#" * 60, *["#" + "." * 58 + "#"] * 58, "#" * 60]))
MOTION = motion_at(PLAIN, 60)
EAST, WEST, NORTH_EAST = DIRECTIONS.index((1, 0)), DIRECTIONS.index((-1, 0)), DIRECTIONS.index((1, -1))
BODY = Body(30 * TILE, 30 * TILE, 0, 0, 448, 448)


def walk(body: Body, direction: int, ticks: int) -> Body:
    for _ in range(ticks):
        body = step(body, direction, MOTION)
    return body


def test_a_body_reaches_top_speed_in_eight_ticks_and_keeps_it() -> None:
    speeds = [walk(BODY, EAST, ticks).vx for ticks in range(1, 12)]
    assert speeds == [8, 16, 24, 32, 40, 48, 56, 64, 64, 64, 64]


def test_a_key_moves_the_body_in_its_first_tick() -> None:
    assert step(BODY, EAST, MOTION).x > BODY.x


def test_without_a_key_the_body_comes_to_rest() -> None:
    resting = walk(walk(BODY, EAST, 20), STILL, 20)
    assert (resting.vx, resting.vy) == (0, 0)
    assert step(resting, STILL, MOTION) == resting


def test_diagonals_are_not_faster() -> None:
    body = walk(BODY, NORTH_EAST, 30)
    assert body.vx == -body.vy == 45
    assert body.vx**2 + body.vy**2 <= MOTION.top_speed**2


def test_sliding_along_a_wall_keeps_the_speed_along_it() -> None:
    body = walk(BODY._replace(y=TILE), NORTH_EAST, 30)
    assert (body.y, body.vy, body.vx) == (TILE, 0, 45)


@pytest.mark.parametrize("tick_rate", [20, 30, 60, 120, 240])
def test_speed_in_seconds_hardly_depends_on_the_tick_rate(tick_rate: int) -> None:
    motion = motion_at(PLAIN, tick_rate)
    body = BODY._replace(x=2 * TILE)
    for _ in range(3 * tick_rate):
        body = step(body, EAST, motion)
    assert 3 * 240 * 16 * 0.9 < body.x - 2 * TILE <= 3 * 240 * 16


@settings(derandomize=True, deadline=None, max_examples=200)
@given(st.data())
def test_nobody_is_ever_inside_a_wall(data: st.DataObject) -> None:
    arena = data.draw(arenas())
    motion = motion_at(arena, data.draw(st.sampled_from([1, 5, 20, 60])))  # at 1 a second: seven tiles a tick
    w, h = data.draw(st.integers(1, TILE)), data.draw(st.integers(1, TILE))
    body = Body(*data.draw(free_boxes(arena, w, h)), 0, 0, w, h)
    for direction in data.draw(st.lists(directions, min_size=1, max_size=30)):
        before = body
        body = step(body, direction, motion)
        assert arena.is_free(body.x, body.y, w, h)
        # No tunnelling: every box between where it was and where it is was free, first along x, then along y.
        low, high = sorted((before.x, body.x))
        assert arena.is_free(low, before.y, high - low + w, h)
        low, high = sorted((before.y, body.y))
        assert arena.is_free(body.x, low, w, high - low + h)


def test_the_bodies_of_the_property_test_do_move() -> None:
    assert walk(BODY, WEST, 30).x < BODY.x - 20 * 64
