"""Kinds of bodies: how each kind moves, and how two kinds meet. Declared by a game, and used alike on both ends.

The first kind, number 0, is the player's: a walker. Others are told by their `Kind` component. Knows arenas; knows no
world and no game.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from ecs.arena import Arena
from ecs.columns import Array
from ecs.components import KINDS

PLAYER: Final = "player"  # the name of the first kind


class Mover(Protocol):
    """How bodies of one kind move in an arena at a tick rate: a pure function, and its twin for many."""

    @property
    def top_speed(self) -> int:
        """The largest velocity on one axis, in world units a tick: who is further away cannot be met."""

    def move(
        self, x: int, y: int, vx: int, vy: int, w: int, h: int, rest: int, direction: int, action: int
    ) -> tuple[int, int, int, int, int]:
        """One tick: the new (x, y, vx, vy, rest). Integers alone; nothing but the arguments counts."""

    def move_all(self, bodies: Any, rows: Array) -> None:
        """The same to the bit for these rows of the columns of `ecs.bodies.Bodies`, which it changes in place."""


@dataclass(frozen=True, slots=True)
class Walking:
    """How the players of a game walk."""

    top_speed: int = 240
    """Pixels a second."""

    top_speeds_per_second: tuple[int, int] = (15, 2)
    """The acceleration, as a fraction: 7.5, so full speed after 8 ticks of 60, which feels direct."""

    dash_speeds: tuple[int, int] = (5, 2)
    """Top speeds of a dash, as a fraction. At 2.5, two who dash at each other cannot pass, from 43 Hz on."""

    dash_ticks: tuple[int, int] = (3, 20)
    """Seconds of it, as a fraction: 0.15 s, about three tiles; it takes 0.2 s more to slow down."""

    dash_pause: tuple[int, int] = (3, 2)
    """Seconds from the end of one dash until the next is possible, as a fraction."""


@dataclass(frozen=True, slots=True)
class BodyKind:
    """A kind of bodies besides players."""

    name: str
    at: Callable[[Arena, int], Mover]
    """Its mover in an arena, at so many ticks a second; `ecs.movement.movers` has some."""

    present: bool = False
    """Whether one of them near one's own body is drawn in the predicted present: what a player pushes, a ball say."""


@dataclass(frozen=True, slots=True)
class Meeting:
    """What becomes of two bodies that overlap."""

    share: int = 128
    """256ths of the overlap by which the first kind gives way: 0, it stands like a rock; 256, the other does."""

    restitution: int = 0
    """256ths of their speed of approach with which they part: 0, they go on together; 256, elastic; above, a kick."""

    passes: bool = False
    """Whether nothing happens: they go through each other, and a rule may ask who overlaps whom."""


PUSH: Final = Meeting()
PASS: Final = Meeting(passes=True)


class Meetings:
    """How each two kinds meet, by their numbers."""

    def __init__(self, table: Sequence[Sequence[Meeting]]) -> None:
        """`table[a][b]`: the share is that of kind a."""
        self.table = tuple(map(tuple, table))
        self.passes: NDArray[np.bool_] = np.array([[each.passes for each in row] for row in table])
        self.alike = all(each == PUSH for row in table for each in row)  # whether no kind matters


ALL_PUSH: Final = Meetings([[PUSH]])


@dataclass(frozen=True, slots=True)
class Kinds:
    """All kinds of one game: players, and others."""

    walking: Walking = field(default_factory=Walking)
    others: Sequence[BodyKind] = ()
    meetings: Mapping[tuple[str, str], Meeting] = field(default_factory=dict)
    """By the names of two kinds, in either order, 'player' for players; a pair that is not named pushes."""

    def __post_init__(self) -> None:
        """Raises ValueError for names that are taken twice or unknown."""
        names = self.names
        if len(set(names)) < len(names):
            raise ValueError(f"kinds need names of their own, and {PLAYER!r} is taken: {', '.join(names)}")
        if len(names) > len(KINDS):
            raise ValueError(f"there are {len(names)} kinds, and at most {len(KINDS)} can be told apart")
        for pair in self.meetings:
            if strange := set(pair) - set(names):
                raise ValueError(f"{min(strange)!r} meets others, and is no kind: use one of {', '.join(names)}")
            if pair[0] != pair[1] and pair[::-1] in self.meetings:
                raise ValueError(f"how {pair[0]} and {pair[1]} meet is said twice: leave one of them away")

    @property
    def names(self) -> list[str]:
        """By number."""
        return [PLAYER, *(kind.name for kind in self.others)]

    def number(self, name: str) -> int:
        """The number of that kind, for `ecs.components.Kind`. Raises ValueError for a name that is none."""
        return self.names.index(name)

    def meet(self) -> Meetings:
        """The meetings, by number."""
        names = self.names
        return Meetings([[self._of(first, second) for second in names] for first in names])

    def _of(self, first: str, second: str) -> Meeting:
        if (found := self.meetings.get((first, second))) is not None:
            return found
        if (other := self.meetings.get((second, first))) is not None:
            return Meeting(256 - other.share, other.restitution, other.passes)
        return PUSH
