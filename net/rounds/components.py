"""The components of rounds, what a player can ask of them, and what both ends make of these. Ticks are the server's."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final

from net.rounds.ranking import NAMED
from net.wire.texts import CONTROLS, NAME_LIMIT

MOST_OPTIONS: Final = 4  # of a ballot: as many as there are keys for them
OPTION_LIMIT: Final = 48  # letters


class RoundPhase(IntEnum):
    """What a Round is in."""

    PRACTICE = 0  # too few are there: one plays, but nothing counts
    PLAYING = 1
    PODIUM = 2
    READY = 3  # 3, 2, 1: the next moment it begins


@dataclass(slots=True)
class Round:
    """What is going on, on one entity that has no body. `number` counts rounds from 1 on; 0: there was none yet.

    `phase` is a `RoundPhase`, and `until` the tick at which it ends (0: nobody can say).
    """

    number: int
    phase: int
    until: int


@dataclass(slots=True)
class Score:
    """The points of a player in this round.

    `points` are banked, and from the tick `since` on each further tick adds one (-1: none does just now). So a score
    that runs costs no bytes; `score_at` tells what it is.
    """

    points: int = 0
    since: int = -1


@dataclass(slots=True)
class Podium:
    """Who came first, second and third in the last round, and with which score; on the entity of the Round.

    Equals share a place, and the places behind it stay empty, as in "1, 1, 3". The texts are for people to read: up to
    `NAMED` names, else how many share it; empty where nobody has that place, and the score is 0 then.
    """

    first: str
    second: str
    third: str
    first_score: int = 0
    second_score: int = 0
    third_score: int = 0


@dataclass(slots=True)
class Ballot:
    """What can be voted for while the podium stands, on the entity of the Round; an empty text is no option."""

    first: str
    second: str = ""
    third: str = ""
    fourth: str = ""

    @property
    def options(self) -> list[str]:
        """Those that there are."""
        return [option for option in (self.first, self.second, self.third, self.fourth) if option]


@dataclass(slots=True)
class Voted:
    """For which option of the ballot this player is, from 0 on."""

    option: int


@dataclass(frozen=True, slots=True)
class Vote:
    """A client's request: be counted for that option, in place of an earlier one."""

    option: int


def score_at(score: Score, tick: int) -> int:
    """The score as of the end of that tick."""
    return score.points + (max(0, tick - score.since) if score.since >= 0 else 0)


def _is_podium(podium: Podium) -> bool:
    names = podium.first, podium.second, podium.third
    return all(map(_is_line, names)) and min(podium.first_score, podium.second_score, podium.third_score) >= 0


def _is_line(text: str) -> bool:
    """Whether that can be what `listed` makes of names, for a client that has not made it."""
    return len(text) <= (NAME_LIMIT + len(" and ")) * NAMED and not CONTROLS.search(text)


def _is_ballot(ballot: Ballot) -> bool:
    options = ballot.first, ballot.second, ballot.third, ballot.fourth
    return bool(ballot.first) and all(len(text) <= OPTION_LIMIT and not CONTROLS.search(text) for text in options)


def _is_option(vote: Vote | Voted) -> bool:
    return 0 <= vote.option < MOST_OPTIONS


COMPONENTS: Final[Sequence[tuple[type, Callable[[Any], bool]]]] = (
    (Score, lambda score: score.points >= 0 and score.since >= -1),
    (Round, lambda r: r.number >= 0 and r.phase in set(RoundPhase) and r.until >= 0),
    (Podium, _is_podium),
    (Ballot, _is_ballot),
    (Voted, _is_option),
)
REQUESTS: Final[Sequence[tuple[type, Callable[[Any], bool]]]] = ((Vote, _is_option),)
