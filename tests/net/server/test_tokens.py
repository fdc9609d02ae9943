"""Who is let back into a seat and who is not: a token is good for one return, into one seat, while that is held."""

import itertools
import logging
import random
import re
import weakref

import pytest

import game.server.app
from ecs.surprises import Surprises
from ecs.world import World
from game.cli import main
from game.tag import TAG
from net.client.client_session import Ending
from net.defaults import HOLD_SECONDS
from net.server.seats import FullError, Seats, mint_token
from net.server.simulation import ServerSettings
from net.wire.codec import encode
from net.wire.framing import frame
from net.wire.messages import Frame, Goodbye, Ping, Refusal, Refused, Snapshot, Steer, Welcome
from tests.game.test_leaving import away_for, seen_by, three
from tests.harness import HALL, Stage, Stranger
from tests.net.server.test_resume import HOLD_TICKS, cut, greeting, hello, welcome_of

WRONG = "f" * 32


@pytest.mark.parametrize("token", [WRONG, "x", "é" * 32, "\0" * 32, "f" * 256], ids=range(5))
def test_a_wrong_token_is_refused_and_the_seat_stays_held(token: str) -> None:
    stage = Stage()
    ann, bob, _ = three(stage)
    own = bob.net_id
    cut(bob)
    stage.run(10)
    mallory = greeting(stage, token)
    (refused,) = mallory.told
    assert isinstance(refused, Refused)
    assert refused.refusal is Refusal.TOKEN
    assert mallory.ended is not None
    assert away_for(ann) == {own}
    bob.come_back()
    stage.run(30)
    assert bob.net_id == own
    assert away_for(ann) == set()


def test_nearly_the_right_token_is_wrong() -> None:
    stage = Stage()
    _, bob, _ = three(stage)
    cut(bob)
    stage.run(4)
    token = bob.play.token
    other = "0" if token[-1] != "0" else "1"
    for guess in (token[:-1], token + "0", token[:-1] + other, other + token[1:], token.upper() + " "):
        assert isinstance(greeting(stage, guess).told[0], Refused)


def test_an_expired_token_is_refused_in_the_same_words_as_a_wrong_one_and_the_player_is_gone_for_everybody() -> None:
    stage = Stage()
    ann, bob, cid = three(stage)
    own, token = bob.net_id, bob.play.token
    cut(bob)
    stage.run(HOLD_TICKS - 4)
    assert own in seen_by(ann)
    stage.run(12)
    assert seen_by(ann) == seen_by(cid) == {ann.net_id, cid.net_id}
    late, wrong = greeting(stage, token), greeting(stage, WRONG)
    assert isinstance(late.told[0], Refused)
    assert late.told == wrong.told
    assert len(stage.simulation.seats) == 2
    bob.come_back("")
    stage.run(60)
    assert bob.net_id not in (own, ann.net_id, cid.net_id)


def test_where_no_seat_is_held_the_token_of_who_was_lost_is_refused() -> None:
    stage = Stage(hold_seconds=0)
    ann, bob, cid = three(stage)
    cut(bob)
    stage.run(8)
    assert seen_by(ann) == {ann.net_id, cid.net_id}
    bob.come_back()
    stage.run(20)
    assert bob.play.ending is Ending.EXPIRED
    assert bob.play.reason == "no seat is held for this token"


def test_after_a_goodbye_the_seat_is_free_at_once_and_the_token_void() -> None:
    stage = Stage(max_players=3)
    _, bob, _ = three(stage)
    token = bob.play.token
    bob.play.leave()
    stage.run(8)
    assert len(stage.simulation.seats) == 2
    assert isinstance(greeting(stage, token).told[0], Refused)
    assert isinstance(greeting(stage).told[0], Welcome)


@pytest.mark.parametrize("bad", [b"\0\0\0\0", frame(encode(Steer(1, 31)))], ids=["framing", "direction"])
def test_who_breaks_the_protocol_loses_the_seat_at_once_and_its_token(bad: bytes) -> None:
    stage = Stage()
    eve = greeting(stage)
    eve.say(Ping(1))
    eve.near.write(bad)
    stage.run(3)
    assert isinstance(eve.told[-1], Goodbye)
    assert len(stage.simulation.seats) == 0
    assert isinstance(greeting(stage, welcome_of(eve).token).told[0], Refused)


def test_a_token_used_twice_at_once_gives_the_seat_to_the_newer_one() -> None:
    stage = Stage()
    _, bob, _ = three(stage)
    cut(bob)
    stage.run(4)
    first, second = Stranger(stage), Stranger(stage)
    for stranger in (first, second):
        stranger.say(hello(stage, bob.play.token))
    stage.run(4)
    assert welcome_of(first).net_id == welcome_of(second).net_id == bob.net_id
    assert first.told[-1] == Goodbye("you came in from somewhere else")
    assert isinstance(second.told[-1], Snapshot | Frame)
    assert welcome_of(first).token != welcome_of(second).token
    assert len(stage.simulation.seats) == 3


def test_a_token_is_void_once_its_successor_has_come_through() -> None:
    stage = Stage()
    _, bob, _ = three(stage)
    former = bob.play.token
    cut(bob)
    stage.run(4)
    bob.come_back()
    stage.run(30)
    thief = greeting(stage, former)
    assert isinstance(thief.told[0], Refused)
    assert bob.play.ending is None
    assert bob.play.token != former
    cut(bob)
    stage.run(4)
    assert isinstance(greeting(stage, former).told[0], Refused)
    assert welcome_of(greeting(stage, bob.play.token)).net_id == bob.net_id


def test_a_welcome_that_is_lost_on_its_way_costs_nobody_their_seat() -> None:
    stage = Stage()
    ann, bob, _ = three(stage)
    own, token = bob.net_id, bob.play.token
    cut(bob)
    stage.run(4)
    for _ in range(3):
        bob.come_back(token)
        bob.updating = False
        stage.run(2)
        bob.far.lose("the connection was reset")
        stage.run(HOLD_TICKS - 60)
        assert away_for(ann) == {own}, "each attempt is held anew"
    bob.come_back(token)
    stage.run(30)
    assert bob.net_id == own


def test_who_has_used_a_token_is_known_to_have_it_whatever_became_of_the_welcome() -> None:
    stage = Stage()
    mute = greeting(stage)  # has a token, and never says a word that would show it
    back = greeting(stage, welcome_of(mute).token)
    back.far.lose("the connection was reset")
    stage.run(10)
    assert welcome_of(greeting(stage, welcome_of(mute).token)).net_id == welcome_of(mute).net_id


def test_ten_thousand_joins_and_returns_leave_no_tokens_behind() -> None:
    class Secret(str):
        """A text that can be watched."""

    alive = weakref.WeakSet[Secret]()
    numbers = itertools.count(1)

    def mint() -> str:
        secret = Secret(f"{next(numbers):032x}")
        alive.add(secret)
        return secret

    world, rng = World(), random.Random(1)
    seats = Seats(world, Surprises(world), TAG, HALL, 16, rng, mint)
    inside: list[int] = []
    joins = 0
    with world:
        while joins < 10_000:
            kind = rng.random()
            if inside and kind < 0.3:
                seats.leave(inside.pop(rng.randrange(len(inside))))
            elif inside and kind < 0.6:
                net_id = rng.choice(inside)
                token = str(seats.offer_token(net_id))
                if rng.random() < 0.7:
                    seats.confirm_token(net_id)
                    seats.hold(net_id, 1, 5.0)
                assert seats.resume(token) == net_id
            else:
                try:
                    inside.append(seats.join("Ann", 0))
                    joins += 1
                    if joins % 8 == 0:
                        world.bodies.find()  # as each tick does
                except FullError:
                    continue
        assert len(alive) <= 2 * len(seats) <= 2 * 16
        assert seats.resume("") is None, "though some have no token yet"
        for net_id in inside:
            seats.leave(net_id)
        assert len(alive) == len(seats) == 0
        assert not any(seats.resume(f"{n:032x}") for n in range(1, next(numbers), 97))
    world.close()


def test_a_secret_is_128_random_bits_and_is_never_written_to_a_log(caplog: pytest.LogCaptureFixture) -> None:
    minted = {mint_token() for _ in range(1000)}
    assert len(minted) == 1000
    assert all(re.fullmatch(r"[0-9a-f]{32}", token) for token in minted)
    caplog.set_level(logging.DEBUG)
    stage = Stage(silence_seconds=1.0)
    _, bob, _ = three(stage)
    tokens = [bob.play.token]
    cut(bob)
    stage.run(10)
    greeting(stage, WRONG)
    bob.come_back()
    stage.run(20)
    tokens.append(bob.play.token)
    lines = [record.getMessage() for record in caplog.records]
    own = bob.net_id
    assert f"away: 'Bob' ({own}) from link, the connection was reset; the seat is held for 5 s" in lines
    assert f"back: 'Bob' ({own}) from link" in lines
    bob.updating = False
    stage.run(60 + HOLD_TICKS + 10)
    lines = [record.getMessage() for record in caplog.records]
    assert f"leave: 'Bob' ({own}), did not come back within 5 s" in lines
    assert not any(token in line for token in (*tokens, WRONG) for line in lines)


@pytest.mark.parametrize(
    ("arguments", "seconds"), [([], HOLD_SECONDS), (["--hold-seat", "0"], 0), (["--hold-seat", "2.5"], 2.5)]
)
def test_the_host_decides_for_how_long_seats_are_held(
    monkeypatch: pytest.MonkeyPatch, arguments: list[str], seconds: float
) -> None:
    served: list[ServerSettings] = []

    def serve(game: object, settings: ServerSettings, *others: object) -> int:
        served.append(settings)
        return 0

    monkeypatch.setattr(game.server.app, "serve", serve)
    assert main.main(["--server", "--silence", "7", *arguments]) == 0
    assert [(settings.silence_seconds, settings.hold_seconds) for settings in served] == [(7, seconds)]


@pytest.mark.parametrize("wrong", ["-1", "nan", "inf", "ever", "1e9"])
def test_an_impossible_hold_is_named(capsys: pytest.CaptureFixture[str], wrong: str) -> None:
    with pytest.raises(SystemExit):
        main.main(["--server", "--hold-seat", wrong])
    assert "--hold-seat" in (said := capsys.readouterr().err)
    assert "at least 0" in said
