"""An in-memory connection with the manners of TCP on a bad network, on a clock that somebody steps by hand.

Bytes arrive in order and complete; what is late delays all that comes after it. Seeded, so that every run is the same.
"""

import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from net.pipe import Receiver


@dataclass(frozen=True, slots=True)
class Conditions:
    """A network, each way: times in seconds, sizes in bytes."""

    latency: float = 0.0
    jitter: float = 0.0  # standard deviation, only ever added
    stall: float = 0.0  # added to one write in `stall_every`, and so to all behind it
    stall_every: int = 0
    largest_chunk: int = 0  # cut what arrives into pieces of 1 to this many bytes; 0: as it comes
    buffer: int = 64 * 1024  # what the kernels take off a writer before it notices that nobody reads


PERFECT: Final = Conditions()


class End:
    """One end of a link: a Pipe to write to, and the Receiver that hears what the other end wrote."""

    def __init__(self, name: str, conditions: Conditions, rng: random.Random, now: Callable[[], float]) -> None:
        self.name = name
        self.receiver: Receiver | None = None
        self.reading = True  # a peer that stopped reading: set to False
        self.other: End = self
        self._conditions, self._rng, self._now = conditions, rng, now
        self._arriving: deque[tuple[float, bytes | None]] = deque()  # (when, data); None: the end of the stream
        self._last = 0.0
        self._open = True

    @property
    def unsent(self) -> int:
        """As a Pipe has it."""
        if self.other.reading:
            return 0
        waiting = sum(len(data) for _, data in self.other._arriving if data)
        return max(0, waiting - self._conditions.buffer)

    def write(self, data: bytes) -> None:
        """As a Pipe has it."""
        if self._open and self.other._open:
            self.other._arriving.append((self.other._when(), data))

    def close(self) -> None:
        """As a Pipe has it."""
        if self._open:
            self._open = False
            self.other._arriving.append((self.other._when(), None))

    def lose(self, reason: str) -> None:
        """The connection dies here and now, as with a reset or a pulled plug that somebody noticed."""
        if self._open:
            self._open = False
            self._arriving.clear()
            if self.receiver is not None:
                self.receiver.lost(reason)

    def deliver(self) -> None:
        """Hand over what has arrived by now."""
        now = self._now()
        while self._open and self.reading and self._arriving and self._arriving[0][0] <= now:
            _, data = self._arriving.popleft()
            if data is None:
                self.lose("the other side closed the connection")
            elif self.receiver is not None:
                for chunk in self._cut(data):
                    self.receiver.received(chunk)

    def _when(self) -> float:
        network, rng = self._conditions, self._rng
        delay = network.latency
        if network.jitter:
            delay += abs(rng.gauss(0.0, network.jitter))
        if network.stall_every and rng.randrange(network.stall_every) == 0:
            delay += network.stall
        self._last = max(self._last, self._now() + delay)  # in order: head-of-line blocking
        return self._last

    def _cut(self, data: bytes) -> list[bytes]:
        if not self._conditions.largest_chunk:
            return [data]
        pieces, start = [], 0
        while start < len(data):
            end = start + self._rng.randint(1, self._conditions.largest_chunk)
            pieces.append(data[start:end])
            start = end
        return pieces


def link(now: Callable[[], float], conditions: Conditions = PERFECT, seed: int = 0) -> tuple[End, End]:
    """Two connected ends, the client's and the server's; `deliver` of each moves what is due at `now()`."""
    rng = random.Random(seed)
    client, server = End("link", conditions, rng, now), End("link", conditions, rng, now)
    client.other, server.other = server, client
    return client, server
