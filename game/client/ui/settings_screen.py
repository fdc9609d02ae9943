"""The settings, from the start screen or over the game. Each change acts at once; leaving keeps them for next time."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Final

import pygame

from game.client.draw.canvas import possible
from game.client.settings import SCALES, Settings
from game.client.ui.page import Look, Page
from game.client.ui.start_screen import NAME_EXAMPLE
from game.client.ui.widgets import HEIGHT, Choice, Swatches
from net.wire.texts import clean_name

WIDTH: Final = 520
VOLUMES: Final = range(0, 101, 10)
STEP: Final = HEIGHT + 10
OFF_ON: Final = ("off", "on")


class SettingsScreen(Page):
    """Name, colour, volume, window, keys."""

    def __init__(
        self,
        look: Look,
        settings: Settings,
        changed: Callable[[Settings], None],
        keys: Callable[[], None],
        back: Callable[[], None],
    ) -> None:
        """`changed` is told each change; `keys` opens the page of the keys."""
        super().__init__(look, (WIDTH, 570), back)
        self._settings, self._changed = settings, changed
        x, y, w = self.inner.x, self.panel.y + 22, self.inner.w
        self.title("Settings", y)
        y += 54
        self.label("Name", y)
        self.name = self.field(
            pygame.Rect(x, y + 22, w, HEIGHT), settings.name, NAME_EXAMPLE, lambda: self.focus.go_to(self.swatches)
        )
        self.spots["name"] = y + 22 + HEIGHT + 3, 1
        y += 22 + HEIGHT + 24
        self.label("Colour", y)
        self.swatches = Swatches(
            look.sprites,
            pygame.Rect(x, y + 24, w, Swatches.SIDE),
            settings.color,
            lambda color: self._set(color=color),
        )
        self.focus.widgets.append(self.swatches)
        y += 24 + Swatches.SIDE + 22
        nearest = min(VOLUMES, key=lambda volume: abs(volume - settings.volume))
        self.volume = self._choice(
            y,
            "Volume",
            [f"{volume} %" if volume else "off" for volume in VOLUMES],
            VOLUMES.index(nearest),
            lambda number: self._set(volume=VOLUMES[number]),
            False,
        )
        self.fullscreen = self._choice(
            y + STEP,
            "Full screen (F11)",
            OFF_ON,
            int(settings.fullscreen),
            lambda number: self._set(fullscreen=bool(number)),
        )
        scales = possible(SCALES)
        self.scale = self._choice(
            y + 2 * STEP,
            "Size of the window",
            [f"{scale} %" if scale else "automatic" for scale in scales],
            scales.index(settings.scale) if settings.scale in scales else 0,  # which is how it is shown then
            lambda number: self._set(scale=scales[number]),
        )
        self.net_graph = self._choice(
            y + 3 * STEP,
            "Network graph (F3)",
            OFF_ON,
            int(settings.net_graph),
            lambda number: self._set(net_graph=bool(number)),
        )
        done, _ = self.buttons(self.panel.bottom - 24 - HEIGHT, ("Done", back), ("Keys …", keys))
        self.focus.go_to(done if settings.name else self.name)

    def handle(self, event: pygame.Event) -> None:
        """Take in one event; what is typed acts with each letter, if it can be a name."""
        super().handle(event)
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
        self.fullscreen.chosen = int(settings.fullscreen)

    def _choice(
        self,
        top: int,
        name: str,
        values: Sequence[str],
        chosen: int,
        changed: Callable[[int], None],
        around: bool = True,
    ) -> Choice:
        rect = pygame.Rect(self.inner.x, top, self.inner.w, HEIGHT)
        choice = Choice(self.look.fonts, rect, name, values, chosen, changed, around)
        self.focus.widgets.append(choice)
        return choice

    def _set(self, **change: Any) -> None:
        self._settings = replace(self._settings, **change)
        self._changed(self._settings)
