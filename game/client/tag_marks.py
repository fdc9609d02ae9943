"""What one sees of the game of Tag on the players themselves: who is "it", who is immune, whose dash has to rest.

Each mark has a shape of its own, so that none depends on telling colours apart: spikes and an arrow for "it", a broken
ring for immunity, an arc for the dash. All are drawn once, four times too large, and kept; knows no world.
"""

import math
from collections.abc import Callable
from functools import lru_cache
from typing import Final

import pygame

from game.client.sprites import FINE, WHITE
from game.client.theme import ACCENT, INK, IT, SHIELD, Rgb

Blit = tuple[pygame.Surface, tuple[int, int]]

SPIKES: Final = 12
TURNS: Final = 12  # pictures of the spikes while they turn from one to the next
GROWTHS: Final = 3  # and of how far they reach out while they pulse
TURN_SECONDS: Final = 0.8
PULSE_SECONDS: Final = 0.7
DASHES: Final = 7  # pieces of the ring round the immune
POINTER: Final = (26, 20)  # pixels of the arrow above "it"
HOP: Final = 4  # pixels by which it hops
NAME: Final = 24  # pixels that a name takes above a head
ARROW: Final = 56  # pixels a side of the arrow at the edge
ANGLES: Final = 48  # pictures of it
EDGE: Final = 46  # pixels of its middle from the edge
TOP: Final = 78  # and from the upper one, where the time is
ARC_STEPS: Final = 24
ARC: Final = 46  # pixels a side
LARGEST: Final = 64  # pixels of a body; those of larger ones are not larger, for all of their pictures are kept


class TagMarks:
    """Gives pictures and places; whoever draws the players blits them."""

    def __init__(self) -> None:
        self._spikes: Callable[[int, int, int], pygame.Surface] = lru_cache(TURNS * GROWTHS * 4)(_spikes)
        self._ring: Callable[[int, int], pygame.Surface] = lru_cache(4 * TURNS)(_ring)
        self._arc: Callable[[int], pygame.Surface] = lru_cache(ARC_STEPS + 1)(_arc)
        self._arrow: Callable[[int], pygame.Surface] = lru_cache(ANGLES)(_arrow)
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

    def resting(self, area: pygame.Rect, share: float) -> Blit:
        """Round one's own body while its dash rests: an arc that fills as `share` goes to 1."""
        picture = self._arc(round(max(0.0, min(1.0, share)) * ARC_STEPS))
        return picture, picture.get_rect(center=area.center).topleft

    def edge(self, view: pygame.Rect, target: tuple[int, int]) -> Blit | None:
        """Where "it" is out of view: an arrow at the edge, on the way there; None where it can be seen."""
        if view.inflate(-8, -8).collidepoint(target):
            return None
        inner = pygame.Rect(EDGE, TOP, view.w - 2 * EDGE, view.h - TOP - EDGE)
        dx, dy = target[0] - inner.centerx, target[1] - inner.centery
        reach = min(inner.w / 2 / abs(dx) if dx else math.inf, inner.h / 2 / abs(dy) if dy else math.inf)
        at = inner.centerx + dx * reach, inner.centery + dy * reach
        picture = self._arrow(round(math.atan2(dy, dx) / math.tau * ANGLES) % ANGLES)
        return picture, picture.get_rect(center=(round(at[0]), round(at[1]))).topleft


def _canvas(width: int, height: int) -> pygame.Surface:
    return pygame.Surface((width * FINE, height * FINE), pygame.SRCALPHA)


def _down(big: pygame.Surface) -> pygame.Surface:
    return pygame.transform.smoothscale(big, (big.get_width() // FINE, big.get_height() // FINE))


def _around(middle: float, radius: float, angle: float) -> tuple[float, float]:
    return middle + radius * math.cos(angle), middle + radius * math.sin(angle)


def _spikes(side: int, turn: int, growth: int) -> pygame.Surface:
    """A star with a white rim; the body covers its middle."""
    whole = round(side * 2.3) + 4
    big = _canvas(whole, whole)
    middle = whole * FINE / 2
    for color, extra in ((INK, 3.0), (WHITE, 1.6), (IT, 0.0)):
        outer = (side * (0.88 + 0.07 * growth) + extra * 1.4) * FINE
        inner = (side * 0.66 + extra) * FINE
        points = []
        for tip in range(2 * SPIKES):
            angle = math.pi * (tip + 2 * turn / TURNS) / SPIKES
            points.append(_around(middle, inner if tip % 2 else outer, angle))
        pygame.draw.polygon(big, color, points)
    return _down(big)


def _ring(side: int, turn: int) -> pygame.Surface:
    """A broken ring, with a dark one under it, and a breath of light within."""
    whole = round(side * 1.9) + 4
    big = _canvas(whole, whole)
    middle, radius = whole * FINE / 2, side * 0.82 * FINE
    pygame.draw.circle(big, (*SHIELD, 34), (middle, middle), radius)
    for color, thick in ((INK, 5.0), (SHIELD, 3.0)):
        for piece in range(DASHES):
            begin = math.tau * (piece + turn / TURNS) / DASHES
            _stroke(big, color, (middle, middle), radius, begin, begin + math.tau / DASHES * 0.62, thick * FINE)
    return _down(big)


def _arc(step: int) -> pygame.Surface:
    """Below the feet, from left to right: how much of the rest is over."""
    big = _canvas(ARC, ARC)
    middle, radius = ARC * FINE / 2, (ARC / 2 - 3) * FINE
    left, right = math.radians(148), math.radians(32)
    _stroke(big, INK, (middle, middle), radius, right, left, 5 * FINE)
    if step:
        full = step == ARC_STEPS
        until = left + (right - left) * step / ARC_STEPS
        _stroke(big, WHITE if full else ACCENT, (middle, middle), radius, until, left, 3 * FINE)
    return _down(big)


def _stroke(
    target: pygame.Surface,
    color: Rgb,
    middle: tuple[float, float],
    radius: float,
    begin: float,
    end: float,
    thick: float,
) -> None:
    """A part of a circle, of dots: pygame's thick arcs have holes."""
    dots = max(2, math.ceil((end - begin) * radius / (thick / 3)))
    for dot in range(dots + 1):
        angle = begin + (end - begin) * dot / dots
        at = middle[0] + radius * math.cos(angle), middle[1] + radius * math.sin(angle)
        pygame.draw.circle(target, color, at, thick / 2)


def _pointer() -> pygame.Surface:
    """An arrow that points down."""
    width, height = POINTER
    big = _canvas(width, height)
    for color, inset in ((INK, 0.0), (WHITE, 1.4), (IT, 3.4)):
        i = inset * FINE
        w, h = width * FINE, height * FINE
        pygame.draw.polygon(big, color, [(1.6 * i, i), (w - 1.6 * i, i), (w / 2, h - 1.4 * i)])
    return _down(big)


def _arrow(angle: int) -> pygame.Surface:
    """An arrow that points away from the middle of the screen."""
    big = _canvas(ARROW, ARROW)
    middle, towards = ARROW * FINE / 2, math.tau * angle / ANGLES
    for color, more in ((INK, 2.4), (WHITE, 1.2), (IT, 0.0)):
        tip = _around(middle, (24 + more) * FINE, towards)
        sides = [_around(middle, (18 + 1.6 * more) * FINE, towards + turn) for turn in (2.4, math.pi, -2.4)]
        sides[1] = _around(middle, 6 * FINE, towards + math.pi)
        pygame.draw.polygon(big, color, [tip, *sides])
    return _down(big)
