"""Tells what happens: lines for the chat, sounds, and a large word where it concerns oneself. Each thing once.

Between the watcher, which finds what happens, and all that tells it; draws nothing itself.
"""

from collections import deque

from game.client.chat_box import KEPT, ChatBox
from game.client.game_events import GameEvent, Happened, Watcher
from game.client.notices import Notices
from game.client.roster import Roster
from game.client.round_bar import RoundBar
from game.client.sounds import Sounds
from game.client.theme import ACCENT, GOOD, IT, TEXT, rgb
from game.tag.rules import SLOW_IT_SECONDS, Passed
from net.wire.messages import Said


class Commentary:
    """Of one stay in one world; the chat and the sounds live longer."""

    def __init__(self, net_id: int, tick_rate: int, chat: ChatBox, bar: RoundBar, sounds: Sounds) -> None:
        """`net_id` is one's own player's."""
        self._net_id = net_id
        self._watcher = Watcher(net_id, tick_rate)
        self._notices = Notices()
        self._chat, self._bar, self._sounds = chat, bar, sounds
        self._names: dict[int, tuple[str, int]] = {}  # NetID -> name and colour, of all who can be heard or have left
        self._said: deque[Said] = deque(maxlen=KEPT)  # since the last drawn frame; of more, nobody could read the first

    def heard(self, said: Said) -> None:
        """The server told a line of chat."""
        self._said.append(said)

    def update(self, roster: Roster, tick: int, now: float, middles: dict[int, tuple[int, int]]) -> None:
        """Tell what is new as of that tick; `middles` is where on the screen everybody is, in pixels."""
        if len(self._names) > 2 * len(roster.players) + 32:
            self._names.clear()
        self._names.update((one.net_id, (one.name, one.color)) for one in roster.players.values())
        for said in self._said:
            self._tell_line(said, now)
        self._said.clear()
        for event in self._watcher.look(roster, tick):
            self._notices.take(event)
            if why := self._why_taken(event):
                self._chat.notice(f"{why}: {event.name} is it", now)
            self._sounds.tell(event, self._net_id, self._way_to(event.net_id, middles))
            self._tell_large(event, roster, now)
        for line in self._notices.due(now):
            self._chat.notice(line, now)

    def _tell_line(self, said: Said, now: float) -> None:
        if not said.net_id:
            self._chat.notice(said.text, now, ACCENT)
            return
        name, color = self._names.get(said.net_id, ("somebody", 0x8F9BB2))
        self._chat.said(name, rgb(color), said.text, now)

    def _tell_large(self, event: GameEvent, roster: Roster, now: float) -> None:
        match event.what:
            case Happened.TAGGED if event.net_id == self._net_id:
                self._bar.banner("You are it!", "touch somebody to pass it on", IT, now)
            case Happened.TAGGED if event.by == self._net_id and event.how is Passed.TOUCH:
                self._bar.banner("Passed on", f"{event.name} is it: run", GOOD, now)
            case Happened.TAGGED if event.by == self._net_id:
                self._bar.banner(f"{event.name} is it", self._why_taken(event), TEXT, now)
            case Happened.BEGAN if roster.round is not None and roster.it != self._net_id:
                self._bar.banner(f"Round {roster.round.number}", "do not get caught", TEXT, now)

    def _why_taken(self, event: GameEvent) -> str:
        """Why it went on without a touch; empty where it did not."""
        name, was = self._names.get(event.by or 0, ("somebody", 0))[0], "was"
        if event.by == self._net_id:
            name, was = "you", "were"
        match event.how:
            case Passed.IDLE:
                return f"{name} {was} idle"
            case Passed.SLOW:
                return f"{name} touched nobody for {SLOW_IT_SECONDS:g} s"
            case _:
                return ""

    def _way_to(self, net_id: int, middles: dict[int, tuple[int, int]]) -> tuple[float, float] | None:
        """From one's own player, on the screen; None where one of the two is not there."""
        own, there = middles.get(self._net_id), middles.get(net_id)
        return (there[0] - own[0], there[1] - own[1]) if own and there else None
