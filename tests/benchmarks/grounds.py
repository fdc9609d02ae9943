"""Arenas for crowds: as large as the crowd needs, the same each time, with walls that people really meet.

Knows nothing of servers or players.
"""

import math
import random
from typing import Final

from ecs.arena import FLOOR, MAX_SIDE, WALL

CELL: Final = 8  # tiles; one block of wall stands in each
FLOOR_SHARE: Final = 0.9  # that blocks leave, at least


def grounds(tiles: int, blocks: bool = True, seed: int = 0) -> str:
    """The map of a square arena with about that many tiles of floor, all of it connected; at most 1,000 x 1,000.

    Each cell of 8 x 8 tiles holds a block of up to 3 x 3, one tile or more from the cell's border: the cells' borders
    are a grid of floor that reaches everywhere. Without `blocks` it is one hall.
    """
    share = FLOOR_SHARE if blocks else 1.0
    side = min(MAX_SIDE, max(4, math.ceil(math.sqrt(tiles / share)) + 2))
    rows = [[WALL if {line, column} & {0, side - 1} else FLOOR for column in range(side)] for line in range(side)]
    rng = random.Random(seed)
    corners = range(1, side - CELL, CELL) if blocks else ()
    for top in corners:
        for left in corners:
            height, width = rng.randint(1, 3), rng.randint(1, 3)
            first_line = top + rng.randint(1, CELL - 1 - height)
            first_column = left + rng.randint(1, CELL - 1 - width)
            for line in range(first_line, first_line + height):
                rows[line][first_column : first_column + width] = [WALL] * width
    return "".join("".join(row) + "\n" for row in rows)
