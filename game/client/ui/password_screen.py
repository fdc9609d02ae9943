"""Asks the player for a server's password. What is typed is shown as dots, and kept by nobody but the window.

It is not stored: whoever finds a settings file should not find passwords in it, and a server asks once a day at most.
"""

from collections.abc import Callable
from typing import Final

import pygame

from game.client.draw.theme import MUTED, SMALL, TEXT
from game.client.ui.page import LINE, Look, Page
from game.client.ui.widgets import HEIGHT
from net.wire.password import PASSWORD_LIMIT, clean_password

WIDTH: Final = 520
REASON_LINES: Final = 2


class PasswordScreen(Page):
    """A field, Join and Back."""

    def __init__(
        self, look: Look, where: str, reason: str, typed: Callable[[str], None], back: Callable[[], None]
    ) -> None:
        """`where` is the server, `reason` what it said; `typed` is told a password that is clean."""
        super().__init__(look, (WIDTH, 300), back)
        self._tell = typed
        x, y, w = self.inner.x, self.panel.y + 22, self.inner.w
        self.title("Password", y)
        self.write(look.fonts.wrap(where, SMALL, w, 1)[0], SMALL, MUTED).midtop = self.panel.centerx, y + 54
        self.texts += self.lines(f"{reason[:1].upper()}{reason[1:]}.", y + 86, REASON_LINES, TEXT)
        self.password = self.field(
            pygame.Rect(x, y + 134, w, HEIGHT), "", "of whoever hosts it", self._typed, PASSWORD_LIMIT, secret=True
        )
        self.spots["password"] = y + 134 + HEIGHT + 4, 1
        self.buttons(y + 134 + HEIGHT + 4 + LINE + 8, ("Join", self._typed), ("Back", back))
        self.focus.go_to(self.password)

    def _typed(self) -> None:
        try:
            password = clean_password(self.password.typed)  # with its blanks
        except ValueError as error:
            self.errors["password"] = str(error)
            self.focus.go_to(self.password)
            return
        self._tell(password)
