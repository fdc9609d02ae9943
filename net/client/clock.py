"""Which tick the server is at, estimated from pings, and clocks that follow an estimate without ever going back.

Pure arithmetic over times that it is given: seconds of the local clock, ticks (with their fractions) of the server's.
"""

import math
from collections import deque
from collections.abc import Iterable
from typing import Final, NamedTuple

WINDOW: Final = 32  # pings that count: 8 to 16 seconds of them, so that one spike neither rules nor lingers
SLEW: Final = 0.05  # a clock is never faster or slower by more than this; nobody sees 5 %
SNAP_SECONDS: Final = 0.75  # further behind than this, a clock jumps forward instead
DOUBT_TICKS: Final = 2.0  # by which two estimates may differ beyond what their round trips allow
SAFETY_TICKS: Final = 2.0  # of the lead: one for the beat of two frame loops, one for late wake-ups and a short memory


class _Ping(NamedTuple):
    round_trip: float  # seconds
    offset: float  # the server's tick when our clock showed 0
    sent: float  # seconds
    received: float  # the server's tick


class ServerClock:
    """The server's time as the best of the last pings tells it."""

    def __init__(self, tick_rate: int) -> None:
        self._rate = tick_rate
        self._pings: deque[_Ping] = deque(maxlen=WINDOW)
        self._best = _Ping(0.0, 0.0, 0.0, 0.0)  # the shortest round trip of the window
        # How many ticks ahead of the server to run, so that nearly all that we send arrives in time. Each ping tells
        # how long after we sent it, by the server's clock as we believe it, it arrived. What a lost segment delays is
        # not worth waiting for.
        self.lead = SAFETY_TICKS

    def pong(self, sent: float, arrived: float, server_received: float, server_sent: float) -> None:
        """Take in an answer: our clock at both ends in seconds, the server's in ticks.

        The round trip leaves out how long the server kept the ping; the offset assumes that both ways took equally
        long, which is the less wrong the shorter the trip was: the shortest of the window counts.
        """
        held = max(0.0, server_sent - server_received) / self._rate
        round_trip = max(0.0, arrived - sent - held)
        offset = server_sent + (round_trip / 2 - arrived) * self._rate
        if self._pings:
            most = (round_trip + self._best.round_trip) / 2 * self._rate + DOUBT_TICKS
            if abs(offset - self._best.offset) > most:  # no asymmetry explains that: the server gave ticks up, say
                self._pings.clear()
        self._pings.append(_Ping(round_trip, offset, sent, server_received))
        # Both are asked for in each frame, and change with a pong alone.
        self._best = min(self._pings)
        self.lead = nearly_all(map(self._travel, self._pings)) + SAFETY_TICKS

    @property
    def synced(self) -> bool:
        """Whether there is an estimate at all."""
        return bool(self._pings)

    @property
    def round_trip(self) -> float:
        """The round trip in seconds, as the player should read it: the median of the window."""
        return quantile((ping.round_trip for ping in self._pings), 0.5)

    def tick(self, now: float) -> float:
        """The tick that the server is at. Raises ValueError before the first pong."""
        if not self._pings:
            raise ValueError("nothing is known of the server's clock yet")
        return self._best.offset + now * self._rate

    @property
    def margin(self) -> float:
        """How many ticks early the last ping would have been, had it been an intent; negative: late."""
        return self.lead - self._travel(self._pings[-1]) if self._pings else 0.0

    @property
    def jitter(self) -> float:
        """How much round trips differ from their median, in seconds: the median of the differences."""
        middle = self.round_trip
        return quantile((abs(ping.round_trip - middle) for ping in self._pings), 0.5)

    def _travel(self, ping: _Ping) -> float:
        """How many ticks a ping was under way, by the server's clock as we believe it."""
        return ping.received - self.tick(ping.sent)


class Pace:
    """A clock of ticks that follows a target: at most 5 % faster or slower, never backwards."""

    def __init__(self, tick_rate: int) -> None:
        self._rate = tick_rate
        self._value: float | None = None
        self._when = 0.0
        self.jumped = False  # whether the last `follow` was more than a bit faster than time

    def follow(self, now: float, target: float) -> float:
        """The tick to be at, given where one should be at `now` (seconds)."""
        if self._value is None:
            self._value, self._when = target, now
            return target
        elapsed = max(0.0, now - self._when) * self._rate
        self._when = now
        expected = self._value + elapsed
        self.jumped = target - expected > SNAP_SECONDS * self._rate
        if self.jumped:
            self._value = target
        elif expected - target > SNAP_SECONDS * self._rate:
            pass  # far ahead: stand still until the target is near again
        else:
            self._value = expected + min(max(target - expected, -SLEW * elapsed), SLEW * elapsed)
        return self._value


def nearly_all(values: Iterable[float]) -> float:
    """A bound that nearly all values of a network's usual spread keep, whatever a few stalled ones do.

    The median and three standard deviations (estimated from the median deviation, which outliers do not move).
    """
    known = list(values)
    middle = quantile(known, 0.5)
    return middle + 3 * 1.4826 * quantile((abs(value - middle) for value in known), 0.5)


def quantile(values: Iterable[float], share: float) -> float:
    """The smallest value that at least `share` of the values do not exceed; 0 where there are none."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else 0.0
