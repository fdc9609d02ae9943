"""What Snowball adds to the components of every game, and its one event."""

from dataclasses import dataclass
from typing import Final

HEARTS: Final = 3
MOST_SNOW: Final = 5  # balls that one can carry
FIRST_SNOW: Final = 3
GOAL: Final = 10  # hits that win a round


@dataclass(slots=True)
class Health:
    """How many hits one can still take."""

    hearts: int = HEARTS


@dataclass(slots=True)
class Snow:
    """How many balls one carries."""

    balls: int = FIRST_SNOW


@dataclass(slots=True)
class Safe:
    """Until that tick nobody can hit this player, who was out a moment ago."""

    until: int


@dataclass(frozen=True, slots=True)
class Hit:
    """Somebody was hit by a ball of somebody's; `out`: for the last time, and is elsewhere now."""

    who: int
    by: int
    out: bool
