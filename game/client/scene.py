"""One stay in one world, as the window shows it: what is drawn, told and heard of the game. A game makes its own of it.

`Game.window` returns a subclass of `Scene`. Every method does something sensible, so a game changes only what it likes:
by default players have eyes, all else are boxes, joins and leaves are told in the chat, and Tab lists who is there. A
game that is played in rounds gets the bar, the countdown, the podium and the vote without a line of its own.
"""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import pygame

from ecs.world import World
from game.client.audio.sounds import Sounds
from game.client.draw.painter import Painter
from game.client.draw.sprites import Sprites
from game.client.draw.theme import ACCENT, GOOD, TEXT, Fonts, Rgb, rgb
from game.client.people import GameEvent, Happened, Person, comings_and_goings, read_people
from game.client.rounds import Course, RoundState, RoundWatcher, read_rounds, seconds_left
from game.client.ui.banner import Banner
from game.client.ui.chat_box import KEPT, ChatBox
from game.client.ui.feed import Feed
from game.client.ui.notices import Notices
from game.client.ui.podium import BELOW, BELOW_VOTES, PodiumView, cards
from game.client.ui.round_bar import RoundBar, Status
from game.client.ui.table import Row, Table
from net.rounds import Round, RoundPhase, Vote
from net.wire.messages import Said

SOMEBODY: Final = ("somebody", 0x8F9BB2)  # whose line comes after they have left
VOTES: Final = ("emote 1", "emote 2", "emote 3", "emote 4")  # actions that vote while the podium stands


@dataclass(frozen=True, slots=True)
class Tools:
    """What a scene tells and draws with."""

    fonts: Fonts
    sprites: Sprites
    sounds: Sounds
    chat: ChatBox
    net_id: int  # one's own; 0: one only watches
    tick_rate: int
    world: World
    request: Callable[[object], None]  # ask something of the rules
    key: Callable[[str], str] = lambda action: ""  # what is written on the key that does that


class Scene(Painter):
    """As by default."""

    def __init__(self, tools: Tools) -> None:
        self.tools = tools
        self.banner = Banner(tools.fonts)
        self.feed = Feed(tools.fonts)
        self.people: Mapping[int, Person] = {}  # by NetID, as of the last update
        self.rounds = RoundState()  # likewise
        self._before: Mapping[int, Person] | None = None
        self._watcher = RoundWatcher(tools.tick_rate)
        self._bar, self._podium = RoundBar(tools.fonts), PodiumView(tools.fonts, tools.sprites)
        self._notices = Notices()
        self._names: dict[int, tuple[str, int]] = {}  # NetID -> name and colour, of all who can be heard or have left
        self._said: deque[Said] = deque(maxlen=KEPT)  # since the last drawn frame; of more, nobody could read the first
        self._middles: Mapping[int, tuple[int, int]] = {}
        self.now = 0.0  # of the last update

    # What happens.

    def update(self, tick: int, now: float, rests: Mapping[int, int], middles: Mapping[int, tuple[int, int]]) -> None:
        """Look what is new, as of that tick, and tell of it; inside `with world`, once a frame, seen or not.

        `rests` is how long dashes have to rest where that is known better, `middles` where everybody is in the window.
        """
        self.now, self._middles = now, middles
        self.people = read_people(rests)
        self.rounds = read_rounds(tick)
        for event in self.look(tick):
            self._notices.take(event)
            self.heard_of(event, now)
        if self.is_over:
            self.banner.forget()  # it is of the round, and the podium is in its place
        self._tell_lines(self.people.values(), now)

    def look(self, tick: int) -> list[GameEvent]:
        """What happened since the last look, as far as the world tells."""
        if not self.people:  # no snapshot has come yet
            return []
        before, self._before = self._before, self.people
        people = [] if before is None else [*comings_and_goings(before, self.people)]
        return [*people, *self._watcher.look(self.rounds, tick)]

    def heard_of(self, event: GameEvent, now: float) -> None:
        """Tell of something that a look has found: by a sound, or a large word."""
        sounds = self.tools.sounds
        match event.what:
            case Happened.JOINED:
                sounds.play("join", loud=0.5)
            case Happened.DASHED if (away := self.way_to(event.net_id)) is not None:
                sounds.play("dash", away, 0.7)
            case Course.COUNTDOWN:
                sounds.play("countdown", loud=0.7)
                if self.rounds.is_in(RoundPhase.READY):
                    self.banner.show(str(event.seconds), self.round_words(), TEXT, now)
            case Course.BEGAN:
                sounds.play("tag", loud=0.7)
                self.banner.show("Go!", self.round_words(), GOOD, now)
            case Course.ENDED:
                sounds.play("round_end")

    def happened(self, event: Any, tick: int) -> None:
        """The rules told of an event; each comes once. Not inside `with world`."""

    def said(self, said: Said) -> None:
        """The server told a line of chat."""
        self._said.append(said)

    # What is drawn over the world.

    def draw(self, window: pygame.Surface, tick: int, now: float) -> None:
        """Draw over the world: a clock, points and the like."""
        state = self.rounds
        if state.round is not None:
            self._bar.draw(window, state.round, self._left(state.round, tick), self.status(), now)
        if state.is_over:
            self._podium.draw(window, state, self.people, self.tools.net_id, self.points)
            keys = [self.tools.key(action) for action in VOTES] if self.tools.net_id else []
            self._podium.draw_votes(window, state, self.tools.net_id, keys)
        self.feed.draw(window, now)
        self.banner.draw(window, now)

    def status(self) -> Status | None:
        """How things stand, for the bar of the round."""
        return None

    def round_words(self) -> str:
        """What to do, in a few words, as a round begins."""
        return ""

    def points(self, score: int) -> str:
        """A score, spelled for people."""
        return str(score)

    @property
    def is_over(self) -> bool:
        """Whether a round has ended, so that the table is shown by itself."""
        return self.rounds.is_over

    @property
    def table_top(self) -> int | None:
        """Where the table begins, in pixels; None: in the middle."""
        if not self.rounds.is_over:
            return None
        return BELOW_VOTES if self.rounds.options else BELOW

    def table(self, tick: int) -> Table:
        """What the key for the scores shows."""
        places = self.rounds.places()
        rows = [self.row(one, places.get(net_id, 0)) for net_id, one in self.people.items()]
        rows.sort(key=lambda row: (row.place or len(rows) + 1, row.name.casefold(), row.net_id))
        return Table("Scores" if places else "Players", f"{len(rows)} here", rows)

    def row(self, one: Person, place: int) -> Row:
        """One player of the table; of equals, all have the same `place`, and 0 is none."""
        score = self.rounds.scores.get(one.net_id)
        value = "" if score is None else self.points(score)
        return Row(one.net_id, one.name, one.color, one.away, value, place)

    hint: str = ""
    """What one can do besides walking, for the bottom of the screen, until the player has found the keys."""

    # What one can do.

    def act(self, action: str) -> bool:
        """A key went down that is bound to that; whether it is meant for the scene, and nobody else."""
        if action in VOTES and self.tools.net_id and VOTES.index(action) < len(self.rounds.options):
            self._vote(VOTES.index(action))
            return True
        return False

    def clicked(self, window: pygame.Surface, at: tuple[int, int]) -> bool:
        """The mouse was pressed there, in pixels of the window; likewise."""
        for option, area in enumerate(cards(window, len(self.rounds.options))):
            if self.tools.net_id and area.collidepoint(at):
                self._vote(option)
                return True
        return False

    def _vote(self, option: int) -> None:
        self.tools.sounds.play("countdown", loud=0.4)
        self.tools.request(Vote(option))

    # For games.

    def way_to(self, net_id: int) -> tuple[float, float] | None:
        """From one's own player, on the screen; None where one of the two is not there."""
        own, there = self._middles.get(self.tools.net_id), self._middles.get(net_id)
        return (there[0] - own[0], there[1] - own[1]) if own and there else None

    def name(self, net_id: int) -> str:
        """What somebody is or was called."""
        return self._names.get(net_id, SOMEBODY)[0]

    def named(self, net_id: int, you: str = "you") -> tuple[str, Rgb]:
        """A piece of a line of the feed: who that is, in their colour."""
        name, color = self._names.get(net_id, SOMEBODY)
        return (you if net_id == self.tools.net_id else name), rgb(color)

    def _left(self, current: Round, tick: int) -> int:
        return seconds_left(current, tick, self.tools.tick_rate)

    def _tell_lines(self, people: Any, now: float) -> None:
        """Lines of chat, and of who comes and goes."""
        if len(self._names) > 2 * len(self.people) + 32:
            self._names.clear()
        self._names.update((one.net_id, (one.name, one.color)) for one in people)
        chat = self.tools.chat
        for said in self._said:
            if said.net_id:
                name, color = self._names.get(said.net_id, SOMEBODY)
                chat.said(name, rgb(color), said.text, now)
            else:
                chat.notice(said.text, now, ACCENT)
        self._said.clear()
        for line in self._notices.due(now):
            chat.notice(line, now)
