"""The client's ReconciliationSystem: silent where the prediction was right, exact and attributed where it was not."""

import logging

import pytest

from ecs.movement.step import DIRECTIONS
from ecs.surprises import BY_THE_RULES
from net.client.corrections import Cause, Correction
from net.components import Name
from net.wire.errors import RemoteProtocolError
from tests.net.client.client_stays import OTHER, Hand

EAST = DIRECTIONS.index((1, 0))


def frames(hand: Hand, first: int, last: int) -> None:
    for n in range(first, last):
        hand.frame(0.1 + n / 60)


@pytest.fixture
def walking() -> tuple[Hand, int]:
    """Somebody who has walked east for a while, unheard so far; and the tick of the intent."""
    hand = Hand()
    frames(hand, 0, 2)
    hand.shown()
    hand.controls.steer(EAST)
    frames(hand, 2, 12)
    assert len(hand.said) == 1
    return hand, hand.said[0].tick


def test_what_was_predicted_is_not_corrected(walking: tuple[Hand, int]) -> None:
    hand, at = walking
    hand.told(at - 1, 0)
    hand.frame(0.1 + 12 / 60)
    hand.told(at + 5, EAST, ((at, 5, EAST, 0),))
    frames(hand, 13, 20)
    assert hand.mirror.tick == at + 5
    assert hand.reconciliation.causes.total() == 0
    prediction = hand.reconciliation.prediction
    assert prediction is not None
    assert prediction.body.vx == 64
    assert prediction.tick > at + 10


def test_a_push_is_one_correction_of_its_size_and_says_who(walking: tuple[Hand, int]) -> None:
    hand, at = walking
    hand.told(at - 1, 0)
    hand.frame(0.1 + 12 / 60)
    hand.told(at + 3, EAST, ((at, 5, EAST, 0),), by=OTHER, dx=-160)
    frames(hand, 13, 14)
    correction = hand.reconciliation.recent[-1]
    assert (correction.cause, correction.by, correction.dx, correction.dy) == (Cause.PUSHED, OTHER, -160, 0)
    assert hand.shown().error_x == 160, "what is drawn does not jump: the difference becomes an error that fades"
    frames(hand, 14, 30)
    assert hand.reconciliation.causes == {Cause.PUSHED: 1}


def test_a_rule_that_moves_us_is_no_error_to_fade(walking: tuple[Hand, int]) -> None:
    hand, at = walking
    hand.told(at - 1, 0)
    hand.frame(0.1 + 12 / 60)
    hand.told(at + 3, EAST, ((at, 5, EAST, 0),), by=BY_THE_RULES, dx=5000)
    frames(hand, 13, 14)
    assert hand.reconciliation.causes == {Cause.RULES: 1}
    assert hand.shown().error_x == 0


def test_a_late_intent_says_by_how_much(walking: tuple[Hand, int]) -> None:
    hand, at = walking
    hand.told(at + 3, 0)  # the server is past the tick and has not heard of it
    hand.frame(0.1 + 12 / 60)
    assert hand.reconciliation.causes == {Cause.LATE: 1}
    hand.told(at + 4, 0)
    hand.told(at + 6, EAST, ((at + 5, 5, EAST, 0),))
    frames(hand, 13, 20)
    assert set(hand.reconciliation.causes) == {Cause.LATE}
    correction = hand.reconciliation.recent[-1]
    assert correction.ticks == 5
    assert correction.dx < 0
    before = hand.reconciliation.causes.total()
    hand.told(at + 8, EAST)
    frames(hand, 20, 30)
    assert hand.reconciliation.causes.total() == before


def test_an_acknowledgement_of_what_was_never_said_is_a_fault_of_the_server() -> None:
    hand = Hand()
    frames(hand, 0, 2)
    hand.told(102, EAST, ((102, 5, EAST, 0),))
    with pytest.raises(RemoteProtocolError, match="never said"):
        hand.frame(0.2)


def test_who_is_carried_out_of_what_is_told_keeps_what_was_predicted_until_it_is_told_again() -> None:
    hand = Hand()
    frames(hand, 0, 2)
    predicted = hand.reconciliation.prediction
    assert predicted is not None
    with hand.world as world:
        world.remove(5)
    hand.told(102, 0)
    hand.frame(0.2)
    assert hand.reconciliation.prediction is predicted
    assert not hand.reconciliation.causes


def test_each_correction_is_logged_with_tick_component_size_and_cause(
    walking: tuple[Hand, int], caplog: pytest.LogCaptureFixture
) -> None:
    hand, at = walking
    caplog.set_level(logging.DEBUG)
    with hand.world as world:
        world.spawn(OTHER, Name("Ann"))
    hand.told(at - 1, 0)
    hand.frame(0.1 + 12 / 60)
    hand.told(at + 3, EAST, ((at, 5, EAST, 0),), by=OTHER, dx=-160)
    frames(hand, 13, 14)
    assert hand.reconciliation.prediction is not None
    tick = hand.reconciliation.recent[-1].tick
    assert [record.getMessage() for record in caplog.records if record.levelno == logging.DEBUG] == [
        f"correction at tick {tick}: Position by 10.00 pixels, pushed by Ann"
    ]
    assert hand.reconciliation.causes.total() == len(hand.reconciliation.recent) == 1


def test_a_body_that_only_moves_otherwise_is_a_correction_of_its_velocity(walking: tuple[Hand, int]) -> None:
    hand, at = walking
    hand.told(at - 1, 0)
    hand.frame(0.1 + 12 / 60)
    prediction = hand.reconciliation.prediction
    assert prediction is not None
    prediction.body = prediction.body._replace(vx=prediction.body.vx + 1)  # as no step would have it
    hand.told(at + 3, EAST, ((at, 5, EAST, 0),))
    hand.frame(0.1 + 12 / 60)
    correction = hand.reconciliation.recent[-1]
    assert (correction.component, correction.size) == ("Velocity", 0.0)
    assert correction.cause is Cause.UNEXPLAINED


@pytest.mark.parametrize(
    ("correction", "words"),
    [
        (Correction(9, 16, 0, Cause.LATE, ticks=3), "late by 3 ticks"),
        (Correction(9, 16, 0, Cause.LATE, ticks=1), "late by 1 tick"),
        (Correction(9, 16, 0, Cause.PUSHED, by=4), "pushed by Ann"),
        (Correction(9, 16, 0, Cause.RULES), "moved by the rules"),
        (Correction(9, 16, 0, Cause.SNAPSHOT), "after a gap"),
        (Correction(9, 16, 0, Cause.UNEXPLAINED), "unexplained"),
    ],
)
def test_a_cause_is_said_in_words(correction: Correction, words: str) -> None:
    assert correction.why("Ann") == words
