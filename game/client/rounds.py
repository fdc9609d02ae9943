"""How the round stands, as the window shows it, and what happens to it, each thing once.

Only reads; what looks at the world is called inside `with world`. The mirror assigns components in place, so what is
kept from frame to frame are values and copies.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from typing import Final, NamedTuple

import esper

from ecs.components import NetID
from game.client.people import GameEvent
from net.rounds import Ballot, Podium, Round, RoundPhase, Score, Voted, ranks, score_at

COUNTED: Final = 3  # the last seconds of a phase, each of which is told


class Place(NamedTuple):
    """One step of the podium."""

    place: int  # 1, 2 or 3
    names: str  # of those who share it, to be read
    score: int


@dataclass(frozen=True, slots=True)
class RoundState:
    """The round of a world, as it was when it was read; without one, all of it is empty."""

    round: Round | None = None
    podium: Sequence[Place] = ()  # the best first
    scores: Mapping[int, int] = field(default_factory=dict)  # by NetID
    options: Sequence[str] = ()  # that one can vote for
    votes: Mapping[int, int] = field(default_factory=dict)  # NetID -> option

    def is_in(self, *phases: RoundPhase) -> bool:
        """Whether there is a round, in one of these phases."""
        return self.round is not None and self.round.phase in phases

    @property
    def is_over(self) -> bool:
        """Whether the podium stands."""
        return self.is_in(RoundPhase.PODIUM)

    def places(self) -> dict[int, int]:
        """NetID -> place; equals share one."""
        of_score = ranks(self.scores.values())
        return {net_id: of_score[score] for net_id, score in self.scores.items()}


def read_rounds(tick: int) -> RoundState:
    """As of that tick of the server."""
    rounds = [current for _, current in esper.get_component(Round)]
    if not rounds:
        return RoundState()
    steps = [
        step
        for _, podium in esper.get_component(Podium)
        for step in (
            Place(1, podium.first, podium.first_score),
            Place(2, podium.second, podium.second_score),
            Place(3, podium.third, podium.third_score),
        )
    ]
    return RoundState(
        replace(rounds[0]),
        tuple(step for step in steps if step.names),
        {bearer.id: score_at(score, tick) for _, (bearer, score) in esper.get_components(NetID, Score)},
        tuple(option for _, ballot in esper.get_component(Ballot) for option in ballot.options),
        {bearer.id: voted.option for _, (bearer, voted) in esper.get_components(NetID, Voted)},
    )


class Course(Enum):
    """What there is to tell of rounds."""

    COUNTDOWN = auto()  # one of the last seconds of a phase began
    READY = auto()  # the countdown before a round began
    BEGAN = auto()
    ENDED = auto()


class RoundWatcher:
    """Watches one stay in one world. What was there before it came is no news."""

    def __init__(self, tick_rate: int) -> None:
        self._tick_rate = tick_rate
        self._last: Round | None = None
        self._counted = (0, 0, 0)  # number and phase of a round, and how many seconds were left when it was last told

    def look(self, state: RoundState, tick: int) -> Iterator[GameEvent]:
        """What happened since the last look; `state` is as of that tick."""
        now, last = state.round, self._last
        if now is None:
            return
        self._last = now
        if last is not None and (now.phase, now.number) != (last.phase, last.number):
            match now.phase:
                case RoundPhase.PODIUM:
                    yield GameEvent(Course.ENDED)
                case RoundPhase.READY:
                    yield GameEvent(Course.READY)
                case RoundPhase.PLAYING:
                    yield GameEvent(Course.BEGAN)
        left = seconds_left(now, tick, self._tick_rate)
        number, of_phase, told = self._counted
        fresh = (number, of_phase) != (now.number, now.phase)
        if now.phase != RoundPhase.PRACTICE and 0 < left <= COUNTED and (fresh or left < told):  # a clock may waver
            self._counted = now.number, now.phase, left
            yield GameEvent(Course.COUNTDOWN, seconds=left)


def seconds_left(current: Round, tick: int, tick_rate: int) -> int:
    """Until the phase ends, begun ones counted whole; 0 where it does not end."""
    return max(0, -((tick - current.until) // tick_rate)) if current.until else 0
