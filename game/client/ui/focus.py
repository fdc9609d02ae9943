"""Where the focus of a page is, and how keys move it: Tab in order, arrows to whatever lies in that direction.

The only navigation of all menus. Mouse and gamepad come here too: a click moves the focus, and a gamepad's events are
those of keys (see `gamepad`). Draws nothing.
"""

from collections.abc import Callable, Sequence
from typing import Final

import pygame

from game.client.ui.widgets import Field, Widget

AHEAD: Final = 2  # a pixel ahead is as far as so many to the side: the next row comes first, then its nearest widget


class Focus:
    """Always on one of the widgets."""

    def __init__(self, back: Callable[[], None]) -> None:
        """`back` is what Esc does."""
        self.widgets: list[Widget] = []
        self._at: Widget | None = None
        self._back = back

    @property
    def at(self) -> Widget | None:
        """The widget that has it; None where there are none."""
        return self._at

    def go_to(self, widget: Widget | None) -> None:
        """Move it there."""
        if widget is not self._at:
            if self._at is not None:
                self._at.focus(False)
            self._at = widget
            if widget is not None:
                widget.focus(True)

    def replace(self, old: Sequence[Widget], new: Sequence[Widget]) -> None:
        """Other widgets in the place of some; if the focus was on one, it is on the one with its number."""
        number = next((number for number, widget in enumerate(old) if widget is self._at), None)
        start = self.widgets.index(old[0]) if old else len(self.widgets)
        self.widgets[start : start + len(old)] = new
        if number is not None:
            self.go_to(new[min(number, len(new) - 1)] if new else self.widgets[0] if self.widgets else None)

    def key(self, event: pygame.Event) -> bool:
        """Take in a key that went down; returns whether that was all there is to do with it."""
        at = self._at
        types = isinstance(at, Field)
        if isinstance(at, Field) and at.composes:
            return False  # an input method has the keys
        if event.key == pygame.K_ESCAPE:
            self._back()
        elif at is None:
            return False
        elif event.key == pygame.K_TAB:
            step = -1 if event.mod & pygame.KMOD_SHIFT else 1
            self.go_to(self.widgets[(self.widgets.index(at) + step) % len(self.widgets)])
        elif event.key in (pygame.K_RETURN, pygame.K_KP_ENTER) or (event.key == pygame.K_SPACE and not types):
            at.confirm()
        elif event.key in (pygame.K_UP, pygame.K_DOWN):
            self._move(at, 0, 1 if event.key == pygame.K_DOWN else -1)
        elif event.key in (pygame.K_LEFT, pygame.K_RIGHT):
            by = 1 if event.key == pygame.K_RIGHT else -1
            if at.nudge(by):
                return not types
            self._move(at, by, 0)
        else:
            return False
        return True

    def click(self, at: tuple[int, int]) -> Widget | None:
        """The mouse went down there; returns what it hit, which has the focus now."""
        for widget in self.widgets:
            if widget.rect.collidepoint(at):
                self.go_to(widget)
                return widget
        return None

    def _move(self, at: Widget, x: int, y: int) -> None:
        here = at.rect
        best, least = None, 0
        for widget in self.widgets:
            there = widget.rect
            ahead = (there.centerx - here.centerx) * x + (there.centery - here.centery) * y
            across = (here.left, here.right, there.left, there.right)
            if x:
                across = (here.top, here.bottom, there.top, there.bottom)
            aside = max(0, across[2] - across[1], across[0] - across[3])
            far = AHEAD * ahead + aside
            # Beside it, not merely a little further on: rows overlap in the direction in which one does not go.
            if ahead > 0 and not _overlap(here, there, x) and (best is None or far < least):
                best, least = widget, far
        if best is not None:
            self.go_to(best)


def _overlap(here: pygame.Rect, there: pygame.Rect, x: int) -> bool:
    """Whether two overlap along the way that one goes."""
    if x:
        return here.left < there.right and there.left < here.right
    return here.top < there.bottom and there.top < here.bottom
