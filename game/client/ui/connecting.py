"""The screen between deciding to play and playing: what is being waited for, and that it can be given up.

Knows neither sessions nor servers: it shows the words that it is given.
"""

from collections.abc import Callable
from typing import Final

import pygame

from game.client.draw.canvas import Part
from game.client.draw.theme import LARGE, MUTED, SMALL, TEXT, Rgb
from game.client.ui.hud import pulse, pulse_part
from game.client.ui.page import Look, Page
from game.client.ui.widgets import HEIGHT

WIDTH: Final = 520


class ConnectingScreen(Page):
    """Words, something that moves, and Cancel."""

    def __init__(self, look: Look, words: Callable[[], tuple[str, str]], cancel: Callable[[], None]) -> None:
        """`words` says what is being done and to what."""
        super().__init__(look, (WIDTH, 236), cancel)
        self._words = words
        place = pygame.Rect(0, 0, 160, HEIGHT)
        place.midbottom = self.panel.centerx, self.panel.bottom - 24
        self.focus.go_to(self.button(place, "Cancel", cancel))

    def parts(self, now: float) -> list[Part]:
        return [*super().parts(now), (self.panel, self._words()), pulse_part(self._pulses, now)]

    @property
    def _pulses(self) -> tuple[int, int]:
        return self.panel.centerx, self.panel.y + 140

    def draw(self, now: float) -> None:
        """Draw all of it."""
        super().draw(now)
        what, which = self._words()
        self._middle(what, SMALL + 2, MUTED, 28)
        for number, line in enumerate(self.look.fonts.wrap(which, LARGE, self.inner.w, 2)):
            self._middle(line, LARGE, TEXT, 54 + 32 * number)
        pulse(self.look.surface, self._pulses, now)

    def _middle(self, text: str, size: int, color: Rgb, down: int) -> None:
        picture = self.look.fonts.text(text, size, color, False)
        self.look.surface.blit(picture, (self.panel.centerx - picture.get_width() // 2, self.panel.y + down))
