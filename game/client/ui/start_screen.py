"""The start screen: which game, Play, and all the rest below it. Who has no name yet finds one already typed."""

import contextlib
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

import pygame

from game.client.draw.canvas import SIZE, Part
from game.client.draw.theme import MUTED, NORMAL, SMALL, TEXT, panel
from game.client.settings import Settings
from game.client.ui.page import PORTRAIT, Look, Page, winks
from game.client.ui.widgets import HEIGHT, Swatches
from net.colors import PALETTE
from net.wire.messages import ANY_COLOR
from net.wire.texts import clean_name

NAME_EXAMPLE: Final = "what the others call you"
FIRST_NAMES: Final = (
    *("Badger", "Beaver", "Crane", "Dingo", "Ferret", "Gecko", "Heron", "Ibis", "Jackal", "Kiwi", "Lynx", "Marten"),
    *("Newt", "Otter", "Puffin", "Quail", "Raven", "Stoat", "Tapir", "Viper", "Wombat", "Yak", "Zebra"),
)
WIDTH: Final = 420
PLAY: Final = 54
GAP: Final = 12
HEAD: Final = PORTRAIT // 2 + 64  # what portrait and title take
CHOOSING: Final = HEIGHT + GAP  # pixels that the row of games takes
ASKING: Final = 178  # what name and colour take


@dataclass(frozen=True, slots=True)
class Choice:
    """Which games there are to play."""

    titles: Mapping[str, str]  # by name
    chosen: str  # the name
    choose: Callable[[str, Settings], None]
    goal: str  # of the chosen one, in a line


class StartScreen(Page):
    """Play, Join, Settings, Quit."""

    def __init__(
        self,
        look: Look,
        settings: Settings,
        choice: Choice,
        play: Callable[[Settings], None],
        join: Callable[[Settings], None],
        adjust: Callable[[Settings], None],
        leave: Callable[[], None],
        notice: str = "",
    ) -> None:
        """`choice`: which game to play. The others are called with the settings as they are then.

        `notice` is something that the player should know.
        """
        self._asks = not settings.name
        games = CHOOSING if len(choice.titles) > 1 else 0
        height = HEAD + (ASKING if self._asks else 46) + games + PLAY + 3 * (HEIGHT + GAP) + 66
        super().__init__(look, (WIDTH, height), self._back, PORTRAIT // 4)
        self._settings = settings
        self._leave, self.notice = leave, notice
        self.title(choice.titles[choice.chosen], self.panel.y + PORTRAIT // 2 + 2)
        x, y, w = self.inner.x, self.panel.y + HEAD, self.inner.w
        if self._asks:
            self.label("Your name", y)
            self.name = self.field(
                pygame.Rect(x, y + 24, w, HEIGHT), random.choice(FIRST_NAMES), NAME_EXAMPLE, lambda: self._go(play)
            )
            self.spots["name"] = y + 24 + HEIGHT + 4, 1
            swatches = Swatches(look.sprites, pygame.Rect(x, y + 100, w, Swatches.SIDE), settings.color, self._color)
            self.focus.widgets.append(swatches)
            y += ASKING
        else:
            self.write(settings.name, NORMAL, TEXT, True).midtop = self.panel.centerx, y + 2
            y += 46
        if games:
            y += self._choose(choice, x, y, w)
        first = self.button(pygame.Rect(x, y, w, PLAY), "Play", lambda: self._go(play), "#play")
        y += PLAY + GAP
        self.button(pygame.Rect(x, y, w, HEIGHT), "Join a game", lambda: self._go(join))
        self.button(pygame.Rect(x, y + HEIGHT + GAP, w, HEIGHT), "Settings", lambda: self._go(adjust, False))
        self._quit = self.button(pygame.Rect(x, y + 2 * (HEIGHT + GAP), w, HEIGHT), "Quit", leave)
        goal = look.fonts.wrap(choice.goal or "Play starts a game that others on your network can join", SMALL, w, 2)
        for number, line in enumerate(reversed(goal)):
            self.write(line, SMALL, MUTED).midbottom = self.panel.centerx, self.panel.bottom - 14 - 18 * number
        self.focus.go_to(first)

    def _choose(self, choice: Choice, x: int, y: int, w: int) -> int:
        """A row of games, the chosen one marked; returns how much room it takes."""
        each = (w - 8 * (len(choice.titles) - 1)) // len(choice.titles)
        for number, (name, title) in enumerate(choice.titles.items()):
            rect = pygame.Rect(x + number * (each + 8), y, each, HEIGHT)
            kind = "#play" if name == choice.chosen else ""
            self.button(rect, title, lambda name=name: self._chosen(choice, name), kind)  # type: ignore[misc]
        return CHOOSING

    def _chosen(self, choice: Choice, name: str) -> None:
        with contextlib.suppress(ValueError):  # of a name that nobody could have
            if self._asks:
                self._settings = replace(self._settings, name=clean_name(self.name.text, judge=False))
        choice.choose(name, self._settings)

    def parts(self, now: float) -> list[Part]:
        return [*super().parts(now), (self.head, (winks(now), self._shown_color(now)))]

    def draw(self, now: float) -> None:
        """Draw all of it, one's own player on top."""
        super().draw(now)
        self.portrait(self._shown_color(now), now)
        if self.notice:
            self._draw_notice()

    def _shown_color(self, now: float) -> int:
        """The colour that was chosen, or one after the other."""
        palette = [*PALETTE.values()]
        return palette[int(now) % len(palette)] if self._settings.color == ANY_COLOR else self._settings.color

    def _go(self, where: Callable[[Settings], None], named: bool = True) -> None:
        """Somewhere else, with the name that was typed; not without one, if that place needs it."""
        if self._asks:
            try:
                self._settings = replace(self._settings, name=clean_name(self.name.text, judge=False))
            except ValueError as error:
                if named:
                    self.errors["name"] = str(error)
                    self.focus.go_to(self.name)
                    return
        where(self._settings)

    def _color(self, color: int) -> None:
        self._settings = replace(self._settings, color=color)

    def _back(self) -> None:
        """Esc goes to Quit first: nobody shall fall out of the game by one key too many."""
        if self.focus.at is self._quit:
            self._leave()
        else:
            self.focus.go_to(self._quit)

    def _draw_notice(self) -> None:
        words = self.look.fonts.text(self.notice, SMALL, TEXT, False)
        area = words.get_rect().inflate(32, 16)
        area.midtop = SIZE[0] // 2, 12
        panel(self.look.surface, area, 240, 10)
        self.look.surface.blit(words, words.get_rect(center=area.center))
