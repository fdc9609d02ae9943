"""The components that every moving thing has: plain data, no behaviour.

All lengths are integers in **world units**, `UNITS_PER_PIXEL` to a pixel, and all velocities in units per tick: no
float enters the simulation, so no two platforms can disagree about it.
"""

from dataclasses import dataclass

UNITS_PER_PIXEL = 16


@dataclass(slots=True)
class NetID:
    """The name of an entity on the wire: minted by the server, never reused within its life."""

    id: int


@dataclass(slots=True)
class Position:
    """The top left corner of the body, in world units; y grows downwards."""

    x: int
    y: int


@dataclass(slots=True)
class Velocity:
    """Motion in world units per tick."""

    x: int
    y: int


@dataclass(slots=True)
class Size:
    """Width and height of the body, in world units."""

    w: int
    h: int


@dataclass(slots=True)
class Intent:
    """What the one who steers this body wants, as the server applies it.

    `direction` is one of `ecs.step`'s directions, with its DASH bit or without, `since` the tick from which it holds,
    and `count` how many intents have been applied in this body's life: the owner's acknowledgement.
    """

    direction: int = 0
    since: int = 0
    count: int = 0


@dataclass(slots=True)
class Dash:
    """How many ticks pass until the body can dash again; 0: it can. Counted down by `step`, and so never told."""

    rest: int = 0
