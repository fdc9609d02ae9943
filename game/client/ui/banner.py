"""A large word for two seconds, over the game: what happened just now, and concerns oneself."""

from dataclasses import dataclass
from typing import Final

import pygame

from game.client.draw.theme import HUGE, NORMAL, TEXT, Fonts, Rgb

SECONDS: Final = 2.2
FADE: Final = 0.5


@dataclass(frozen=True, slots=True)
class _Word:
    text: str
    below: str
    color: Rgb
    since: float


class Banner:
    """One word at a time, in place of the one before."""

    def __init__(self, fonts: Fonts) -> None:
        self._fonts = fonts
        self._word: _Word | None = None

    @property
    def text(self) -> str:
        """The word that is shown; empty: none."""
        return self._word.text if self._word else ""

    def show(self, text: str, below: str, color: Rgb, now: float) -> None:
        """From now on that, with a line below it, which may be empty."""
        self._word = _Word(text, below, color, now)

    def forget(self) -> None:
        """Nobody needs it any more."""
        self._word = None

    def draw(self, target: pygame.Surface, now: float) -> None:
        """Draw it, if there is one."""
        word = self._word
        if word is None:
            return
        age = now - word.since
        if age >= SECONDS:
            self._word = None
            return
        words = self._fonts.outlined(word.text, HUGE, word.color)
        grown = 1 + 0.35 * max(0.0, 1 - age / 0.18) ** 2  # it comes with a bounce
        if grown > 1.01:
            words = pygame.transform.smoothscale_by(words, grown)
        alpha = round(255 * min(1.0, (SECONDS - age) / FADE))
        middle = target.get_width() // 2, round(target.get_height() * 0.19)
        below = self._fonts.outlined(word.below, NORMAL, TEXT) if word.below else None
        for picture, y in ((words, middle[1]), (below, middle[1] + 46)):
            if picture is not None:
                shown = picture.copy() if alpha < 255 else picture
                shown.set_alpha(alpha)
                target.blit(shown, shown.get_rect(center=(middle[0], y)))
