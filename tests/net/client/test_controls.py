"""What hands do becomes one direction a tick, and no tap is lost on the way, whatever else the hands do."""

from ecs.movement.step import DASH, DIRECTIONS
from net.client.controls import DASH_WISH_TICKS, Controls
from net.inputs import Axis, Button, Inputs

EAST, NORTH = DIRECTIONS.index((1, 0)), DIRECTIONS.index((0, -1))


def ticks(controls: Controls, count: int) -> list[int]:
    """The directions of the next ticks."""
    return [controls.next().direction for _ in range(count)]


def test_a_tap_of_the_dash_between_two_ticks_is_wanted_for_a_few_ticks_and_not_longer() -> None:
    controls = Controls()
    controls.press("right")
    assert ticks(controls, 2) == [EAST, EAST]
    controls.press("dash")
    controls.release("dash")
    assert controls.upcoming.direction == EAST | DASH
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
    assert controls.next().direction == NORTH | DASH


def test_who_taps_the_dash_a_moment_before_the_arrow_dashes() -> None:
    controls = Controls()
    controls.press("dash")
    controls.release("dash")
    assert ticks(controls, 3) == [DASH] * 3
    controls.press("right")
    assert controls.next().direction == EAST | DASH


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
    assert controls.next().direction == 0


def test_bots_steer_with_the_same_numbers() -> None:
    controls = Controls()
    controls.steer(EAST | DASH)
    assert ticks(controls, 20) == [EAST | DASH] * 20
    controls.steer(NORTH)
    assert ticks(controls, 2) == [NORTH, NORTH]


AIMED = Inputs((Button("throw", "Throw"), Button("duck", "Duck")), (Axis("aim", 0, 255),))


def actions(controls: Controls, count: int) -> list[tuple[int, tuple[int, ...]]]:
    found = [AIMED.unpack(controls.next().action) for _ in range(count)]
    return [(state.buttons, state.values) for state in found]


def test_a_button_tapped_between_two_ticks_acts_in_one_of_them() -> None:
    controls = Controls(AIMED)
    controls.point({"aim": 7})
    controls.press("throw")
    controls.release("throw")
    assert AIMED.unpack(controls.upcoming.action).buttons == 1
    assert actions(controls, 3) == [(1, (7,)), (0, (0,)), (0, (0,))]


def test_values_are_those_of_the_moment_in_which_a_button_changed() -> None:
    controls = Controls(AIMED)
    controls.point({"aim": 7})
    controls.press("throw")
    assert actions(controls, 1) == [(1, (7,))]
    controls.point({"aim": 99})
    assert actions(controls, 2) == [(1, (7,))] * 2, "the pointer alone changes nothing, and costs no byte"
    controls.press("duck")
    assert actions(controls, 1) == [(3, (99,))]


def test_a_button_that_is_pressed_again_within_a_tick_comes_up_for_one_first() -> None:
    controls = Controls(AIMED)
    controls.press("throw")
    assert actions(controls, 2) == [(1, (0,))] * 2
    controls.release("throw")
    controls.press("throw")
    assert actions(controls, 3) == [(0, (0,)), (1, (0,)), (1, (0,))]


def test_who_lets_go_of_everything_holds_no_button_and_unknown_ones_do_nothing() -> None:
    controls = Controls(AIMED)
    controls.press("jump")
    assert controls.upcoming.action == 0
    controls.press("throw")
    controls.next()
    controls.release_all()
    assert controls.next().action == 0


def test_a_game_without_a_dash_has_none() -> None:
    controls = Controls(AIMED)
    controls.press("right")
    controls.press("dash")
    assert controls.next().direction == EAST
