"""The client's InputSystem: predicts at once, tells each change once, and never runs wild after a gap."""

import pytest

from ecs.movement.step import DIRECTIONS
from net.client.clock import SAFETY_TICKS
from net.client.controls import Wanted
from net.wire.messages import Steer
from tests.net.client.client_stays import Hand

EAST, SOUTH_EAST = DIRECTIONS.index((1, 0)), DIRECTIONS.index((1, 1))


@pytest.fixture
def hand() -> Hand:
    hand = Hand()
    hand.frame(0.1)
    hand.frame(0.1 + 1 / 60)
    return hand


def predicted(hand: Hand) -> tuple[int, int]:
    assert hand.reconciliation.prediction is not None
    return hand.reconciliation.prediction.tick, hand.reconciliation.prediction.body.x


def test_it_runs_ahead_of_the_server_by_the_way_there_and_a_margin(hand: Hand) -> None:
    tick, _ = predicted(hand)
    assert hand.clock.tick(0.1 + 1 / 60) == pytest.approx(107.0)
    assert hand.clock.lead == pytest.approx(3 + SAFETY_TICKS)  # half of 100 ms, and the margin
    assert tick == int(107.0 + hand.clock.lead)


def test_a_key_moves_the_player_in_the_same_frame_and_is_told_once(hand: Hand) -> None:
    tick, x = predicted(hand)
    hand.controls.press("right")
    hand.frame(0.1 + 2 / 60)
    assert predicted(hand)[1] > x
    assert hand.said == [Steer(tick + 1, EAST)]
    for n in range(3, 30):
        hand.frame(0.1 + n / 60)
    assert len(hand.said) == 1
    hand.controls.press("down")
    hand.frame(0.1 + 30 / 60)
    hand.controls.release_all()
    hand.frame(0.1 + 31 / 60)
    assert [steer.direction for steer in hand.said] == [EAST, SOUTH_EAST, 0]
    assert sorted({steer.tick for steer in hand.said}) == [steer.tick for steer in hand.said]


def test_nothing_is_predicted_before_there_is_a_clock_and_a_body() -> None:
    hand = Hand()
    hand.incoming.inbox.clear()
    hand.controls.press("right")
    hand.frame(0.2)
    assert hand.reconciliation.prediction is None
    assert hand.said == []


def test_a_stalled_frame_loop_is_caught_up_without_a_storm_of_intents(hand: Hand) -> None:
    tick, _ = predicted(hand)
    hand.controls.press("right")
    hand.controls.release("right")
    hand.controls.press("right")
    hand.frame(2.1)
    assert predicted(hand)[0] == tick + 119
    assert len(hand.said) <= 2
    assert hand.said[0].tick >= tick + 117


def test_without_a_word_from_the_server_it_stops_after_three_seconds(hand: Hand) -> None:
    hand.frame(30.0)
    assert predicted(hand)[0] == hand.mirror.tick + 180
    hand.frame(31.0)
    assert predicted(hand)[0] == hand.mirror.tick + 180


def test_a_key_in_a_frame_without_a_tick_is_drawn_all_the_same(hand: Hand) -> None:
    prediction = hand.reconciliation.prediction
    assert prediction is not None
    tick = prediction.tick
    hand.controls.press("right")
    hand.frame(0.1 + 1.3 / 60)
    assert prediction.tick == tick
    assert prediction.peek(hand.input.upcoming)[0].x > prediction.body.x
    assert prediction.peek(Wanted(0))[0].x == prediction.body.x
