"""The arena as it is drawn: floor and walls, made once, in pieces of a size that any map's memory can bear.

Knows the map, and nothing of who walks on it.
"""

import random
from collections import OrderedDict
from typing import Final

import pygame

from ecs.arena import TILE_PIXELS, WALL
from game.client.draw.theme import FLOOR, SPECK, VOID, WALL_EDGE, WALL_FACE, WALL_TOP, mix

PIECE: Final = 16  # tiles a side: 1 MB each
MOST_PIECES: Final = 96  # kept: a window of 3840 x 2160 shows at most 54 at once; the largest map has 3,969
FACE: Final = 11  # pixels of a wall's lower side that one sees
SHADE: Final = 12  # pixels of floor that a wall darkens
VARIANTS: Final = 6


class ArenaPicture:
    """Draws any part of an arena given as rows of '#' and '.'."""

    def __init__(self, rows: tuple[str, ...]) -> None:
        self._rows = rows
        self.size = len(rows[0]) * TILE_PIXELS, len(rows) * TILE_PIXELS  # pixels
        self._floors = [[_floor(color, seed) for seed in range(VARIANTS)] for color in FLOOR]
        self._shades = {sides: _shade(sides) for sides in range(8)}
        self._walls = [[_wall(sides, seed) for seed in range(VARIANTS)] for sides in range(16)]
        self._pieces: OrderedDict[tuple[int, int], pygame.Surface] = OrderedDict()

    def draw(self, target: pygame.Surface, corner: tuple[int, int]) -> None:
        """Fill the target, whose top left pixel is the arena's pixel `corner`."""
        width, height = target.get_size()
        left, top = corner
        if left < 0 or top < 0 or left + width > self.size[0] or top + height > self.size[1]:
            target.fill(VOID)
        side = PIECE * TILE_PIXELS
        right, bottom = min(left + width, self.size[0]), min(top + height, self.size[1])
        target.fblits(
            [
                (self._piece(column, line), (column * side - left, line * side - top))
                for line in range(max(0, top) // side, -(-bottom // side))
                for column in range(max(0, left) // side, -(-right // side))
            ]
        )

    def _piece(self, column: int, line: int) -> pygame.Surface:
        found = self._pieces.get((column, line))
        if found is None:
            found = self._pieces[column, line] = self._made(column * PIECE, line * PIECE)
            if len(self._pieces) > MOST_PIECES:
                self._pieces.popitem(last=False)
        else:
            self._pieces.move_to_end((column, line))
        return found

    def _made(self, first_column: int, first_line: int) -> pygame.Surface:
        columns = range(first_column, min(first_column + PIECE, len(self._rows[0])))
        lines = range(first_line, min(first_line + PIECE, len(self._rows)))
        picture = pygame.Surface((len(columns) * TILE_PIXELS, len(lines) * TILE_PIXELS))
        for line in lines:
            for column in columns:
                at = (column - first_column) * TILE_PIXELS, (line - first_line) * TILE_PIXELS
                picture.blit(self._tile(column, line), at)
                if not self._is_wall(column, line):
                    picture.blit(self._shades[self._around(column, line, ((0, -1), (-1, 0), (-1, -1)))], at)
        return picture.convert() if pygame.display.get_surface() else picture

    def _tile(self, column: int, line: int) -> pygame.Surface:
        # A hash of the place, so that the same arena looks the same for everybody.
        variant = ((column * 73856093 ^ line * 19349663) >> 3) % VARIANTS
        if self._is_wall(column, line):
            return self._walls[self._around(column, line, ((0, -1), (1, 0), (0, 1), (-1, 0)))][variant]
        return self._floors[(column // 2 + line // 2) % 2][variant]

    def _around(self, column: int, line: int, steps: tuple[tuple[int, int], ...]) -> int:
        """Which neighbours are walls: a bit for each step, the first the lowest."""
        return sum(1 << bit for bit, (dx, dy) in enumerate(steps) if self._is_wall(column + dx, line + dy))

    def _is_wall(self, column: int, line: int) -> bool:
        inside = 0 <= line < len(self._rows) and 0 <= column < len(self._rows[0])
        return not inside or self._rows[line][column] == WALL


def _floor(color: tuple[int, int, int], seed: int) -> pygame.Surface:
    """A slab with a hint of a joint and a few specks."""
    tile = pygame.Surface((TILE_PIXELS, TILE_PIXELS))
    tile.fill(color)
    joint = mix(color, VOID, 0.22)
    pygame.draw.line(tile, joint, (0, TILE_PIXELS - 1), (TILE_PIXELS - 1, TILE_PIXELS - 1))
    pygame.draw.line(tile, joint, (TILE_PIXELS - 1, 0), (TILE_PIXELS - 1, TILE_PIXELS - 1))
    rng = random.Random(seed)
    for _ in range(seed % 4):
        at = rng.randint(4, TILE_PIXELS - 6), rng.randint(4, TILE_PIXELS - 6)
        tile.fill(mix(color, SPECK, rng.uniform(0.4, 1.0)), (at, (rng.randint(1, 3), 1)))
    return tile


def _shade(walls: int) -> pygame.Surface:
    """What walls above (1), to the left (2) and diagonally (4) of a piece of floor darken of it."""
    tile = pygame.Surface((TILE_PIXELS, TILE_PIXELS), pygame.SRCALPHA)
    for y in range(TILE_PIXELS):
        for x in range(TILE_PIXELS):
            above = max(0.0, 1 - y / SHADE) if walls & 1 else 0.0
            beside = max(0.0, 1 - x / SHADE) * 0.8 if walls & 2 else 0.0
            corner = max(0.0, 1 - (x**2 + y**2) ** 0.5 / SHADE) * 0.9 if walls & 4 and not walls & 3 else 0.0
            dark = 1 - (1 - above) * (1 - beside) * (1 - corner)
            tile.set_at((x, y), (4, 6, 12, round(120 * dark * dark)))
    return tile


def _bricks(tile: pygame.Surface, top: int, seed: int) -> None:
    """Two courses of them, on the side of a wall that one sees."""
    joint = mix(*WALL_FACE, 0.9)
    middle = top + FACE // 2
    pygame.draw.line(tile, joint, (0, middle), (TILE_PIXELS - 1, middle))
    for course, y in enumerate((top, middle)):
        for x in range(4 + 8 * (course + seed % 2) % 16, TILE_PIXELS, 16):
            pygame.draw.line(tile, joint, (x, y), (x, y + FACE // 2))


def _wall(walls: int, seed: int) -> pygame.Surface:
    """A block seen from above, slightly from the front; bits tell where it goes on: above, right, below, left."""
    rng = random.Random(seed)
    tile = pygame.Surface((TILE_PIXELS, TILE_PIXELS))
    tile.fill(WALL_TOP)
    last = TILE_PIXELS - 1
    bottom = last if walls & 4 else last - FACE
    if not walls & 4:
        for y in range(bottom + 1, TILE_PIXELS):
            pygame.draw.line(tile, mix(*WALL_FACE, (y - bottom) / FACE), (0, y), (last, y))
        _bricks(tile, bottom + 1, seed)
        pygame.draw.line(tile, mix(WALL_TOP, WALL_EDGE, 0.8), (0, bottom), (last, bottom))
        pygame.draw.line(tile, VOID, (0, last), (last, last))
    # A slab on top of the wall: a lighter field, set off from the edges where the wall ends.
    inset = 5
    slab = pygame.Rect(0, 0, TILE_PIXELS, bottom + 1)
    slab.left += 0 if walls & 8 else inset
    slab.width -= (0 if walls & 8 else inset) + (0 if walls & 2 else inset)
    slab.top += 0 if walls & 1 else inset
    slab.height -= (0 if walls & 1 else inset) + (0 if walls & 4 else inset)
    tile.fill(mix(WALL_TOP, WALL_EDGE, 0.14), slab)
    for _ in range(7):  # rough stone
        light = rng.choice((mix(WALL_TOP, WALL_EDGE, 0.24), mix(WALL_TOP, WALL_FACE[0], 0.16)))
        chip = pygame.Rect(rng.randrange(TILE_PIXELS), rng.randrange(TILE_PIXELS), rng.randint(2, 7), rng.randint(1, 2))
        tile.fill(light, chip.clip(slab))
    if seed % 3 == 0 and walls & 10 == 10:  # here and there a joint across a wall that goes on to both sides
        pygame.draw.line(tile, mix(WALL_TOP, WALL_FACE[0], 0.5), (15, slab.top), (15, slab.bottom - 1))
    if not walls & 1:
        pygame.draw.line(tile, mix(WALL_TOP, WALL_EDGE, 0.7), (0, 0), (last, 0))
    if not walls & 8:
        pygame.draw.line(tile, mix(WALL_TOP, WALL_EDGE, 0.5), (0, 0), (0, bottom))
    if not walls & 2:
        pygame.draw.line(tile, mix(WALL_TOP, VOID, 0.35), (last, 0), (last, bottom))
    return tile
