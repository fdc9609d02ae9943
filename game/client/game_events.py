"""What happens in the game, each thing once: found by holding one frame's roster against the one before.

So joins, tags and dashes need no bytes of their own. Knows nothing of drawing, sounds or connections.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from game.client.roster import Roster, Standing
from game.tag.components import Round
from game.tag.rules import Passed, RoundPhase

COUNTED: Final = 3  # the last seconds of a phase, each of which is told


class Happened(Enum):
    """What there is to tell."""

    JOINED = auto()
    LEFT = auto()
    LOST = auto()  # the connection; the seat is held
    BACK = auto()  # and there again
    RENAMED = auto()
    TAGGED = auto()  # somebody became "it"
    DASHED = auto()
    COUNTDOWN = auto()  # one of the last seconds of a phase began
    BEGAN = auto()  # a round
    ENDED = auto()  # a round


@dataclass(frozen=True, slots=True)
class GameEvent:
    """One thing, and whom it concerns."""

    what: Happened
    net_id: int = 0
    name: str = ""
    by: int | None = None  # of TAGGED: the NetID of who was "it" before; None: nobody, they were drawn
    how: Passed = Passed.DRAWN  # of TAGGED
    seconds: int = 0  # of COUNTDOWN: how many are left
    former: str = ""  # of RENAMED: the name until now


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
            return [GameEvent(Happened.TAGGED, own.net_id, own.name)] if own else []
        news = [*_comings_and_goings(last.players, roster.players)]
        if roster.it is not None and roster.it != last.it:
            name = roster.players[roster.it].name
            news.append(GameEvent(Happened.TAGGED, roster.it, name, roster.tagged_by, roster.passed))
        if roster.round is not None:
            news += self._round(last.round, roster.round, tick)
        return news

    def _round(self, last: Round | None, now: Round, tick: int) -> Iterator[GameEvent]:
        phase = last.phase if last is not None else now.phase
        if now.phase != phase or (last is not None and now.number != last.number):
            if now.phase == RoundPhase.PODIUM:
                yield GameEvent(Happened.ENDED)
            elif now.phase != RoundPhase.PRACTICE:
                yield GameEvent(Happened.BEGAN)
        left = seconds_left(now, tick, self._tick_rate)
        number, of_phase, told = self._counted
        fresh = (number, of_phase) != (now.number, now.phase)
        if now.phase != RoundPhase.PRACTICE and 0 < left <= COUNTED and (fresh or left < told):  # a clock may waver
            self._counted = now.number, now.phase, left
            yield GameEvent(Happened.COUNTDOWN, seconds=left)


def seconds_left(current: Round, tick: int, tick_rate: int) -> int:
    """Until the phase ends, begun ones counted whole; 0 where it does not end."""
    return max(0, -((tick - current.until) // tick_rate)) if current.until else 0


def _comings_and_goings(before: dict[int, Standing], after: dict[int, Standing]) -> Iterator[GameEvent]:
    for net_id, one in after.items():
        was = before.get(net_id)
        if was is None:
            yield GameEvent(Happened.JOINED, net_id, one.name)
            continue
        if one.away != was.away:
            yield GameEvent(Happened.LOST if one.away else Happened.BACK, net_id, one.name)
        if one.name != was.name:
            yield GameEvent(Happened.RENAMED, net_id, one.name, former=was.name)
        if one.rest > was.rest:  # it counts down by itself, so it grew by a dash alone
            yield GameEvent(Happened.DASHED, net_id, one.name)
    for net_id, one in before.items():
        if net_id not in after:
            yield GameEvent(Happened.LEFT, net_id, one.name)
