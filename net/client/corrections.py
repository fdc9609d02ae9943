"""Corrections: how far a prediction was from the server's word, and why. Plain data."""

from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple


class Cause(Enum):
    """Why the server's body was not the predicted one."""

    PUSHED = "pushed"  # by another player, or not as we had thought
    RULES = "rules"  # moved by a rule of the game
    LATE = "late"  # an intent came too late, or was held back, and acted at another tick
    SNAPSHOT = "snapshot"  # after a gap in what we were told
    UNEXPLAINED = "unexplained"  # a bug: step, world or wire disagree


@dataclass(frozen=True, slots=True)
class Correction:
    """How far one's own body had to move, as of the predicted tick, and why."""

    tick: int
    dx: int  # world units, from the predicted place to the right one
    dy: int
    cause: Cause
    ticks: int = 0  # how late, where that is the cause
    by: int = 0  # the NetID of who pushed
    component: str = "Position"  # or the first that differed, where that was right

    @property
    def size(self) -> float:
        """The distance in world units."""
        return float((self.dx**2 + self.dy**2) ** 0.5)

    def why(self, name: str) -> str:
        """The cause in words; `name` is that of whoever pushed."""
        match self.cause:
            case Cause.LATE:
                return f"late by {self.ticks} {'tick' if self.ticks == 1 else 'ticks'}"
            case Cause.PUSHED:
                return f"pushed by {name}"
            case Cause.RULES:
                return "moved by the rules"
            case Cause.SNAPSHOT:
                return "after a gap"
            case _:
                return str(self.cause.value)


class Difference(NamedTuple):
    """How the server's word differed from the prediction, as of the predicted tick."""

    dx: int  # world units, from the predicted place to the right one
    dy: int
    late: int  # ticks by which an intent acted at another tick than meant; 0: none did
    touched: int  # the NetID of somebody whom we met or thought to meet on the way; 0: nobody
    component: str  # the first that differed: Position, Velocity ...
