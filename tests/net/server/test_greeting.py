"""Before the Hello: how long that may take, how many may take it, and what strangers write into the log."""

import logging

import pytest

from game.tag import TAG
from net.server.admission import MAX_GREETING
from net.server.network_system import DOOR_FRAMES, GREETING_SECONDS
from net.wire.codec import encode
from net.wire.framing import frame
from net.wire.messages import VERSION, Goodbye, Hello, Refused, Welcome
from tests.harness import Stage, Stranger

HELLO = frame(encode(Hello(VERSION, TAG.registry().schema_hash, "Eve", 0)))
RATE = 60
DOOR_TICKS = 2 * DOOR_FRAMES  # from one opening of the door to the next, where there are many


@pytest.mark.parametrize("a_byte_a_second", [False, True], ids=["silent", "a byte a second"])
def test_who_has_not_said_hello_in_time_is_shown_out_however_many_bytes_came(a_byte_a_second: bool) -> None:
    stage = Stage()
    eve, sent = Stranger(stage), 0
    for tick in range(round(GREETING_SECONDS * RATE) - 1):
        if a_byte_a_second and tick % RATE == 0:
            eve.near.write(HELLO[sent : sent + 1])
            sent += 1
        stage.run(1)
    assert eve.ended is None
    stage.run(RATE // 2)
    assert eve.told == [Goodbye(f"did not say hello within {GREETING_SECONDS:.0f} s")]


def test_who_says_it_at_the_last_moment_is_in_and_stays() -> None:
    stage = Stage()
    eve = Stranger(stage)
    eve.near.write(HELLO[:-1])
    stage.run(round(GREETING_SECONDS * RATE) - 3)
    eve.near.write(HELLO[-1:])
    stage.run(RATE)
    assert isinstance(eve.told[0], Welcome)
    assert eve.ended is None


def test_where_too_many_greet_the_one_who_has_been_at_it_for_longest_makes_room() -> None:
    stage = Stage()
    strangers = [Stranger(stage) for _ in range(MAX_GREETING)]
    stage.run(4)
    assert not any(stranger.told for stranger in strangers)
    ann = stage.join("Ann")
    stage.settle()
    assert [stranger.told for stranger in strangers if stranger.told] == [
        [Goodbye("did not say hello, and others want to come in")]
    ]
    assert strangers[0].told
    assert ann.joined.net_id == 1
    more = [Stranger(stage) for _ in range(MAX_GREETING)]
    stage.run(4)
    assert all(stranger.told for stranger in strangers[1:])
    assert not any(stranger.told for stranger in more)
    assert ann.play.ending is None, "who plays makes room for nobody"
    assert len(stage.simulation.admission.greeting) == MAX_GREETING


def test_who_has_said_hello_and_waits_for_the_door_to_open_makes_room_for_nobody() -> None:
    stage = Stage(max_players=2 * MAX_GREETING)
    stage.run(DOOR_TICKS + 1)
    strangers = []
    for _ in range(6):
        more = [Stranger(stage) for _ in range(60)]
        for stranger in more:
            stranger.near.write(HELLO)
        strangers += more
        stage.run(1)
    assert len(strangers) > MAX_GREETING
    stage.run(DOOR_TICKS)
    assert all(isinstance(stranger.told[0], Welcome | Refused) for stranger in strangers)
    assert sum(isinstance(stranger.told[0], Welcome) for stranger in strangers) > 100


def test_a_stranger_writes_no_line_of_its_own_into_the_log(caplog: pytest.LogCaptureFixture) -> None:
    forged = "x\n12:00:00 INFO ban: lifted\x1b[2J"
    stage = Stage()
    with caplog.at_level(logging.DEBUG):
        for message in (Hello(VERSION, forged, "Eve", 0), Hello(VERSION, TAG.registry().schema_hash, forged, 0)):
            Stranger(stage).say(message)
        Stranger(stage).say(Goodbye(forged))
        Stranger(stage).near.write(b"\0\0\0\x09" + forged.encode()[:9])
        stage.run(4)
    assert len(caplog.messages) == 4
    for line in caplog.messages:
        assert line.isprintable(), line


def test_a_flood_of_strangers_does_not_flood_the_log(caplog: pytest.LogCaptureFixture) -> None:
    stage = Stage()
    with caplog.at_level(logging.INFO):
        for _ in range(1000):
            Stranger(stage).near.write(b"GET / HTTP/1.1\r\n\r\n")
            stage.strangers[-1].near.deliver()
            stage.strangers[-1].far.deliver()
        stage.run(60)
        said = len(caplog.messages)
        assert 100 <= said < 120
        Stranger(stage).near.write(b"GET / HTTP/1.1\r\n\r\n")
        stage.run(4)
    assert "890 lines like the next one were left out" in caplog.text or "left out" in caplog.messages[said]
