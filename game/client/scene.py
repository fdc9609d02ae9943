"""One stay in one world, as the window shows it: what is drawn, told and heard of the game. A game makes its own of it.

`Game.window` returns a subclass of `Scene`. Every method does something sensible, so a game changes only what it likes:
by default players have eyes, all else are boxes, joins and leaves are told in the chat, and Tab lists who is there.
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
from game.client.draw.theme import ACCENT, Fonts, rgb
from game.client.people import GameEvent, Happened, Person, comings_and_goings, read_people
from game.client.ui.banner import Banner
from game.client.ui.chat_box import KEPT, ChatBox
from game.client.ui.notices import Notices
from game.client.ui.table import Row, Table
from net.wire.messages import Said

SOMEBODY: Final = ("somebody", 0x8F9BB2)  # whose line comes after they have left


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


class Scene(Painter):
    """As by default."""

    def __init__(self, tools: Tools) -> None:
        self.tools = tools
        self.banner = Banner(tools.fonts)
        self.people: Mapping[int, Person] = {}  # by NetID, as of the last update
        self._before: Mapping[int, Person] | None = None
        self._notices = Notices()
        self._names: dict[int, tuple[str, int]] = {}  # NetID -> name and colour, of all who can be heard or have left
        self._said: deque[Said] = deque(maxlen=KEPT)  # since the last drawn frame; of more, nobody could read the first
        self._middles: Mapping[int, tuple[int, int]] = {}

    # What happens.

    def update(self, tick: int, now: float, rests: Mapping[int, int], middles: Mapping[int, tuple[int, int]]) -> None:
        """Look what is new, as of that tick, and tell of it; inside `with world`, once a frame, seen or not.

        `rests` is how long dashes have to rest where that is known better, `middles` where everybody is in the window.
        """
        self._middles = middles
        self.people = read_people(rests)
        for event in self.look(tick):
            self._notices.take(event)
            self.heard_of(event, now)
        self._tell_lines(self.people.values(), now)

    def look(self, tick: int) -> list[GameEvent]:
        """What happened since the last look, as far as the world tells."""
        if not self.people:  # no snapshot has come yet
            return []
        before, self._before = self._before, self.people
        return [] if before is None else [*comings_and_goings(before, self.people)]

    def heard_of(self, event: GameEvent, now: float) -> None:
        """Tell of something that a look has found: by a sound, or a large word."""
        match event.what:
            case Happened.JOINED:
                self.tools.sounds.play("join", loud=0.5)
            case Happened.DASHED if (away := self.way_to(event.net_id)) is not None:
                self.tools.sounds.play("dash", away, 0.7)

    def happened(self, event: Any, tick: int) -> None:
        """The rules told of an event; each comes once. Not inside `with world`."""

    def said(self, said: Said) -> None:
        """The server told a line of chat."""
        self._said.append(said)

    # What is drawn over the world.

    def draw(self, window: pygame.Surface, tick: int, now: float) -> None:
        """Draw over the world: a clock, points and the like."""
        self.banner.draw(window, now)

    @property
    def is_over(self) -> bool:
        """Whether a round has ended, so that the table is shown by itself."""
        return False

    def table(self, tick: int) -> Table:
        """What the key for the scores shows."""
        rows = [Row(one.net_id, one.name, one.color, one.away) for one in self.people.values()]
        rows.sort(key=lambda row: (row.name.casefold(), row.net_id))
        return Table("Players", f"{len(rows)} here", rows)

    hint: str = ""
    """What one can do besides walking, for the bottom of the screen, until the player has found the keys."""

    def way_to(self, net_id: int) -> tuple[float, float] | None:
        """From one's own player, on the screen; None where one of the two is not there."""
        own, there = self._middles.get(self.tools.net_id), self._middles.get(net_id)
        return (there[0] - own[0], there[1] - own[1]) if own and there else None

    def name(self, net_id: int) -> str:
        """What somebody is or was called."""
        return self._names.get(net_id, SOMEBODY)[0]

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
