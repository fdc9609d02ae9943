"""The rules of Tag that both ends share."""

from enum import IntEnum
from typing import Final

IDLE_IT_SECONDS: Final = (
    8.0  # "it" without input, so that nobody chases: a breath, not a pause; then somebody else is it
)
SLOW_IT_SECONDS: Final = 25.0  # "it" without a touch: a fifth of a round, in which a chaser has seen most of an arena


class Passed(IntEnum):
    """How somebody became "it"."""

    DRAWN = 0  # by lot: a round began, or whoever was "it" is gone
    TOUCH = 1
    IDLE = 2  # taken from somebody who did nothing
    SLOW = 3  # taken from somebody who touched nobody for too long
