"""Who plays, and how the round stands: what the world says of it, gathered once a frame for all that tells it.

Only reads; knows nothing of drawing. Everything here is called inside `with world`. The mirror assigns components in
place, so a roster holds values and copies alone: whoever keeps one from frame to frame keeps what was.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

import esper

from ecs.components import Dash, NetID
from game.tag.components import Podium, Round, Score, Tagged
from game.tag.rules import Passed, RoundPhase, score_at
from net.components import Away, Color, Name


class Standing(NamedTuple):
    """One player; a tuple, for a frame makes one for each."""

    net_id: int
    name: str
    color: int
    score: int  # ticks
    is_it: bool
    away: bool
    rest: int  # ticks until the next dash


@dataclass(frozen=True, slots=True)
class Place:
    """One step of the podium."""

    place: int  # 1, 2 or 3
    names: str  # of those who share it, to be read
    score: int  # ticks


@dataclass(frozen=True, slots=True)
class Roster:
    """All players by NetID, and the round, as they were when it was read."""

    players: dict[int, Standing]
    it: int | None  # the NetID of who is "it", if anybody
    round: Round | None
    podium: tuple[Place, ...]  # the best first
    tagged_by: int | None = None  # the NetID of who was "it" before; None: nobody passed it on, who is "it" was drawn
    passed: Passed = Passed.DRAWN  # how it came about

    @property
    def is_over(self) -> bool:
        """Whether a round has ended and the next has not begun."""
        return self.round is not None and self.round.phase == RoundPhase.PODIUM

    def ranked(self) -> list[Standing]:
        """The best first. Who has as much as another has the same place, and is only listed in the order of names."""
        return sorted(self.players.values(), key=lambda one: (-one.score, one.name.casefold(), one.net_id))


def read_roster(tick: int, rests: Mapping[int, int]) -> Roster:
    """As of that tick of the server; `rests` is how long dashes have to rest where that is known better, by NetID."""
    colors, scores = dict(esper.get_component(Color)), dict(esper.get_component(Score))
    tagged, away = dict(esper.get_component(Tagged)), dict(esper.get_component(Away))
    dashes = dict(esper.get_component(Dash))
    players: dict[int, Standing] = {}
    it: int | None = None
    since = Tagged(0)
    for entity, (bearer, name) in esper.get_components(NetID, Name):
        color, score, dash = colors.get(entity), scores.get(entity), dashes.get(entity)
        if entity in tagged:
            it, since = bearer.id, tagged[entity]
        players[bearer.id] = Standing(
            bearer.id,
            name.text,
            color.rgb if color else 0xE8E8E8,
            score_at(score, tick) if score else 0,
            entity in tagged,
            entity in away,
            rests.get(bearer.id, dash.rest if dash else 0),
        )
    rounds = [current for _, current in esper.get_component(Round)]
    steps = [
        step
        for _, podium in esper.get_component(Podium)
        for step in (
            Place(1, podium.first, podium.first_score),
            Place(2, podium.second, podium.second_score),
            Place(3, podium.third, podium.third_score),
        )
    ]
    now = replace(rounds[0]) if rounds else None
    return Roster(players, it, now, tuple(step for step in steps if step.names), since.by or None, Passed(since.how))
