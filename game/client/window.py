"""The window: which screen is up, when another comes, and one frame of it all.

Holds what outlives a screen: the session, the server of one's own, the settings, fonts and sprites.
"""

import asyncio
from collections.abc import Callable
from typing import Final, Protocol

import pygame

from game.client.backdrop import Backdrop
from game.client.connecting import ConnectingScreen
from game.client.game_screen import GameScreen
from game.client.hosting import Hosting
from game.client.menu import StartScreen
from game.client.play import Play
from game.client.session import Phase, Session, goodbye_seconds
from game.client.settings import Settings, save_settings
from game.client.sounds import Sounds
from game.client.sprites import Sprites
from game.client.theme import Fonts
from game.rules import clean_name
from net.address import Address
from net.conditions import Conditions

SIZE: Final = (1280, 720)
TITLE: Final = "pygame-networking"


class Screen(Protocol):
    """What the window shows at a time."""

    def handle(self, event: pygame.Event) -> None:
        """Take in one event of the window."""

    def update(self, now: float) -> None:
        """Once a frame, before drawing."""

    def draw(self, now: float) -> None:
        """Draw into the window."""

    def close(self) -> None:
        """Another screen comes."""


class Window:
    """Opens a window with the start screen. Needs pygame's display and font, and a running asyncio loop."""

    def __init__(
        self,
        settings: Settings,
        now: Callable[[], float],
        size: tuple[int, int] = SIZE,
        simulate: Conditions | None = None,
    ) -> None:
        self._surface = pygame.display.set_mode(size, pygame.RESIZABLE)
        pygame.display.set_caption(TITLE)
        self._fonts, self._sprites, self._sounds = Fonts(), Sprites(), Sounds()
        self._backdrop = Backdrop(self._surface, self._sprites)
        pygame.display.set_icon(self._sprites.whole((245, 166, 35), 32, 32, (0, 0), False))
        self._settings = settings
        self._now = now
        self._simulate = simulate
        self.open = True
        self.session: Session | None = None
        self.hosting: Hosting | None = None
        self._ending: set[asyncio.Task[None]] = set()  # servers of ours that are on their way out
        self.screen: Screen = self._start_screen("")

    def frame(self) -> None:
        """Take in what happened, let the game go on, draw."""
        for event in pygame.event.get():
            if event.type == pygame.QUIT:
                self.open = False
            self.screen.handle(event)
        self._follow()
        now = self._now()
        self.screen.update(now)
        self.screen.draw(now)
        pygame.display.flip()

    def join(self, address: Address, settings: Settings) -> None:
        """Begin a session, and show how it comes about."""
        session = Session(address, clean_name(settings.name), settings.color, self._now, simulate=self._simulate)
        self.session = session
        self._settings = settings
        session.entered = self._entered
        self._show(self._connecting(lambda: (f"{session.phase.value} …", str(session.address))))

    def to_start(self, problem: str = "") -> None:
        """Leave whatever there is to leave, and show the start screen."""
        self._leave()
        self._show(self._start_screen(problem))

    async def close(self) -> None:
        """Leave, and wait until nothing of ours runs any more."""
        playing = self.session is not None
        self._leave()
        self.screen.close()
        await asyncio.gather(*self._ending)
        await asyncio.sleep(goodbye_seconds(self._simulate) if playing else 0)

    def _follow(self) -> None:
        """Change the screen where the session or the server of our own has moved on."""
        hosting, session = self.hosting, self.session
        if session is not None:
            if session.phase is Phase.FAILED:
                self.to_start(session.message)
        elif hosting is not None:
            if hosting.address is not None:
                self.join(hosting.address, self._settings)
            elif hosting.over:
                self.to_start(hosting.problem)

    def _entered(self, play: Play) -> None:
        if isinstance(self.screen, GameScreen):
            self.screen.entered(play)
        elif self.session is not None:
            parts = self._surface, self._fonts, self._sprites
            self._show(GameScreen(*parts, self.session, play, self.to_start, self._friends, self._sounds))

    def _chosen(self, address: Address, settings: Settings) -> None:
        save_settings(settings)
        self.join(address, settings)

    def _host(self, settings: Settings) -> None:
        save_settings(settings)
        self._settings = settings
        self.hosting = Hosting()
        self._show(self._connecting(lambda: ("starting a server …", "on this machine")))

    def _friends(self) -> str:
        friends = self.hosting.friends if self.hosting else ""
        return f"friends join at {friends}" if friends else ""

    def _leave(self) -> None:
        if self.session is not None:
            self.session.leave()
            self.session = None
        if self.hosting is not None:
            task = asyncio.get_running_loop().create_task(self.hosting.close())
            self._ending.add(task)
            task.add_done_callback(self._ending.discard)
            self.hosting = None

    def _quit(self) -> None:
        self.open = False

    def _show(self, screen: Screen) -> None:
        self.screen.close()
        self.screen = screen

    def _start_screen(self, problem: str) -> StartScreen:
        return StartScreen(
            self._surface,
            self._fonts,
            self._sprites,
            self._backdrop,
            self._settings,
            self._chosen,
            self._host,
            self._quit,
            problem,
        )

    def _connecting(self, words: Callable[[], tuple[str, str]]) -> ConnectingScreen:
        return ConnectingScreen(self._surface, self._fonts, self._backdrop, words, self.to_start)
