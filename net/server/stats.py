"""What a server has done and how it is doing, in plain numbers, for whoever looks on: metrics, a health check.

The thread of the game alone writes them; any other may read them at any time, for each is replaced whole. They cost an
addition each, so they are counted whether somebody looks or not. Knows no systems and nobody's format.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from net.wire.messages import Refusal, Section

SURPRISES: Final = ("intent", "body", "spawned", "gone", "changed")  # the kinds, as the lists of a Section


class Histogram:
    """How often a duration was how long: counts between bounds, and the sum."""

    def __init__(self, bounds: Iterable[float]) -> None:
        self.bounds = tuple(bounds)  # seconds, ascending; a duration belongs to the first that is not smaller
        self.counts = [0] * (len(self.bounds) + 1)  # the last: longer than all bounds
        self.sum = 0.0  # seconds

    def add(self, seconds: float) -> None:
        """Count another one."""
        self.counts[bisect_left(self.bounds, seconds)] += 1
        self.sum += seconds


@dataclass(slots=True)
class Stats:
    """Everything since the start, but for the first few, which are of now."""

    tick: int = 0
    ticked: float = 0.0  # when the last tick ended, in seconds of the game's clock; at first, when the server began
    closing: bool = False
    players: int = 0  # who have a seat
    sessions: int = 0  # connections, whether or not they have a seat

    connections: int = 0  # that were accepted
    received: int = 0  # bytes
    sent: int = 0  # bytes that were handed to the network
    skipped: int = 0  # writes that were left out, for a client had not taken the last ones
    late_intents: int = 0  # that came after their tick: each is a correction that its client sees
    corrections: int = 0  # that clients reported; theirs to tell the truth or not
    unexplained: int = 0  # of them
    resyncs: int = 0  # clients' checksums that did not match
    faults: int = 0  # sessions that ended for what they said: theirs, for it broke the protocol
    our_faults: int = 0  # ... and ours, for what they said broke us
    refusals: Counter[str] = field(default_factory=lambda: Counter({reason.name.lower(): 0 for reason in Refusal}))
    surprises: dict[str, int] = field(default_factory=lambda: dict.fromkeys(SURPRISES, 0))
    ticks: Histogram = field(
        default_factory=lambda: Histogram((0.001, 0.002, 0.004, 0.008, 0.012, 0.016, 0.033, 0.1, 1.0))
    )
    gaps: Histogram = field(
        default_factory=lambda: Histogram((0.02, 0.036, 0.053, 0.07, 0.103, 0.136, 0.203, 0.27, 0.5))
    )
    """From one turn to write to clients to the next; the first bounds are just above 1, 2, 3 ticks at 60 a second."""

    def reported(self, corrections: int, unexplained: int) -> None:
        """A client says how it went."""
        self.corrections += corrections
        self.unexplained += unexplained

    def told(self, sections: Iterable[Section]) -> None:
        """A frame was made, which tells this."""
        count = self.surprises
        for section in sections:
            count["intent"] += len(section.intents)
            count["body"] += len(section.bodies)
            count["spawned"] += len(section.spawned)
            count["gone"] += len(section.gone)
            count["changed"] += len(section.changed)
