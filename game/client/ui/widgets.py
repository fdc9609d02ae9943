"""What the pages of the menus are made of. Each has its place, and can be confirmed, nudged to a side and focused.

Buttons are pygame_gui's; the rest is drawn here. Knows no page.
"""

from collections.abc import Callable, Sequence
from typing import Final, Protocol

import pygame
import pygame_gui
from pygame_gui.elements import UIButton

from game.client.draw.sprites import Sprites
from game.client.draw.text_line import TextLine
from game.client.draw.theme import ACCENT, FAINT, INK, MUTED, NORMAL, PANEL_EDGE, SMALL, TEXT, Fonts, Rgb, rgb
from game.client.ui.text_field import TextField
from net.colors import PALETTE
from net.wire.messages import ANY_COLOR

HEIGHT: Final = 42  # of a button or a field, in pixels
EDGE: Final = 14  # from a row's edge to its words
MOST_TYPED: Final = 300  # characters; as many as the settings keep
FIELD_BACK: Final[Rgb] = (15, 19, 28)
ROW_BACK: Final[Rgb] = (26, 33, 47)
ROW_RADIUS: Final = 9


class Widget(Protocol):
    """Somewhere on a page that the focus can stop."""

    @property
    def rect(self) -> pygame.Rect:
        """Where it is on the canvas."""

    def confirm(self) -> None:
        """Enter, A, or a click."""

    def nudge(self, by: int) -> bool:
        """Left (-1) or right (1); returns whether that means something here."""

    def focus(self, on: bool) -> None:
        """The focus comes or goes."""

    def draw(self, target: pygame.Surface, focused: bool) -> None:
        """Draw what pygame_gui does not."""


class Button:
    """Does something."""

    def __init__(
        self,
        manager: pygame_gui.UIManager,
        fonts: Fonts,
        rect: pygame.Rect,
        text: str,
        action: Callable[[], None],
        kind: str = "",
    ) -> None:
        """`kind`: an object of the theme, such as '#main'."""
        self.element = UIButton(rect, "", manager, object_id=kind or None)
        self._fonts, self._action = fonts, action
        self._color = INK if kind else TEXT  # those of a kind are bright
        self.text = ""
        self.rename(text)

    @property
    def rect(self) -> pygame.Rect:
        area: pygame.Rect = self.element.rect
        return area

    def rename(self, text: str) -> None:
        """Another text."""
        if text != self.text:
            self.text = text
            # pygame_gui has one font; what that cannot draw is drawn over it.
            self.element.set_text("" if self._fonts.needs_others(text) else text)

    def confirm(self) -> None:
        self._action()

    def nudge(self, by: int) -> bool:
        return False

    def focus(self, on: bool) -> None:
        """Shows as a ring alone."""

    def draw(self, target: pygame.Surface, focused: bool) -> None:
        if not self.element.text:
            words = self._fonts.text(self.text, NORMAL - 1, self._color, False)
            target.blit(words, words.get_rect(center=self.rect.center))
        if focused:
            ring(target, self.rect)


class Field:
    """Text to type, with an example where there is none yet."""

    def __init__(
        self,
        fonts: Fonts,
        rect: pygame.Rect,
        text: str,
        example: str,
        done: Callable[[], None],
        most: int = MOST_TYPED,
        secret: bool = False,
    ) -> None:
        """`done` is called on Enter; `most`: characters; `secret`: dots for letters."""
        self._rect, self._done = rect, done
        self._field = TextField(most, text, secret)
        self._line = TextLine(fonts, NORMAL - 1, self._field, example, secret)
        self.now = 0.0  # of the picture: by it the caret blinks

    @property
    def rect(self) -> pygame.Rect:
        return self._rect

    @property
    def typed(self) -> str:
        """What was typed."""
        return self._field.text

    @property
    def text(self) -> str:
        """The same, without blanks around it."""
        return self.typed.strip()

    def fill(self, text: str) -> None:
        """Put that there instead."""
        self._field.fill(text)

    @property
    def composes(self) -> bool:
        """Whether an input method works on a word: all keys are its keys then."""
        return bool(self._field.composed)

    def handle(self, event: pygame.Event) -> None:
        """Take in an event while it has the focus."""
        self._field.handle(event)

    def point(self, x: int, drags: bool) -> None:
        """The mouse is there: the caret comes, and with it, where it `drags`, the end of a selection."""
        self._field.go_to(self._line.place(self._inner, x), drags)

    def confirm(self) -> None:
        self._done()

    def nudge(self, by: int) -> bool:
        """Moves the caret; at an end, the focus."""
        end = len(self._field.text) if by > 0 else 0
        return self._field.caret != end

    def focus(self, on: bool) -> None:
        """With it come a caret, at the end, and the window's text input."""
        self._field.fill(self._field.text)

    def draw(self, target: pygame.Surface, focused: bool) -> None:
        pygame.draw.rect(target, FIELD_BACK, self.rect, border_radius=ROW_RADIUS)
        edge, width = (ACCENT, 2) if focused else (PANEL_EDGE, 1)
        pygame.draw.rect(target, edge, self.rect, width, border_radius=ROW_RADIUS)
        self._line.draw(target, self._inner, self.now, focused)

    @property
    def _inner(self) -> pygame.Rect:
        return self.rect.inflate(-2 * EDGE, 0)


class Row:
    """A line of a list: words at the left, words at the right, and what choosing it does."""

    def __init__(self, fonts: Fonts, rect: pygame.Rect, left: str, right: str, action: Callable[[], None]) -> None:
        self._fonts, self._rect = fonts, rect
        self.left, self.right, self._action = left, right, action

    @property
    def rect(self) -> pygame.Rect:
        return self._rect

    def confirm(self) -> None:
        self._action()

    def nudge(self, by: int) -> bool:
        return False

    def focus(self, on: bool) -> None:
        """Shows as a ring alone."""

    def draw(self, target: pygame.Surface, focused: bool) -> None:
        pygame.draw.rect(target, ROW_BACK, self.rect, border_radius=ROW_RADIUS)
        pygame.draw.rect(target, PANEL_EDGE, self.rect, 1, border_radius=ROW_RADIUS)
        right = self._fonts.text(self.right, SMALL, MUTED, False)
        room = self.rect.w - 3 * EDGE - right.get_width()
        left = self._fonts.text(_first_line(self._fonts, self.left, NORMAL - 1, room), NORMAL - 1, TEXT, False)
        target.blit(left, (self.rect.x + EDGE, self.rect.centery - left.get_height() // 2))
        target.blit(right, (self.rect.right - EDGE - right.get_width(), self.rect.centery - right.get_height() // 2))
        if focused:
            ring(target, self.rect)


class Choice:
    """One of several values, with a name; left and right go through them, a click on a side does the same."""

    def __init__(
        self,
        fonts: Fonts,
        rect: pygame.Rect,
        name: str,
        values: Sequence[str],
        chosen: int,
        changed: Callable[[int], None],
        around: bool = True,
    ) -> None:
        """`changed` is told the number of the new value; `around`: whether the first follows the last."""
        self._fonts, self._rect, self._name = fonts, rect, name
        self._values, self.chosen, self._changed, self._around = values, chosen, changed, around

    @property
    def rect(self) -> pygame.Rect:
        return self._rect

    def confirm(self) -> None:
        self.nudge(1)

    def nudge(self, by: int) -> bool:
        number = self.chosen + by
        number = number % len(self._values) if self._around else max(0, min(len(self._values) - 1, number))
        if number != self.chosen:
            self.chosen = number
            self._changed(number)
        return True

    def click(self, at: tuple[int, int]) -> None:
        """The left end goes back, all the rest on."""
        self.nudge(-1 if self._arrow(0).inflate(20, 20).collidepoint(at) else 1)

    def focus(self, on: bool) -> None:
        """Shows as a ring alone."""

    def draw(self, target: pygame.Surface, focused: bool) -> None:
        pygame.draw.rect(target, ROW_BACK, self.rect, border_radius=ROW_RADIUS)
        pygame.draw.rect(target, PANEL_EDGE, self.rect, 1, border_radius=ROW_RADIUS)
        name = self._fonts.text(self._name, NORMAL - 1, TEXT, False)
        target.blit(name, (self.rect.x + EDGE, self.rect.centery - name.get_height() // 2))
        value = self._fonts.text(self._values[self.chosen], NORMAL - 1, ACCENT, True)
        middle = (self._arrow(0).centerx + self._arrow(1).centerx) // 2
        target.blit(value, (middle - value.get_width() // 2, self.rect.centery - value.get_height() // 2))
        for side in (0, 1):
            arrow = self._arrow(side)
            at_end = not self._around and self.chosen == (0, len(self._values) - 1)[side]
            tip, back = (arrow.right, arrow.left) if side else (arrow.left, arrow.right)
            corners = (back, arrow.top), (tip, arrow.centery), (back, arrow.bottom)
            pygame.draw.polygon(target, FAINT if at_end else MUTED, corners)
        if focused:
            ring(target, self.rect)

    def _arrow(self, side: int) -> pygame.Rect:
        arrow = pygame.Rect(0, 0, 7, 12)
        arrow.center = self.rect.right - EDGE - (6 if side else self.rect.w * 2 // 5), self.rect.centery
        return arrow


class Swatches:
    """A row of colours to choose from: any, those of the palette, and the one that came if it is none of these."""

    SIDE: Final = 36

    def __init__(self, sprites: Sprites, rect: pygame.Rect, chosen: int, changed: Callable[[int], None]) -> None:
        self._sprites, self._rect = sprites, rect
        self.chosen, self._changed = chosen, changed
        self._colors = [ANY_COLOR, *PALETTE.values()]
        if chosen not in self._colors:
            self._colors.append(chosen)
        step = (rect.w - self.SIDE) / (len(self._colors) - 1)
        self.areas = {
            color: pygame.Rect(rect.x + round(number * step), rect.y, self.SIDE, self.SIDE)
            for number, color in enumerate(self._colors)
        }

    @property
    def rect(self) -> pygame.Rect:
        return self._rect

    def confirm(self) -> None:
        self.nudge(1)

    def nudge(self, by: int) -> bool:
        self._choose(self._colors[(self._colors.index(self.chosen) + by) % len(self._colors)])
        return True

    def click(self, at: tuple[int, int]) -> None:
        """Choose what is there."""
        for color, area in self.areas.items():
            if area.collidepoint(at):
                self._choose(color)

    def focus(self, on: bool) -> None:
        """Shows round the chosen one."""

    def draw(self, target: pygame.Surface, focused: bool) -> None:
        for color, area in self.areas.items():
            is_chosen = color == self.chosen
            size = self.SIDE if is_chosen else self.SIDE - 10
            place = pygame.Rect(0, 0, size, size)
            place.center = area.center
            if color == ANY_COLOR:
                _draw_any(target, place)
            else:
                target.blit(self._sprites.whole(rgb(color), size, size, (0, 0), not is_chosen), place)
            if is_chosen and focused:
                pygame.draw.rect(target, ACCENT, place.inflate(10, 10), 2, border_radius=15)

    def _choose(self, color: int) -> None:
        self.chosen = color
        self._changed(color)


def _draw_any(target: pygame.Surface, place: pygame.Rect) -> None:
    """Whichever colour the server likes: four of the palette."""
    half = place.w // 2
    for number, color in enumerate([*PALETTE.values()][:4]):
        quarter = pygame.Rect(place.x + number % 2 * half, place.y + number // 2 * half, half, half)
        pygame.draw.rect(target, rgb(color), quarter, border_radius=4)


def ring(target: pygame.Surface, area: pygame.Rect) -> None:
    """The focus is here."""
    pygame.draw.rect(target, ACCENT, area.inflate(8, 8), 2, border_radius=ROW_RADIUS + 4)


def _first_line(fonts: Fonts, text: str, size: int, width: int) -> str:
    lines = fonts.wrap(text, size, width, 1)
    return lines[0] if lines else ""
