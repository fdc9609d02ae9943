"""A line that is being typed: its text and caret, as events of the keyboard and of an input method change them.

Draws nothing, and knows not what the line is for.
"""

import unicodedata

import pygame


class TextField:
    """Holds at most so many characters."""

    def __init__(self, most: int) -> None:
        self._most = most
        self.text = ""
        self.caret = 0  # before which character it stands
        self.composed = ""  # what an input method is still working on, to be shown at the caret

    def clear(self) -> None:
        """Begin anew."""
        self.text, self.caret, self.composed = "", 0, ""

    def handle(self, event: pygame.Event) -> None:
        """Take in one event; those that do not edit are ignored."""
        if event.type == pygame.TEXTINPUT:
            self.composed = ""
            self._insert(event.text)
        elif event.type == pygame.TEXTEDITING:
            self.composed = event.text
        elif event.type == pygame.KEYDOWN and not self.composed:  # while composing, the keys are the input method's
            self._edit(event.key, bool(event.mod & (pygame.KMOD_CTRL | pygame.KMOD_META)))

    def _edit(self, key: int, command: bool) -> None:
        match key:
            case pygame.K_BACKSPACE if self.caret:
                self.caret -= 1
                self._cut()
            case pygame.K_DELETE:
                self._cut()
            case pygame.K_LEFT:
                self.caret = max(0, self.caret - 1)
            case pygame.K_RIGHT:
                self.caret = min(len(self.text), self.caret + 1)
            case pygame.K_HOME:
                self.caret = 0
            case pygame.K_END:
                self.caret = len(self.text)
            case pygame.K_v if command:
                self._insert(pygame.scrap.get_text())

    def _cut(self) -> None:
        self.text = self.text[: self.caret] + self.text[self.caret + 1 :]

    def _insert(self, text: str) -> None:
        text = "".join(letter for letter in " ".join(text.splitlines()) if _may_be_seen(letter))
        text = text[: self._most - len(self.text)]
        self.text = self.text[: self.caret] + text + self.text[self.caret :]
        self.caret += len(text)


def _may_be_seen(letter: str) -> bool:
    """By whoever reads it: what our Unicode tables lack, theirs may have."""
    return letter.isprintable() or unicodedata.category(letter) == "Cn"
