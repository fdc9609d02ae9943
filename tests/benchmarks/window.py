"""What a crowd sees of a server in a stretch of time: frames, the gaps between them, and what is in them.

Knows the form of a Frame, in `sections` and `tick_of`; knows no sockets.
"""

import time
from collections import Counter
from functools import lru_cache
from typing import Any, Final, NamedTuple

import msgpack

from net.defaults import TICK_RATE

GAP_STEP: Final = 0.0005  # seconds; how finely gaps are counted


BODY_FIELDS = 6  # integers for each body


class Told(NamedTuple):
    """What one frame says."""

    turned: tuple[int, ...]  # NetIDs whose intent changed
    bodies: int
    others: int  # who came, who went, components that changed
    beside: int  # bytes of all that is no intent


def sections(message: list[Any]) -> list[list[Any]]:
    """The sections of an unpacked Frame, each as [intents, bodies, gone, spawned, changed].

    Nothing else in the benchmark knows how a frame looks, but for its tag and its tick.
    """
    return [section[1:6] for section in message[2]]


def welcomed_as(payload: bytes) -> int:
    """The NetID in the payload of a Welcome, without the map behind it, which takes 30 ms."""
    unpacker = msgpack.Unpacker()
    unpacker.feed(payload[:64])
    unpacker.read_array_header()
    _, _, _, net_id = (unpacker.unpack() for _ in range(4))
    return int(net_id)


def places(snapshot: bytes) -> dict[int, tuple[int, int]]:
    """Where each entity with a Position is, by NetID, from the payload of a Snapshot."""
    _, _, _, cells = msgpack.unpackb(snapshot)
    entities = (entity for _, rows in cells for entity in rows)
    return {net_id: tuple(values) for net_id, components in entities for index, values in components if index == 0}


@lru_cache(maxsize=64)  # where everybody sees everybody, all samples are told the same
def surprises(payload: bytes) -> Told:
    """Count what is in the payload of a frame."""
    turned: list[int] = []
    bodies = others = beside = 0
    for intents, *rest in sections(msgpack.unpackb(payload)):
        turned += intents[::2]
        bodies += len(rest[0]) // BODY_FIELDS
        others += sum(map(len, rest[1:]))
        beside += sum(len(msgpack.packb(row)) for rows in rest for row in rows)
    return Told(tuple(turned), bodies, others, beside)


def tick_of(data: bytes, at: int) -> int:
    """The msgpack integer that begins there: the tick, without unpacking what follows."""
    kind = data[at]
    if kind < 0x80:
        return kind
    size = {0xCC: 1, 0xCD: 2, 0xCE: 4, 0xCF: 8}[kind]
    return int.from_bytes(data[at + 1 : at + 1 + size], "big")


class Gaps:
    """Times between frames, counted in steps of half a millisecond."""

    def __init__(self) -> None:
        self._counts: Counter[int] = Counter()
        self.longest = 0.0

    def add(self, seconds: float) -> None:
        """One more."""
        self._counts[int(seconds / GAP_STEP)] += 1
        if seconds > self.longest:
            self.longest = seconds

    def report(self) -> dict[str, float | None]:
        """Median, 99th percentile and largest, in milliseconds."""
        return {"median": self._quantile(0.5), "p99": self._quantile(0.99), "max": round(1000 * self.longest, 1)}

    def _quantile(self, share: float) -> float | None:
        left = share * self._counts.total()
        for step, number in sorted(self._counts.items()):
            left -= number
            if left <= 0:
                return round(1000 * GAP_STEP * (step + 1), 1)
        return None


class Window:
    """What was seen between two moments by the players who count."""

    def __init__(self) -> None:
        self.began = time.monotonic()
        self.cpu_began = time.process_time()
        self.gaps = Gaps()
        self.bytes = self.frames = 0
        self.turned: set[int] = set()  # NetIDs
        self.intents = self.bodies = self.others = 0  # as the samples read them, each frame as often as it was read
        self.sampled_frames = self.sampled_bytes = self.intent_bytes = 0
        self.first_seen: dict[int, float] = {}  # tick -> when the first player had its frame
        self.tape: dict[int, list[tuple[int, int]]] = {}  # sample -> (tick, bytes) of each of its frames

    def close(self) -> "Window":
        """It ends here."""
        self.seconds = time.monotonic() - self.began
        self.cpu = (time.process_time() - self.cpu_began) / self.seconds
        return self

    def lateness(self) -> list[float]:
        """How many ticks later than the most punctual each frame came."""
        offsets = [when * TICK_RATE - tick for tick, when in self.first_seen.items()]
        return [offset - min(offsets) for offset in offsets]

    def tick_rate(self) -> float:
        """Ticks that the server simulated a second."""
        if len(self.first_seen) < 2:
            return 0.0
        first, last = min(self.first_seen), max(self.first_seen)
        return (last - first) / (self.first_seen[last] - self.first_seen[first])
