"""Who is in the world, as the window tells of them: their names and looks, and who comes and goes, each thing once.

Found by holding one frame against the one before, so that joins and dashes need no bytes of their own. Only reads;
everything that looks at the world is called inside `with world`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final, NamedTuple, Protocol

import esper

from ecs.components import Dash, NetID
from net.components import Away, Color, Name

PLAIN: Final = 0xE8E8E8  # of a body that has no colour


class Happened(Enum):
    """What there is to tell of people, in any game."""

    JOINED = auto()
    LEFT = auto()
    LOST = auto()  # the connection; the seat is held
    BACK = auto()  # and there again
    RENAMED = auto()
    DASHED = auto()


@dataclass(frozen=True, slots=True)
class GameEvent:
    """One thing, and whom it concerns."""

    what: Enum  # one of `Happened`, or of what a game adds to them
    net_id: int = 0
    name: str = ""
    by: int | None = None  # the NetID of who did it; None: nobody
    how: int = 0
    seconds: int = 0  # that are left
    former: str = ""  # of RENAMED: the name until now


class One(Protocol):
    """What has to be known of somebody to see what happens to them."""

    @property
    def net_id(self) -> int:
        """Their NetID."""

    @property
    def name(self) -> str:
        """What they are called."""

    @property
    def away(self) -> bool:
        """Whether their connection is lost."""

    @property
    def rest(self) -> int:
        """Ticks until they can dash again."""


class Person(NamedTuple):
    """One player; a tuple, for a frame makes one for each."""

    net_id: int
    name: str
    color: int
    away: bool
    rest: int


def read_people(rests: Mapping[int, int]) -> dict[int, Person]:
    """All players by NetID; `rests` is how long dashes have to rest where that is known better, by NetID."""
    colors, away, dashes = dict(esper.get_component(Color)), dict(esper.get_component(Away)), _dashes()
    people: dict[int, Person] = {}
    for entity, (bearer, name) in esper.get_components(NetID, Name):
        color, dash = colors.get(entity), dashes.get(entity)
        rest = rests.get(bearer.id, dash.rest if dash else 0)
        people[bearer.id] = Person(bearer.id, name.text, color.rgb if color else PLAIN, entity in away, rest)
    return people


def comings_and_goings(before: Mapping[int, One], after: Mapping[int, One]) -> Iterator[GameEvent]:
    """What happened to people from one look to the next."""
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


def _dashes() -> dict[int, Dash]:
    return dict(esper.get_component(Dash))
