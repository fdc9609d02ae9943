"""Who may come in: each limit at, below and above it; what it costs to remember whom."""

import logging

import pytest

from net.server.limits.connection_limiter import (
    ALL_AT_ONCE,
    NEW_IN_TOTAL,
    NEW_PER_SECOND,
    REMEMBERED,
    REMEMBERED_SECONDS,
    ROUNDS_AT_ONCE,
    ConnectionLimiter,
)
from net.server.limits.origin import THIS_MACHINE
from net.wire.codec import decode_from_server
from net.wire.framing import LENGTH_BYTES
from net.wire.messages import Refused
from tests.harness import Clock

HOME = "192.0.2.7"


def reason(words: bytes | None) -> str:
    """What a refused client reads; empty for one that may come in."""
    if words is None:
        return ""
    message = decode_from_server(words[LENGTH_BYTES:])
    assert isinstance(message, Refused)
    return message.reason


def test_so_many_connections_in_total_and_none_more_until_one_leaves() -> None:
    limiter = ConnectionLimiter(3, 16, Clock())
    assert [limiter.enter(f"192.0.2.{n}") for n in (1, 2)] == [None] * 2
    assert limiter.enter("127.0.0.1") is None
    assert "as many connections as it can bear" in reason(limiter.enter("192.0.2.4"))
    assert "as many connections as it can bear" in reason(limiter.enter("127.0.0.1"))
    assert limiter.connections == 3
    limiter.leave("192.0.2.1")
    assert limiter.enter("192.0.2.4") is None
    assert limiter.refusals == {"connections": 2}


def test_so_many_from_one_address_while_others_come_in() -> None:
    limiter = ConnectionLimiter(100, 4, Clock())
    assert [limiter.enter(HOME) for _ in range(4)] == [None] * 4
    assert "4 connections from one address are allowed" in reason(limiter.enter(HOME))
    assert limiter.enter("192.0.2.8") is None
    limiter.leave(HOME)
    assert limiter.enter(HOME) is None
    assert limiter.enter(HOME) is not None
    assert limiter.refusals == {"connections of one address": 2}


def test_so_many_new_ones_at_once_and_then_so_many_a_second() -> None:
    clock = Clock()
    limiter = ConnectionLimiter(100, 4, clock)

    def come(number: int) -> int:
        """Come and go so often; how often that was possible."""
        possible = 0
        for _ in range(number):
            if limiter.enter(HOME) is None:
                possible += 1
                limiter.leave(HOME)
        return possible

    assert come(ROUNDS_AT_ONCE * 4) == ROUNDS_AT_ONCE * 4
    assert come(1) == 0
    assert "wait some seconds" in reason(limiter.enter(HOME))
    clock.time += 0.99 / NEW_PER_SECOND
    assert come(1) == 0
    clock.time += 0.01 / NEW_PER_SECOND + 1e-9
    assert come(2) == 1
    assert limiter.enter("192.0.2.8") is None
    clock.time += 100.0
    assert come(50) == ROUNDS_AT_ONCE * 4


@pytest.mark.parametrize("host", [*sorted(THIS_MACHINE), "::ffff:127.0.0.1"])
def test_this_machine_itself_is_counted_in_the_total_alone(host: str) -> None:
    limiter = ConnectionLimiter(200, 2, Clock())
    assert [limiter.enter(host) for _ in range(200)] == [None] * 200
    assert limiter.enter(host) is not None


def test_other_loopback_addresses_are_counted_as_anybodys() -> None:
    limiter = ConnectionLimiter(200, 2, Clock())
    assert [limiter.enter("127.0.0.2") is None for _ in range(3)] == [True, True, False]


def test_a_million_addresses_are_not_remembered() -> None:
    clock = Clock()
    limiter = ConnectionLimiter(10**6, 4, clock)
    for n in range(2 * REMEMBERED):
        host = f"198.51.{n >> 8}.{n & 255}"
        clock.time += 0.001  # faster than they may come in
        if limiter.enter(host) is None:
            limiter.leave(host)
    assert len(limiter._buckets) == REMEMBERED
    assert not limiter._here
    clock.time += REMEMBERED_SECONDS + 0.1
    limiter.enter(HOME)
    assert len(limiter._buckets) == 1


def test_coming_from_many_addresses_gains_no_burst_for_one_that_is_still_remembered() -> None:
    limiter = ConnectionLimiter(10**6, 4, Clock())
    while limiter.enter(HOME) is None:
        limiter.leave(HOME)
    for n in range(REMEMBERED - 1):
        limiter.enter(f"198.51.{n >> 8}.{n & 255}")
    assert "wait some seconds" in reason(limiter.enter(HOME))
    limiter.enter("203.0.113.1")
    limiter.enter("203.0.113.2")
    assert limiter._buckets.keys() >= {HOME, "203.0.113.2"}


def test_so_many_new_ones_from_all_addresses_together_and_who_comes_for_the_first_time_is_another_matter() -> None:
    clock = Clock()
    limiter = ConnectionLimiter(10**6, 4, clock)

    def come(first: int, number: int) -> int:
        """That many addresses, from the `first` on; how many of them came in."""
        hosts = [f"198.51.{n >> 8}.{n & 255}" for n in range(first, first + number)]
        return sum(limiter.enter(host) is None for host in hosts)

    assert come(0, ALL_AT_ONCE) == ALL_AT_ONCE
    assert "too many come in just now" in reason(limiter.enter("203.0.113.1"))
    assert come(0, ALL_AT_ONCE) == ALL_AT_ONCE, "who was here a moment ago is counted apart"
    assert come(0, 100) == 0
    clock.time += 1.0
    assert come(0, 200) == NEW_IN_TOTAL
    assert come(2000, 200) == NEW_IN_TOTAL, "in a flood of those who come again there is room for others"
    assert limiter.enter("127.0.0.1") is None


def test_a_flood_of_refusals_does_not_flood_the_log(caplog: pytest.LogCaptureFixture) -> None:
    clock = Clock()
    limiter = ConnectionLimiter(1, 4, clock)
    limiter.enter(HOME)
    with caplog.at_level(logging.INFO):
        for _ in range(100_000):
            limiter.enter(HOME)
            clock.time += 1e-4
    assert 100 <= len(caplog.records) <= 300
    assert limiter.refusals.total() == 100_000
    assert "refused at the door: 192.0.2.7: the server has as many" in caplog.text
