"""The components that this game adds to those of `ecs`: what a player is called and looks like, and who is away."""

from dataclasses import dataclass


@dataclass(slots=True)
class Name:
    """What the others read above the head."""

    text: str


@dataclass(slots=True)
class Color:
    """The colour of the body, 0xRRGGBB."""

    rgb: int


@dataclass(slots=True)
class Away:
    """The connection of this player is lost, and the seat is held in case they come back.

    Present only meanwhile, so that it costs nothing for all the others. `since` is the tick in which it was noticed.
    """

    since: int


@dataclass(slots=True)
class Tagged:
    """This player is "it". Present on nobody else; `since` is the tick from which on."""

    since: int


@dataclass(slots=True)
class Immune:
    """This player has just passed it on and cannot be tagged before that tick."""

    until: int


@dataclass(slots=True)
class Score:
    """Ticks of this round not spent being "it": `ticks` banked, and counting from tick `since` on.

    `since` is -1 while it does not count. So a score that runs costs no bytes.
    """

    ticks: int
    since: int


@dataclass(slots=True)
class Round:
    """Which round it is; on one entity, which has no body.

    `phase` is 0 for practice (one player alone), 1 for playing, 2 for the podium; `until` the tick at which it ends, 0
    where it does not end.
    """

    number: int
    phase: int
    until: int


@dataclass(slots=True)
class Podium:
    """Who won the round that is over, beside its Round, in phase 2 alone; empty where there were not so many."""

    first: str
    second: str
    third: str
