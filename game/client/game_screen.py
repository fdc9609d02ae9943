"""The screen on which one plays: keys go to the controls or the chat, the world is drawn by its systems, and over it
lies what there is to know.
"""

import math
from collections.abc import Callable
from typing import Any, Final

import esper
import pygame

from ecs.components import UNITS_PER_PIXEL
from game.client.audio.sounds import Sounds
from game.client.draw.bubbles import Bubbles
from game.client.draw.camera import Camera
from game.client.draw.ghosts import Ghosts
from game.client.draw.render_system import DashTicks, RenderSystem
from game.client.draw.spectator import Spectator
from game.client.draw.sprites import Sprites
from game.client.draw.theme import ACCENT, Fonts
from game.client.input.keyboard import Bindings, Keyboard
from game.client.scene import Scene, Tools
from game.client.ui.chat_box import ChatBox
from game.client.ui.goal_card import GoalCard
from game.client.ui.hud import Hud
from game.client.ui.net_graph import NetGraph
from game.client.ui.table import TableView
from net.client.client_session import ClientSession, Ending, JoinedState
from net.client.connector import Connector, Phase
from net.emotes import EMOTES, Emote, Emoted
from net.game import Game
from net.rounds import RoundPhase
from net.wire.messages import Said

TYPED: Final = (pygame.KEYDOWN, pygame.KEYUP, pygame.TEXTINPUT, pygame.TEXTEDITING)
CLICKED: Final = (pygame.MOUSEBUTTONDOWN, pygame.MOUSEBUTTONUP)
WALK: Final = ("up", "left", "down", "right")
EMOTES_BY_ACTION: Final = {f"emote {number + 1}": number for number in range(len(EMOTES))}
CARD_SECONDS: Final = 4.0  # for which the card stays on when one plays


def scene_of(game: Game) -> type[Scene]:
    """What a game makes of the window; one that says nothing gets what is sensible."""
    found: type[Scene] = game.window() if game.window is not None else Scene
    return found


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
        mouse: Callable[[], tuple[int, int]] = lambda: (0, 0),
        stick: Callable[[], tuple[float, float] | None] = lambda: None,
    ) -> None:
        """`play` is the session's first; `pause` is called on Esc; `note` is a line for the corner, or empty.

        `mouse` is where the pointer is on the canvas, `stick` where a pad's right stick points, None: nowhere.
        """
        self._window, self._fonts, self._sprites, self._sounds = window, fonts, sprites, sounds
        self._session, self._pause, self._note = session, pause, note
        self._bindings = bindings
        self._mouse, self._stick = mouse, stick
        self._keyboard = Keyboard(session.controls, bindings)
        self._hud = Hud(fonts)
        self._table = TableView(fonts)
        self._bubbles = Bubbles(fonts)
        self._card: GoalCard | None = None  # for who plays this game for the first time since the start
        self._told: set[str] = set()  # games of which there was a card
        self._camera = Camera()
        self.chat = ChatBox(fonts, self._say)
        self._now = 0.0  # of the last frame
        self.shows_scores = False  # while the key is held
        self.graph: NetGraph | None = None  # while it is switched on, as the ghosts
        self.ghosts: Ghosts | None = None
        self.entered(play)

    def entered(self, play: ClientSession) -> None:
        """We were let in, perhaps again: from now on this play is drawn."""
        assert play.joined is not None  # or we would not have been let in
        self._play, self._joined = play, play.joined
        tools = Tools(
            self._fonts,
            self._sprites,
            self._sounds,
            self.chat,
            play.joined.net_id,
            play.joined.tick_rate,
            play.world,
            play.request,
            self._bindings.name,
        )
        self.scene: Scene = scene_of(play.game)(tools)
        self.renderer = self._drawing(play.joined)
        play.said, play.happened = self._heard, self._happened
        if play.joined.net_id and play.game.name not in self._told:
            self._told.add(play.game.name)
            self._card = GoalCard(self._fonts, play.game.title, play.game.goal, self._keys())
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
        people = self.scene.people.values()
        return sum(not one.away for one in people if one.net_id != self._joined.net_id)

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
        elif key is not None and action is not None and self.scene.act(action):
            pass
        elif key is not None and action in EMOTES_BY_ACTION:
            self._emote(EMOTES_BY_ACTION[action])
        elif event.type == pygame.MOUSEBUTTONDOWN and event.button == 1 and self.scene.clicked(self._window, event.pos):
            pass
        elif key == pygame.K_F3:
            self.show_graph(self.graph is None)
        elif key == pygame.K_F4:
            self.ghosts = None if self.ghosts else Ghosts(self._fonts)
        elif not (self.chat.open and event.type in CLICKED):
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
        self._point()
        pictures = self.renderer.pictures
        self._session.update()
        if self.renderer.pictures == pictures:
            with self._play.world:
                self.renderer.process(self.renderer.now)
        own = self._joined.reconciliation.prediction
        rests = {self._joined.net_id: own.body.rest} if own else {}
        with self._play.world:
            self.scene.update(self._tick(now), now, rests, self.renderer.middles)

    def draw(self, now: float) -> None:
        """Draw what lies over the world."""
        session, joined, window, scene = self._session, self._joined, self._window, self.scene
        tick = self._tick(now)
        if self.ghosts:
            with self._play.world:
                self.ghosts.draw(window, self.renderer.corner, joined.reconciliation.prediction)
        plays = session.phase is Phase.PLAYING
        self._bubbles.draw(window, self.renderer.middles, now)
        scene.draw(window, tick, now)
        self.chat.draw(window, now)
        if self.graph:
            self.graph.draw(window, self._play, now)
        round_trip = joined.clock.round_trip if plays and joined.clock.synced else None
        self._hud.corner(window, round_trip, len(scene.people), self._note())
        scores = self.shows_scores or scene.is_over
        if scores:
            self._table.draw(window, scene.table(tick), joined.net_id, now, scene.table_top)
        else:
            self._table.forget()
        if not plays:
            title = "The game moves on" if session.ending is Ending.MOVED else "Connection lost"
            self._hud.overlay(window, title, session.message, self._next_step(now), now)
        elif scores:  # a long list goes down to where hints are
            pass
        elif self.renderer.spectator is not None:
            self._hud.hint(window, self.renderer.spectator.hint)
        elif self._card is not None and self._card.is_shown(now):
            self._card.draw(window, now)
            if scene.rounds.is_in(RoundPhase.PLAYING) and self._keyboard.used:
                self._card.read(now, CARD_SECONDS)
        elif not self._keyboard.used and not self.chat.open:
            self._hud.hint(window, self._hint())

    def _point(self) -> None:
        """Tell the controls where the pointer is, for games with an aim: the right stick of a pad, or the mouse."""
        axes = self._play.game.inputs.axes
        own = self.renderer.own_place
        if not axes or own is None:
            return
        stick = self._stick()
        x, y = self._mouse()
        size = self._play.game.player_size // UNITS_PER_PIXEL // 2
        dx, dy = stick or (x - own[0] - size, y - own[1] - size)
        values = {}
        for axis in axes:
            if axis.source == "angle":
                steps = axis.high - axis.low + 1
                values[axis.name] = axis.low + round(math.atan2(dy, dx) * steps / math.tau) % steps
            else:
                values[axis.name] = round((dx if axis.source == "x" else dy) * UNITS_PER_PIXEL)
        self._session.controls.point(values)

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
        known = self._joined.mirror.tick
        runs = self._session.phase is Phase.PLAYING and self._joined.clock.synced
        return max(known, int(self._joined.clock.tick(now))) if runs else known

    def _drawing(self, joined: JoinedState) -> RenderSystem:
        motion = joined.motion
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
            self.scene,
        )
        if not joined.net_id:
            size = joined.arena.width // UNITS_PER_PIXEL, joined.arena.height // UNITS_PER_PIXEL
            renderer.spectator = Spectator(self._session.controls, size, self._play.look)
        with self._play.world:
            esper.add_processor(renderer)
        return renderer

    def _heard(self, said: Said) -> None:
        """A line of chat was told."""
        self.scene.said(said)
        if said.net_id:
            self._bubbles.say(said.net_id, said.text, self._now)

    def _happened(self, event: Any, tick: int) -> None:
        """The rules told of an event."""
        if isinstance(event, Emoted):
            self._bubbles.show(event.net_id, event.number, self._now)
        else:
            self.scene.happened(event, tick)

    def _emote(self, number: int) -> None:
        if self._joined.net_id and self._session.phase is Phase.PLAYING:
            self._play.request(Emote(number))

    def _keys(self) -> list[tuple[str, str]]:
        """What to press for what, for the card."""
        bindings = self._bindings
        walk = " ".join(bindings.name(action).upper() for action in WALK)
        others = [action for action in bindings.actions.values() if action.hint]
        emotes = f"{bindings.name('emote 1')} – {bindings.name('emote 4')}", "to show a feeling"
        return [(walk, "to walk"), *((bindings.name(a.name).capitalize(), a.hint) for a in others), emotes]

    def _hint(self) -> str:
        """Which keys to begin with, as they are bound."""
        bindings = self._bindings
        walk = " ".join(bindings.name(action).upper() for action in WALK)
        others = [action for action in bindings.actions.values() if action.hint]
        return " · ".join([f"{walk} to walk", *(f"{bindings.name(a.name).capitalize()} {a.hint}" for a in others)])

    def _next_step(self, now: float) -> str:
        session = self._session
        if session.phase is Phase.WAITING:
            seconds = max(0, math.ceil(session.retry_at - now))
            return f"reconnecting in {seconds} s (attempt {session.attempts})"
        return f"attempt {session.attempts}: {session.phase.value} {session.address}"
