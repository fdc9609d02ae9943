"""The arena: a closed map of tiles, read from text, and how far a box can move in it.

Knows nothing of players, ticks or entities.
"""

from collections.abc import Callable
from functools import partial
from typing import Final

from ecs.components import UNITS_PER_PIXEL

TILE_PIXELS: Final = 32
TILE: Final = TILE_PIXELS * UNITS_PER_PIXEL  # the side of a tile in world units
WALL: Final = "#"
FLOOR: Final = "."
_BITS: Final = str.maketrans(WALL + FLOOR, "10")
COMMENT: Final = ";"  # what a line of a map's file begins with that is none of its rows
HEADERS: Final = ("title", "theme")  # what such a line can say
MAX_SIDE: Final = 1000  # tiles; whatever the map, it fits into one message

Reach = Callable[[int, int, int, int, int], int]


class ArenaError(ValueError):
    """The map is not an arena; the message names the line and what to do about it."""


class Arena:
    """A rectangle of tiles with walls all round.

    `rows` holds one string a row, '#' for a wall and '.' for floor. Raises ArenaError for anything else.
    """

    def __init__(self, rows: tuple[str, ...], title: str = "", theme: str = "") -> None:
        """`title` is what people call it, `theme` the name of its look; neither means anything here."""
        _check(rows)
        self.rows, self.title, self.theme = rows, title, theme
        self.columns, self.lines = len(rows[0]), len(rows)
        self.width, self.height = self.columns * TILE, self.lines * TILE  # world units
        # One integer a column and one a row, bit set where there is a wall: a whole edge of a box is tested with one
        # `and` instead of a loop over its tiles.
        self._walls_of_column = [_bits("".join(column)) for column in zip(*rows, strict=True)]
        # How far a free box gets that moves by `by`: at most to the first wall, however fast it is. Both take where it
        # begins along the axis and across it, its length, its width, and `by`: reach_x(x, y, w, h, dx) is an x, and
        # reach_y(y, x, h, w, dy) a y.
        self.reach_x: Reach = partial(_reach, self._walls_of_column)
        self.reach_y: Reach = partial(_reach, [_bits(row) for row in rows])

    def is_free(self, x: int, y: int, w: int, h: int) -> bool:
        """Whether a box (world units, top left corner) lies wholly on floor."""
        if x < 0 or y < 0 or x + w > self.width or y + h > self.height:
            return False
        mask = _mask(y // TILE, (y + h - 1) // TILE)
        return not any(self._walls_of_column[c] & mask for c in range(x // TILE, (x + w - 1) // TILE + 1))


def _reach(walls: list[int], at: int, across: int, length: int, width: int, by: int) -> int:
    """`walls` has an integer for each column or row that may be in the way."""
    if by > 0:
        edge = at + length - 1
        first, last = edge // TILE + 1, (edge + by) // TILE
        if first <= last:
            mask = _mask(across // TILE, (across + width - 1) // TILE)
            for line in range(first, last + 1):
                if walls[line] & mask:
                    return line * TILE - length
    elif by < 0:
        first, last = at // TILE - 1, (at + by) // TILE
        if first >= last:
            mask = _mask(across // TILE, (across + width - 1) // TILE)
            for line in range(first, last - 1, -1):
                if walls[line] & mask:
                    return (line + 1) * TILE
    return at + by


def parse_arena(text: str) -> Arena:
    """Read a map: a row a line, blank lines and comments, which begin with ';', are skipped. Raises ArenaError.

    Two comments say more: '; title: ...' what people call it, and '; theme: ...' how it looks.
    """
    rows, said = [], dict.fromkeys(HEADERS, "")
    for line in map(str.strip, text.splitlines()):
        if line.startswith(COMMENT):
            key, _, value = line.removeprefix(COMMENT).partition(":")
            if key.strip() in said:
                said[key.strip()] = value.strip()
        elif line:
            rows.append(line)
    return Arena(tuple(rows), **said)


def _check(rows: tuple[str, ...]) -> None:
    if len(rows) < 3 or len(rows[0]) < 3:
        raise ArenaError("the map is too small: it takes at least 3 by 3 tiles")
    if len(rows) > MAX_SIDE or len(rows[0]) > MAX_SIDE:
        raise ArenaError(f"the map is too large: at most {MAX_SIDE} tiles a side")
    for number, row in enumerate(rows, 1):
        if len(row) != len(rows[0]):
            raise ArenaError(f"row {number} has {len(row)} tiles, the first has {len(rows[0])}: make them equal")
        if strange := set(row) - {WALL, FLOOR}:
            raise ArenaError(f"row {number} has {min(strange)!r}: use '{WALL}' for a wall and '{FLOOR}' for floor")
        whole = number in (1, len(rows))
        if (whole and FLOOR in row) or row[0] != WALL or row[-1] != WALL:
            raise ArenaError(f"row {number} is open at the border: close it with '{WALL}'")
    if not any(FLOOR in row for row in rows):
        raise ArenaError("the map has no floor to stand on")


def _bits(tiles: str) -> int:
    return int(tiles[::-1].translate(_BITS), 2)


def _mask(first: int, last: int) -> int:
    return ((2 << (last - first)) - 1) << first
