"""`step` for many bodies at once, over numpy's columns: to the bit the numbers that `ecs.step.move` gives one by one.

It is only there to be quick: a few tenths of a millisecond for a thousand bodies, where Python's loop takes two. `move`
says what moving means; a property test holds this against it.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ecs.arena import TILE, WALL, Arena
from ecs.step import COMPASS, DASH, STILL, Motion

Array = npt.NDArray[np.int64]


class Columns(NamedTuple):
    """Bodies, a column for each part of `ecs.step.Body`; all of one length."""

    x: Array
    y: Array
    vx: Array
    vy: Array
    w: Array
    h: Array
    rest: Array


def column(values: list[int]) -> Array:
    """That list as numpy has it."""
    return np.fromiter(values, np.int64, len(values))


class Steps:
    """The one step, for many."""

    def __init__(self, motion: Motion) -> None:
        self._motion = motion
        self._drive_x, self._drive_y = np.array(motion.drive, np.int64).T.copy()
        self._burst_x, self._burst_y = np.array(motion.burst, np.int64).T.copy()
        self._walls = _Walls(motion.arena)

    def move(self, bodies: Columns, direction: Array) -> Columns:
        """All bodies one tick later, each with its own direction; `bodies` stay as they are."""
        x, y, vx, vy, w, h, rest = bodies
        way, change = direction & COMPASS, self._motion.change
        begins = (rest == 0) & (direction >= DASH) & (way != STILL)
        rest = np.maximum(rest - 1, 0)
        rest[begins] = self._motion.dash_rest
        dashing = rest > self._motion.dash_rest - self._motion.dash_ticks
        aim_x, aim_y = self._drive_x[way], self._drive_y[way]
        vx = vx + np.minimum(np.maximum(aim_x - vx, -change), change)
        vy = vy + np.minimum(np.maximum(aim_y - vy, -change), change)
        if dashing.any():
            vx[dashing], vy[dashing] = self._burst_x[way[dashing]], self._burst_y[way[dashing]]
        x, vx = self._walls.slide_x(x, y, w, h, vx)
        y, vy = self._walls.slide_y(x, y, w, h, vy)
        return Columns(x, y, vx, vy, w, h, rest)


class _Walls:
    """The walls of an arena, counted so that four numbers say whether there is one in a rectangle of tiles."""

    def __init__(self, arena: Arena) -> None:
        self._arena = arena
        walls = np.array([[tile == WALL for tile in row] for row in arena.rows], np.int64)
        # [line, column]: how many walls there are above and left of that tile. One more each way than there are tiles.
        self._before = np.zeros((arena.lines + 1, arena.columns + 1), np.int64)
        self._before[1:, 1:] = walls.cumsum(0).cumsum(1)

    def slide_x(self, x: Array, y: Array, w: Array, h: Array, vx: Array) -> tuple[Array, Array]:
        """Move boxes along x as far as walls let them; returns the new x and vx."""
        to, entering = _enter(x, w, vx)
        if entering is not None:
            rows, first, end = entering
            top, bottom = y[rows] // TILE, (y[rows] + h[rows] - 1) // TILE + 1
            stopped = self._any(top, bottom, first, end)
            for row in _stop(rows[stopped], end[stopped] - first[stopped], x, w, vx, to):
                to[row] = self._arena.reach_x(int(x[row]), int(y[row]), int(w[row]), int(h[row]), int(vx[row]))
            vx = _without(vx, rows[stopped])
        return to, vx

    def slide_y(self, x: Array, y: Array, w: Array, h: Array, vy: Array) -> tuple[Array, Array]:
        """As `slide_x`, for the other axis."""
        to, entering = _enter(y, h, vy)
        if entering is not None:
            rows, first, end = entering
            left, right = x[rows] // TILE, (x[rows] + w[rows] - 1) // TILE + 1
            stopped = self._any(first, end, left, right)
            for row in _stop(rows[stopped], end[stopped] - first[stopped], y, h, vy, to):
                to[row] = self._arena.reach_y(int(x[row]), int(y[row]), int(w[row]), int(h[row]), int(vy[row]))
            vy = _without(vy, rows[stopped])
        return to, vy

    def _any(self, top: Array, bottom: Array, left: Array, right: Array) -> npt.NDArray[np.bool_]:
        """Whether there is a wall in these lines and columns, the ends not included; all round the arena there is."""
        before = self._before
        top, bottom = np.maximum(top, 0), np.minimum(bottom, self._arena.lines)
        left, right = np.maximum(left, 0), np.minimum(right, self._arena.columns)
        count = before[bottom, right] - before[top, right] - before[bottom, left] + before[top, left]
        found: npt.NDArray[np.bool_] = count > 0
        return found


def _enter(at: Array, length: Array, by: Array) -> tuple[Array, tuple[Array, Array, Array] | None]:
    """Where boxes come to along one axis if nothing stops them, and who enters other tiles: rows, first tile, end."""
    edge = at + (length - 1) * (by > 0)
    from_tile, to_tile = edge // TILE, (edge + by) // TILE
    rows = np.flatnonzero(from_tile != to_tile)
    if not len(rows):
        return at + by, None
    ahead = by[rows] > 0
    first = np.where(ahead, from_tile[rows] + 1, to_tile[rows])
    end = np.where(ahead, to_tile[rows] + 1, from_tile[rows])
    return at + by, (rows, first, end)


def _stop(rows: Array, tiles: Array, at: Array, length: Array, by: Array, to: Array) -> list[int]:
    """Put who enters one tile, and meets a wall there, beside it; returns the rows of those who enter several.

    Nobody does at 60 ticks a second.
    """
    one = rows[tiles == 1]
    place, long = to[one], length[one]
    ahead = by[one] > 0
    to[one] = np.where(ahead, (place + long - 1) // TILE * TILE - long, (place // TILE + 1) * TILE)
    many: list[int] = rows[tiles != 1].tolist()
    return many


def _without(velocity: Array, rows: Array) -> Array:
    """These velocities, but 0 in those rows."""
    velocity = velocity.copy()
    velocity[rows] = 0
    return velocity
