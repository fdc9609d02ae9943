"""The rules of Tag that both ends share: what scores mean, how a round goes."""

from enum import IntEnum
from typing import Final

from game.tag.components import Score
from game.words import NAMED
from net.wire.texts import CONTROLS, NAME_LIMIT

IDLE_IT_SECONDS: Final = (
    8.0  # "it" without input, so that nobody chases: a breath, not a pause; then somebody else is it
)
SLOW_IT_SECONDS: Final = 25.0  # "it" without a touch: a fifth of a round, in which a chaser has seen most of an arena


class RoundPhase(IntEnum):
    """What a Round is in."""

    PRACTICE = 0  # one player alone, or none
    PLAYING = 1
    PODIUM = 2


class Passed(IntEnum):
    """How somebody became "it"."""

    DRAWN = 0  # by lot: a round began, or whoever was "it" is gone
    TOUCH = 1
    IDLE = 2  # taken from somebody who did nothing
    SLOW = 3  # taken from somebody who touched nobody for too long


def score_at(score: Score, tick: int) -> int:
    """The score as of the end of that tick, in ticks."""
    return score.ticks + (max(0, tick - score.since) if score.since >= 0 else 0)


def is_line(text: str) -> bool:
    """Whether that can be what `listed` makes of names, for a client that has not made it."""
    return len(text) <= (NAME_LIMIT + len(" and ")) * NAMED and not CONTROLS.search(text)
