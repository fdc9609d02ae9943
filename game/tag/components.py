"""The components that Tag adds to those of every game.

Ticks are the server's. What only some have, or only for a while, is present only then: for all the others it costs
nothing.
"""

from dataclasses import dataclass


@dataclass(slots=True)
class Tagged:
    """This player is "it". `since` is the tick in which they became it.

    `how` is one of `game.tag.rules.Passed`, and `by` the NetID of who was "it" before them; 0 where they were drawn.
    """

    since: int
    by: int = 0
    how: int = 0


@dataclass(slots=True)
class Immune:
    """This player has just passed it on, and cannot get it back before the tick `until`."""

    until: int


@dataclass(slots=True)
class Score:
    """For how many ticks of this round a player has not been "it".

    `ticks` are banked, and from the tick `since` on each further one counts (-1: none does just now). So a score that
    runs costs no bytes; `game.tag.rules.score_at` tells what it is.
    """

    ticks: int = 0
    since: int = -1


@dataclass(slots=True)
class Round:
    """What is going on, on one entity that has no body. `number` counts rounds from 1 on; 0: there was none yet.

    `phase` is one of `game.tag.rules.RoundPhase`, and `until` the tick at which it ends (0: nobody can say).
    """

    number: int
    phase: int
    until: int


@dataclass(slots=True)
class Podium:
    """Who came first, second and third in the last round, and with which score (ticks); on the entity of the Round.

    Equals share a place, and the places behind it stay empty, as in "1, 1, 3". The texts are for people to read: up to
    `game.tag.rules.NAMED` names, else how many share it; empty where nobody has that place, and the score is 0 then.
    """

    first: str
    second: str
    third: str
    first_score: int = 0
    second_score: int = 0
    third_score: int = 0
