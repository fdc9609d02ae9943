"""Where the time of a tick goes: how long each system takes, and how late ticks begin. Costs a clock reading a system.

Knows no systems and no worlds: it is told names, and when.
"""

from collections.abc import Callable, Iterable
from typing import Final

LATE_TICKS: Final = 1.0  # from which on a tick counts as late: the next one was due already


class TickTimes:
    """Sums since the beginning, in seconds; whoever wants rates looks twice."""

    def __init__(self, names: Iterable[str], tick_rate: int, now: Callable[[], float]) -> None:
        self.seconds = dict.fromkeys(names, 0.0)  # by system
        self.ticks = 0
        self.late = 0  # ticks that began a whole tick late, or later
        self.longest = 0.0  # of the ticks
        self.ticks_late = 0.0  # of the present tick: how many ticks after its time it began
        self._rate = tick_rate
        self._now = now
        self._began = self._lap = 0.0

    def begin(self, due: float) -> None:
        """A tick begins that was due then (seconds)."""
        self._began = self._lap = self._now()
        self.ticks += 1
        self.ticks_late = max(0.0, self._began - due) * self._rate
        self.late += self.ticks_late >= LATE_TICKS

    def lap(self, name: str) -> None:
        """That system has just been processed."""
        now = self._now()
        self.seconds[name] += now - self._lap
        self._lap = now

    def end(self) -> float:
        """The tick is over; returns how long it took, in seconds."""
        took = self._lap - self._began
        self.longest = max(self.longest, took)
        return took

    def __str__(self) -> str:
        """For the log, such as '3600 ticks, 2 late, longest 9.1 ms; ms a tick: MovementSystem 0.91, ...'."""
        each = ", ".join(f"{name} {1000 * total / max(1, self.ticks):.3f}" for name, total in self.seconds.items())
        return f"{self.ticks} ticks, {self.late} late, longest {1000 * self.longest:.1f} ms; ms a tick: {each}"
