"""What the network did in the last few seconds, as numbers: looked up once a drawn frame, kept for a bounded while.

Only reads what it looks at, so whether anybody does changes nothing. Knows nothing of windows and pictures.
"""

from collections import deque
from dataclasses import dataclass
from itertools import islice
from typing import Final, NamedTuple

from ecs.components import UNITS_PER_PIXEL
from net.client.client_session import ClientSession, JoinedState
from net.client.corrections import Cause
from net.client.reconciliation_system import called

COLUMNS_PER_SECOND: Final = 60  # one for each drawn frame of the usual display, and true to time on any other
COLUMNS: Final = 6 * COLUMNS_PER_SECOND  # long enough to look up from the game and still see what it was
NOTES: Final = 4  # corrections that are kept in words
SILENT_SECONDS: Final = 0.5  # without a byte, the clock is not to be trusted: something comes four times a second
SAME_SECONDS: Final = 1.0  # corrections for one reason are one note, if no further apart: leaning on somebody is many


@dataclass(slots=True)
class Note:
    """One correction, or several for the same reason, in the words in which one would tell it."""

    cause: Cause
    why: str
    pixels: float  # the largest, if several
    when: float  # the last, in seconds
    times: int = 1


@dataclass(slots=True)
class Column:
    """What happened in a sixtieth of a second."""

    round_trip: float | None = None  # seconds; None: nobody knows, nothing is heard
    margin: float | None = None  # seconds that an intent of ours would be early; negative: late
    received: int = 0  # frames
    late: int = 0  # of these, told of what had been shown already
    starved: int = 0  # pictures drawn without a frame that should have been there
    bytes_in: int = 0
    bytes_out: int = 0
    corrections: tuple[tuple[Cause, float], ...] = ()  # and their sizes in pixels


class Counts(NamedTuple):
    """What is counted: since the beginning of a stay, or within a second."""

    received: int
    late: int
    starved: int
    bytes_in: int
    bytes_out: int


class Timing(NamedTuple):
    """Where everything is in time just now, all in seconds."""

    round_trip: float
    jitter: float
    lead: float  # that we run ahead of the server
    margin: float  # that an intent of ours would be early there; negative: late
    behind: float  # that others are shown behind the server
    delay: float  # that they should be


class NetHistory:
    """The last few seconds, through reconnections as well: a new session is counted from when it is first seen."""

    def __init__(self) -> None:
        self.columns: deque[Column] = deque(maxlen=COLUMNS)  # those that are over, newest last
        self.closed = 0  # how many there ever were
        self.notes: deque[Note] = deque(maxlen=NOTES)  # newest last
        self._open = Column()
        self._at: int | None = None  # the open column's number
        self._play: ClientSession | None = None
        self._counts = Counts(0, 0, 0, 0, 0)
        self._corrections = 0
        self._heard = 0.0  # seconds

    def sample(self, play: ClientSession, now: float) -> None:
        """Look at everything; call it once a drawn frame, outside of any world."""
        self._turn(int(now * COLUMNS_PER_SECOND))
        column, joined = self._open, play.joined
        if joined is None or play.ending is not None or not joined.clock.synced:
            column.round_trip = column.margin = None
            return
        before, self._counts = self._counts, _counted(play, joined)
        if play is not self._play or self._counts.bytes_in != before.bytes_in:
            self._heard = now
        known = now - self._heard <= SILENT_SECONDS
        column.round_trip = joined.clock.round_trip if known else None
        column.margin = joined.clock.margin / joined.tick_rate if known else None
        corrections, self._corrections = self._corrections, joined.reconciliation.causes.total()
        if play is self._play:
            received, late, starved, bytes_in, bytes_out = self._counts
            column.received += received - before.received
            column.late += late - before.late
            column.starved += starved - before.starved
            column.bytes_in += bytes_in - before.bytes_in
            column.bytes_out += bytes_out - before.bytes_out
            if self._corrections > corrections:
                self._corrected(play, joined, self._corrections - corrections, now)
        self._play = play

    @property
    def last_second(self) -> Counts:
        """What was counted in the last second."""
        last = list(islice(reversed(self.columns), COLUMNS_PER_SECOND))
        return Counts(
            sum(column.received for column in last),
            sum(column.late for column in last),
            sum(column.starved for column in last),
            sum(column.bytes_in for column in last),
            sum(column.bytes_out for column in last),
        )

    def _turn(self, at: int) -> None:
        """Close columns until that one is open; the lines go on where no frame was drawn in a column's time."""
        if self._at is None:
            self._at = at
        for _ in range(min(at - self._at, COLUMNS)):
            self.columns.append(self._open)
            self.closed += 1
            self._open = Column(self._open.round_trip, self._open.margin)
        self._at = max(at, self._at)

    def _corrected(self, play: ClientSession, joined: JoinedState, number: int, now: float) -> None:
        recent = joined.reconciliation.recent
        for correction in islice(recent, max(0, len(recent) - number), None):
            pixels = correction.size / UNITS_PER_PIXEL
            self._open.corrections += ((correction.cause, pixels),)
            with play.world as world:
                words = correction.why(called(world, correction.by))
            last = self.notes[-1] if self.notes else None
            if last is not None and last.why == words and now - last.when <= SAME_SECONDS:
                last.pixels, last.when, last.times = max(last.pixels, pixels), now, last.times + 1
            else:
                self.notes.append(Note(correction.cause, words, pixels, now))


def timing(play: ClientSession, now: float) -> Timing | None:
    """Where everything is in time, None where nobody can tell: before the first pong, and without a connection."""
    joined = play.joined
    if joined is None or play.ending is not None or not joined.clock.synced or joined.interpolation is None:
        return None
    clock, rate = joined.clock, joined.tick_rate
    tick = clock.tick(now)
    return Timing(
        clock.round_trip,
        clock.jitter,
        max(0.0, joined.input.now - tick) / rate,
        clock.margin / rate,
        (tick - joined.interpolation.now) / rate,
        joined.interpolation.delay / rate,
    )


def _counted(play: ClientSession, joined: JoinedState) -> Counts:
    drawn, traffic = joined.interpolation, play.traffic
    late, starved = (drawn.late_frames, drawn.starved) if drawn is not None else (0, 0)
    return Counts(traffic.frames, late, starved, traffic.bytes_in, traffic.bytes_out)
