"""What Football adds to the components of every game, and its one event."""

from dataclasses import dataclass
from typing import Final

LEFT, RIGHT = 0, 1  # the teams, by the half that they defend
TEAMS: Final = ("Blue", "Orange")
GOALS: Final = 5  # that win a match
BALL: Final = 1  # its kind


@dataclass(slots=True)
class Team:
    """Which team a player is in."""

    side: int


@dataclass(slots=True)
class Scored:
    """How many goals a player has shot in this match."""

    goals: int = 0


@dataclass(slots=True)
class Match:
    """On one entity without a body: the goals of both teams, and when it goes on.

    `until` is the tick of the next kick-off: the ball rests in the middle till then; 0: it is being played. `winner` is
    the side that has won, -1: none yet.
    """

    left: int = 0
    right: int = 0
    until: int = 0
    winner: int = -1


@dataclass(frozen=True, slots=True)
class Goal:
    """A goal for that side; `by` is the NetID of who touched the ball last, 0 for nobody."""

    side: int
    by: int
    own: bool
