"""The window: which page is up, over the game or over a backdrop, when another comes, and one frame of it all.

Holds what outlives a page: the session, the server of one's own, the search for others, the settings.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Final, Protocol

import pygame

from game.client.audio.sounds import Sounds
from game.client.devices import optional
from game.client.draw.backdrop import Backdrop
from game.client.draw.canvas import Canvas, Part
from game.client.draw.sprites import Sprites
from game.client.draw.theme import ACCENT, Fonts, veil
from game.client.game_screen import GameScreen
from game.client.hosting import Hosting
from game.client.input import layout
from game.client.input.gamepad import Gamepad
from game.client.input.keyboard import Bindings
from game.client.settings import Settings, save_settings
from game.client.ui.connecting import ConnectingScreen
from game.client.ui.failed_screen import FailedScreen
from game.client.ui.join_screen import Finder, JoinScreen
from game.client.ui.keys_screen import KeysScreen
from game.client.ui.leave_screen import LeaveScreen
from game.client.ui.page import Look, Page
from game.client.ui.password_screen import PasswordScreen
from game.client.ui.pause_screen import PauseScreen
from game.client.ui.settings_screen import SettingsScreen
from game.client.ui.start_screen import Choice, StartScreen
from game.client.ui.trust_screen import TrustScreen
from net.client.client_session import ClientSession, Ending
from net.client.connector import Connector, Phase, goodbye_seconds
from net.client.credentials import NOTHING, Credentials
from net.client.doctor import Finding
from net.client.known_servers import known_fingerprint, remember
from net.conditioner.conditions import Conditions
from net.game import Game
from net.io.address import Address
from net.io.background import start_in_background
from net.io.lan import tidy
from net.wire.texts import clean_name

ICON_COLOR: Final = (245, 166, 35)
FRAME_RATE: Final = 60
IDLE_RATE: Final = 30  # looks a second at a menu in which nothing happens; who comes back waits for 33 ms at most
BUSY_SECONDS: Final = 0.5  # since the last event
HIDDEN_RATE: Final = 20  # what comes has to be taken in, and is heard; pings go out twice a second
COVERED: Final = (pygame.WINDOWMINIMIZED, pygame.WINDOWHIDDEN)
UNCOVERED: Final = (
    *(pygame.WINDOWRESTORED, pygame.WINDOWSHOWN, pygame.WINDOWMAXIMIZED, pygame.WINDOWEXPOSED),
    pygame.WINDOWFOCUSGAINED,
)
SILENT: Final = (  # events that no page looks at; a worn stick at rest makes many
    *(pygame.JOYAXISMOTION, pygame.JOYBALLMOTION, pygame.JOYHATMOTION, pygame.JOYBUTTONDOWN, pygame.JOYBUTTONUP),
    *(pygame.JOYDEVICEADDED, pygame.JOYDEVICEREMOVED),
)
REPEAT: Final = (400, 35)  # ms until a held key repeats, and from then on
LAST_WORDS_SECONDS: Final = 1.0  # for a server of ours that ends to be seen to do so
OVER_THE_GAME: Final = 110  # how dark a veil lies between the game and a page


class Discovery(Finder, Protocol):
    """What looks for servers, as the join screen has it, and its life."""

    def start(self) -> None:
        """Begin to look; never blocks."""

    async def close(self) -> None:
        """Stop looking."""


@dataclass(frozen=True, slots=True)
class Services:
    """What the window uses of the network beside sessions; without any of it, the pages do without."""

    discover: Callable[[], Discovery] | None = None
    examine: Callable[[Game, Address, Credentials], AsyncIterator[Finding]] | None = None


class Window:
    """Opens a window with the start screen. Needs pygame's display and font, and a running asyncio loop."""

    def __init__(
        self,
        settings: Settings,
        now: Callable[[], float],
        games: Mapping[str, Game],
        simulate: Conditions | None = None,
        notice: str = "",
        services: Services = Services(),
        credentials: Credentials = NOTHING,
        game: Game | None = None,
    ) -> None:
        """`games`: those that one can choose, by name, and follow a server to; `game`: the one to begin with.

        `notice`: what the start screen tells the player first; `credentials`: what to bring along to any server."""
        self._games: Mapping[str, Game] = {**games, **({game.name: game} if game else {})}
        self._plays: Game = game or self._games.get(settings.game) or next(iter(self._games.values()))
        self.canvas = Canvas(settings.scale, settings.fullscreen)
        fonts, sprites = Fonts(), Sprites()
        self._sounds = Sounds(settings.volume)
        self._look = Look(self.canvas.surface, lambda: self.canvas.mouse, fonts, sprites)
        self._backdrop = Backdrop(self.canvas.surface, sprites)
        with optional("window title"):
            pygame.display.set_caption(self._plays.title)
        with optional("window icon"):
            pygame.display.set_icon(sprites.whole(ICON_COLOR, 32, 32, (0, 0), False))
        self.settings = self._kept = settings
        self._now, self._simulate, self._services = now, simulate, services
        self._credentials = credentials
        self._added: dict[Address, Credentials] = {}  # what the player has added to that, while the window is open
        self._bindings = Bindings(settings.keys, self._plays.inputs)
        self._gamepad = Gamepad(self._bindings)
        self.hidden = False  # minimised, say: nobody can see it
        self._moved = 0.0  # when the last event came
        self._drawn: tuple[Page, float, list[Part]] | None = None  # what the picture of a menu was made of
        self._types: bool | None = None  # whether text input is on; None: as SDL has it
        self.open = True
        self.session: Connector | None = None
        self.hosting: Hosting | None = None
        self._discovery: Discovery | None = None
        self._again: Callable[[], None] = self.to_start  # what to do once more, if it fails
        self._before: Callable[[], None] = self.to_start  # where to go back to, if it fails or takes too long
        self._ending: set[asyncio.Task[None]] = set()  # servers of ours and searches that are on their way out
        self._chosen_by_hand = False  # the server on the join screen: it is remembered once it has let us in
        self._lost_own_at: float | None = None  # when a session with a server of our own failed
        self.game: GameScreen | None = None
        self.page: Page | None = None  # over the game, or over the backdrop
        self.to_start(notice)

    @property
    def screen(self) -> Page | GameScreen:
        """What takes in events."""
        found = self.page or self.game
        assert found is not None
        return found

    def frame(self) -> None:
        """Take in what happened, let the game go on, and draw what has changed, if anybody can see it."""
        now = self._now()
        for event in pygame.event.get():
            for each in self._gamepad.translate(self.canvas.translate(event), self.page is None):
                self._take(each)
                if each.type not in SILENT:
                    self._moved = now
        self._follow()
        self._type()
        if self.game is not None:
            self.game.update(now, not self.hidden)
        if self.page is not None:
            self.page.update(now)
        if not self.hidden:
            self._draw(now)

    @property
    def rate(self) -> int:
        """How many frames a second there should be: less where nobody would see the difference."""
        if self.hidden:
            return HIDDEN_RATE
        busy = self.game is not None or self._now() - self._moved < BUSY_SECONDS
        return FRAME_RATE if busy else IDLE_RATE

    def _draw(self, now: float) -> None:
        """The game changes with each frame; a menu only when something happens, or by itself now and then."""
        changed: list[pygame.Rect] | None = None  # all
        if self.game is not None:
            self._drawn = None
            self.game.draw(now)
        else:
            assert self.page is not None
            mouse = self.canvas.mouse
            parts = [*self._backdrop.parts(now, mouse), *self.page.parts(now)]
            drawn, self._drawn = self._drawn, (self.page, self._moved, parts)
            if drawn is not None and drawn[:2] == (self.page, self._moved) and len(drawn[2]) == len(parts):
                changed = [part[0] for part, former in zip(parts, drawn[2], strict=True) if part != former]
                if not changed:
                    return
                self.canvas.surface.set_clip(changed[0].unionall(changed[1:]))
            self._backdrop.draw(now, mouse)
        if self.page is not None:
            if self.game is not None:
                veil(self.canvas.surface, OVER_THE_GAME)
            self.page.draw(now)
        self.canvas.surface.set_clip(None)
        self.canvas.show(changed)

    def join(self, address: Address, settings: Settings, watch: bool = False, server_id: str = "") -> None:
        """Begin a session, `watch` as a spectator's, and show how it comes about; `server_id`: who is meant."""
        self.settings = settings
        session = Connector(
            self._plays,
            address,
            clean_name(settings.name, judge=False),
            settings.color,
            self._now,
            simulate=self._simulate,
            watch=watch,
            credentials=self._credentials_for(address),
            server_id=server_id,
            games=self._games,
        )
        self.session = session
        session.entered = self._entered
        self._again = lambda: self.join(address, self.settings, watch, server_id)
        self._connecting(lambda: (f"{session.phase.value} …", str(session.address)))

    def to_start(self, notice: str = "") -> None:
        """Leave whatever there is to leave, and show the start screen."""
        self._leave()
        self._chosen_by_hand = False
        self._before = self.to_start
        titles = {name: game.title for name, game in self._games.items()}
        choice = Choice(titles, self._plays.name, self._choose, self._plays.goal)
        acts = self._host, self._to_join, self._adjust, self.quit
        self._show(StartScreen(self._look, self.settings, choice, *acts, notice))

    def quit(self) -> None:
        """Let the window be closed after this frame, whoever plays."""
        self.open = False

    async def close(self) -> None:
        """Leave, and wait until nothing of ours runs any more."""
        playing = self.session is not None
        self._leave()
        self._show(None)
        await asyncio.gather(*self._ending)
        await asyncio.sleep(goodbye_seconds(self._simulate) if playing else 0)

    def _take(self, event: pygame.Event) -> None:
        if event.type in COVERED:
            self.hidden = True
        elif event.type in UNCOVERED:
            self.hidden = False
        if event.type == pygame.QUIT:
            self._ask_to_leave(self.quit)
        elif event.type == pygame.KEYDOWN and event.key == pygame.K_F11:
            self._change(replace(self.settings, fullscreen=not self.settings.fullscreen))
            self._save()
        else:
            if event.type == pygame.KEYMAPCHANGED:
                layout.changed()
            self.screen.handle(event)

    def _type(self) -> None:
        """Text input and keys that repeat are on while a field is there: an input method would take keys that steer.

        SDL begins with it, and a window that was made anew may forget it; so this is looked at in every frame.
        """
        types = self.screen.types
        if types != self._types:
            self._types = types
            with optional("text input"):
                if types:
                    pygame.key.set_repeat(*REPEAT)
                    pygame.key.start_text_input()
                else:
                    pygame.key.set_repeat()  # none
                    pygame.key.stop_text_input()

    def _follow(self) -> None:
        """Change the page where the session or the server of our own has moved on."""
        hosting, session = self.hosting, self.session
        if hosting is not None and hosting.over and (session is None or session.phase is Phase.WAITING):
            self._fail("Could not start a game" if session is None else "The game has ended", hosting.problem, None)
        elif session is not None:
            if session.phase is Phase.FAILED and not self._may_still_say_why(hosting):
                self._failed(session)
        elif hosting is not None and hosting.address is not None:
            self.join(hosting.address, self.settings)
            self._again = lambda: self._host(self.settings)

    def _may_still_say_why(self, hosting: Hosting | None) -> bool:
        """Whether our own server, which we could not join, may be about to end with a better reason than ours."""
        if hosting is None or hosting.over:
            self._lost_own_at = None
            return False
        if self._lost_own_at is None:
            self._lost_own_at = self._now()
        return self._now() - self._lost_own_at < LAST_WORDS_SECONDS

    def _failed(self, session: Connector) -> None:
        """Ask the player for what the server wants, or say why it does not work."""
        address, credentials = session.address, self._credentials_for(session.address)
        if session.ending is Ending.PASSWORD:
            self._leave()
            typed = partial(self._typed, address)
            self._show(PasswordScreen(self._look, str(address), session.message, typed, self._before))
        elif session.ending is Ending.UNTRUSTED:
            self._leave()
            trusted = partial(self._trusted, address, session.shown)
            page = TrustScreen(self._look, str(address), session.shown, trusted, self._before, session.why_untrusted)
            self._show(page)
        elif self.hosting is not None:  # which ends now, so there is nothing to examine
            why = self.hosting.problem
            self._fail("Could not start a game", f"{why}. {session.message}" if why else session.message, None)
        else:
            examine = self._services.examine
            title = "Could not join" if self.game is None else "The game has ended"
            watch = partial(self.join, address, self.settings, True, session.server_id) if session.could_watch else None
            self._fail(title, session.message, examine(self._plays, address, credentials) if examine else None, watch)

    def _typed(self, address: Address, password: str) -> None:
        """The password of a server, from its player: try once more."""
        self._added[address] = replace(self._credentials_for(address), password=password)
        self._again()

    def _trusted(self, address: Address, fingerprint: str) -> None:
        """The player has compared the fingerprint: join, now and from now on."""
        remember(address, fingerprint)
        if known_fingerprint(address) != fingerprint:  # it cannot be kept: it counts while the window is open
            self._added[address] = replace(self._credentials_for(address), fingerprint=fingerprint)
        self._again()

    def _credentials_for(self, address: Address) -> Credentials:
        """What to bring along there."""
        return self._added.get(address, self._credentials)

    def _fail(
        self,
        title: str,
        reason: str,
        findings: AsyncIterator[Finding] | None,
        watch: Callable[[], None] | None = None,
    ) -> None:
        self._leave()
        self._show(FailedScreen(self._look, title, reason, findings, self._again, self._before, watch))

    def _entered(self, play: ClientSession) -> None:
        """We are in: for the first time, or again."""
        if self._chosen_by_hand and self.session is not None:
            self._chosen_by_hand = False
            self._keep(replace(self.settings, recent=self.settings.remembering(str(self.session.address))))
        if play.game is not self._plays:
            self._play_by(play.game)
        if self.game is not None:
            self.game.entered(play)
        elif self.session is not None:
            parts = self.canvas.surface, self._look.fonts, self._look.sprites
            self.game = GameScreen(
                *parts,
                self.session,
                play,
                self._pause,
                self._friends,
                self._bindings,
                self._sounds,
                lambda: self.canvas.mouse,
                lambda: self._gamepad.aim,
            )
            self.game.show_graph(self.settings.net_graph)
            self._show(None)
            if self.session.notice:
                self.game.chat.notice(self.session.notice, self._now(), ACCENT)

    def _play_by(self, game: Game) -> None:
        """That is the game from now on: its keys, and its title."""
        self._plays = game
        self._bindings.use(self.settings.keys, game.inputs)
        self._gamepad.pads = {button.pad: button.name for button in game.inputs.buttons if button.pad}
        with optional("window title"):
            pygame.display.set_caption(game.title)

    def _choose(self, name: str, settings: Settings) -> None:
        """The player wants to play that game."""
        self._play_by(self._games[name])
        self._keep(replace(settings, game=name))
        self.to_start()

    def _pause(self) -> None:
        """The menu over the game, which goes on."""
        if self.game is not None:
            self.game.let_go()
            note = self._friends()
            leave = partial(self._ask_to_leave, self.to_start)
            self._show(PauseScreen(self._look, self._resume, self._adjust_over_game, leave, note))

    def _ask_to_leave(self, leave: Callable[[], None]) -> None:
        """Leave; but a host with whom others play is asked first, once."""
        others = self.game.others if self.game is not None and self.hosting is not None else 0
        if not others or isinstance(self.page, LeaveScreen):
            leave()
        elif self.game is not None:
            self.game.let_go()
            self._show(LeaveScreen(self._look, others, leave, self._resume))

    def _resume(self) -> None:
        self._show(None)

    def _to_join(self, settings: Settings) -> None:
        self._leave()
        self._chosen_by_hand = False
        self._keep(settings)
        self._before = lambda: self._to_join(self.settings)
        if self._services.discover is not None:
            self._discovery = self._services.discover()
            self._discovery.start()
        self._show(JoinScreen(self._look, settings, self._discovery, self._chosen, self.to_start))

    def _chosen(self, address: Address, settings: Settings, watch: bool, server_id: str) -> None:
        self._keep(settings)
        self._stop_looking()
        self._chosen_by_hand = True
        self.join(address, self.settings, watch, server_id)

    def _host(self, settings: Settings) -> None:
        self._keep(settings)
        self.hosting = Hosting(name=tidy(f"{settings.name}'s game"), game=self._plays.name)
        self._again = lambda: self._host(self.settings)
        self._connecting(lambda: ("starting a game …", "on this machine"))

    def _adjust(self, settings: Settings) -> None:
        """The settings, from the start screen."""
        self._keep(settings)
        self._settings_page(self.to_start)

    def _adjust_over_game(self) -> None:
        self._settings_page(self._pause)

    def _settings_page(self, back: Callable[[], None]) -> None:
        def done() -> None:
            self._save()
            back()

        def keys() -> None:
            self._show(
                KeysScreen(
                    self._look, self.settings.keys, self._plays.inputs, self._rebind, lambda: self._settings_page(back)
                )
            )

        self._show(SettingsScreen(self._look, self.settings, self._change, keys, done))

    def _rebind(self, keys: dict[str, list[str]]) -> None:
        self._change(replace(self.settings, keys=keys))

    def _change(self, settings: Settings) -> None:
        """Other settings, from now on."""
        if self.canvas.resize(settings.scale, settings.fullscreen):
            self._types = None  # the window may be another
            settings = replace(settings, fullscreen=self.canvas.fullscreen)  # there may be none
        before, self.settings = self.settings, settings
        self._bindings.use(settings.keys)
        self._sounds.volume = settings.volume
        if self.session is not None and (settings.name, settings.color) != (before.name, before.color):
            self.session.profile(clean_name(settings.name, judge=False), settings.color)
        if self.game is not None and settings.net_graph != before.net_graph:
            self.game.show_graph(settings.net_graph)
        if isinstance(self.page, SettingsScreen):
            self.page.follow(settings)

    def _keep(self, settings: Settings) -> None:
        self.settings = settings
        self._save()

    def _save(self) -> None:
        """What has changed since the last time, and no more: another copy of the game may share the file."""
        if save_settings(self.settings, self._kept):
            self._kept = self.settings

    def _friends(self) -> str:
        friends = self.hosting.friends if self.hosting else ""
        return f"friends join at {friends}" if friends else ""

    def _leave(self) -> None:
        if self.session is not None:
            self.session.leave()
            self.session = None
        if self.game is not None:
            self.game.close()
            self.game = None
        if self.hosting is not None:
            self._end(self.hosting.close)
            self.hosting = None
        self._stop_looking()

    def _stop_looking(self) -> None:
        if self._discovery is not None:
            self._end(self._discovery.close)
            self._discovery = None

    def _end(self, ending: Callable[[], Awaitable[None]]) -> None:
        """Let something of ours end meanwhile."""
        task = start_in_background(ending, "ending", lambda reason: None)  # logged, and nobody waits for anything of it
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)

    def _connecting(self, words: Callable[[], tuple[str, str]]) -> None:
        self._show(ConnectingScreen(self._look, words, self._before))

    def _show(self, page: Page | None) -> None:
        if self.page is not None:
            self.page.close()
        self.page = page
        if page is not None:
            page.open()
