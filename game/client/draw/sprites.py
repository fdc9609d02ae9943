"""The pictures of players, drawn by code and kept once made. Knows nothing of worlds, cameras or windows.

Each is drawn four times too large and scaled down: that is what smooths its edges. It takes milliseconds, and a server
says how large everybody is, how many there are and of which colours: so what is kept is bounded in pixels, and so is
what is made for one picture of the world.
"""

import math
from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final

import pygame

from game.client.draw.theme import INK, Rgb, mix

FINE: Final = 4  # how much larger things are drawn than shown
LOOKS: Final = 2  # a glance goes from -LOOKS to LOOKS on both axes
SHADOW: Final = 8  # pixels that a shadow reaches beyond its body
RING: Final = 7  # pixels that the ring round one's own player reaches beyond it
CACHED_BODIES: Final = 512  # a colour and size for each player several times over
CACHED_PLAYERS: Final = 6400  # each of 128 players with each look, awake and asleep: 20 MB if no two are of a colour
MOST_KEPT: Final = 12_000_000  # pixels of all pictures, 48 MB: 15,000 players of the usual size
LARGEST: Final = 256  # pixels of a side; what is larger has no picture
WHITE: Final[Rgb] = (250, 251, 255)


class NotNowError(Exception):
    """Another picture would take too long."""


class Sprites:
    """All sprites, by what makes them differ. They belong to no window: make one for the program's life."""

    def __init__(self) -> None:
        self.left = math.inf  # pixels of new pictures until NotNowError is raised, for whoever sets it
        self._kept = 0  # pixels, about
        self._caches: list[Any] = []
        self.body: Callable[[Rgb, int, int], pygame.Surface] = self._keeping(CACHED_BODIES, _body)
        self.face: Callable[[int, int, int, int, bool], pygame.Surface] = self._keeping(CACHED_BODIES, _face, 0.05)
        self.shadow: Callable[[int, int], pygame.Surface] = self._keeping(CACHED_BODIES, _shadow, 0.2)
        self.ring: Callable[[Rgb, int, int], pygame.Surface] = self._keeping(CACHED_BODIES, _ring, 0.1)
        self.player: Callable[[Rgb, int, int, tuple[int, int], bool], pygame.Surface] = self._keeping(
            CACHED_PLAYERS, self.whole, 0.02
        )

        self.ball: Callable[[Rgb, int], pygame.Surface] = self._keeping(CACHED_BODIES, _ball)

    def whole(self, color: Rgb, w: int, h: int, look: tuple[int, int], blinks: bool) -> pygame.Surface:
        """A player, body and face, made anew; `player` is the same, kept."""
        picture = self.body(color, w, h).copy()
        picture.blit(self.face(w, h, *look, blinks), (0, 0))
        return picture

    def _keeping(self, most: int, make: Callable[..., pygame.Surface], share: float = 1.0) -> Any:
        """`make`, of which the last pictures are kept; `share`: of what a pixel of a body takes to make."""

        def made(*key: Any) -> pygame.Surface:
            if self.left <= 0:
                raise NotNowError
            picture = make(*key)
            pixels = picture.get_width() * picture.get_height()
            self.left -= share * pixels
            self._kept += pixels
            if self._kept > MOST_KEPT:
                self._kept = 0
                for cache in self._caches:
                    cache.cache_clear()
            return picture

        self._caches.append(lru_cache(most)(made))
        return self._caches[-1]


def _body(color: Rgb, w: int, h: int) -> pygame.Surface:
    """A rounded box lit from above, with a darker foot."""
    big = pygame.Surface((w * FINE, h * FINE), pygame.SRCALPHA)
    area, radius = big.get_rect(), round(min(w, h) * FINE * 0.3)
    pygame.draw.rect(big, mix(color, INK, 0.5), area, border_radius=radius)
    upper = pygame.Rect(0, 0, area.w, round(area.h * 0.91))
    shade = pygame.Surface(upper.size, pygame.SRCALPHA)
    for y in range(upper.h):
        light = mix(mix(color, WHITE, 0.22), mix(color, INK, 0.08), y / upper.h)
        pygame.draw.line(shade, light, (0, y), (upper.w, y))
    mask = pygame.Surface(upper.size, pygame.SRCALPHA)
    pygame.draw.rect(mask, (255, 255, 255), upper, border_radius=radius)
    shade.blit(mask, (0, 0), special_flags=pygame.BLEND_RGBA_MIN)
    big.blit(shade, (0, 0))
    rim = pygame.Surface(upper.size, pygame.SRCALPHA)
    pygame.draw.rect(rim, (255, 255, 255, 105), upper, FINE, border_radius=radius)
    fade = pygame.Surface(upper.size, pygame.SRCALPHA)
    for y in range(upper.h):
        pygame.draw.line(fade, (255, 255, 255, max(0, round(255 * (1 - 2.2 * y / upper.h)))), (0, y), (upper.w, y))
    rim.blit(fade, (0, 0), special_flags=pygame.BLEND_RGBA_MULT)
    big.blit(rim, (0, 0))
    return pygame.transform.smoothscale(big, (w, h))


def _ball(color: Rgb, side: int) -> pygame.Surface:
    """A ball lit from above."""
    big = pygame.Surface((side * FINE, side * FINE), pygame.SRCALPHA)
    middle = side * FINE / 2
    for step in range(12):
        share = step / 11
        light = mix(mix(color, INK, 0.45), mix(color, WHITE, 0.5), share)
        at = middle - share * side * 0.5, middle - share * side * 0.7
        pygame.draw.circle(big, light, at, middle * (1 - 0.8 * share))
    return pygame.transform.smoothscale(big, (side, side))


def _face(w: int, h: int, look_x: int, look_y: int, blinks: bool) -> pygame.Surface:
    """Two eyes that look somewhere, or are closed for a moment, cheeks and a smile."""
    big = pygame.Surface((w * FINE, h * FINE), pygame.SRCALPHA)
    unit = min(w, h) * FINE / 28
    middle_x = big.get_width() / 2 + look_x * 1.1 * unit
    middle_y = big.get_height() * 0.43 + look_y * 1.0 * unit
    for side in (-1, 1):
        eye = pygame.Rect(0, 0, round(7.4 * unit), round(9 * unit))
        eye.center = round(middle_x + side * 4.9 * unit), round(middle_y)
        if blinks:
            lid = pygame.Rect(0, 0, eye.w, max(2, round(1.8 * unit)))
            lid.center = eye.centerx, eye.centery + round(unit)
            pygame.draw.rect(big, INK, lid, border_radius=round(unit))
            continue
        pygame.draw.ellipse(big, (*INK, 50), eye.inflate(round(1.4 * unit), round(1.4 * unit)))
        pygame.draw.ellipse(big, WHITE, eye)
        pupil = pygame.Rect(0, 0, round(4.2 * unit), round(5.2 * unit))
        pupil.center = eye.centerx + round(look_x * 0.75 * unit), eye.centery + round(look_y * 0.9 * unit)
        pygame.draw.ellipse(big, INK, pupil)
        glint = round(0.85 * unit)
        pygame.draw.circle(big, WHITE, (pupil.centerx + glint, pupil.centery - round(1.2 * unit)), glint)
    for step in range(-8, 9):  # a smile of dots: pygame's thick arcs have holes
        angle = math.radians(90 + step * 7)
        dot = middle_x + 3.1 * unit * math.cos(angle), middle_y + (5.4 + 2.9 * math.sin(angle)) * unit
        pygame.draw.circle(big, INK, dot, 0.75 * unit)
    return pygame.transform.smoothscale(big, (w, h))


def _shadow(w: int, h: int) -> pygame.Surface:
    """Soft: many thin layers."""
    picture = pygame.Surface((w + 2 * SHADOW, h + 2 * SHADOW), pygame.SRCALPHA)
    hard = pygame.Surface(picture.get_size(), pygame.SRCALPHA)
    area = pygame.Rect(SHADOW, SHADOW, w, h)
    pygame.draw.rect(hard, (0, 0, 0, 120), area.inflate(-2, -2), border_radius=round(min(w, h) * 0.35))
    picture.blit(pygame.transform.gaussian_blur(hard, 5), (0, 0))
    return picture


def _ring(color: Rgb, w: int, h: int) -> pygame.Surface:
    """Round one's own player, so that one finds it in a crowd."""
    size = w + 2 * RING, h + 2 * RING
    big = pygame.Surface((size[0] * FINE, size[1] * FINE), pygame.SRCALPHA)
    area = big.get_rect().inflate(-2 * FINE, -2 * FINE)
    radius = round(min(w, h) * FINE * 0.45)
    pygame.draw.rect(big, (*mix(color, WHITE, 0.45), 40), area, border_radius=radius)
    pygame.draw.rect(big, (*mix(color, WHITE, 0.55), 205), area, 2 * FINE, border_radius=radius)
    return pygame.transform.smoothscale(big, size)
