"""How much one client may say, and how fast: messages and bytes, chat, and whatever is told to everybody.

Token buckets, each of so much at once and so much a second for ever; pure arithmetic, told the time. What is too fast
is dropped, and a flood ends the session.
"""

from typing import Final, NamedTuple

from net.wire.errors import RemoteProtocolError
from net.wire.texts import clean_chat


class Bucket:
    """Full at first."""

    __slots__ = ("burst", "per_second", "tokens", "when")

    def __init__(self, burst: float, per_second: float, now: float) -> None:
        self.burst = burst
        self.per_second = per_second
        self.tokens = burst  # as of then
        self.when = now  # of the last look

    def left(self, now: float) -> float:
        """How many tokens there are by now."""
        tokens = self.tokens + (now - self.when) * self.per_second
        self.tokens = tokens = tokens if tokens < self.burst else self.burst
        self.when = now
        return tokens

    def take(self, cost: float, now: float) -> bool:
        """Take that many; False, and nothing is taken, where there are too few."""
        left = self.left(now)
        if left < cost:
            return False
        self.tokens = left - cost
        return True


FLOOD: Final = 20  # dropped, with no pause for a burst in between: no person goes on that long


class Pace:
    """A token bucket that fills again with time, and how much was dropped."""

    def __init__(self, what: str, burst: int, per_second: float, now: float) -> None:
        """`what` there may be a flood of, for the reason."""
        self._what = what
        self._bucket = Bucket(burst, per_second, now)
        self._dropped = 0  # since the bucket was last full
        self._told = False  # that the bucket is empty, since it last was not

    def allows(self, now: float) -> bool:
        """Whether one more is taken in. Raises RemoteProtocolError for a flood."""
        if self._bucket.left(now) == self._bucket.burst:
            self._dropped = 0
        if self._bucket.take(1.0, now):
            self._told = False
            return True
        self._dropped += 1
        if self._dropped > FLOOD:
            raise RemoteProtocolError(f"a flood of {self._what}: more than {FLOOD} too fast")
        return False

    def warns(self) -> bool:
        """Whether the one who was too fast is to be told so: once, until something is taken in again."""
        told, self._told = self._told, True
        return not told


PER_TICK: Final = 4.0  # an intent in each tick, each in a read of its own, costs 2.2; a person's play costs 0.2
BURST_SECONDS: Final = 3.0  # that a network may stall and then hand over at once what was said meanwhile
FREE_BYTES: Final = 64  # that cost as much as one message, or as one read; a Steer has 11, the longest chat line 490


class MessageRateLimit:
    """One client's."""

    __slots__ = ("_burst", "_low", "_per_second", "_tokens", "_warned", "_when")

    def __init__(self, tick_rate: int, now: float) -> None:
        self._per_second = PER_TICK * tick_rate
        self._burst = self._tokens = BURST_SECONDS * self._per_second
        self._low = self._burst / 2
        self._when = now
        self._warned = False  # since the bucket was last full

    def read(self, size: int, now: float) -> bool:
        """So many bytes came in one read: whether the host is to be warned. Raises RemoteProtocolError for too much."""
        tokens = self._tokens + (now - self._when) * self._per_second
        if tokens >= self._burst:
            tokens = self._burst
            self._warned = False
        self._when = now
        self._tokens = tokens = tokens - 1.0 - size / FREE_BYTES
        return tokens < self._low and self._run_low()

    def message(self) -> bool:
        """One of the messages in it, likewise."""
        self._tokens -= 1.0
        return self._tokens < self._low and self._run_low()

    def _run_low(self) -> bool:
        if self._tokens < 0.0:
            raise RemoteProtocolError(
                f"too much at once: more than {self._per_second:.0f} messages a second, or as many times "
                f"{FREE_BYTES} bytes, for longer than {BURST_SECONDS:g} s"
            )
        warned, self._warned = self._warned, True
        return not warned


BURST: Final = 4  # lines that can be said at once; as many as one reads at a glance
LINES_PER_SECOND: Final = 1.0  # beyond the burst: faster than anybody types for long

# Of what one session says, so much is written to the log; all sessions together have a quota as well.
LOGGED_AT_ONCE: Final = 10  # lines: a conversation
LOGGED_PER_SECOND: Final = 0.1  # for as long as it goes on; nobody's chatter may crowd the others out of the log

TOO_FAST: Final = "you talk too fast: that line was dropped, wait a moment"


class Heard(NamedTuple):
    """What becomes of a line; either may be empty."""

    line: str  # for everybody
    notice: str  # for the speaker alone


class ChatRateLimit:
    """One session's right to speak."""

    def __init__(self, now: float) -> None:
        self._pace = Pace("chat", BURST, LINES_PER_SECOND, now)
        self._logged = Bucket(LOGGED_AT_ONCE, LOGGED_PER_SECOND, now)

    def say(self, text: str, now: float) -> Heard:
        """Take in a line. Raises RemoteProtocolError for a flood of them."""
        if not self._pace.allows(now):  # also for a line that cannot be said: that it cannot is an answer
            return Heard("", TOO_FAST if self._pace.warns() else "")
        try:
            return Heard(clean_chat(text), "")
        except ValueError as error:
            return Heard("", f"not said: {error}")

    def is_logged(self, now: float) -> bool:
        """Whether the line that was just said goes to the log as well."""
        return self._logged.take(1.0, now)
