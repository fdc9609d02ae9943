"""How far boxes get along an axis before a wall, for many at once: the twin of `Arena.reach_x` and `Arena.reach_y`."""

import numpy as np
from numpy.typing import NDArray

from ecs.arena import TILE, WALL, Arena, Reach
from ecs.columns import Array


class Walls:
    """Those of one arena."""

    def __init__(self, arena: Arena) -> None:
        self._arena = arena
        # How many walls there are above and to the left of each corner of a tile: four of these numbers tell how many
        # are in a box of tiles, however large it is. By (column, line) and by (line, column).
        walls = np.array([[tile == WALL for tile in row] for row in arena.rows], dtype=np.int64)
        by_line = np.zeros((walls.shape[0] + 1, walls.shape[1] + 1), dtype=np.int64)
        by_line[1:, 1:] = walls.cumsum(axis=0).cumsum(axis=1)
        self._walls_x, self._walls_y = by_line.T.copy(), by_line

    def along_x(self, x: Array, w: Array, dx: Array, y: Array, h: Array) -> tuple[Array, NDArray[np.bool_]]:
        """Where free boxes come to that move by `dx`, and which of them a wall stopped short of that."""
        return self._along(self._walls_x, self._arena.reach_x, x, w, dx, y, h)

    def along_y(self, y: Array, h: Array, dy: Array, x: Array, w: Array) -> tuple[Array, NDArray[np.bool_]]:
        """As `along_x`, for the other axis."""
        return self._along(self._walls_y, self._arena.reach_y, y, h, dy, x, w)

    def _along(
        self,
        walls: Array,
        reach: Reach,
        at: Array,
        length: Array,
        by: Array,
        across: Array,
        width: Array,
    ) -> tuple[Array, NDArray[np.bool_]]:
        """`walls` are summed by tiles along the axis, then by tiles across it."""
        to = at + by
        edge = np.where(by > 0, at + length - 1, at)
        tile = (edge + by) // TILE
        enters = tile - edge // TILE
        rows = np.flatnonzero(enters)  # only who enters another tile can meet a wall
        enters, tile = enters[rows], tile[rows]
        first, last = across[rows] // TILE, (across[rows] + width[rows] - 1) // TILE + 1
        one = (np.abs(enters) == 1) & (tile >= 0) & (first >= 0) & (tile < len(walls) - 1) & (last < len(walls[0]))
        if not one.all():  # several tiles in one tick: what is fast, or what a rule made so
            for row in rows[~one].tolist():
                to[row] = reach(*(int(column[row]) for column in (at, across, length, width, by)))
            rows, enters, tile, first, last = rows[one], enters[one], tile[one], first[one], last[one]
        met = walls[tile + 1, last] - walls[tile, last] - walls[tile + 1, first] + walls[tile, first] > 0
        rows, enters, tile = rows[met], enters[met], tile[met]
        to[rows] = np.where(enters > 0, tile * TILE - length[rows], (tile + 1) * TILE)
        return to, to != at + by
