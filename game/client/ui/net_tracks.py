"""The tracks of the net graph: a sixtieth of a second is a column of pixels, drawn once and then scrolled along.

Draws columns of `net_history` into surfaces that it is given; knows no panel, no words and no network.

Scales go with the square root: small things can be seen, large ones fit, and as no scale ever changes, the same height
always means the same.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import pygame

from game.client.draw.theme import ACCENT, BAD, GOOD, MUTED, PANEL_EDGE, VOID, Rgb, mix
from game.client.ui.net_history import COLUMNS_PER_SECOND, Column
from net.client.corrections import Cause

ALPHA: Final = 228  # what is behind the graph shows a little, and its words can be read
CAUSES: Final[dict[Cause, Rgb]] = {
    Cause.LATE: ACCENT,
    Cause.PUSHED: (98, 160, 255),
    Cause.RULES: (190, 140, 255),
    Cause.SNAPSHOT: (205, 212, 224),
    Cause.UNEXPLAINED: BAD,
}
IN_TIME, LATE, STARVED = GOOD, ACCENT, BAD
TRIP: Final[Rgb] = (116, 190, 255)
GROUND: Final = (*VOID, ALPHA)
GRID: Final = (*mix(VOID, PANEL_EDGE, 0.7), ALPHA)
MOST_TRIP: Final = 0.8  # seconds
MOST_MARGIN: Final = 0.4  # seconds, either way
MOST_PIXELS: Final = 64.0


@dataclass(frozen=True, slots=True)
class Track:
    """How high it is, what its scale says at which shares of that, and how the column at x is drawn into it."""

    title: str
    height: int
    scale: tuple[tuple[float, str], ...]
    draw: Callable[[pygame.Surface, int, Column, Column], None]  # its surface, x, the column before, the column

    def scroll(self, surface: pygame.Surface, columns: Sequence[Column], number: int) -> None:
        """Make room at the right end and draw all columns but the first there; `number` is that of the last."""
        new = len(columns) - 1
        surface.scroll(-new, 0)
        width, height = surface.get_size()
        for back in range(new, 0, -1):
            x = width - back
            second = (number + 1 - back) % COLUMNS_PER_SECOND == 0
            surface.fill(GRID if second else GROUND, (x, 0, 1, height))
            for share, _ in self.scale:
                surface.fill(GRID, (x, self.y(share), 1, 1))
            self.draw(surface, x, columns[-back - 1], columns[-back])

    def y(self, share: float) -> int:
        """The row of a share of the height."""
        return round((1 - share) * (self.height - 1))


def _share(value: float, most: float) -> float:
    return math.sqrt(min(1.0, value / most))


def _signed(value: float) -> float:
    """Where a margin is in a track with zero in the middle."""
    share = _share(abs(value), MOST_MARGIN) / 2
    return 0.5 + share if value >= 0 else 0.5 - share


def _bar(surface: pygame.Surface, color: tuple[int, ...], x: int, first: int, last: int, width: int = 1) -> None:
    """From one row to another, both included."""
    top = min(first, last)
    surface.fill((*color[:3], ALPHA), (x, top, width, abs(first - last) + 1))


def _round_trip(surface: pygame.Surface, x: int, before: Column, column: Column) -> None:
    if column.round_trip is not None:
        y = ROUND_TRIP.y(_share(column.round_trip, MOST_TRIP))
        former = y if before.round_trip is None else ROUND_TRIP.y(_share(before.round_trip, MOST_TRIP))
        _bar(surface, mix(VOID, TRIP, 0.25), x, y, ROUND_TRIP.height - 1)
        _bar(surface, TRIP, x, y, former)


def _margin(surface: pygame.Surface, x: int, before: Column, column: Column) -> None:
    zero = MARGIN.y(0.5)
    if column.margin is not None:
        color = GOOD if column.margin >= 0 else BAD
        y = MARGIN.y(_signed(column.margin))
        former = y if before.margin is None else MARGIN.y(_signed(before.margin))
        _bar(surface, mix(VOID, color, 0.35), x, zero, y)
        _bar(surface, color, x, y, former)
    _bar(surface, MUTED, x, zero, zero)


def _frames(surface: pygame.Surface, x: int, before: Column, column: Column) -> None:
    bottom = FRAMES.height - 1
    if column.starved:
        _bar(surface, STARVED, x, 0, bottom)
    if column.received:
        top = max(0, bottom - bottom * (column.received + 2) // 5)  # three at once reach the top
        _bar(surface, LATE if column.late else IN_TIME, x, top, bottom)


def _corrections(surface: pygame.Surface, x: int, before: Column, column: Column) -> None:
    for cause, pixels in sorted(column.corrections, key=lambda correction: -correction[1]):
        top = CORRECTIONS.y(max(0.1, _share(pixels, MOST_PIXELS)))
        _bar(surface, CAUSES.get(cause, MUTED), x - 1, top, CORRECTIONS.height - 1, 2)


ROUND_TRIP: Final = Track("round trip", 48, ((0.707, "400 ms"), (0.354, "100")), _round_trip)
MARGIN: Final = Track("intents: early or late", 56, ((0.75, "+100"), (0.5, "0 ms"), (0.25, "−100")), _margin)
FRAMES: Final = Track("frames", 18, (), _frames)
CORRECTIONS: Final = Track("corrections", 38, ((0.707, "32 px"), (0.354, "8")), _corrections)
TRACKS: Final = (ROUND_TRIP, MARGIN, FRAMES, CORRECTIONS)
