"""One direction of a TCP connection over a simulated network: when does what is written now arrive?

Everything arrives, in order; what is late delays all that comes after it. Seeded, so that every run is the same, and
each channel by itself, so that what goes one way does not change the other. Knows no clock: it is told the time.
"""

import math
import random
from collections import deque
from dataclasses import dataclass
from typing import Final, NamedTuple

from net.conditioner.conditions import Conditions

SEGMENT: Final = 1448  # bytes of the stream in one segment: an Ethernet frame's 1500, less IP's and TCP's headers
LARGEST_READ: Final = 256 * 1024  # bytes that a reader takes at once, as asyncio does
JITTER_SECONDS: Final = 0.1  # in which a delay forgets what it was (to 1/e)
MOST_LOSSES: Final = 6  # of one segment, one after the other; TCP waits twice as long each time


class Ended(NamedTuple):
    """Comes out of a channel last."""

    reason: str


class Outages:
    """When nothing passes, for both directions of a link. A function of the time alone, so anybody may ask anything."""

    def __init__(self, conditions: Conditions, seed: int | str, began: float) -> None:
        self._conditions, self._seed, self._began = conditions, seed, began

    def over(self, time: float) -> float:
        """The end of the outage that `time` is in; `time` itself if it is in none."""
        every = self._conditions.outage_every
        if not every:
            return time
        number = math.floor((time - self._began) / every)
        rng = random.Random(f"{self._seed} outage {number}")
        length = rng.uniform(*self._conditions.outage)
        start = self._began + number * every + rng.uniform(0.0, every - length)
        return start + length if start <= time < start + length else time


@dataclass(slots=True)
class Counts:
    """What happened on a channel so far, in writes (the end is one) where it is not said otherwise."""

    writes: int = 0
    segments: int = 0
    lost_segments: int = 0
    delayed_by_loss: int = 0  # arrived later than without: lost a segment, or came behind one that did
    stalled: int = 0
    delayed_by_outage: int = 0


class _Underway(NamedTuple):
    leaves: float  # when the last of it has passed the bottleneck
    arrives: float
    joins: bool  # the one before: it was written later, and comes out of the reader's kernel together with it
    what: bytes | Ended


class Channel:
    """One direction of a connection: bytes and their end go in at `put`, and come out of `take` when they are due."""

    def __init__(self, conditions: Conditions, seed: int | str, outages: Outages) -> None:
        self.conditions = conditions
        self.counts = Counts()
        self._outages = outages
        # Streams of their own, so that for instance a loss or a cut more does not change the next delay.
        self._jitter, self._loss, self._stall, self._cuts = (
            random.Random(f"{seed} {what}") for what in ("jitter", "loss", "stall", "cuts")
        )
        self._wander = 0.0  # of the delay, in standard deviations
        self._wandered = -math.inf  # when it was last looked at
        self._free = -math.inf  # when the bottleneck is
        self._last = -math.inf  # when the last write arrives
        self._last_lossless = -math.inf  # when it would have, had no segment ever been lost
        self._last_put = -math.inf
        self._underway: deque[_Underway] = deque()
        self._pieces: deque[bytes] = deque()  # what has arrived, cut up
        self._waiting = 0  # bytes in both

    @property
    def due(self) -> float | None:
        """When there is something to take; None where nothing is under way."""
        if self._pieces:
            return -math.inf
        return self._underway[0].arrives if self._underway else None

    def unsent(self, now: float, reading: bool = True) -> int:
        """Bytes that the kernels' buffers have no room for; `reading`: whether the far end takes anything."""
        if not reading:
            return max(0, self._waiting - self.conditions.buffer)
        queued, rate = 0.0, self.conditions.rate
        for item in reversed(self._underway):
            if item.leaves <= now:
                break
            size = len(item.what) if isinstance(item.what, bytes) else 0
            queued += min(size, (item.leaves - now) * rate) if rate else size
        return max(0, round(queued) - self.conditions.buffer)

    def put(self, now: float, what: bytes | Ended) -> None:
        """Write; nothing may follow an Ended."""
        if what == b"":
            return
        size = len(what) if isinstance(what, bytes) else 0
        before = self._last
        arrives = self.arrival(now, size)
        joins = arrives == before and now > self._last_put and size > 0
        self._last_put = now
        self._waiting += size
        self._underway.append(_Underway(self._free, arrives, joins, what))

    def take(self, now: float) -> bytes | Ended | None:
        """The next chunk, or the end, that has arrived by now; None if there is none."""
        if not self._pieces:
            if not self._underway or self._underway[0].arrives > now:
                return None
            first = self._underway.popleft().what
            if isinstance(first, Ended):
                return first
            self._pieces.extend(self._cut(self._joined(first)))
        piece = self._pieces.popleft()
        self._waiting -= len(piece)
        return piece

    def clear(self) -> None:
        """Forget what is under way."""
        self._underway.clear()
        self._pieces.clear()
        self._waiting = 0

    def arrival(self, now: float, size: int) -> float:
        """Send so many bytes; when all of them are there, and all that was sent before."""
        network, over, counts = self.conditions, self._outages.over, self.counts
        begins = max(now, self._free)
        leaves = over(begins)
        if network.rate:
            leaves = over(leaves + size / network.rate)
        self._free = leaves
        way = self._way(leaves)
        if network.stall_every and self._stall.randrange(network.stall_every) == 0:
            way += network.stall
            counts.stalled += 1
        own = leaves + way
        lossless, arrives = over(own), over(own + self._lost(size))
        counts.writes += 1
        counts.delayed_by_outage += over(now) > now or lossless > own
        self._last_lossless = max(self._last_lossless, lossless)
        self._last = max(self._last, arrives)  # in order: head-of-line blocking
        counts.delayed_by_loss += self._last > self._last_lossless
        return self._last

    def _way(self, leaves: float) -> float:
        """From the bottleneck to the far end, for what leaves then."""
        network = self.conditions
        if network.jitter:
            kept = math.exp((self._wandered - leaves) / JITTER_SECONDS)
            self._wander = kept * self._wander + math.sqrt(1.0 - kept * kept) * self._jitter.gauss(0.0, 1.0)
            self._wandered = leaves
        return max(0.0, network.latency + network.jitter * self._wander)

    def _lost(self, size: int) -> float:
        """By how much TCP's sending again delays so many bytes."""
        loss, most = self.conditions.loss, 0
        segments = -(-size // SEGMENT)
        self.counts.segments += segments
        if not loss:
            return 0.0
        for _ in range(segments):
            losses = 0
            while losses < MOST_LOSSES and self._loss.random() < loss:
                losses += 1
            self.counts.lost_segments += losses > 0
            most = max(most, losses)
        return float(2**most - 1) * self.conditions.retransmission  # what was lost together is sent again together

    def _joined(self, first: bytes) -> bytes:
        """With what comes out together with it: what waited behind a late segment is read as one chunk."""
        parts, size = [first], len(first)
        while self._underway and self._underway[0].joins:
            more = self._underway[0].what
            if isinstance(more, Ended) or size + len(more) > LARGEST_READ:
                break
            self._underway.popleft()
            parts.append(more)
            size += len(more)
        return b"".join(parts)

    def _cut(self, data: bytes) -> list[bytes]:
        if not self.conditions.largest_chunk:
            return [data]
        pieces, start = [], 0
        while start < len(data):
            end = start + self._cuts.randint(1, self.conditions.largest_chunk)
            pieces.append(data[start:end])
            start = end
        return pieces
