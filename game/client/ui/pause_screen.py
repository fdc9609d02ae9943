"""The menu over the game. The world does not wait: it goes on below, and one stands in it."""

from collections.abc import Callable
from typing import Final

import pygame

from game.client.draw.theme import MUTED, SMALL
from game.client.ui.page import Look, Page
from game.client.ui.widgets import HEIGHT

WIDTH: Final = 360
STEP: Final = HEIGHT + 12


class PauseScreen(Page):
    """Resume, Settings, Leave."""

    def __init__(
        self,
        look: Look,
        resume: Callable[[], None],
        adjust: Callable[[], None],
        leave: Callable[[], None],
        note: str,
    ) -> None:
        """`note` is a line below the title, or empty: where friends join, say."""
        super().__init__(look, (WIDTH, 284 + 26 * bool(note)), resume)
        y = self.panel.y + 22
        self.title("Menu", y)
        self.write("the game goes on", SMALL, MUTED).midtop = self.panel.centerx, y + 48
        if note:
            self.write(note, SMALL, MUTED).midtop = self.panel.centerx, y + 72
        y = self.panel.bottom - 26 - 3 * STEP + 12
        place = pygame.Rect(self.inner.x, y, self.inner.w, HEIGHT)
        self.focus.go_to(self.button(place, "Resume", resume, "#main"))
        self.button(place.move(0, STEP), "Settings", adjust)
        self.button(place.move(0, 2 * STEP), "Leave the game", leave)
