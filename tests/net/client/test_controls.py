"""What hands do becomes one direction a tick, and no tap is lost on the way, whatever else the hands do."""

from ecs.movement.step import DASH, DIRECTIONS
from net.client.controls import DASH_WISH_TICKS, Controls

EAST, NORTH = DIRECTIONS.index((1, 0)), DIRECTIONS.index((0, -1))


def ticks(controls: Controls, count: int) -> list[int]:
    """The directions of the next ticks."""
    return [controls.next() for _ in range(count)]


def test_a_tap_of_the_dash_between_two_ticks_is_wanted_for_a_few_ticks_and_not_longer() -> None:
    controls = Controls()
    controls.press("right")
    assert ticks(controls, 2) == [EAST, EAST]
    controls.press("dash")
    controls.release("dash")
    assert controls.upcoming == EAST | DASH
    assert ticks(controls, DASH_WISH_TICKS + 2) == [EAST | DASH] * DASH_WISH_TICKS + [EAST, EAST]


def test_a_tap_survives_any_number_of_turns_before_the_next_tick() -> None:
    controls = Controls()
    controls.press("dash")
    controls.release("dash")
    for key in ("up", "right", "down"):
        controls.press(key)
        controls.release(key)
    controls.press("up")
    assert [number & DASH for number in ticks(controls, 3)] == [DASH] * 3
    assert controls.next() == NORTH | DASH


def test_who_taps_the_dash_a_moment_before_the_arrow_dashes() -> None:
    controls = Controls()
    controls.press("dash")
    controls.release("dash")
    assert ticks(controls, 3) == [DASH] * 3
    controls.press("right")
    assert controls.next() == EAST | DASH


def test_a_held_dash_is_wanted_until_it_is_let_go() -> None:
    controls = Controls()
    controls.press("right")
    controls.press("dash")
    assert ticks(controls, 300) == [EAST | DASH] * 300
    controls.release("dash")
    assert ticks(controls, 2) == [EAST, EAST]


def test_a_lost_focus_lets_a_held_dash_go_but_keeps_no_tap_from_acting() -> None:
    controls = Controls()
    controls.press("dash")
    ticks(controls, DASH_WISH_TICKS)
    controls.release_all()
    assert controls.next() == 0


def test_bots_steer_with_the_same_numbers() -> None:
    controls = Controls()
    controls.steer(EAST | DASH)
    assert ticks(controls, 20) == [EAST | DASH] * 20
    controls.steer(NORTH)
    assert ticks(controls, 2) == [NORTH, NORTH]
