"""How fast a figure grows: a straight line through samples, and how far its slope is to be trusted. Pure."""

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Final, NamedTuple

FEWEST: Final = 4  # samples through which a line says anything
HOUR: Final = 3600.0
WARM_SHARE: Final = 0.2  # of the time, at first, whose samples say nothing of what is to come
FEWEST_WORTH: Final = 3.0  # independent samples that any are taken for: two have a line without an error


class Trend(NamedTuple):
    """A line's slope and its standard error, in units an hour."""

    per_hour: float
    error: float

    @property
    def least(self) -> float:
        """What it grows by beyond doubt: three times the error less."""
        return self.per_hour - 3 * self.error


def trend(times: Sequence[float], values: Sequence[float]) -> Trend:
    """The least squares line through the values at those times (seconds). Raises ValueError for fewer than four.

    Memory moves in steps and stays where it is, so neighbours are alike and say less than independent samples would.
    The error is that of as many independent ones as they are worth: n (1 - r) / (1 + r), where r is the likeness of
    neighbours, the correlation of each residual with the next (B. D. Santer et al., J. Geophys. Res. 105, 2000).
    """
    n = len(times)
    if n < FEWEST:
        raise ValueError(f"a trend needs {FEWEST} samples, these are {n}")
    middle, mean = sum(times) / n, sum(values) / n
    spread = sum((time - middle) ** 2 for time in times)
    slope = sum((time - middle) * (value - mean) for time, value in zip(times, values, strict=True)) / spread
    rests = [value - mean - slope * (time - middle) for time, value in zip(times, values, strict=True)]
    squares = sum(rest * rest for rest in rests)
    alike = sum(a * b for a, b in pairwise(rests)) / squares if squares else 0.0
    alike = max(0.0, alike)
    worth = max(FEWEST_WORTH, n * (1 - alike) / (1 + alike))
    error = math.sqrt(squares / (worth - 2) / spread)
    return Trend(slope * HOUR, error * HOUR)


class Samples:
    """What is seen of a process from outside, once a second."""

    def __init__(self) -> None:
        self.times: list[float] = []
        self.rss_mb: list[float] = []
        self.descriptors: list[int] = []

    def take(self, when: float, rss_mb: float, descriptors: int) -> None:
        """One more."""
        self.times.append(when)
        self.rss_mb.append(rss_mb)
        self.descriptors.append(descriptors)

    def report(self) -> dict[str, Any]:
        """First, last and most of each, and how fast it grows an hour, with the error of that."""
        warm = [n for n, when in enumerate(self.times) if when >= self.times[0] + WARM_SHARE * self._span]
        figures: dict[str, Any] = {}
        for name, values in (("rss_mb", self.rss_mb), ("descriptors", self.descriptors)):
            kept = [float(values[n]) for n in warm]
            line = trend([self.times[n] for n in warm], kept) if len(kept) >= FEWEST else None
            figures[name] = {
                "first": kept[0] if kept else None,
                "last": kept[-1] if kept else None,
                "most": max(kept, default=None),
                "per_hour": round(line.per_hour, 2) if line else None,
                "error": round(line.error, 2) if line else None,
                "at_least_per_hour": round(line.least, 2) if line else None,
            }
        return figures

    @property
    def _span(self) -> float:
        return self.times[-1] - self.times[0]
