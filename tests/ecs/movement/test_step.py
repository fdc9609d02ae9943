"""The one pure step: how it feels, and that walls hold."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecs.arena import TILE, parse_arena
from ecs.movement.step import DASH, DIRECTIONS, STILL, Body, is_direction, motion_at, step
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


def test_a_dash_is_there_at_once_lasts_its_ticks_and_fades_into_a_walk() -> None:
    speeds = [walk(BODY, EAST | DASH, ticks).vx for ticks in range(1, 24)]
    assert speeds == [160] * MOTION.dash_ticks + [*range(152, 64, -8), 64, 64, 64]
    assert walk(walk(BODY, WEST, 20), EAST | DASH, 1).vx == 160, "also against the way that one goes"
    north_east = walk(BODY, NORTH_EAST | DASH, 1)
    assert north_east.vx == -north_east.vy == 112
    assert MOTION.dash_speed == 160


def test_a_tap_of_one_tick_is_a_whole_dash() -> None:
    tapped = walk(walk(BODY, EAST | DASH, 1), EAST, 30)
    assert tapped == walk(BODY, EAST | DASH, 31)
    assert tapped.x > walk(BODY, EAST, 31).x + 2 * TILE, "and it is worth it"


def test_a_dash_leads_where_the_direction_leads_and_ends_with_it() -> None:
    begun = walk(BODY, EAST | DASH, 3)
    assert (walk(begun, WEST, 1).vx, walk(begun, WEST, 1).vy) == (-160, 0)
    assert walk(begun, STILL, 1).vx == 0


def test_one_who_holds_the_dash_dashes_again_as_soon_as_the_pause_is_over_and_no_sooner() -> None:
    body, fast = BODY._replace(x=TILE), []
    for tick in range(2 * MOTION.dash_rest + 20):
        before, body = body, step(body, (EAST if tick // 100 % 2 == 0 else WEST) | DASH, MOTION)
        if body.rest > before.rest:
            fast.append(tick)
    assert fast == [0, MOTION.dash_rest + 1, 2 * MOTION.dash_rest + 2]
    assert MOTION.dash_ticks / 60 == pytest.approx(0.15)
    assert (MOTION.dash_rest - MOTION.dash_ticks) / 60 == pytest.approx(1.5)


def test_the_pause_passes_while_standing_and_to_dash_nowhere_is_nothing() -> None:
    assert step(BODY, STILL | DASH, MOTION) == BODY
    body = walk(walk(BODY, EAST | DASH, 1), STILL, MOTION.dash_rest - 1)
    assert (body.vx, body.rest) == (0, 1)
    assert step(body, STILL, MOTION).rest == step(step(body, STILL, MOTION), STILL | DASH, MOTION).rest == 0


def test_the_numbers_of_directions_are_those_of_the_compass_with_a_dash_or_without() -> None:
    assert [number for number in range(-40, 80) if is_direction(number)] == [*range(9), *range(16, 25)]


@settings(derandomize=True, deadline=None, max_examples=100)
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
    assert walk(BODY, WEST | DASH, 30).x < BODY.x - 30 * 64
