"""Draws a line that is being typed: text, caret, selection, what an input method is working on. Edits nothing."""

from typing import Final

import pygame

from game.client.devices import optional
from game.client.draw.theme import ACCENT, FAINT, SELECTED, TEXT, Fonts
from game.client.ui.text_field import TextField

BLINK: Final = 0.6  # of each second, in which the caret is there
DOT: Final = "•"  # for each letter that nobody shall read


class TextLine:
    """In the middle of an area, moved so that the caret is always in view."""

    def __init__(self, fonts: Fonts, size: int, field: TextField, example: str = "", hidden: bool = False) -> None:
        """`example` is there while nothing is typed; `hidden`: dots for letters."""
        self._fonts, self._size, self._field = fonts, size, field
        self._example, self._hidden = example, hidden
        self._shift = 0  # pixels by which the text begins left of its area

    def draw(self, target: pygame.Surface, area: pygame.Rect, now: float, types: bool) -> None:
        """`types`: whether it has the keyboard, and so a caret."""
        field = self._field
        before, after = self._shown(field.text[: field.caret]), self._shown(field.text[field.caret :])
        caret = self._width(before + field.composed)
        self._shift = min(max(self._shift, caret - area.w + 3), caret) if types else 0
        x, height = area.x - self._shift, self._fonts.height(self._size)
        y = area.centery - height // 2
        outer = target.get_clip()
        target.set_clip(area.clip(outer))
        if types and field.anchor != field.caret:
            first, last = (x + self._width(self._shown(field.text[:end])) for end in field.selected)
            target.fill(SELECTED, (first, y, last - first, height))
        if not field.text and not field.composed:
            target.blit(self._fonts.text(self._example, self._size, FAINT, False), (x + 4 * types, y))
        for text, color in ((before, TEXT), (field.composed, ACCENT), (after, TEXT)):
            if text:
                target.blit(self._fonts.text(text, self._size, color, False), (x, y))
                x += self._width(text)
        at = area.x - self._shift + caret
        if types and caret_shows(now):
            target.fill(TEXT, (at, y, 2, height - 1))
        target.set_clip(outer)
        if types:
            with optional("input method"):
                pygame.key.set_text_input_rect(pygame.Rect(at, area.y, 2, area.h))

    def place(self, area: pygame.Rect, x: int) -> int:
        """Before which character one points at there."""
        text = self._shown(self._field.text)
        far = x - area.x + self._shift
        return min(range(len(text) + 1), key=lambda end: abs(self._width(text[:end]) - far))

    def _shown(self, text: str) -> str:
        return DOT * len(text) if self._hidden else text

    def _width(self, text: str) -> int:
        return self._fonts.width(text, self._size)


def caret_shows(now: float) -> bool:
    """Whether it is there just now: it blinks."""
    return now % 1 < BLINK
