"""The one pure function that moves everything: on the server for everyone, on a client for itself and for the others.

Integers only; no clock, no random, no world. What it returns follows from its arguments to the bit, which is why both
ends of a wire can compute the same numbers and keep silent about them.
"""

from dataclasses import dataclass
from typing import Final, NamedTuple

from ecs.arena import TILE, Arena
from ecs.components import UNITS_PER_PIXEL

# Directions as they are numbered in intents: 0 stands still, then the compass clockwise from north.
DIRECTIONS: Final = ((0, 0), (0, -1), (1, -1), (1, 0), (1, 1), (0, 1), (-1, 1), (-1, 0), (-1, -1))
STILL: Final = 0

TOP_SPEED_PIXELS: Final = 240  # per second
TOP_SPEEDS_PER_SECOND: Final = (15, 2)  # acceleration: 7.5, so full speed after 8 ticks of 60, which feels direct


class Body(NamedTuple):
    """Where a box is, how it moves, and how large it is: world units, and world units per tick."""

    x: int
    y: int
    vx: int
    vy: int
    w: int
    h: int


@dataclass(frozen=True, slots=True)
class Motion:
    """How bodies move in an arena at one tick rate: what `step` has to know besides the body.

    `drive` holds, for each direction, the velocity aimed at (units per tick); `change` is how much of a velocity's
    axis may change in a tick.
    """

    arena: Arena
    drive: tuple[tuple[int, int], ...]
    change: int

    @property
    def top_speed(self) -> int:
        """The largest velocity on one axis, in units per tick."""
        return max(abs(vx) for vx, _ in self.drive)


def motion_at(arena: Arena, tick_rate: int) -> Motion:
    """The motion of this game's bodies at `tick_rate` ticks per second, all in integers."""
    top = max(1, TOP_SPEED_PIXELS * UNITS_PER_PIXEL // tick_rate)
    diagonal = max(1, top * 181 // 256)  # 181/256 is the square root of a half
    drive = tuple((dx * diagonal, dy * diagonal) if dx and dy else (dx * top, dy * top) for dx, dy in DIRECTIONS)
    times, by = TOP_SPEEDS_PER_SECOND
    change = max(1, TOP_SPEED_PIXELS * UNITS_PER_PIXEL * times // (by * tick_rate * tick_rate))
    return Motion(arena, drive, change)


def step(body: Body, direction: int, motion: Motion) -> Body:
    """The body one tick later: it nears the velocity that `direction` aims at, moves, and stops at walls."""
    x, y, vx, vy = move(*body, direction, motion)
    return Body(x, y, vx, vy, body.w, body.h)


def move(x: int, y: int, vx: int, vy: int, w: int, h: int, direction: int, motion: Motion) -> tuple[int, int, int, int]:
    """`step` on bare integers, for loops over many bodies: returns the new (x, y, vx, vy)."""
    aim_x, aim_y = motion.drive[direction]
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
    return x, y, vx, vy
