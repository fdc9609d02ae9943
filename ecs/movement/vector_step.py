"""`ecs.movement.step` for a crowd: the same numbers to the bit, for all bodies at once over numpy's columns."""

from collections.abc import Callable
from typing import Final

import numpy as np

from ecs.arena import TILE, WALL
from ecs.bodies import Bodies
from ecs.columns import Array
from ecs.movement.step import COMPASS, DASH, STILL, Motion

MANY: Final = 130  # bodies from which on this is quicker than a `step` of each


class VectorStep:
    """One tick of everybody who is steered, in one arena at one tick rate."""

    def __init__(self, motion: Motion) -> None:
        self._motion = motion
        self._drive_x, self._drive_y = np.array(motion.drive, dtype=np.int64).T.copy()
        self._burst_x, self._burst_y = np.array(motion.burst, dtype=np.int64).T.copy()
        # How many walls there are above and to the left of each corner of a tile: four of these numbers tell how many
        # are in a box of tiles, however large it is. By (column, line) and by (line, column).
        walls = np.array([[tile == WALL for tile in row] for row in motion.arena.rows], dtype=np.int64)
        by_line = np.zeros((walls.shape[0] + 1, walls.shape[1] + 1), dtype=np.int64)
        by_line[1:, 1:] = walls.cumsum(axis=0).cumsum(axis=1)
        self._walls_x, self._walls_y = by_line.T.copy(), by_line

    def __call__(self, bodies: Bodies) -> None:
        """Move them all by a tick."""
        motion, direction = self._motion, bodies.direction
        x, y, vx, vy, w, h, rest = bodies.x, bodies.y, bodies.vx, bodies.vy, bodies.w, bodies.h, bodies.rest
        if not (direction.any() or vx.any() or vy.any() or rest.any()):
            return
        way = direction & COMPASS
        begins = (direction >= DASH) & (way != STILL)
        rest = np.where(rest > 0, rest - 1, np.where(begins, motion.dash_rest, 0))
        vx, vy = self._nearer(vx, self._drive_x[way]), self._nearer(vy, self._drive_y[way])
        dashing = np.flatnonzero(rest > motion.dash_rest - motion.dash_ticks)
        if dashing.size:
            vx[dashing], vy[dashing] = self._burst_x[way[dashing]], self._burst_y[way[dashing]]
        vx[~bodies.steered] = vy[~bodies.steered] = 0
        x, vx = self._along(self._walls_x, motion.arena.reach_x, x, w, vx, y, h)
        y, vy = self._along(self._walls_y, self._reach_y, y, h, vy, x, w)
        bodies.x[:], bodies.y[:], bodies.rest[:] = x, y, rest
        np.copyto(bodies.vx, vx, where=bodies.steered)
        np.copyto(bodies.vy, vy, where=bodies.steered)

    def _nearer(self, velocities: Array, aims: Array) -> Array:
        change = self._motion.change
        nearer: Array = velocities + np.minimum(np.maximum(aims - velocities, -change), change)
        return nearer

    def _reach_y(self, y: int, x: int, h: int, w: int, dy: int) -> int:
        return self._motion.arena.reach_y(x, y, w, h, dy)

    def _along(
        self,
        walls: Array,
        reach: Callable[[int, int, int, int, int], int],
        at: Array,
        length: Array,
        by: Array,
        across: Array,
        width: Array,
    ) -> tuple[Array, Array]:
        """Move boxes along an axis, at most to the first wall; returns where they are, and how they move on.

        `walls` are summed by tiles along the axis, then by tiles across it.
        """
        to = at + by
        edge = np.where(by > 0, at + length - 1, at)
        tile = (edge + by) // TILE
        enters = tile - edge // TILE
        rows = np.flatnonzero(enters)  # only who enters another tile can meet a wall
        enters, tile = enters[rows], tile[rows]
        first, last = across[rows] // TILE, (across[rows] + width[rows] - 1) // TILE + 1
        one = (np.abs(enters) == 1) & (tile >= 0) & (first >= 0) & (tile < len(walls) - 1) & (last < len(walls[0]))
        if not one.all():  # several tiles in one tick: nothing does that by itself, but a rule may make it so
            for row in rows[~one].tolist():
                to[row] = reach(*(int(column[row]) for column in (at, across, length, width, by)))
                by[row] *= to[row] == at[row] + by[row]
            rows, enters, tile, first, last = rows[one], enters[one], tile[one], first[one], last[one]
        met = walls[tile + 1, last] - walls[tile, last] - walls[tile + 1, first] + walls[tile, first] > 0
        rows, enters, tile = rows[met], enters[met], tile[met]
        stop = np.where(enters > 0, tile * TILE - length[rows], (tile + 1) * TILE)
        by[rows] *= to[rows] == stop
        to[rows] = stop
        return to, by
