"""The grid of cells over an arena: which part of the world a place is in. Pure arithmetic.

Where everybody sees everything the world is one cell. Else a cell is a square of tiles, and who sees it hears of all
that is in it. What has no place at all is in a cell that everybody sees.
"""

from typing import Final

import numpy as np

from ecs.arena import TILE, Arena
from ecs.columns import Array

EVERYWHERE: Final = 0  # the cell of what has no place, and of everything where the world is one cell


class Grid:
    """Cells are numbered from 1, row by row from the top left one."""

    def __init__(self, arena: Arena, tiles: int = 0) -> None:
        """`tiles` is the side of a cell; 0: the world is one cell."""
        self.tiles = tiles
        self._side = tiles * TILE
        self._columns = -(-arena.columns // tiles) if tiles else 0
        self._lines = -(-arena.lines // tiles) if tiles else 0

    @property
    def whole(self) -> bool:
        """Whether the world is one cell."""
        return not self._side

    @property
    def count(self) -> int:
        """How many cells there are besides EVERYWHERE."""
        return self._columns * self._lines

    def cell(self, x: int, y: int) -> int:
        """The cell of a place, in world units. What lies beyond the arena belongs to the nearest cell."""
        if self.whole:
            return EVERYWHERE
        column = min(max(x // self._side, 0), self._columns - 1)
        line = min(max(y // self._side, 0), self._lines - 1)
        return 1 + line * self._columns + column

    def cells_of(self, x: Array, y: Array) -> Array:
        """As `cell`, of many places at once, where the world is not one cell."""
        column = np.minimum(np.maximum(x // self._side, 0), self._columns - 1)
        line = np.minimum(np.maximum(y // self._side, 0), self._lines - 1)
        cells: Array = 1 + line * self._columns + column
        return cells

    def corner(self, cell: int) -> tuple[int, int]:
        """The top left corner of a cell other than EVERYWHERE, in world units."""
        line, column = divmod(cell - 1, self._columns)
        return column * self._side, line * self._side

    def cells(self, left: int, top: int, right: int, bottom: int) -> frozenset[int]:
        """All cells that a part of the arena touches (world units, the ends included), and the one of the placeless.

        What lies beyond the arena is left out.
        """
        if self.whole:
            return frozenset({EVERYWHERE})
        columns = range(max(0, left // self._side), min(self._columns, right // self._side + 1))
        lines = range(max(0, top // self._side), min(self._lines, bottom // self._side + 1))
        return frozenset({EVERYWHERE, *(1 + line * self._columns + column for line in lines for column in columns)})
