"""The components that every moving thing has: data, no behaviour. Those of the physics lie in columns.

All lengths are integers in **world units**, `UNITS_PER_PIXEL` to a pixel, and all velocities in units per tick: no
float enters the simulation, so no two platforms can disagree about it.
"""

from dataclasses import dataclass
from typing import Final

from ecs.columns import InColumns, columns

UNITS_PER_PIXEL = 16
COORDINATES: Final = range(-(1 << 31) + 1, 1 << 31)  # two of them can be multiplied in 64 bits
VELOCITIES: Final = range(-(1 << 15) + 1, 1 << 15)
SIZES: Final = range(1, 1 << 15)
DIRECTIONS: Final = frozenset((*range(9), *range(16, 25)))  # by number, as `ecs.movement.step` has them
COUNTS: Final = range(1 << 62)  # more than can ever be counted
ACTIONS: Final = range(1 << 40)  # what the wire can say
KINDS: Final = range(64)  # of bodies, in one game


@dataclass(slots=True, frozen=True)
class NetID:
    """The name of an entity on the wire: minted by the server, never reused within its life."""

    id: int


@columns(x=COORDINATES, y=COORDINATES)
@dataclass(slots=True)
class Position(InColumns):
    """The top left corner of the body, in world units; y grows downwards."""

    x: int
    y: int


@columns(x=VELOCITIES, y=VELOCITIES)
@dataclass(slots=True)
class Velocity(InColumns):
    """Motion in world units per tick."""

    x: int
    y: int


@columns(w=SIZES, h=SIZES)
@dataclass(slots=True)
class Size(InColumns):
    """Width and height of the body, in world units."""

    w: int
    h: int


@columns(direction=DIRECTIONS, since=COUNTS, count=COUNTS)
@dataclass(slots=True)
class Intent(InColumns):
    """What the one who steers this body wants, as the server applies it.

    `direction` is one of `ecs.movement.step`'s directions, with its DASH bit or without, `since` the tick from which
    it holds, and `count` how many intents have been applied in this body's life: the owner's acknowledgement.
    """

    direction: int = 0
    since: int = 0
    count: int = 0


@columns(rest=range(1 << 15))
@dataclass(slots=True)
class Dash(InColumns):
    """How many ticks pass until the body can dash again; 0: it can. Counted down by `step`, and so never told."""

    rest: int = 0


@columns(value=ACTIONS)
@dataclass(slots=True)
class Action(InColumns):
    """The buttons that are down and the analogue values of the one who steers this body, as the server applies them.

    One integer, as the game packs them. Only the players of games that have any bear it.
    """

    value: int = 0


@columns(number=KINDS)
@dataclass(slots=True)
class Kind(InColumns):
    """Which kind of body it is, as `ecs.kinds` numbers them. Players, of number 0, do not bear it."""

    number: int = 0


# All of the above, but for the name. The first five are those of every player, the others of some bodies.
IN_COLUMNS: Final = (Position, Velocity, Size, Intent, Dash, Action, Kind)
OF_PLAYERS: Final = IN_COLUMNS[:5]
