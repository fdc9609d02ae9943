"""How a bot plays, whatever the game: what it wants, and what it has to report. A game brings minds of its own.

A mind follows from the world that a client holds and from random numbers alone; it knows no clock and no wire.
"""

import random
from collections.abc import Mapping
from typing import Final, NamedTuple

from ecs.movement.step import DASH, DIRECTIONS, STILL

PAUSE_SHARE: Final = 0.15  # of the wishes of a wanderer are to stand
WANDER_DASH_SHARE: Final = 0.03  # for the fun of it

_NUMBER: Final = {vector: number for number, vector in enumerate(DIRECTIONS)}
_NO_VALUES: Final[Mapping[str, int]] = {}


class Wish(NamedTuple):
    """What a bot wants for the next third of a second or so."""

    direction: int = STILL
    buttons: tuple[str, ...] = ()  # that are down for a tick
    values: Mapping[str, int] = _NO_VALUES  # of axes, by name


class Mind:
    """Wanders about. A subclass does what its game asks for; each bot has one of its own."""

    def wish(self, net_id: int, rng: random.Random) -> Wish:
        """What the player of that NetID wants now; inside `with world`."""
        return Wish(wander(rng))

    def look(self, tick: int, tick_rate: int) -> None:
        """See what happens, once a frame, as of that tick; inside `with world`."""

    def report(self) -> Mapping[str, object]:
        """What it has seen, for the report of all bots: of numbers, the largest counts."""
        return {}


def wander(rng: random.Random) -> int:
    """Any way, or a pause."""
    if rng.random() < PAUSE_SHARE:
        return STILL
    way = rng.randint(1, 8)
    return way | DASH if rng.random() < WANDER_DASH_SHARE else way


def heading(dx: int, dy: int) -> int:
    """Which of the eight ways leads best along (dx, dy)."""
    x = 0 if 2 * abs(dx) < abs(dy) else (dx > 0) - (dx < 0)
    y = 0 if 2 * abs(dy) < abs(dx) else (dy > 0) - (dy < 0)
    return _NUMBER[x, y]
