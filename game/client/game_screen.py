"""The screen on which one plays: keys go to the controls, the world is drawn by its systems, the HUD over it."""

import math
from collections.abc import Callable

import esper
import pygame

from ecs.components import UNITS_PER_PIXEL
from game.client.camera import Camera
from game.client.ghosts import Ghosts
from game.client.hud import Hud
from game.client.keyboard import Bindings, Keyboard
from game.client.net_graph import NetGraph
from game.client.play import Play
from game.client.render_system import RenderSystem
from game.client.session import Phase, Session
from game.client.spectator import Spectator
from game.client.sprites import Sprites
from game.client.theme import Fonts


class GameScreen:
    """Shows a session from the first time that we are let in, through lost connections, until we leave."""

    def __init__(
        self,
        window: pygame.Surface,
        fonts: Fonts,
        sprites: Sprites,
        session: Session,
        play: Play,
        pause: Callable[[], None],
        note: Callable[[], str],
        bindings: Bindings,
    ) -> None:
        """`play` is the session's first; `pause` is called on Esc; `note` is a line for the corner, or empty."""
        self._window, self._fonts, self._sprites = window, fonts, sprites
        self._session, self._pause, self._note = session, pause, note
        self._keyboard = Keyboard(session.controls, bindings)
        self._hud = Hud(fonts)
        self._camera = Camera()
        self.graph: NetGraph | None = None  # while it is switched on, as the ghosts
        self.ghosts: Ghosts | None = None
        self._play = play
        self.renderer = self._drawing(play)

    def entered(self, play: Play) -> None:
        """We were let in again: from now on this play is drawn."""
        self._play = play
        self.renderer = self._drawing(play)

    def handle(self, event: pygame.Event) -> None:
        """Take in one event of the window."""
        key = event.key if event.type == pygame.KEYDOWN else None
        if key == pygame.K_ESCAPE:
            self._pause()
        elif key == pygame.K_F3:
            self.show_graph(self.graph is None)
        elif key == pygame.K_F4:
            self.ghosts = None if self.ghosts else Ghosts(self._fonts)
        else:
            self._keyboard.handle(event)

    def show_graph(self, on: bool) -> None:
        """Switch the net graph on or off."""
        self.graph = NetGraph(self._fonts) if on else None

    def let_go(self) -> None:
        """Another takes the keys from now on: whatever is held counts no more."""
        self._keyboard.let_go()

    def update(self, now: float) -> None:
        """Let the game go on, which draws the world; where it does not go on, draw the last one again."""
        pictures = self.renderer.pictures
        self._session.update()
        if self.renderer.pictures == pictures:
            with self._play.world:
                self.renderer.process(self.renderer.now)

    def draw(self, now: float) -> None:
        """Draw what lies over the world."""
        if self.ghosts and self._play.stay is not None:
            with self._play.world:
                self.ghosts.draw(self._window, self.renderer.corner, self._play.stay.reconciliation.prediction)
        if self.graph:
            self.graph.draw(self._window, self._play, now)
        session = self._session
        plays = session.phase is Phase.PLAYING
        clock = self._play.stay.clock if plays and self._play.stay is not None else None
        round_trip = clock.round_trip if clock is not None and clock.synced else None
        self._hud.corner(self._window, round_trip, self.renderer.players, self._note())
        if not plays:
            self._hud.overlay(self._window, "Connection lost", session.message, self._next_step(now), now)
        elif self.renderer.spectator is not None:
            self._hud.hint(self._window, self.renderer.spectator.hint)
        elif not self._keyboard.used:
            self._hud.hint(self._window, "Arrow keys or W A S D to walk · F3 shows the network · Esc opens the menu")

    def close(self) -> None:
        """Forget the world that was drawn last."""
        self._play.world.close()

    def _drawing(self, play: Play) -> RenderSystem:
        assert play.stay is not None  # or we would not have been let in
        stay = play.stay
        renderer = RenderSystem(
            self._window,
            stay.arena,
            stay.net_id,
            lambda: stay.reconciliation.prediction,
            self._camera,
            self._sprites,
            self._fonts,
        )
        if not stay.net_id:
            size = stay.arena.width // UNITS_PER_PIXEL, stay.arena.height // UNITS_PER_PIXEL
            renderer.spectator = Spectator(self._session.controls, size, play.look)
        with play.world:
            esper.add_processor(renderer)
        return renderer

    def _next_step(self, now: float) -> str:
        session = self._session
        if session.phase is Phase.WAITING:
            seconds = max(0, math.ceil(session.retry_at - now))
            return f"reconnecting in {seconds} s (attempt {session.attempts})"
        return f"attempt {session.attempts}: {session.phase.value} {session.address}"
