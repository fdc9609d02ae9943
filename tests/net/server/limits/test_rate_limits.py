"""What one client may say: up to the limit nothing happens, near it the host is warned, beyond it that session ends."""

import logging

import pytest

from game.tag import TAG
from net.server.limits.rate_limits import BURST_SECONDS, FREE_BYTES, PER_TICK, MessageRateLimit
from net.wire.codec import encode
from net.wire.errors import RemoteProtocolError
from net.wire.framing import frame
from net.wire.messages import VERSION, Goodbye, Hello, Ping, Steer
from tests.harness import Stage, Stranger

RATE = 60
BURST = round(BURST_SECONDS * PER_TICK * RATE)
PING = frame(encode(Ping(1)))


def spend(limit: MessageRateLimit, tokens: int) -> int:
    """Spend that many, in messages; how many warnings there were."""
    return sum(limit.message() for _ in range(tokens))


def test_a_burst_passes_and_one_message_more_does_not() -> None:
    limit = MessageRateLimit(RATE, 0.0)
    spend(limit, BURST - 1)
    spend(limit, 1)
    with pytest.raises(RemoteProtocolError, match="too much at once: more than 240 messages a second"):
        spend(limit, 1)


def test_a_read_costs_as_much_as_a_message_and_so_do_its_bytes() -> None:
    size = FREE_BYTES * (BURST - 1)
    MessageRateLimit(RATE, 0.0).read(size - 1, 0.0)
    MessageRateLimit(RATE, 0.0).read(size, 0.0)
    with pytest.raises(RemoteProtocolError):
        MessageRateLimit(RATE, 0.0).read(size + 1, 0.0)


@pytest.mark.parametrize(("share", "passes"), [(0.98, True), (1.0, True), (1.02, False)])
def test_for_ever_only_so_much_a_second(share: float, passes: bool) -> None:
    limit, said = MessageRateLimit(RATE, 0.0), 0
    try:
        for second in range(1, 201):
            limit.read(0, float(second))
            said += spend(limit, round(share * PER_TICK * RATE) - 1)
        assert passes
    except RemoteProtocolError:
        assert not passes


def test_the_host_is_warned_once_at_half_and_again_only_after_the_bucket_was_full() -> None:
    limit = MessageRateLimit(RATE, 0.0)
    assert spend(limit, BURST // 2) == 0
    assert spend(limit, BURST // 2) == 1
    assert spend(limit, 0) == 0
    limit.read(0, BURST_SECONDS * 0.9)
    assert spend(limit, BURST // 2) == 0
    limit.read(0, 100.0)
    assert spend(limit, BURST // 2) == 1


def seated(stage: Stage) -> Stranger:
    stranger = Stranger(stage)
    stranger.say(Hello(VERSION, TAG.registry().schema_hash, "Eve", 0))
    stage.run(4)
    return stranger


@pytest.mark.parametrize(("more", "stays"), [(-2, True), (-1, True), (0, False)])
def test_who_floods_is_told_why_and_nobody_else_notices(
    more: int, stays: bool, caplog: pytest.LogCaptureFixture
) -> None:
    stage = Stage()
    ann = stage.join("Ann")
    stage.settle()
    eve = seated(stage)
    stage.run(200)
    with caplog.at_level(logging.WARNING):
        # All in one write, so in one read; a ping is a message, and its bytes cost beside it.
        count = int((BURST - 1) / (1 + len(PING) / FREE_BYTES))
        while 1 + (count + 1) * (1 + len(PING) / FREE_BYTES) <= BURST:
            count += 1
        eve.near.write(PING * (count + 1 + more))
        stage.run(4)
    assert caplog.text.count("'Eve' (2) from link says so much that it will soon be cut off") == (1 if stays else 0)
    if stays:
        assert eve.ended is None
    else:
        assert isinstance(eve.told[-1], Goodbye)
        assert "too much at once" in eve.told[-1].reason
    frames = ann.play.traffic.frames
    stage.run(30)
    assert ann.play.traffic.frames > frames
    assert ann.joined.mirror.mismatches == 0


def test_the_most_that_a_client_of_ours_can_say_is_far_from_the_limit() -> None:
    stage = Stage()
    eve = seated(stage)
    for tick in range(20 * RATE):
        eve.say(Steer(stage.simulation.tick + 1, tick % 9))
        if tick % 15 == 0:
            eve.say(Ping(tick))
        stage.run(1)
    assert eve.ended is None
    assert stage.intent(1).count > 19 * RATE
