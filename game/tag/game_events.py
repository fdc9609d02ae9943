"""What happens in the game, each thing once: found by holding one frame's roster against the one before.

So joins, tags and dashes need no bytes of their own. Knows nothing of drawing, sounds or connections.
"""

from collections.abc import Iterator
from enum import Enum, auto
from typing import Final

from game.client.people import GameEvent, comings_and_goings
from game.tag.components import Round
from game.tag.roster import Roster
from game.tag.rules import RoundPhase

COUNTED: Final = 3  # the last seconds of a phase, each of which is told


class Chase(Enum):
    """What there is to tell of Tag, beside of people."""

    TAGGED = auto()  # somebody became "it"
    COUNTDOWN = auto()  # one of the last seconds of a phase began
    BEGAN = auto()  # a round
    ENDED = auto()  # a round


class Watcher:
    """Watches one stay in one world. What was there before it came is no news, but for being "it" oneself."""

    def __init__(self, net_id: int, tick_rate: int) -> None:
        self._net_id = net_id
        self._tick_rate = tick_rate
        self._last: Roster | None = None
        self._counted = (0, 0, 0)  # number and phase of a round, and how many seconds were left when it was last told

    def look(self, roster: Roster, tick: int) -> list[GameEvent]:
        """What happened since the last look; `roster` is as of that tick."""
        if not roster.players:  # no snapshot has come yet
            return []
        last, self._last = self._last, roster
        if last is None:
            own = roster.players.get(self._net_id) if roster.it == self._net_id else None
            return [GameEvent(Chase.TAGGED, own.net_id, own.name)] if own else []
        news = [*comings_and_goings(last.players, roster.players)]
        if roster.it is not None and roster.it != last.it:
            name = roster.players[roster.it].name
            news.append(GameEvent(Chase.TAGGED, roster.it, name, roster.tagged_by, roster.passed))
        if roster.round is not None:
            news += self._round(last.round, roster.round, tick)
        return news

    def _round(self, last: Round | None, now: Round, tick: int) -> Iterator[GameEvent]:
        phase = last.phase if last is not None else now.phase
        if now.phase != phase or (last is not None and now.number != last.number):
            if now.phase == RoundPhase.PODIUM:
                yield GameEvent(Chase.ENDED)
            elif now.phase != RoundPhase.PRACTICE:
                yield GameEvent(Chase.BEGAN)
        left = seconds_left(now, tick, self._tick_rate)
        number, of_phase, told = self._counted
        fresh = (number, of_phase) != (now.number, now.phase)
        if now.phase != RoundPhase.PRACTICE and 0 < left <= COUNTED and (fresh or left < told):  # a clock may waver
            self._counted = now.number, now.phase, left
            yield GameEvent(Chase.COUNTDOWN, seconds=left)


def seconds_left(current: Round, tick: int, tick_rate: int) -> int:
    """Until the phase ends, begun ones counted whole; 0 where it does not end."""
    return max(0, -((tick - current.until) // tick_rate)) if current.until else 0
