"""A card for newcomers: what the game is about, and which keys do what. Only draws what it is told."""

import math
from collections.abc import Sequence
from typing import Final

import pygame

from game.client.draw.theme import ACCENT, LARGE, NORMAL, SMALL, TEXT, Fonts, panel

WIDTH: Final = 560
SECONDS: Final = 12.0  # for which it stays by itself: a newcomer reads it twice
FADE: Final = 0.6
ROW: Final = 24


class GoalCard:
    """Lower middle, so that one's own player can be seen above it."""

    def __init__(self, fonts: Fonts, title: str, goal: str, keys: Sequence[tuple[str, str]]) -> None:
        """`keys`: what is to be pressed, and what it does."""
        self._picture = _drawn(fonts, title, goal, keys)
        self._ends: float | None = None  # None: nobody has seen it yet

    def read(self, now: float, in_seconds: float) -> None:
        """The player knows it: let it go then, if it is still there."""
        self._ends = min(self._ends or math.inf, now + in_seconds)

    def is_shown(self, now: float) -> bool:
        """Whether any of it can still be seen."""
        return self._ends is None or now < self._ends

    def area(self, target: pygame.Surface) -> pygame.Rect:
        """Where it is."""
        return self._picture.get_rect(midbottom=(target.get_width() // 2, target.get_height() - 64))

    def draw(self, target: pygame.Surface, now: float) -> None:
        """Draw it."""
        if self._ends is None:
            self._ends = now + SECONDS
        left = self._ends - now
        if left > 0:
            self._picture.set_alpha(round(255 * min(1.0, left / FADE)))
            target.blit(self._picture, self.area(target))


def _drawn(fonts: Fonts, title: str, goal: str, keys: Sequence[tuple[str, str]]) -> pygame.Surface:
    lines = fonts.wrap(goal, NORMAL, WIDTH - 56, 3) if goal else []
    rows = -(-len(keys) // 2)
    picture = pygame.Surface((WIDTH, 66 + 24 * len(lines) + ROW * rows + (14 if rows else 0)), pygame.SRCALPHA)
    panel(picture, picture.get_rect(), 244)
    head = fonts.text(title, LARGE, ACCENT, True)
    picture.blit(head, head.get_rect(midtop=(WIDTH // 2, 14)))
    y = 52
    for line in lines:
        words = fonts.text(line, NORMAL, TEXT, False)
        picture.blit(words, words.get_rect(midtop=(WIDTH // 2, y)))
        y += 24
    y += 8
    for number, (key, what) in enumerate(keys):
        x, top = 28 + number % 2 * (WIDTH - 56) // 2, y + number // 2 * ROW
        cap = fonts.text(key, SMALL, ACCENT, True)
        picture.blit(cap, (x, top))
        picture.blit(fonts.text(what, SMALL, TEXT, False), (x + cap.get_width() + 10, top))
    return picture
