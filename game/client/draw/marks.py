"""What lies over and under bodies in more than one game: an arc that fills while something rests, and an arrow at the
edge of the window. Pictures are drawn once, four times too large, and kept; knows no world.
"""

import math
from collections.abc import Callable
from functools import lru_cache
from typing import Final

import pygame

from game.client.draw.sprites import FINE, WHITE
from game.client.draw.theme import ACCENT, INK, IT, Rgb

Blit = tuple[pygame.Surface, tuple[int, int]]

ARROW: Final = 56  # pixels a side of the arrow at the edge
ANGLES: Final = 48  # pictures of it
EDGE: Final = 46  # pixels of its middle from the edge
TOP: Final = 78  # and from the upper one, where the time is
ARC_STEPS: Final = 24
ARC: Final = 46  # pixels a side


class Marks:
    """Gives pictures and places; whoever draws the bodies blits them."""

    def __init__(self) -> None:
        self._arc: Callable[[int], pygame.Surface] = lru_cache(ARC_STEPS + 1)(_arc)
        self._arrow: Callable[[int, Rgb], pygame.Surface] = lru_cache(2 * ANGLES)(_arrow)

    def resting(self, area: pygame.Rect, share: float) -> Blit:
        """Round one's own body while its dash rests: an arc that fills as `share` goes to 1."""
        picture = self._arc(round(max(0.0, min(1.0, share)) * ARC_STEPS))
        return picture, picture.get_rect(center=area.center).topleft

    def edge(self, view: pygame.Rect, target: tuple[int, int], color: Rgb = IT) -> Blit | None:
        """Where a place is out of view: an arrow at the edge, on the way there; None where it can be seen."""
        if view.inflate(-8, -8).collidepoint(target):
            return None
        inner = pygame.Rect(EDGE, TOP, view.w - 2 * EDGE, view.h - TOP - EDGE)
        dx, dy = target[0] - inner.centerx, target[1] - inner.centery
        reach = min(inner.w / 2 / abs(dx) if dx else math.inf, inner.h / 2 / abs(dy) if dy else math.inf)
        at = inner.centerx + dx * reach, inner.centery + dy * reach
        picture = self._arrow(round(math.atan2(dy, dx) / math.tau * ANGLES) % ANGLES, color)
        return picture, picture.get_rect(center=(round(at[0]), round(at[1]))).topleft


def canvas(width: int, height: int) -> pygame.Surface:
    return pygame.Surface((width * FINE, height * FINE), pygame.SRCALPHA)


def down(big: pygame.Surface) -> pygame.Surface:
    return pygame.transform.smoothscale(big, (big.get_width() // FINE, big.get_height() // FINE))


def around(middle: float, radius: float, angle: float) -> tuple[float, float]:
    return middle + radius * math.cos(angle), middle + radius * math.sin(angle)


def stroke(
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


def _arc(step: int) -> pygame.Surface:
    """Below the feet, from left to right: how much of the rest is over."""
    big = canvas(ARC, ARC)
    middle, radius = ARC * FINE / 2, (ARC / 2 - 3) * FINE
    left, right = math.radians(148), math.radians(32)
    stroke(big, INK, (middle, middle), radius, right, left, 5 * FINE)
    if step:
        full = step == ARC_STEPS
        until = left + (right - left) * step / ARC_STEPS
        stroke(big, WHITE if full else ACCENT, (middle, middle), radius, until, left, 3 * FINE)
    return down(big)


def _arrow(angle: int, color: Rgb) -> pygame.Surface:
    """An arrow that points away from the middle of the screen."""
    big = canvas(ARROW, ARROW)
    middle, towards = ARROW * FINE / 2, math.tau * angle / ANGLES
    for paint, more in ((INK, 2.4), (WHITE, 1.2), (color, 0.0)):
        tip = around(middle, (24 + more) * FINE, towards)
        sides = [around(middle, (18 + 1.6 * more) * FINE, towards + turn) for turn in (2.4, math.pi, -2.4)]
        sides[1] = around(middle, 6 * FINE, towards + math.pi)
        pygame.draw.polygon(big, paint, [tip, *sides])
    return down(big)
