"""The one pure function that moves everything: on the server for everyone, on a client for itself and for the others.

Integers only; no clock, no random, no world. What it returns follows from its arguments to the bit, which is why both
ends of a wire can compute the same numbers and keep silent about them.
"""

from dataclasses import dataclass
from typing import Final, NamedTuple

from ecs.arena import TILE, Arena
from ecs.bodies import Bodies
from ecs.components import DIRECTIONS as NUMBERS
from ecs.components import UNITS_PER_PIXEL
from ecs.kinds import ALL_PUSH, Kinds, Meetings, Mover

# Directions as they are numbered in intents: 0 stands still, then the compass clockwise from north.
DIRECTIONS: Final = ((0, 0), (0, -1), (1, -1), (1, 0), (1, 1), (0, 1), (-1, 1), (-1, 0), (-1, -1))
STILL: Final = 0
DASH: Final = 16  # added to the number of a direction: and dash, as soon as it is possible
COMPASS: Final = DASH - 1  # the bits of a number that say which way


class Body(NamedTuple):
    """Where a box is, how it moves, and how large it is: world units, and world units per tick.

    `rest` is how many ticks pass until it can dash again; `kind` is the number of its kind, 0 for a player.
    """

    x: int
    y: int
    vx: int
    vy: int
    w: int
    h: int
    rest: int = 0
    kind: int = 0


@dataclass(frozen=True, slots=True)
class Motion:
    """How bodies move in an arena at one tick rate: what `step` has to know besides the body.

    Most of it is about players; `movers` are those of the other kinds, from number 1 on, and `meetings` how two meet.

    `drive` holds, for each direction, the velocity aimed at (units per tick); `change` is how much of a velocity's
    axis may change in a tick. `burst` holds the velocities of a dash, which lasts `dash_ticks`; from its first tick on
    `dash_rest` ticks pass until the body is ready for the next.
    """

    arena: Arena
    drive: tuple[tuple[int, int], ...]
    change: int
    burst: tuple[tuple[int, int], ...]
    dash_ticks: int
    dash_rest: int
    movers: tuple[Mover, ...] = ()
    meetings: Meetings = ALL_PUSH
    present: frozenset[int] = frozenset()  # kinds that are drawn in the predicted present

    @property
    def fastest(self) -> int:
        """The largest velocity on one axis of any body: nothing moves faster by itself."""
        return max(self.dash_speed, *(mover.top_speed for mover in self.movers), 0)

    @property
    def top_speed(self) -> int:
        """The largest velocity on one axis of a body that walks, in units per tick."""
        return max(abs(vx) for vx, _ in self.drive)

    @property
    def dash_speed(self) -> int:
        """The largest velocity on one axis of a body that dashes, in units per tick."""
        return max(abs(vx) for vx, _ in self.burst)


def is_direction(number: int) -> bool:
    """Whether that is the number of a direction, with DASH or without."""
    return number in NUMBERS


def motion_at(arena: Arena, tick_rate: int, kinds: Kinds = Kinds()) -> Motion:  # noqa: B008 - it cannot be changed
    """The motion of a game's bodies at `tick_rate` ticks per second, all in integers."""
    walking = kinds.walking
    top = max(1, walking.top_speed * UNITS_PER_PIXEL // tick_rate)
    diagonal = max(1, top * 181 // 256)  # 181/256 is the square root of a half
    times, by = walking.top_speeds_per_second
    change = max(1, walking.top_speed * UNITS_PER_PIXEL * times // (by * tick_rate * tick_rate))
    times, by = walking.dash_speeds
    burst = _velocities(top * times // by, diagonal * times // by)
    dash_ticks = max(1, tick_rate * walking.dash_ticks[0] // walking.dash_ticks[1])
    dash_rest = dash_ticks + tick_rate * walking.dash_pause[0] // walking.dash_pause[1]
    movers = tuple(kind.at(arena, tick_rate) for kind in kinds.others)
    present = frozenset(number for number, kind in enumerate(kinds.others, 1) if kind.present)
    drive = _velocities(top, diagonal)
    return Motion(arena, drive, change, burst, dash_ticks, dash_rest, movers, kinds.meet(), present)


def step(body: Body, direction: int, motion: Motion, action: int = 0) -> Body:
    """The body one tick later.

    A player nears the velocity that `direction` aims at, moves, and stops at walls. Where `direction` has the DASH bit
    and leads somewhere, and the body is ready, a dash begins: for its few ticks the velocity is that of the burst,
    whichever way the direction leads in each of them. Other kinds move as their movers say.
    """
    at_x, at_y, by_x, by_y, w, h, resting, kind = body
    if kind:
        mover = motion.movers[kind - 1]
        x, y, vx, vy, rest = mover.move(at_x, at_y, by_x, by_y, w, h, resting, direction, action)
    else:
        x, y, vx, vy, rest = move(at_x, at_y, by_x, by_y, w, h, resting, direction, motion)
    return Body(x, y, vx, vy, w, h, rest, kind)


def driven(bodies: Bodies, row: int) -> tuple[Body, int, int]:
    """A row of the columns as a Body, and the direction and action that it has: what `step` takes."""
    x, y, vx, vy, w, h, direction, _, _, rest, action, kind = (column[row] for column in bodies.ints)
    return Body(x, y, vx, vy, w, h, rest, kind), direction, action


def move(
    x: int, y: int, vx: int, vy: int, w: int, h: int, rest: int, direction: int, motion: Motion
) -> tuple[int, int, int, int, int]:
    """`step` of a player on bare integers, for loops over many bodies: returns the new (x, y, vx, vy, rest)."""
    if not rest and direction < DASH:
        aim_x, aim_y = motion.drive[direction]
    else:
        way = direction & COMPASS
        if rest:
            rest -= 1
        elif way != STILL:
            rest = motion.dash_rest
        if rest > motion.dash_rest - motion.dash_ticks:
            aim_x, aim_y = vx, vy = motion.burst[way]
        else:
            aim_x, aim_y = motion.drive[way]
    if vx != aim_x:
        vx = min(vx + motion.change, aim_x) if vx < aim_x else max(vx - motion.change, aim_x)
    if vy != aim_y:
        vy = min(vy + motion.change, aim_y) if vy < aim_y else max(vy - motion.change, aim_y)
    if vx:
        to = x + vx
        edge = x + w - 1 if vx > 0 else x
        if edge // TILE != (edge + vx) // TILE:  # only who enters another tile can meet a wall
            to = motion.arena.reach_x(x, y, w, h, vx)
            if to != x + vx:
                vx = 0
        x = to
    if vy:
        to = y + vy
        edge = y + h - 1 if vy > 0 else y
        if edge // TILE != (edge + vy) // TILE:
            to = motion.arena.reach_y(y, x, h, w, vy)
            if to != y + vy:
                vy = 0
        y = to
    return x, y, vx, vy, rest


def _velocities(straight: int, diagonal: int) -> tuple[tuple[int, int], ...]:
    """That of each direction, given how fast one axis is."""
    return tuple(
        (dx * diagonal, dy * diagonal) if dx and dy else (dx * straight, dy * straight) for dx, dy in DIRECTIONS
    )
