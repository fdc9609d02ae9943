"""A line of chat from its speaker to everybody, and what is not said: hostile texts, and too many of them."""

import contextlib
import logging
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from game.tag import TAG
from net.conditioner.link import Conditions
from net.server.limits.rate_limits import BURST, FLOOD, TOO_FAST, ChatRateLimit
from net.wire.codec import FROM_CLIENT_LIMIT, encode
from net.wire.errors import RemoteProtocolError
from net.wire.messages import VERSION, Frame, Goodbye, Hello, Said, Say, Snapshot, Welcome
from net.wire.texts import CHAT_LIMIT, clean_chat
from tests.harness import Player, Stage, Stranger


def listen(player: Player) -> list[Said]:
    """What that player reads from now on."""
    heard: list[Said] = []
    player.play.said = heard.append
    return heard


def seated(stage: Stage, name: str = "Eve") -> Stranger:
    stranger = Stranger(stage)
    stranger.say(Hello(VERSION, TAG.registry().schema_hash, name, 0))
    stage.run(4)
    return stranger


def lines(stranger: Stranger) -> list[Said]:
    return [message for message in stranger.told if isinstance(message, Said)]


def test_a_line_reaches_everybody_once_and_its_speaker_too() -> None:
    stage = Stage()
    ann, bob = stage.join("Ann"), stage.join("Bob", Conditions(latency=0.1))
    stage.settle()
    heard = [listen(ann), listen(bob)]
    ann.play.say("over  here!")
    stage.run(30)
    assert heard == [[Said(ann.net_id, "over here!")]] * 2


def test_a_line_is_encoded_once_and_comes_behind_the_frame() -> None:
    stage = Stage()
    ann, bob = stage.join("Ann"), stage.join("Bob")
    stage.settle()
    for player in (ann, bob):
        player.tap.data.clear()
    ann.play.say("hello")
    stage.run(60)
    assert bytes(ann.tap.data).count(encode(Said(ann.net_id, "hello"))) == 1
    assert bytes(ann.tap.data) == bytes(bob.tap.data)
    assert ann.compared > 60  # and the mirrors stayed exact


def test_who_has_just_come_is_told_the_world_before_the_first_line() -> None:
    stage = Stage()
    ann = stage.join("Ann")
    stage.settle()
    eve = Stranger(stage)
    eve.say(Hello(VERSION, TAG.registry().schema_hash, "Eve", 0))
    stage.run(6, lambda tick: ann.play.say("welcome"))
    first = next(index for index, message in enumerate(eve.told) if isinstance(message, Said))
    assert [type(message) for message in eve.told[:2]] == [Welcome, Snapshot]
    assert first > 1
    assert eve.told[first] == Said(ann.net_id, "welcome")


def test_nobody_reads_a_line_before_they_know_its_speaker() -> None:
    stage = Stage()
    eve = seated(stage)
    mallory = Stranger(stage)
    mallory.say(Hello(VERSION, TAG.registry().schema_hash, "Mallory", 0))
    while not any(isinstance(message, Welcome) for message in mallory.told):
        stage.run(1)
    mallory.say(Say("first!"))
    stage.run(4)
    (net_id,) = (message.net_id for message in mallory.told if isinstance(message, Welcome))
    known = [
        index
        for index, message in enumerate(eve.told)
        if isinstance(message, Frame) and net_id in (entity for entity, _ in message.spawned)
    ]
    first = eve.told.index(Said(net_id, "first!"))
    assert known
    assert known[0] < first


def test_before_the_welcome_nobody_is_heard() -> None:
    stage = Stage()
    eve = Stranger(stage)
    eve.say(Say("hello"))
    stage.run(3)
    assert isinstance(eve.told[-1], Goodbye)
    assert "out of turn" in eve.told[-1].reason


@pytest.mark.parametrize(
    ("said", "read"),
    {
        "  many   blanks\t\n here ": "many blanks here",
        "bell\a and escape \x1b[31m": "bell and escape [31m",
        "right\u202eto left\u2066": "rightto left",
        "zero\u200bwidth\u200d\ufeff": "zerowidth",
        "ｗｉｄｅ": "wide",
        "e\u0301": "é",
        "\u3164\u115f\u2800x\ufe0f\U000e0101": "x",
        "lines\u2028and\u2029paragraphs\r\n": "lines and paragraphs",
        "private \ue000 use": "private use",
        "a lone \ud800 half": "a lone half",
        "日本語 ✓ ñ 🙂": "日本語 ✓ ñ 🙂",
    }.items(),
)
def test_a_line_is_cleaned(said: str, read: str) -> None:
    assert clean_chat(said) == read


def test_a_line_has_from_one_to_so_many_characters() -> None:
    assert clean_chat("x") == "x"
    assert clean_chat("x" * CHAT_LIMIT) == "x" * CHAT_LIMIT
    with pytest.raises(ValueError, match=f"at most {CHAT_LIMIT} characters, this one has {CHAT_LIMIT + 1}"):
        clean_chat("x" * (CHAT_LIMIT + 1))
    for nothing in ("", "  \n", "\u200b", "\u3164 \u2800", "\x00"):
        with pytest.raises(ValueError, match="at least one character"):
            clean_chat(nothing)
    assert len(encode(Say("🙂" * CHAT_LIMIT))) <= FROM_CLIENT_LIMIT


@settings(derandomize=True, deadline=None, max_examples=300)
@given(st.text(max_size=60))
def test_what_was_cleaned_is_clean(text: str) -> None:
    try:
        line = clean_chat(text)
    except ValueError:
        return
    assert clean_chat(line) == line
    assert line.isprintable()
    assert unicodedata.is_normalized("NFKC", line)


@pytest.mark.parametrize("text", ["\u202e", "x" * (CHAT_LIMIT + 1), "\x00\x01"])
def test_a_line_that_cannot_be_said_is_answered_to_its_speaker_alone(text: str) -> None:
    stage = Stage()
    ann = stage.join("Ann")
    stage.settle()
    heard = listen(ann)
    eve = seated(stage)
    eve.say(Say(text))
    stage.run(4)
    (said,) = lines(eve)
    assert said.net_id == 0
    assert said.text.startswith("not said: a line has" if len(text) > 9 else "not said: a line needs")
    assert heard == []
    eve.say(Say("better"))  # it cost nobody anything
    stage.run(4)
    assert [said.text for said in heard] == ["better"]


def test_a_burst_is_told_and_what_is_beyond_is_dropped_and_told_once() -> None:
    stage = Stage()
    ann = stage.join("Ann")
    stage.settle()
    heard = listen(ann)
    eve = seated(stage)
    for number in range(BURST):
        eve.say(Say(f"{number}"))
    stage.run(4)
    assert [said.text for said in heard] == [f"{number}" for number in range(BURST)]
    assert [said.text for said in lines(eve)] == [f"{number}" for number in range(BURST)]
    for _ in range(3):
        eve.say(Say("too much"))
    stage.run(4)
    assert len(heard) == BURST
    assert lines(eve)[BURST:] == [Said(0, TOO_FAST)]
    stage.run(60)
    eve.say(Say("a second later"))
    stage.run(4)
    assert heard[-1].text == "a second later"


def test_a_flood_ends_its_session_with_a_reason_and_nobody_else(caplog: pytest.LogCaptureFixture) -> None:
    stage = Stage()
    ann = stage.join("Ann")
    stage.settle()
    heard = listen(ann)
    eve = seated(stage)
    with caplog.at_level(logging.INFO):
        for _ in range(BURST + FLOOD):
            eve.say(Say("buy"))
        stage.run(4)
        assert eve.ended is None
        eve.say(Say("buy"))
        stage.run(4)
    assert isinstance(eve.told[-1], Goodbye)
    assert "a flood of chat" in eve.told[-1].reason
    assert "a flood of chat" in caplog.text
    assert len(heard) == BURST
    with stage.simulation.world as world:
        assert world.net_ids() == [ann.net_id]
    ann.play.say("she is gone")
    stage.run(4)
    assert heard[-1] == Said(ann.net_id, "she is gone")


def test_a_pause_for_a_whole_burst_forgives_and_a_shorter_one_does_not() -> None:
    for pause, forgiven in ((BURST, True), (BURST - 0.5, False)):
        chat_limit = ChatRateLimit(0.0)
        for _ in range(BURST + FLOOD):
            chat_limit.say("x", 0.0)
        said = 0
        with contextlib.suppress(RemoteProtocolError):
            for _ in range(BURST + FLOOD):
                said += bool(chat_limit.say("x", pause).line)
            assert forgiven
        assert said == (BURST if forgiven else BURST - 1)


def test_a_client_that_reads_nothing_does_not_make_chat_pile_up() -> None:
    stage = Stage(max_unsent=2000)
    ann = stage.join("Ann")
    stage.settle()
    slow = Stranger(stage, Conditions(rate=100, buffer=200))
    slow.say(Hello(VERSION, TAG.registry().schema_hash, "Slow", 0))
    stage.run(60)
    largest = 0
    for _ in range(30):
        ann.play.say("word " * 20)
        stage.run(60)
        largest = max(largest, slow.session.pipe.unsent)
    assert 0 < largest < 5000
