"""What Football adds to the components of every game, and its one event."""

from dataclasses import dataclass
from typing import Final

LEFT, RIGHT = 0, 1  # the teams, by the half that they defend
TEAMS: Final = ("Blue", "Orange")
GOALS: Final = 5  # that win a round
BALL: Final = 1  # its kind


@dataclass(slots=True)
class Team:
    """Which team a player is in."""

    side: int


@dataclass(slots=True)
class Match:
    """On one entity without a body: the goals of both teams in this round.

    `until` is the tick of the next kick-off; 0: it is being played.
    """

    left: int = 0
    right: int = 0
    until: int = 0


@dataclass(frozen=True, slots=True)
class Goal:
    """A goal for that side; `by` is the NetID of who touched the ball last, 0 for nobody."""

    side: int
    by: int
    own: bool
