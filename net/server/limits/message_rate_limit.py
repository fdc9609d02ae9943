"""How much one client may say: a bucket of tokens with which reads, messages and bytes are paid for alike.

Nothing that a client says can be left out without a desync, for both ends count its intents. So who says too much is
not slowed down: the host reads a warning while half of the bucket is left, and then the connection ends.

Knows no connection. It lies on the path of every message, so the arithmetic is here and not in a Bucket.
"""

from typing import Final

from net.wire.errors import RemoteProtocolError

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
