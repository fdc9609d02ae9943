"""A line that is being typed: its text, caret and selection, as keys and input methods change it.

Draws nothing, and knows not what the line is for.
"""

import unicodedata

import pygame

from game.client.devices import optional
from game.client.input.layout import command


class TextField:
    """Holds at most so many characters."""

    def __init__(self, most: int, text: str = "", secret: bool = False) -> None:
        """`secret`: nothing of it is ever copied."""
        self._most, self._secret = most, secret
        self.text = ""
        self.caret = 0  # before which character it stands
        self.anchor = 0  # the other end of what is selected
        self.composed = ""  # what an input method is still working on, to be shown at the caret
        self._commands = False  # whether the key that went down last was meant as a command
        self.fill(text)

    def fill(self, text: str) -> None:
        """That text, with the caret at its end."""
        self.text = text[: self._most]
        self.caret = self.anchor = len(self.text)
        self.composed = ""

    @property
    def selected(self) -> tuple[int, int]:
        """From which character on to before which; the same where nothing is selected."""
        return min(self.caret, self.anchor), max(self.caret, self.anchor)

    def handle(self, event: pygame.Event) -> None:
        """Take in one event; those that do not edit are ignored."""
        if event.type == pygame.TEXTINPUT:
            self.composed = ""
            if not self._commands:  # or Ctrl with a letter would type that letter, as on some systems it does
                self._insert(event.text)
        elif event.type == pygame.TEXTEDITING:
            self.composed = event.text
        elif event.type == pygame.KEYUP:
            self._commands = False
        elif event.type == pygame.KEYDOWN:
            letter = command(event)
            self._commands = bool(event.mod & (pygame.KMOD_CTRL | pygame.KMOD_META)) and not event.mod & pygame.KMOD_ALT
            if not self.composed:  # while composing, the keys are the input method's
                self._edit(event.key, letter, bool(event.mod & pygame.KMOD_SHIFT))

    def go_to(self, place: int, selects: bool = False) -> None:
        """Move the caret there, selecting what is on the way or not."""
        self.caret = max(0, min(len(self.text), place))
        if not selects:
            self.anchor = self.caret

    def _edit(self, key: int, letter: str, shift: bool) -> None:
        first, last = self.selected
        match key:
            case pygame.K_BACKSPACE:
                self._replace(min(first, last - 1), last)
            case pygame.K_DELETE:
                self._replace(first, max(last, first + 1))
            case pygame.K_LEFT:
                self.go_to(self.caret - 1 if shift or first == last else first, shift)
            case pygame.K_RIGHT:
                self.go_to(self.caret + 1 if shift or first == last else last, shift)
            case pygame.K_HOME:
                self.go_to(0, shift)
            case pygame.K_END:
                self.go_to(len(self.text), shift)
        match letter:
            case "a":
                self.caret, self.anchor = len(self.text), 0
            case "c" | "x" if first < last and not self._secret:
                with optional("clipboard"):
                    pygame.scrap.put_text(self.text[first:last])
                    if letter == "x":
                        self._replace(first, last)
            case "v":
                with optional("clipboard"):
                    self._insert(pygame.scrap.get_text())

    def _insert(self, text: str) -> None:
        first, last = self.selected
        text = "".join(letter for letter in " ".join(text.splitlines()) if _may_be_seen(letter))
        self._replace(first, last, text[: self._most - len(self.text) + last - first])

    def _replace(self, first: int, last: int, text: str = "") -> None:
        """Other text in the place of these characters, with the caret behind it."""
        first = max(0, first)
        self.text = self.text[:first] + text + self.text[last:]
        self.go_to(first + len(text))


def _may_be_seen(letter: str) -> bool:
    """By whoever reads it: what our Unicode tables lack, theirs may have."""
    return letter.isprintable() or unicodedata.category(letter) == "Cn"
