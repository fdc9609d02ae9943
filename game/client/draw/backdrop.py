"""What is behind the screens of the menu: a dim part of an arena, and a crowd that looks at the mouse. Decoration.

It stands still but for the eyes, which blink in a few groups together, so that a menu in which nothing happens is drawn
a few times a second and no more.
"""

import random
from typing import Final

import pygame

from ecs.arena import FLOOR, TILE_PIXELS
from ecs.components import UNITS_PER_PIXEL
from game.arenas import DEFAULT_ARENA, load_arena
from game.client.draw.arena_picture import ArenaPicture
from game.client.draw.canvas import Part
from game.client.draw.sprites import LOOKS, SHADOW, Sprites
from game.client.draw.theme import rgb, veil
from net.colors import PALETTE
from net.defaults import PLAYER_SIZE

SIDE: Final = PLAYER_SIZE // UNITS_PER_PIXEL
CROWD: Final = 48
BLINKERS: Final = 3  # groups
BLINK_EVERY: Final = 4.3  # seconds
BLINK_SECONDS: Final = 0.13
DIM: Final = 115
FAR: Final = 200  # pixels from which on a look is a sidelong one


class Backdrop:
    """The middle of the arena."""

    def __init__(self, window: pygame.Surface, sprites: Sprites) -> None:
        self._window = window
        self._sprites = sprites
        rows = load_arena(DEFAULT_ARENA).rows
        arena = ArenaPicture(rows)
        floor = [(column, line) for line, row in enumerate(rows) for column, tile in enumerate(row) if tile == FLOOR]
        rng = random.Random(5)  # any will do; the same crowd each time
        inset = (TILE_PIXELS - SIDE) // 2
        left, top = ((there - here) // 2 for there, here in zip(arena.size, window.get_size(), strict=True))
        crowd = [
            (
                pygame.Rect(column * TILE_PIXELS + inset - left, line * TILE_PIXELS + inset - top, SIDE, SIDE),
                rgb(rng.choice(list(PALETTE.values()))),
                rng.randrange(BLINKERS),
            )
            for column, line in rng.sample(floor, CROWD)
        ]
        self._crowd = [one for one in crowd if one[0].colliderect(window.get_rect())]
        self._ground = pygame.Surface(window.get_size()).convert()  # all of it but for the crowd
        arena.draw(self._ground, (left, top))

    def parts(self, now: float, mouse: tuple[int, int]) -> list[Part]:
        """What changes by itself, and with the mouse."""
        return [(place, (_look(place, mouse), _blinks(now, group))) for place, _, group in self._crowd]

    def draw(self, now: float, mouse: tuple[int, int]) -> None:
        """Fill the window; `mouse` is what everybody looks at."""
        self._window.blit(self._ground, (0, 0))
        for place, color, group in self._crowd:
            self._window.blit(self._sprites.shadow(SIDE, SIDE), place.move(-SHADOW, 4 - SHADOW))
            self._window.blit(self._sprites.body(color, SIDE, SIDE), place)
            face = self._sprites.face(SIDE, SIDE, *_look(place, mouse), _blinks(now, group))
            self._window.blit(face, place)
        veil(self._window, DIM)


def _look(place: pygame.Rect, mouse: tuple[int, int]) -> tuple[int, int]:
    return glance(mouse[0] - place.centerx, FAR), glance(mouse[1] - place.centery, FAR)


def _blinks(now: float, group: int) -> bool:
    return (now + group * BLINK_EVERY / BLINKERS) % BLINK_EVERY < BLINK_SECONDS


def glance(distance: int, far: int) -> int:
    """How far eyes turn towards something so many pixels away: the number of a sprite's look."""
    return round(max(-1.0, min(1.0, distance / far)) * LOOKS)
