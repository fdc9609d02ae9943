"""A page of the menus: a panel with words and widgets, and a focus that keys, mouse and gamepad move alike.

The pages themselves are one module each. None of them knows a connection: what the player decided is told to whoever
made the page.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import pygame
import pygame_gui

from game.arenas import ASSETS
from game.client.devices import optional
from game.client.draw.backdrop import glance
from game.client.draw.canvas import SIZE, Part
from game.client.draw.sprites import SHADOW, Sprites
from game.client.draw.text_line import caret_shows
from game.client.draw.theme import BAD, MUTED, SMALL, TEXT, TITLE, Fonts, Rgb, panel, rgb
from game.client.ui.focus import Focus
from game.client.ui.tabs import Tabs
from game.client.ui.widgets import HEIGHT, MOST_TYPED, Button, Choice, Field, Row, Swatches

INSIDE: Final = 28  # from the panel's edge to what is in it
LINE: Final = 20  # pixels from a small line to the next
PORTRAIT: Final = 84


@dataclass(frozen=True, slots=True)
class Look:
    """What pages draw with, and on."""

    surface: pygame.Surface
    mouse: Callable[[], tuple[int, int]]  # where it is on the surface
    fonts: Fonts
    sprites: Sprites


class _Manager(pygame_gui.UIManager):
    """pygame_gui's, for a mouse that moves on a canvas."""

    def __init__(self, mouse: Callable[[], tuple[int, int]]) -> None:
        self._mouse = mouse
        super().__init__(SIZE, str(ASSETS / "theme.json"))

    def _update_mouse_position(self) -> None:
        self.mouse_position = self._mouse()


class Page:
    """What all pages have in common; each of them puts its own things on it when it is made."""

    def __init__(self, look: Look, size: tuple[int, int], back: Callable[[], None], lower: int = 0) -> None:
        """`size`: of the panel, which is `lower` than the middle by so many pixels; `back` is what Esc does."""
        self.look = look
        self.panel = pygame.Rect((0, 0), size)
        self.panel.center = SIZE[0] // 2, SIZE[1] // 2 + lower
        self.inner = self.panel.inflate(-2 * INSIDE, -2 * INSIDE)
        self.focus = Focus(back)
        self.errors: dict[str, str] = {}  # by what is wrong: drawn where `spots` has a place for it
        self.spots: dict[str, tuple[int, int]] = {}  # the same: top, and how many lines there is room for
        self.texts: list[tuple[pygame.Surface, pygame.Rect]] = []  # what was written, in its places
        self._manager = _Manager(look.mouse)
        self._then = 0.0
        self._drags = False  # the mouse, over a field

    @property
    def types(self) -> bool:
        """Whether there is a field for what is typed."""
        return isinstance(self.focus.at, Field)

    def handle(self, event: pygame.Event) -> None:
        """Take in one event; the mouse is on the canvas."""
        if event.type == pygame.KEYDOWN and self.focus.key(event):
            return
        field = self.focus.at
        if isinstance(field, Field):
            field.handle(event)
            if event.type == pygame.MOUSEMOTION and self._drags:
                field.point(event.pos[0], True)
        if event.type == pygame.MOUSEBUTTONUP:
            self._drags = False
        if event.type == pygame.MOUSEBUTTONDOWN and event.button == 1:
            widget = self.focus.click(event.pos)
            if isinstance(widget, Field):
                widget.point(event.pos[0], False)
                self._drags = True
            elif isinstance(widget, Choice | Swatches | Tabs):
                widget.click(event.pos)
            elif isinstance(widget, Row):
                widget.confirm()
        elif event.type == pygame_gui.UI_BUTTON_PRESSED:
            for widget in self.focus.widgets:
                if isinstance(widget, Button) and widget.element is event.ui_element:
                    widget.confirm()
                    return
        self._manager.process_events(event)

    def update(self, now: float) -> None:
        """Once a frame: let the caret blink, and buttons see the mouse."""
        if isinstance(self.focus.at, Field):
            self.focus.at.now = now
        self._manager.update(min(0.1, max(0.0, now - self._then)))
        self._then = now

    def parts(self, now: float) -> list[Part]:
        """What changes by itself: while these are the same, and no event comes, so is the picture. After `update`.

        Whatever else may change is seen within a second.
        """
        field = self.focus.at
        caret = [(field.rect, caret_shows(now))] if isinstance(field, Field) else []
        return [(pygame.Rect((0, 0), SIZE), int(now)), *caret]

    def draw(self, now: float) -> None:
        """Draw all of it over what is there."""
        panel(self.look.surface, self.panel, 255, 16)
        self.look.surface.blits(self.texts)
        for what, (top, most) in self.spots.items():
            self.look.surface.blits(self.lines(self.errors.get(what) or self._lacking(), top, most))
        self._manager.draw_ui(self.look.surface)
        for widget in self.focus.widgets:
            widget.draw(self.look.surface, widget is self.focus.at)

    def _lacking(self) -> str:
        """What to say where this computer cannot draw what is typed; a page has one field at most."""
        typed = next((widget.text for widget in self.focus.widgets if isinstance(widget, Field)), "")
        return self.look.fonts.lacking(typed)

    def open(self) -> None:
        """It is up from now on: the page before it has given everything back."""
        if self.focus.at is not None:
            self.focus.at.focus(True)

    def close(self) -> None:
        """Give the mouse its arrow back."""
        if self.focus.at is not None:
            self.focus.at.focus(False)
        with optional("mouse cursors"):
            pygame.mouse.set_cursor(pygame.SYSTEM_CURSOR_ARROW)

    def button(self, rect: pygame.Rect, text: str, action: Callable[[], None], kind: str = "") -> Button:
        """A button there."""
        button = Button(self._manager, self.look.fonts, rect, text, action, kind)
        self.focus.widgets.append(button)
        return button

    def buttons(self, top: int, *wanted: tuple[str, Callable[[], None]]) -> list[Button]:
        """Buttons beside each other, as wide as the panel; the first is what one most likely wants."""
        gap = 12
        width = (self.inner.w - gap * (len(wanted) - 1)) // len(wanted)
        return [
            self.button(
                pygame.Rect(self.inner.x + number * (width + gap), top, width, HEIGHT),
                text,
                action,
                "" if number else "#main",
            )
            for number, (text, action) in enumerate(wanted)
        ]

    def field(
        self,
        rect: pygame.Rect,
        text: str,
        example: str,
        done: Callable[[], None],
        most: int = MOST_TYPED,
        secret: bool = False,
    ) -> Field:
        """A field there, for at most so many characters."""
        field = Field(self.look.fonts, rect, text, example, done, most, secret)
        self.focus.widgets.append(field)
        return field

    def title(self, text: str, top: int) -> None:
        """In the panel's middle."""
        self.write(text, TITLE, TEXT, True).midtop = self.panel.centerx, top

    def label(self, text: str, top: int) -> None:
        """Over a field."""
        self.write(text, SMALL, MUTED, True).topleft = self.inner.x, top

    def write(self, text: str, size: int, color: Rgb, bold: bool = False) -> pygame.Rect:
        """Add a text; returns its area, for the caller to move."""
        picture = self.look.fonts.text(text, size, color, bold)
        area = picture.get_rect()
        self.texts.append((picture, area))
        return area

    def lines(self, text: str, top: int, most: int, color: Rgb = BAD) -> list[tuple[pygame.Surface, pygame.Rect]]:
        """A small text within the panel, in its places; to draw, or to add to `texts`."""
        found = self.look.fonts.wrap(text, SMALL, self.inner.w, most)
        pictures = [self.look.fonts.text(line, SMALL, color, False) for line in found]
        return [
            (picture, picture.get_rect(topleft=(self.inner.x, top + number * LINE)))
            for number, picture in enumerate(pictures)
        ]

    @property
    def head(self) -> pygame.Rect:
        """Where the portrait is."""
        head = pygame.Rect(0, 0, PORTRAIT, PORTRAIT)
        head.center = self.panel.centerx, self.panel.top
        return head

    def portrait(self, color: int, now: float) -> None:
        """A player on the panel's upper edge, who looks at the mouse."""
        head = self.head
        mouse = self.look.mouse()
        look = glance(mouse[0] - head.centerx, 260), glance(mouse[1] - head.centery, 160)
        sprites = self.look.sprites
        self.look.surface.blit(sprites.shadow(PORTRAIT, PORTRAIT), head.move(-SHADOW, 6 - SHADOW))
        self.look.surface.blit(sprites.whole(rgb(color), PORTRAIT, PORTRAIT, look, winks(now)), head)


def winks(now: float) -> bool:
    """Whether a portrait's eyes are closed."""
    return now % 3.7 < 0.14
