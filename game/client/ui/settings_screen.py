"""The settings, from the start screen or over the game. Each change acts at once; leaving keeps them for next time."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

import pygame

from game.client.settings import Settings
from game.client.ui.page import Look, Page
from game.client.ui.settings_rows import PLAYER, TABS, Setting
from game.client.ui.start_screen import NAME_EXAMPLE
from game.client.ui.tabs import Tabs
from game.client.ui.widgets import HEIGHT, Choice, Field, Swatches, Widget
from net.wire.texts import clean_name

WIDTH: Final = 560
STEP: Final = HEIGHT + 10
ROWS: Final = 7  # that a tab has room for


class SettingsScreen(Page):
    """Tabs with the player, the picture and the sound; a button leads to the keys."""

    def __init__(
        self,
        look: Look,
        settings: Settings,
        changed: Callable[[Settings], None],
        keys: Callable[[], None],
        back: Callable[[], None],
        tab: str = PLAYER,
    ) -> None:
        """`changed` is told each change; `keys` opens the page of the keys; `tab` is the one to begin with."""
        super().__init__(look, (WIDTH, 22 + 54 + HEIGHT + 24 + ROWS * STEP + 8 + HEIGHT + 24), back)
        self._settings, self._changed = settings, changed
        self.title("Settings", self.panel.y + 22)
        place = pygame.Rect(self.inner.x, self.panel.y + 22 + 54, self.inner.w, HEIGHT)
        self.tabs = Tabs(look.fonts, place, [*TABS], [*TABS].index(tab), lambda number: self._open([*TABS][number]))
        self.focus.widgets.append(self.tabs)
        self._rows: list[Widget] = []  # of the tab that is open
        self.name: Field | None = None  # these two only on the player's tab
        self.swatches: Swatches | None = None
        self.choices: dict[str, Choice] = {}  # by field of the settings
        self._own_texts = len(self.texts)  # those before the tab's
        _, self.keys = self.buttons(self.panel.bottom - 24 - HEIGHT, ("Done", back), ("Keys …", keys))
        self._open(tab)
        self.focus.go_to(self.name if self.name and not settings.name else self.tabs)

    @property
    def tab(self) -> str:
        """Which one is open."""
        return [*TABS][self.tabs.chosen]

    def handle(self, event: pygame.Event) -> None:
        """Take in one event; what is typed acts with each letter, if it can be a name."""
        super().handle(event)
        if self.name is None or self.swatches is None:
            return
        self.swatches.chosen = self._settings.color
        try:
            name = clean_name(self.name.text, judge=False)
        except ValueError as error:
            self.errors["name"] = f"{error}: the old one stays" if self._settings.name else str(error)
            return
        self.errors.pop("name", None)
        if name != self._settings.name:
            self._set(name=name)

    def follow(self, settings: Settings) -> None:
        """They were changed elsewhere: F11."""
        self._settings = settings
        if "fullscreen" in self.choices:
            self.choices["fullscreen"].chosen = int(settings.fullscreen)

    def _open(self, tab: str) -> None:
        """Show the rows of that tab."""
        former = self._rows
        self._rows, self.name, self.swatches, self.choices = [], None, None, {}
        del self.texts[self._own_texts :]
        self.errors.clear()
        self.spots.clear()
        top = self.tabs.rect.bottom + 24
        if tab == PLAYER:
            self._ask_who(top)
        for number, setting in enumerate(TABS[tab]):
            self._rows.append(self._choice(setting, top + number * STEP))
        for widget in former:
            self.focus.widgets.remove(widget)
        self.focus.widgets[1:1] = self._rows

    def _ask_who(self, top: int) -> None:
        x, w = self.inner.x, self.inner.w
        self.label("Name", top)
        rect = pygame.Rect(x, top + 26, w, HEIGHT)
        self.name = Field(
            self.look.fonts, rect, self._settings.name, NAME_EXAMPLE, lambda: self.focus.go_to(self.swatches)
        )
        self.spots["name"] = rect.bottom + 3, 1
        self.label("Colour", rect.bottom + 36)
        place = pygame.Rect(x, rect.bottom + 36 + 28, w, Swatches.SIDE)
        self.swatches = Swatches(self.look.sprites, place, self._settings.color, lambda color: self._set(color=color))
        self._rows += [self.name, self.swatches]

    def _choice(self, setting: Setting, top: int) -> Choice:
        values = setting.values()
        value = getattr(self._settings, setting.field)
        # A file may hold a value between two of ours; a display may not allow the one that was chosen.
        nearest = min(range(len(values)), key=lambda number: abs(values[number] - value))
        choice = self.choices[setting.field] = Choice(
            self.look.fonts,
            pygame.Rect(self.inner.x, top, self.inner.w, HEIGHT),
            setting.label,
            [setting.shown(each) for each in values],
            nearest,
            lambda number: self._set(**{setting.field: values[number]}),
            setting.around,
        )
        return choice

    def _set(self, **change: Any) -> None:
        self._settings = replace(self._settings, **change)
        self._changed(self._settings)
