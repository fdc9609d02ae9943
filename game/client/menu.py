"""The start screen: who one is, where to play, or to host a game. Says what is wrong where it is wrong.

Knows no connection: what the player decided is told to whoever made the screen.
"""

import contextlib
from collections.abc import Callable
from typing import Final

import pygame
import pygame_gui
from pygame_gui.elements import UIButton, UITextEntryLine

from game.client.backdrop import Backdrop, glance
from game.client.settings import Settings
from game.client.sprites import SHADOW, Sprites
from game.client.swatches import Swatches
from game.client.theme import ACCENT, BAD, FAINT, MUTED, SMALL, TEXT, TITLE, Fonts, Rgb, panel, rgb
from game.rules import ASSETS, clean_name
from net.address import Address, AddressError, parse_address

TITLE_TEXT: Final = "pygame-networking"
NAME_EXAMPLE: Final = "what the others call you"
ADDRESS_EXAMPLE: Final = "192.168.1.5 or play.example.org:5000"
WIDTH: Final = 460  # of the panel, in pixels
INSIDE: Final = 28
FIELD: Final = 42
LABEL: Final = 24
ERROR_LINE: Final = 20
ERROR_LINES: Final = 4
PORTRAIT: Final = 84
GAP: Final = 14
HEAD: Final = PORTRAIT // 2 + 66  # what the title takes
FOOT: Final = 52  # what the hint takes

Join = Callable[[Address, Settings], None]
Host = Callable[[Settings], None]


class StartScreen:
    """Name, colour, address; Join, Host, Quit."""

    def __init__(
        self,
        window: pygame.Surface,
        fonts: Fonts,
        sprites: Sprites,
        backdrop: Backdrop,
        settings: Settings,
        join: Join,
        host: Host,
        leave: Callable[[], None],
        problem: str = "",
    ) -> None:
        """`join`, `host` and `leave` are called with what was decided; `problem` is why the last try failed."""
        self._window, self._fonts, self._sprites = window, fonts, sprites
        self._join, self._host, self._leave = join, host, leave
        self._manager = pygame_gui.UIManager(window.get_size(), str(ASSETS / "theme.json"))
        self.name_field = UITextEntryLine(pygame.Rect(0, 0, 10, FIELD), self._manager, initial_text=settings.name)
        self.address_field = UITextEntryLine(pygame.Rect(0, 0, 10, FIELD), self._manager, initial_text=settings.address)
        self.buttons = [
            UIButton(pygame.Rect(0, 0, 10, FIELD), "Join", self._manager, object_id="#join"),
            UIButton(pygame.Rect(0, 0, 10, FIELD), "Host a game", self._manager),
            UIButton(pygame.Rect(0, 0, 10, FIELD), "Quit", self._manager),
        ]
        self._actions = [self.press_join, self.press_host, leave]
        self.swatches = Swatches(sprites, settings.color)
        self._stops: list[UITextEntryLine | Swatches | UIButton] = [
            self.name_field,
            self.address_field,
            self.swatches,
            *self.buttons,
        ]
        self.errors: dict[str, str] = {"name": "", "address": problem}
        self._backdrop = backdrop
        self._panel = pygame.Rect(0, 0, 0, 0)
        self.texts: list[tuple[pygame.Surface, pygame.Rect]] = []  # title, labels, errors and hint, in their places
        self._then = 0.0
        self._focus = 0
        pygame.key.start_text_input()
        self._go_to(1 if settings.name else 0)
        self._lay_out()

    @property
    def settings(self) -> Settings:
        """What is in the fields now."""
        return Settings(self.name_field.get_text().strip(), self.swatches.chosen, self.address_field.get_text().strip())

    def handle(self, event: pygame.Event) -> None:
        """Take in one event of the window."""
        if event.type == pygame.KEYDOWN:
            if event.key == pygame.K_ESCAPE:
                self._leave()
                return
            if event.key == pygame.K_TAB:
                self._go_to(self._focus + (-1 if event.mod & pygame.KMOD_SHIFT else 1))
                return
            if event.key in (pygame.K_RETURN, pygame.K_KP_ENTER):
                self._enter()
                return
            stop = self._stops[self._focus]
            if isinstance(stop, Swatches) and event.key in (pygame.K_LEFT, pygame.K_RIGHT):
                stop.step(1 if event.key == pygame.K_RIGHT else -1)
                return
            if isinstance(stop, UIButton) and event.key == pygame.K_SPACE:
                self._enter()
                return
        elif event.type == pygame.WINDOWSIZECHANGED:
            self._manager.set_window_resolution(self._window.get_size())
            self._lay_out()
        elif event.type == pygame.MOUSEBUTTONDOWN and event.button == 1:
            if self.swatches.click(event.pos):
                self._go_to(self._stops.index(self.swatches))
        elif event.type == pygame_gui.UI_BUTTON_PRESSED and event.ui_element in self.buttons:
            self._actions[self.buttons.index(event.ui_element)]()
            return
        self._manager.process_events(event)
        for number, stop in enumerate(self._stops):
            if isinstance(stop, UITextEntryLine) and stop.is_focused:
                self._focus = number

    def update(self, now: float) -> None:
        """Let the cursor blink."""
        self._manager.update(min(0.1, max(0.0, now - self._then)))
        self._then = now

    def draw(self, now: float) -> None:
        """Draw all of it into the window."""
        self._backdrop.draw(now)
        panel(self._window, self._panel, 255, 16)
        self._draw_portrait(now)
        self._window.blits(self.texts)
        self.swatches.draw(self._window, self._stops[self._focus] is self.swatches)
        self._manager.draw_ui(self._window)
        stop = self._stops[self._focus]
        for field, example in ((self.name_field, NAME_EXAMPLE), (self.address_field, ADDRESS_EXAMPLE)):
            if not field.get_text() and field is not stop:
                hint = self._fonts.text(example, SMALL, FAINT, False)
                self._window.blit(hint, (field.rect.x + 16, field.rect.centery - hint.get_height() // 2))
        if isinstance(stop, UIButton):
            pygame.draw.rect(self._window, ACCENT, stop.rect.inflate(8, 8), 2, border_radius=13)
        elif isinstance(stop, UITextEntryLine):
            pygame.draw.rect(self._window, ACCENT, stop.rect, 2, border_radius=9)

    def close(self) -> None:
        """Give the mouse its arrow and the keyboard its manners back."""
        self._manager.set_focus_set(None)  # which ends the repetition of keys
        pygame.key.stop_text_input()  # or an input method would take letters that shall steer
        with contextlib.suppress(pygame.error):  # not every display has cursors
            pygame.mouse.set_cursor(pygame.SYSTEM_CURSOR_ARROW)

    def press_join(self) -> None:
        """Join, if name and address are possible; else say why not."""
        self.errors = {"name": self._name_error(), "address": ""}
        address = None
        try:
            address = parse_address(self.settings.address)
        except AddressError as error:
            self.errors["address"] = str(error)
        self._after_checks()
        if address is not None and not self.errors["name"]:
            self._join(address, self.settings)

    def press_host(self) -> None:
        """Host, if the name is possible; else say why not."""
        self.errors = {"name": self._name_error(), "address": ""}
        self._after_checks()
        if not self.errors["name"]:
            self._host(self.settings)

    def _enter(self) -> None:
        stop = self._stops[self._focus]
        self._actions[self.buttons.index(stop) if isinstance(stop, UIButton) else 0]()

    def _name_error(self) -> str:
        try:
            clean_name(self.name_field.get_text())
        except ValueError as error:
            return str(error)
        return ""

    def _after_checks(self) -> None:
        for number, error in enumerate(self.errors.values()):
            if error:
                self._go_to(number)
                break
        self._lay_out()

    def _go_to(self, stop: int) -> None:
        self._focus = stop % len(self._stops)
        target = self._stops[self._focus]
        self._manager.set_focus_set(target if isinstance(target, UITextEntryLine) else None)

    def _lay_out(self) -> None:
        """Put everything in its place, top down; errors push what is below them further down."""
        inner = min(WIDTH, self._window.get_width() - 24) - 2 * INSIDE
        wrapped = {field: self._fonts.wrap(text, SMALL, inner, ERROR_LINES) for field, text in self.errors.items()}
        space = {field: GAP + (len(lines) * ERROR_LINE + 2 if lines else 0) for field, lines in wrapped.items()}
        height = HEAD + 2 * (LABEL + FIELD) + sum(space.values()) + LABEL + Swatches.SIDE + 26 + FIELD + FOOT
        self._panel = pygame.Rect(0, 0, inner + 2 * INSIDE, height)
        self._panel.center = self._window.get_width() // 2, self._window.get_height() // 2 + PORTRAIT // 4
        middle, x, y = self._panel.centerx, self._panel.x + INSIDE, self._panel.y + HEAD
        self.texts = []
        title = self._write(TITLE_TEXT, TITLE, TEXT, True)
        title.midtop = middle, self._panel.y + PORTRAIT // 2 + 2
        hint = self._write("Enter joins · Tab goes on · Esc quits", SMALL, MUTED, False)
        hint.midtop = middle, self._panel.bottom - 36
        for label, field, element in (("Name", "name", self.name_field), ("Server", "address", self.address_field)):
            self._write(label, SMALL, MUTED, True).topleft = x, y
            _place(element, pygame.Rect(x, y + LABEL, inner, FIELD))
            for number, line in enumerate(wrapped[field]):
                self._write(line, SMALL, BAD, False).topleft = x, y + LABEL + FIELD + 5 + number * ERROR_LINE
            y += LABEL + FIELD + space[field]
        self._write("Colour", SMALL, MUTED, True).topleft = x, y
        self.swatches.place(pygame.Rect(x, y + LABEL, inner, Swatches.SIDE))
        y += LABEL + Swatches.SIDE + 26
        for button, width in zip(self.buttons, (inner - 250, 140, 90), strict=True):
            _place(button, pygame.Rect(x, y, width, FIELD))
            x += width + 10

    def _write(self, text: str, size: int, color: Rgb, bold: bool) -> pygame.Rect:
        """Add a text; returns its area, for the caller to move."""
        picture = self._fonts.text(text, size, color, bold)
        area = picture.get_rect()
        self.texts.append((picture, area))
        return area

    def _draw_portrait(self, now: float) -> None:
        """One's own player, looking at the mouse."""
        head = pygame.Rect(0, 0, PORTRAIT, PORTRAIT)
        head.center = self._panel.centerx, self._panel.top
        mouse = pygame.mouse.get_pos()
        look = glance(mouse[0] - head.centerx, 260), glance(mouse[1] - head.centery, 160)
        self._window.blit(self._sprites.shadow(PORTRAIT, PORTRAIT), head.move(-SHADOW, 6 - SHADOW))
        color = rgb(self.swatches.chosen)
        self._window.blit(self._sprites.whole(color, PORTRAIT, PORTRAIT, look, now % 3.7 < 0.14), head)


def _place(element: UITextEntryLine | UIButton, area: pygame.Rect) -> None:
    element.set_relative_position(area.topleft)
    element.set_dimensions(area.size)
