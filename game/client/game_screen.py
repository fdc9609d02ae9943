"""The screen on which one plays: keys go to the controls or the chat, the world is drawn by its systems, and over it
lies what there is to know.
"""

import math
from collections.abc import Callable
from typing import Final

import esper
import pygame

from ecs.components import UNITS_PER_PIXEL
from ecs.movement.step import motion_at
from game.client.camera import Camera
from game.client.chat_box import ChatBox
from game.client.commentary import Commentary
from game.client.ghosts import Ghosts
from game.client.hud import Hud
from game.client.keyboard import Action, Bindings, Keyboard
from game.client.net_graph import NetGraph
from game.client.render_system import DashTicks, RenderSystem
from game.client.roster import Roster, read_roster
from game.client.round_bar import RoundBar
from game.client.scoreboard import Scoreboard
from game.client.sounds import Sounds
from game.client.spectator import Spectator
from game.client.sprites import Sprites
from game.client.theme import ACCENT, Fonts
from net.client.client_session import ClientSession, Ending, JoinedState
from net.client.connector import Connector, Phase

BELOW_THE_PODIUM: Final = 366  # pixels, where the scores begin then
TYPED: Final = (pygame.KEYDOWN, pygame.KEYUP, pygame.TEXTINPUT, pygame.TEXTEDITING)
WALK: Final[tuple[Action, ...]] = ("up", "left", "down", "right")


class GameScreen:
    """Shows a session from the first time that we are let in, through lost connections, until we leave."""

    def __init__(
        self,
        window: pygame.Surface,
        fonts: Fonts,
        sprites: Sprites,
        session: Connector,
        play: ClientSession,
        pause: Callable[[], None],
        note: Callable[[], str],
        bindings: Bindings,
        sounds: Sounds,
    ) -> None:
        """`play` is the session's first; `pause` is called on Esc; `note` is a line for the corner, or empty."""
        self._window, self._fonts, self._sprites, self._sounds = window, fonts, sprites, sounds
        self._session, self._pause, self._note = session, pause, note
        self._bindings = bindings
        self._keyboard = Keyboard(session.controls, bindings)
        self._hud = Hud(fonts)
        self._bar = RoundBar(fonts, sprites)
        self._scoreboard = Scoreboard(fonts)
        self._camera = Camera()
        self.chat = ChatBox(fonts, self._say)
        self._now = 0.0  # of the last frame
        self._roster = Roster({}, 0, None, ())
        self.shows_scores = False  # while the key is held
        self.graph: NetGraph | None = None  # while it is switched on, as the ghosts
        self.ghosts: Ghosts | None = None
        self.entered(play)

    def entered(self, play: ClientSession) -> None:
        """We were let in, perhaps again: from now on this play is drawn."""
        assert play.joined is not None  # or we would not have been let in
        self._play, self._stay = play, play.joined
        self.renderer = self._drawing(play.joined)
        self._commentary = Commentary(play.joined.net_id, play.joined.tick_rate, self.chat, self._bar, self._sounds)
        play.said = self._commentary.heard
        if not play.joined.net_id:
            self.chat.hide()  # who watches cannot talk
        if self._session.ending is Ending.BENCHED:
            words = f"{self._session.message}: you are watching now; leave and join again to play"
            self.chat.notice(words, self._now, ACCENT)

    @property
    def types(self) -> bool:
        """Whether there is a field for what is typed."""
        return self.chat.open

    @property
    def others(self) -> int:
        """How many others play just now; who has lost the connection does not."""
        return sum(not one.away for one in self._roster.players.values() if one.net_id != self._stay.net_id)

    def handle(self, event: pygame.Event) -> None:
        """Take in one event of the window."""
        key = event.key if event.type == pygame.KEYDOWN else None
        action = None
        if event.type in (pygame.KEYDOWN, pygame.KEYUP):
            action = self._bindings.action(event.key, getattr(event, "scancode", 0))
        if event.type == pygame.WINDOWFOCUSLOST or (event.type == pygame.KEYUP and action == "scoreboard"):
            self.shows_scores = False
        if self.chat.open and event.type in TYPED:
            self.chat.handle(event)
        elif key == pygame.K_ESCAPE:
            self._pause()
        elif key is not None and action == "chat" and self.renderer.spectator is None:
            self.talk()
        elif key is not None and action == "scoreboard":
            self.shows_scores = True
        elif key == pygame.K_F3:
            self.show_graph(self.graph is None)
        elif key == pygame.K_F4:
            self.ghosts = None if self.ghosts else Ghosts(self._fonts)
        else:
            self._keyboard.handle(event)

    def talk(self) -> None:
        """Open the chat's field; nobody steers meanwhile."""
        self._keyboard.let_go()
        self.chat.show()

    def show_graph(self, on: bool) -> None:
        """Switch the net graph on or off."""
        self.graph = NetGraph(self._fonts) if on else None

    def let_go(self) -> None:
        """Another takes the keys from now on: whatever is held counts no more."""
        self._keyboard.let_go()
        self.chat.hide()
        self.shows_scores = False

    def update(self, now: float, shown: bool = True) -> None:
        """Let the game go on, which draws the world if it is `shown`; where it does not go on, draw the last one again.

        Whether it is shown or not, what happens is told: by sounds, and by lines that can be read later.
        """
        self._now, self.renderer.shown = now, shown
        pictures = self.renderer.pictures
        self._session.update()
        if self.renderer.pictures == pictures:
            with self._play.world:
                self.renderer.process(self.renderer.now)
        own = self._stay.reconciliation.prediction
        with self._play.world:
            self._roster = read_roster(self._tick(now), {self._stay.net_id: own.body.rest} if own else {})
        self._commentary.update(self._roster, self._tick(now), now, self.renderer.middles)

    def draw(self, now: float) -> None:
        """Draw what lies over the world."""
        session, joined, window, roster = self._session, self._stay, self._window, self._roster
        tick = self._tick(now)
        if self.ghosts:
            with self._play.world:
                self.ghosts.draw(window, self.renderer.corner, joined.reconciliation.prediction)
        plays = session.phase is Phase.PLAYING
        self._bar.draw(window, roster, joined.net_id, tick, joined.tick_rate, now)
        self.chat.draw(window, now)
        if self.graph:
            self.graph.draw(window, self._play, now)
        round_trip = joined.clock.round_trip if plays and joined.clock.synced else None
        self._hud.corner(window, round_trip, len(roster.players), self._note())
        scores = self.shows_scores or roster.is_over
        if scores:
            top = BELOW_THE_PODIUM if roster.is_over else None
            self._scoreboard.draw(window, roster.ranked(), joined.net_id, joined.tick_rate, now, top)
        else:
            self._scoreboard.forget()
        if not plays:
            self._hud.overlay(window, "Connection lost", session.message, self._next_step(now), now)
        elif scores:  # a long list goes down to where hints are
            pass
        elif self.renderer.spectator is not None:
            self._hud.hint(window, self.renderer.spectator.hint)
        elif not self._keyboard.used and not self.chat.open:
            self._hud.hint(window, self._hint())

    def close(self) -> None:
        """Forget the world that was drawn last."""
        self.chat.hide()
        self._play.world.close()

    def _say(self, text: str) -> None:
        if self._session.phase is Phase.PLAYING:
            self._play.say(text)
        else:
            self.chat.notice("not said: the connection is lost", self._now, ACCENT)

    def _tick(self, now: float) -> int:
        """The server's, as far as we know; it stands still while the connection is lost."""
        known = self._stay.mirror.tick
        runs = self._session.phase is Phase.PLAYING and self._stay.clock.synced
        return max(known, int(self._stay.clock.tick(now))) if runs else known

    def _drawing(self, joined: JoinedState) -> RenderSystem:
        motion = motion_at(joined.arena, joined.tick_rate)
        renderer = RenderSystem(
            self._window,
            joined.arena,
            joined.net_id,
            lambda: joined.reconciliation.prediction,
            self._camera,
            self._sprites,
            self._fonts,
            lambda: joined.mirror.tick,
            DashTicks(motion.dash_ticks, motion.dash_rest),
        )
        if not joined.net_id:
            size = joined.arena.width // UNITS_PER_PIXEL, joined.arena.height // UNITS_PER_PIXEL
            renderer.spectator = Spectator(self._session.controls, size, self._play.look)
        with self._play.world:
            esper.add_processor(renderer)
        return renderer

    def _hint(self) -> str:
        """Which keys to begin with, as they are bound."""
        name = self._bindings.name
        walk = " ".join(name(action).upper() for action in WALK)
        dash, chat, scores = (name(action).capitalize() for action in ("dash", "chat", "scoreboard"))
        return f"{walk} to walk · {dash} to dash · {chat} to talk · {scores} for the scores"

    def _next_step(self, now: float) -> str:
        session = self._session
        if session.phase is Phase.WAITING:
            seconds = max(0, math.ceil(session.retry_at - now))
            return f"reconnecting in {seconds} s (attempt {session.attempts})"
        return f"attempt {session.attempts}: {session.phase.value} {session.address}"
