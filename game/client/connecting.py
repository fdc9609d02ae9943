"""The screen between deciding to play and playing: what is being waited for, and that it can be given up.

Knows neither sessions nor servers: it shows the words that it is given.
"""

from collections.abc import Callable

import pygame

from game.client.backdrop import Backdrop
from game.client.hud import pulse
from game.client.theme import LARGE, MUTED, SMALL, TEXT, Fonts, panel


class ConnectingScreen:
    """Words, something that moves, and Esc."""

    def __init__(
        self,
        window: pygame.Surface,
        fonts: Fonts,
        backdrop: Backdrop,
        words: Callable[[], tuple[str, str]],
        cancel: Callable[[], None],
    ) -> None:
        """`words` says what is being done and to what; `cancel` is called on Esc."""
        self._window, self._fonts, self._backdrop = window, fonts, backdrop
        self._words, self._cancel = words, cancel

    def handle(self, event: pygame.Event) -> None:
        """Take in one event of the window."""
        if event.type == pygame.KEYDOWN and event.key == pygame.K_ESCAPE:
            self._cancel()

    def update(self, now: float) -> None:
        """Nothing: others do the work."""

    def draw(self, now: float) -> None:
        """Draw all of it into the window."""
        self._backdrop.draw(now)
        what, which = self._words()
        width = min(520, self._window.get_width() - 24)
        lines = self._fonts.wrap(which, LARGE, width - 48, 2)
        area = pygame.Rect(0, 0, width, 180 + 34 * len(lines))
        area.center = self._window.get_rect().center
        panel(self._window, area)
        self._middle(self._fonts.text(what, SMALL + 2, MUTED, False), area, 30)
        for number, line in enumerate(lines):
            self._middle(self._fonts.text(line, LARGE, TEXT, False), area, 58 + 34 * number)
        pulse(self._window, (area.centerx, area.bottom - 80), now)
        self._middle(self._fonts.text("Esc cancels", SMALL, MUTED, False), area, area.h - 42)

    def close(self) -> None:
        """Nothing to give back."""

    def _middle(self, picture: pygame.Surface, area: pygame.Rect, down: int) -> None:
        self._window.blit(picture, (area.centerx - picture.get_width() // 2, area.y + down))
