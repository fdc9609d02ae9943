"""The one pure function that moves everything: on the server for everyone, on a client for itself and for the others.

Integers only; no clock, no random, no world. What it returns follows from its arguments to the bit, which is why both
ends of a wire can compute the same numbers and keep silent about them.
"""

from dataclasses import dataclass
from typing import Final, NamedTuple

from ecs.arena import TILE, Arena
from ecs.components import DIRECTIONS as NUMBERS
from ecs.components import UNITS_PER_PIXEL

# Directions as they are numbered in intents: 0 stands still, then the compass clockwise from north.
DIRECTIONS: Final = ((0, 0), (0, -1), (1, -1), (1, 0), (1, 1), (0, 1), (-1, 1), (-1, 0), (-1, -1))
STILL: Final = 0
DASH: Final = 16  # added to the number of a direction: and dash, as soon as it is possible
COMPASS: Final = DASH - 1  # the bits of a number that say which way

TOP_SPEED_PIXELS: Final = 240  # per second
TOP_SPEEDS_PER_SECOND: Final = (15, 2)  # acceleration: 7.5, so full speed after 8 ticks of 60, which feels direct
DASH_SPEEDS: Final = (5, 2)  # 2.5 times the top speed, at once; from 43 ticks a second on, two who meet so cannot pass
DASH_TICKS: Final = (3, 20)  # of a second: 0.15 s of that, about three tiles; it takes 0.2 s more to slow down
DASH_PAUSE: Final = (3, 2)  # seconds from the end of one dash until the next is possible


class Body(NamedTuple):
    """Where a box is, how it moves, and how large it is: world units, and world units per tick.

    `rest` is how many ticks pass until it can dash again.
    """

    x: int
    y: int
    vx: int
    vy: int
    w: int
    h: int
    rest: int = 0


@dataclass(frozen=True, slots=True)
class Motion:
    """How bodies move in an arena at one tick rate: what `step` has to know besides the body.

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

    @property
    def top_speed(self) -> int:
        """The largest velocity on one axis of a body that walks, in units per tick."""
        return max(abs(vx) for vx, _ in self.drive)

    @property
    def dash_speed(self) -> int:
        """The largest velocity on one axis of a body that dashes, in units per tick: nothing moves faster by itself."""
        return max(abs(vx) for vx, _ in self.burst)


def is_direction(number: int) -> bool:
    """Whether that is the number of a direction, with DASH or without."""
    return number in NUMBERS


def motion_at(arena: Arena, tick_rate: int) -> Motion:
    """The motion of this game's bodies at `tick_rate` ticks per second, all in integers."""
    top = max(1, TOP_SPEED_PIXELS * UNITS_PER_PIXEL // tick_rate)
    diagonal = max(1, top * 181 // 256)  # 181/256 is the square root of a half
    times, by = TOP_SPEEDS_PER_SECOND
    change = max(1, TOP_SPEED_PIXELS * UNITS_PER_PIXEL * times // (by * tick_rate * tick_rate))
    times, by = DASH_SPEEDS
    burst = _velocities(top * times // by, diagonal * times // by)
    dash_ticks = max(1, tick_rate * DASH_TICKS[0] // DASH_TICKS[1])
    dash_rest = dash_ticks + tick_rate * DASH_PAUSE[0] // DASH_PAUSE[1]
    return Motion(arena, _velocities(top, diagonal), change, burst, dash_ticks, dash_rest)


def step(body: Body, direction: int, motion: Motion) -> Body:
    """The body one tick later: it nears the velocity that `direction` aims at, moves, and stops at walls.

    Where `direction` has the DASH bit and leads somewhere, and the body is ready, a dash begins: for its few ticks the
    velocity is that of the burst, whichever way the direction leads in each of them.
    """
    x, y, vx, vy, rest = move(*body, direction, motion)
    return Body(x, y, vx, vy, body.w, body.h, rest)


def move(
    x: int, y: int, vx: int, vy: int, w: int, h: int, rest: int, direction: int, motion: Motion
) -> tuple[int, int, int, int, int]:
    """`step` on bare integers, for loops over many bodies: returns the new (x, y, vx, vy, rest)."""
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
            to = motion.arena.reach_y(x, y, w, h, vy)
            if to != y + vy:
                vy = 0
        y = to
    return x, y, vx, vy, rest


def _velocities(straight: int, diagonal: int) -> tuple[tuple[int, int], ...]:
    """That of each direction, given how fast one axis is."""
    return tuple(
        (dx * diagonal, dy * diagonal) if dx and dy else (dx * straight, dy * straight) for dx, dy in DIRECTIONS
    )
