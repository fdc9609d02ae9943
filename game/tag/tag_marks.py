"""What one sees of the game of Tag on the players themselves: who is "it", who is immune, whose dash has to rest.

Each mark has a shape of its own, so that none depends on telling colours apart: spikes and an arrow for "it", a broken
ring for immunity, an arc for the dash. All are drawn once, four times too large, and kept; knows no world.
"""

import math
from collections.abc import Callable
from functools import lru_cache
from typing import Final

import pygame

from game.client.draw.marks import Blit, Marks, around, canvas, down, stroke
from game.client.draw.sprites import FINE, WHITE
from game.client.draw.theme import INK, IT, SHIELD

SPIKES: Final = 12
TURNS: Final = 12  # pictures of the spikes while they turn from one to the next
GROWTHS: Final = 3  # and of how far they reach out while they pulse
TURN_SECONDS: Final = 0.8
PULSE_SECONDS: Final = 0.7
DASHES: Final = 7  # pieces of the ring round the immune
POINTER: Final = (26, 20)  # pixels of the arrow above "it"
HOP: Final = 4  # pixels by which it hops
NAME: Final = 24  # pixels that a name takes above a head
LARGEST: Final = 64  # pixels of a body; those of larger ones are not larger, for all of their pictures are kept


class TagMarks(Marks):
    """Gives pictures and places; whoever draws the players blits them."""

    def __init__(self) -> None:
        super().__init__()
        self._spikes: Callable[[int, int, int], pygame.Surface] = lru_cache(TURNS * GROWTHS * 4)(_spikes)
        self._ring: Callable[[int, int], pygame.Surface] = lru_cache(4 * TURNS)(_ring)
        self._pointer: Callable[[], pygame.Surface] = lru_cache(1)(_pointer)

    def below_it(self, area: pygame.Rect, now: float) -> Blit:
        """Under the body of who is "it": spikes that turn and pulse."""
        turn = int(now / TURN_SECONDS * TURNS) % TURNS
        swing = (1 + math.sin(now / PULSE_SECONDS * math.tau)) / 2
        picture = self._spikes(min(LARGEST, max(area.size)), turn, round(swing * (GROWTHS - 1)))
        return picture, picture.get_rect(center=area.center).topleft

    def above_it(self, area: pygame.Rect, now: float) -> Blit:
        """Above the name of who is "it": an arrow that hops."""
        hop = round(HOP * abs(math.sin(now / PULSE_SECONDS * math.pi)))
        picture = self._pointer()
        return picture, (area.centerx - picture.get_width() // 2, area.top - NAME - picture.get_height() - hop)

    def immune(self, area: pygame.Rect, now: float) -> Blit:
        """Round the body of who is immune: a broken ring that turns."""
        picture = self._ring(min(LARGEST, max(area.size)), int(now / TURN_SECONDS * TURNS) % TURNS)
        return picture, picture.get_rect(center=area.center).topleft


def _spikes(side: int, turn: int, growth: int) -> pygame.Surface:
    """A star with a white rim; the body covers its middle."""
    whole = round(side * 2.3) + 4
    big = canvas(whole, whole)
    middle = whole * FINE / 2
    for color, extra in ((INK, 3.0), (WHITE, 1.6), (IT, 0.0)):
        outer = (side * (0.88 + 0.07 * growth) + extra * 1.4) * FINE
        inner = (side * 0.66 + extra) * FINE
        points = []
        for tip in range(2 * SPIKES):
            angle = math.pi * (tip + 2 * turn / TURNS) / SPIKES
            points.append(around(middle, inner if tip % 2 else outer, angle))
        pygame.draw.polygon(big, color, points)
    return down(big)


def _ring(side: int, turn: int) -> pygame.Surface:
    """A broken ring, with a dark one under it, and a breath of light within."""
    whole = round(side * 1.9) + 4
    big = canvas(whole, whole)
    middle, radius = whole * FINE / 2, side * 0.82 * FINE
    pygame.draw.circle(big, (*SHIELD, 34), (middle, middle), radius)
    for color, thick in ((INK, 5.0), (SHIELD, 3.0)):
        for piece in range(DASHES):
            begin = math.tau * (piece + turn / TURNS) / DASHES
            stroke(big, color, (middle, middle), radius, begin, begin + math.tau / DASHES * 0.62, thick * FINE)
    return down(big)


def _pointer() -> pygame.Surface:
    """An arrow that points down."""
    width, height = POINTER
    big = canvas(width, height)
    for color, inset in ((INK, 0.0), (WHITE, 1.4), (IT, 3.4)):
        i = inset * FINE
        w, h = width * FINE, height * FINE
        pygame.draw.polygon(big, color, [(1.6 * i, i), (w - 1.6 * i, i), (w / 2, h - 1.4 * i)])
    return down(big)
