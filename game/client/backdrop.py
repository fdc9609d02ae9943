"""What is behind the screens of the menu: a dim part of an arena, and a crowd that looks at the mouse. Decoration."""

import math
import random
from typing import Final

import pygame

from ecs.arena import FLOOR, TILE_PIXELS
from ecs.components import UNITS_PER_PIXEL
from game.client.arena_picture import ArenaPicture
from game.client.sprites import LOOKS, SHADOW, Sprites
from game.client.theme import Rgb, rgb, veil
from game.rules import DEFAULT_ARENA, PALETTE, PLAYER_SIZE, load_arena

SIDE: Final = PLAYER_SIZE // UNITS_PER_PIXEL
CROWD: Final = 48
DRIFT: Final = 0.02  # radians a second of its way round the arena
DIM: Final = 115
FAR: Final = 200  # pixels from which on a look is a sidelong one


class Backdrop:
    """Drifts slowly over the arena."""

    def __init__(self, window: pygame.Surface, sprites: Sprites) -> None:
        self._window = window
        self._sprites = sprites
        rows = load_arena(DEFAULT_ARENA).rows
        self._arena = ArenaPicture(rows)
        floor = [(column, line) for line, row in enumerate(rows) for column, tile in enumerate(row) if tile == FLOOR]
        rng = random.Random(5)  # any will do; the same crowd each time
        inset = (TILE_PIXELS - SIDE) // 2
        self._crowd: list[tuple[pygame.Rect, Rgb, float]] = [
            (
                pygame.Rect(column * TILE_PIXELS + inset, line * TILE_PIXELS + inset, SIDE, SIDE),
                rgb(rng.choice(list(PALETTE.values()))),
                rng.uniform(0, 5),  # seconds, so that they do not all blink at once
            )
            for column, line in rng.sample(floor, CROWD)
        ]

    def draw(self, now: float, mouse: tuple[int, int]) -> None:
        """Fill the window; `mouse` is what everybody looks at."""
        width, height = self._window.get_size()
        swing = now * DRIFT
        left = round((self._arena.size[0] - width) * (0.5 + 0.4 * math.sin(swing)))
        top = round((self._arena.size[1] - height) * (0.5 + 0.4 * math.cos(swing * 0.7)))
        self._arena.draw(self._window, (left, top))
        view = self._window.get_rect()
        for place, color, phase in self._crowd:
            at = place.move(-left, -top)
            if not at.colliderect(view):
                continue
            look = glance(mouse[0] - at.centerx, FAR), glance(mouse[1] - at.centery, FAR)
            self._window.blit(self._sprites.shadow(SIDE, SIDE), at.move(-SHADOW, 4 - SHADOW))
            self._window.blit(self._sprites.body(color, SIDE, SIDE), at)
            self._window.blit(self._sprites.face(SIDE, SIDE, *look, (now + phase) % 4.3 < 0.13), at)
        veil(self._window, DIM)


def glance(distance: int, far: int) -> int:
    """How far eyes turn towards something so many pixels away: the number of a sprite's look."""
    return round(max(-1.0, min(1.0, distance / far)) * LOOKS)
