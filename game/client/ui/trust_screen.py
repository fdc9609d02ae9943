"""The first time that a server is joined for which nobody vouches: its fingerprint, for the player to compare."""

from collections.abc import Callable
from typing import Final

from game.client.draw.theme import ACCENT, MUTED, NORMAL, SMALL, TEXT
from game.client.ui.page import LINE, Look, Page
from game.client.ui.widgets import HEIGHT
from net.io.tls import spelled

WIDTH: Final = 600
WORDS: Final = (
    "Compare its fingerprint with what the server printed when it started, or with what its owner tells you. "
    "If they differ, somebody sits between you and the server."
)
NOT_VOUCHED_FOR: Final = "is one that nobody vouches for"
WORDS_LINES: Final = 5
PART: Final = 48  # letters of a fingerprint in a line: 16 bytes


class TrustScreen(Page):
    """The fingerprint, Join and Cancel."""

    def __init__(
        self,
        look: Look,
        where: str,
        fingerprint: str,
        join: Callable[[], None],
        back: Callable[[], None],
        why: str = "",
    ) -> None:
        """`why` is what is wrong with the certificate; `join` is told that the player believes it."""
        super().__init__(look, (WIDTH, 374), back)
        y = self.panel.y + 22
        self.title("Is this the right server?", y)
        self.write(look.fonts.wrap(where, SMALL, self.inner.w, 1)[0], SMALL, MUTED).midtop = self.panel.centerx, y + 54
        self.reason = f"The certificate of this server {why or NOT_VOUCHED_FOR}. {WORDS}"
        self.texts += self.lines(self.reason, y + 86, WORDS_LINES, TEXT)
        digits = spelled(fingerprint)
        for number, at in enumerate(range(0, len(digits), PART)):
            part = self.write(digits[at : at + PART].rstrip(":"), NORMAL - 1, ACCENT, True)
            part.midtop = self.panel.centerx, y + 96 + WORDS_LINES * LINE + 26 * number
        _, cancel = self.buttons(self.panel.bottom - 24 - HEIGHT, ("It is the same: join", join), ("Cancel", back))
        self.focus.go_to(cancel)  # so that nobody joins by pressing a key in a hurry
