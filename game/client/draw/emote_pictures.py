"""How emotes look: small faces, drawn in code, in the order of `net.emotes.EMOTES`."""

import math
from functools import lru_cache
from typing import Final

import pygame

from game.client.draw.marks import canvas, down
from game.client.draw.sprites import FINE
from game.client.draw.theme import INK, Rgb

SIDE: Final = 34  # pixels
SKIN: Final[Rgb] = (255, 208, 84)
CHEEK: Final[Rgb] = (240, 110, 90)
HEART: Final[Rgb] = (232, 62, 92)
TEAR: Final[Rgb] = (92, 170, 245)
ANGER: Final[Rgb] = (242, 120, 84)


@lru_cache(4)
def emote_picture(number: int) -> pygame.Surface:
    """The picture of that emote."""
    big = canvas(SIDE, SIDE)
    (_laugh, _love, _angry, _cry)[number](big, SIDE * FINE)
    return down(big)


def _face(big: pygame.Surface, side: float, color: Rgb = SKIN) -> None:
    pygame.draw.circle(big, INK, (side / 2, side / 2), side / 2)
    pygame.draw.circle(big, color, (side / 2, side / 2), side * 0.45)


def _laugh(big: pygame.Surface, side: float) -> None:
    _face(big, side)
    thick = round(side * 0.06)
    for x in (0.32, 0.68):
        area = pygame.Rect(0, 0, side * 0.2, side * 0.2)
        area.center = round(side * x), round(side * 0.42)
        pygame.draw.arc(big, INK, area, 0.2, math.pi - 0.2, thick)
    mouth = pygame.Rect(side * 0.24, side * 0.3, side * 0.52, side * 0.5)
    pygame.draw.circle(big, INK, mouth.center, mouth.w // 2, draw_bottom_left=True, draw_bottom_right=True)
    tongue = mouth.centerx, round(mouth.centery + mouth.h * 0.3)
    pygame.draw.circle(big, CHEEK, tongue, round(side * 0.11))


def _love(big: pygame.Surface, side: float) -> None:
    for color, grown in ((INK, 1.0), (HEART, 0.86)):
        for x in (-0.21, 0.21):
            pygame.draw.circle(big, color, (side * (0.5 + x * grown), side * 0.36), side * 0.27 * grown)
        low = side * (0.36 + 0.56 * grown)
        ends = [(side * (0.5 - 0.46 * grown), side * 0.42), (side * (0.5 + 0.46 * grown), side * 0.42)]
        pygame.draw.polygon(big, color, [*ends, (side / 2, low)])
    pygame.draw.circle(big, (255, 190, 205), (side * 0.34, side * 0.3), side * 0.07)


def _angry(big: pygame.Surface, side: float) -> None:
    _face(big, side, ANGER)
    thick = round(side * 0.07)
    for sign in (-1, 1):
        inner, outer = (side * (0.5 + sign * 0.08), side * 0.42), (side * (0.5 + sign * 0.3), side * 0.3)
        pygame.draw.line(big, INK, inner, outer, thick)
        pygame.draw.circle(big, INK, (side * (0.5 + sign * 0.2), side * 0.48), side * 0.07)
    mouth = pygame.Rect(side * 0.32, side * 0.62, side * 0.36, side * 0.24)
    pygame.draw.arc(big, INK, mouth, 0.2, math.pi - 0.2, thick)


def _cry(big: pygame.Surface, side: float) -> None:
    _face(big, side)
    thick = round(side * 0.06)
    for x in (0.32, 0.68):
        pygame.draw.circle(big, INK, (side * x, side * 0.42), side * 0.07)
        pygame.draw.rect(
            big, TEAR, (side * (x - 0.05), side * 0.5, side * 0.1, side * 0.32), border_radius=round(side / 20)
        )
    mouth = pygame.Rect(side * 0.36, side * 0.66, side * 0.28, side * 0.2)
    pygame.draw.arc(big, INK, mouth, 0.2, math.pi - 0.2, thick)
