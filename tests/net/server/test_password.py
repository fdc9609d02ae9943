"""A server with a password lets in who knows it, nobody else, and nobody who tries for long."""

import logging
from collections.abc import Iterator

import pytest

from net.client.client_session import Ending
from net.conditioner.link import Conditions
from net.server.limits import password_gate
from net.server.limits.password_gate import TRIES, TRIES_OF_THIS_MACHINE, TRIES_SECONDS, PasswordGate
from net.server.network_system import GREETING_SECONDS
from net.wire.codec import encode
from net.wire.connection import State
from net.wire.framing import frame
from net.wire.messages import Challenge, Goodbye, Hello, Proof, Refusal, Refused, Steer, Welcome
from net.wire.password import prove
from tests.game.test_leaving import seen_by
from tests.harness import Clock, Stage, Stranger
from tests.net.server.test_resume import cut, hello
from tests.net.server.test_spectating import watch

PASSWORD = "correct horse"


@pytest.fixture
def stage() -> Iterator[Stage]:
    stage = Stage(password=PASSWORD)
    yield stage
    stage.close()


def asked(stage: Stage, said: Hello | None = None) -> tuple[Stranger, Challenge]:
    """A raw peer that has said hello, and what it was asked."""
    stranger = Stranger(stage)
    stranger.say(said or hello(stage))
    stage.run(2)
    (challenge,) = stranger.told
    assert isinstance(challenge, Challenge)
    return stranger, challenge


def tried(stage: Stage, password: str, token: str = "") -> Welcome | Refused:
    """What the server says to that password."""
    stranger, challenge = asked(stage, hello(stage, token))
    stranger.say(prove(password, challenge))
    stage.run(4)
    answer = stranger.told[1]
    assert isinstance(answer, Welcome | Refused)
    return answer


@pytest.mark.parametrize("conditions", [Conditions(), Conditions(latency=0.1, largest_chunk=7)], ids=["near", "far"])
def test_who_knows_the_password_plays_and_watches(stage: Stage, conditions: Conditions) -> None:
    stage.join("Ann", conditions, password=PASSWORD)
    stage.watch("Eve", conditions, password=PASSWORD)
    stage.settle()
    assert len(stage.simulation.seats) == 1


def test_without_a_password_a_client_is_asked_and_leaves_for_its_player_to_type_it(stage: Stage) -> None:
    ann = stage.join("Ann")
    stage.run(30)
    assert ann.play.ending is Ending.PASSWORD
    assert ann.play.reason == "this server wants a password"
    assert len(stage.simulation.seats) == 0


def test_a_wrong_password_is_refused_and_said_to_be_wrong(stage: Stage) -> None:
    ann = stage.join("Ann", password="correct house")
    stage.run(30)
    assert (ann.play.ending, ann.play.reason) == (Ending.PASSWORD, "the password is wrong")
    assert ann.play.refusal is Refusal.PASSWORD
    assert len(stage.simulation.seats) == 0


def test_to_a_server_without_a_password_none_is_said() -> None:
    stage = Stage()
    ann = stage.join("Ann", password=PASSWORD)
    stage.settle()
    assert ann.net_id == 1
    stage.close()


def test_neither_playing_nor_watching_nor_coming_back_goes_without_a_proof(stage: Stage) -> None:
    ann = stage.join("Ann", password=PASSWORD)
    stage.settle()
    cut(ann)
    stage.run(4)
    for said in (hello(stage), watch(), hello(stage, ann.play.token)):
        for answer in (Proof("0" * 32, "0" * 64), Steer(1, 1)):
            stranger, _ = asked(stage, said)
            stranger.say(answer)
            stage.run(4)
            assert isinstance(stranger.told[1], Refused | Goodbye)
            assert stranger.ended is not None
    assert len(stage.simulation.seats) == 1, "the seat of who was lost is still held"
    ann.come_back()
    stage.run(30)
    assert ann.net_id in seen_by(ann)


def test_who_comes_back_proves_it_again_by_itself_and_has_the_same_body(stage: Stage) -> None:
    ann = stage.join("Ann", password=PASSWORD)
    stage.settle()
    own = ann.net_id
    cut(ann)
    stage.run(10)
    ann.come_back()
    stage.run(30)
    assert ann.net_id == own


def test_who_says_nothing_to_the_question_is_gone_as_soon_as_one_who_says_no_hello(stage: Stage) -> None:
    stranger, _ = asked(stage)
    stage.run(round((GREETING_SECONDS + 1) * 60))
    assert stranger.told[-1] == Goodbye("did not say hello within 5 s")
    assert stranger.ended is not None


def test_a_proof_that_was_overheard_is_good_for_nobody_else(stage: Stage) -> None:
    ann, challenge = asked(stage)
    proof = prove(PASSWORD, challenge)
    ann.say(proof)
    thief, other = asked(stage)
    thief.say(proof)
    stage.run(4)
    assert isinstance(ann.told[1], Welcome)
    assert isinstance(thief.told[1], Refused)
    assert challenge.nonce != other.nonce
    assert challenge.salt == other.salt, "or a client would have to derive the key anew"


def test_after_some_wrong_tries_the_right_password_is_refused_too_until_a_minute_has_passed(stage: Stage) -> None:
    for _ in range(TRIES - 1):
        assert isinstance(tried(stage, "guess"), Refused)
    assert isinstance(tried(stage, PASSWORD), Welcome), "so many may be wrong"
    assert isinstance(tried(stage, "guess"), Refused)
    late = tried(stage, PASSWORD)
    assert isinstance(late, Refused)
    assert late.refusal is Refusal.PASSWORD
    assert "too many wrong passwords from your address: wait" in late.reason
    stage.clock.time += TRIES_SECONDS
    assert isinstance(tried(stage, PASSWORD), Welcome)


def test_many_connections_at_once_gain_no_tries(stage: Stage) -> None:
    crowd = [asked(stage) for _ in range(3 * TRIES)]
    for stranger, challenge in crowd:
        stranger.say(prove("guess", challenge))
    last, challenge = asked(stage)
    last.say(prove(PASSWORD, challenge))
    stage.run(4)
    reasons = [answer.reason for stranger, _ in crowd for answer in stranger.told if isinstance(answer, Refused)]
    assert reasons.count("the password is wrong") == TRIES
    assert isinstance(last.told[1], Refused)


def test_tries_of_one_origin_cost_another_nothing_and_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(password_gate, "REMEMBERED", 10)
    clock = Clock()
    gate = PasswordGate(PASSWORD, clock)
    wrong, right = Proof("0" * 32, "0" * 64), gate.challenge()
    for _ in range(TRIES):
        assert gate.objection(gate.challenge(), wrong, "192.0.2.1") == "the password is wrong"
    assert "too many" in gate.objection(right, prove(PASSWORD, right), "192.0.2.1")
    assert gate.objection(right, prove(PASSWORD, right), "192.0.2.2") == ""
    for number in range(1000):
        gate.objection(right, wrong, f"198.51.100.{number}")
        assert len(gate._wrong) <= 11
    clock.time += TRIES_SECONDS
    gate.objection(right, wrong, "192.0.2.1")
    assert len(gate._wrong) == 1


def test_who_comes_through_a_tunnel_is_neither_locked_out_by_a_typo_of_another_nor_free_to_guess() -> None:
    clock = Clock()
    gate = PasswordGate(PASSWORD, clock)
    wrong, right = Proof("0" * 32, "0" * 64), gate.challenge()
    for number in range(TRIES_OF_THIS_MACHINE):
        assert gate.objection(right, prove(PASSWORD, right), "127.0.0.1") == "", f"after {number} wrong ones"
        assert gate.objection(gate.challenge(), wrong, ("127.0.0.1", "::1")[number % 2]) == "the password is wrong"
    assert TRIES_OF_THIS_MACHINE > 10 * TRIES
    for host in ("127.0.0.1", "::1"):
        assert "too many" in gate.objection(right, prove(PASSWORD, right), host)
    assert gate.objection(right, prove(PASSWORD, right), "127.0.0.2") == "", "which is counted like anybody"
    clock.time += TRIES_SECONDS
    assert gate.objection(right, prove(PASSWORD, right), "::1") == ""


def test_who_guesses_keeps_nobody_out_who_comes_back_and_a_stolen_token_gains_no_tries(stage: Stage) -> None:
    ann = stage.join("Ann", password=PASSWORD)
    stage.settle()
    token = ann.play.token
    for _ in range(2 * TRIES):
        tried(stage, "guess")
    assert isinstance(tried(stage, PASSWORD), Refused), "a newcomer from there has to wait"
    answers = [tried(stage, "guess", token) for _ in range(TRIES - 1)]
    assert all(isinstance(answer, Refused) and answer.reason == "the password is wrong" for answer in answers)
    assert isinstance(tried(stage, PASSWORD, token), Welcome)
    token = stage.simulation.seats._seats[ann.net_id].offered
    tried(stage, "guess", token)
    assert isinstance(tried(stage, PASSWORD, token), Refused), "the tries of a seat are counted, too"


def test_the_password_is_neither_on_the_wire_nor_in_a_log(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    said = bytearray()
    ann = stage.join("Ann", password=PASSWORD)
    write = ann.near.write
    ann.near.write = lambda data: (said.extend(data), write(data))[1]  # type: ignore[method-assign,func-returns-value]
    ann.session.received(b"")
    stage.settle()
    wire = bytes(said) + bytes(ann.tap.data)
    assert any(frame(encode(message))[:6] in wire for message in (Proof("0" * 32, "0" * 64),)), "the proof is"
    assert PASSWORD.encode() not in wire
    lines = [*(record.getMessage() for record in caplog.records), repr(stage.settings)]
    assert any("join: 'Ann'" in line for line in lines)
    assert not any(PASSWORD in line for line in lines)


def test_a_server_that_asks_twice_gets_one_answer() -> None:
    stage = Stage(password=PASSWORD)
    ann = stage.join("Ann", password=PASSWORD)
    stage.run(3)
    assert ann.play._connection.state in (State.OPEN, State.VERDICT)
    sent = ann.play.traffic.bytes_out
    ann.play.received(frame(encode(Challenge("0" * 32, "0" * 32))))
    assert ann.play.ending is Ending.LOST
    assert "Challenge is out of turn" in ann.play.reason
    assert ann.play.traffic.bytes_out - sent < 100, "a goodbye, and no proof"
    stage.close()
