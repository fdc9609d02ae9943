"""A table of everybody, in as many columns as it takes: scores, say. Only draws what it is told."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pygame

from game.client.draw.theme import FAINT, MUTED, NORMAL, SMALL, TEXT, Fonts, Rgb, mix, panel, rgb

MOST: Final = 128  # as many as a server seats; of more, the best, and oneself
COLUMNS: Final = 4
COLUMN: Final = 290  # pixels
ROOMY: Final = 12  # rows of a column before there is another one
TALL, LOW = 28, 17  # pixels of a row, where they are few and where they are many
REDRAW_SECONDS: Final = 0.25  # scores run, but nobody reads faster


@dataclass(frozen=True, slots=True)
class Row:
    """One player."""

    net_id: int
    name: str
    color: int
    away: bool = False
    value: str = ""  # what they have, points say
    place: int = 0  # which equals share; 0: there are no places
    mark: Rgb | None = None  # of an arrow beside the name


@dataclass(frozen=True, slots=True)
class Table:
    """All players, in the order in which they are to be listed."""

    title: str
    note: str
    rows: Sequence[Row]


class TableView:
    """A panel in the middle; made anew a few times a second."""

    def __init__(self, fonts: Fonts) -> None:
        self._fonts = fonts
        self._picture: pygame.Surface | None = None
        self._made = 0.0

    def draw(self, target: pygame.Surface, table: Table, own: int, now: float, top: int | None) -> None:
        """Draw it; `own` is one's own NetID, `top` the panel's upper edge, None for the middle of the window."""
        if self._picture is None or not 0 <= now - self._made < REDRAW_SECONDS:
            most = target.get_height() - (top or 0) - 24
            self._picture = self._drawn(table, own, most)
            self._made = now
        area = self._picture.get_rect(center=target.get_rect().center)
        if top is not None:
            area.top = top
        target.blit(self._picture, area)

    def forget(self) -> None:
        """Nobody looks any more; the next look is a fresh one."""
        self._picture = None

    def _drawn(self, table: Table, own: int, most: int) -> pygame.Surface:
        places = _shown(table.rows, own)
        room = max(1, min(ROOMY, (most - 62) // TALL))
        columns = max(1, min(COLUMNS, -(-len(places) // room)))
        rows = -(-len(places) // columns)
        height = TALL if rows * TALL + 62 <= most else LOW
        rows = max(1, min(rows, (most - 62) // height))
        picture = pygame.Surface((columns * COLUMN + 32, rows * height + 62), pygame.SRCALPHA)
        panel(picture, picture.get_rect(), 244)
        title = self._fonts.text(table.title, NORMAL, TEXT, True)
        picture.blit(title, (26, 12))
        note = self._fonts.text(table.note, SMALL, MUTED, False)
        picture.blit(note, note.get_rect(topright=(picture.get_width() - 26, 15)))
        for index, one in enumerate(places[: rows * columns]):
            area = pygame.Rect(16 + index // rows * COLUMN, 46 + index % rows * height, COLUMN, height)
            self._row(picture, area, one, own)
        return picture

    def _row(self, picture: pygame.Surface, area: pygame.Rect, one: Row, own: int) -> None:
        if one.net_id == own:
            pygame.draw.rect(picture, mix(rgb(one.color), (20, 25, 36), 0.72), area.inflate(-4, -1), border_radius=6)
        color = FAINT if one.away else TEXT
        y = area.centery
        number = self._fonts.text(str(one.place or ""), SMALL, FAINT, False)
        picture.blit(number, number.get_rect(midright=(area.x + 32, y)))
        side = min(14, area.h - 4)
        dot = pygame.Rect(area.x + 42, y - side // 2, side, side)
        pygame.draw.rect(picture, mix(rgb(one.color), FAINT, 0.7) if one.away else rgb(one.color), dot, border_radius=4)
        name = self._fonts.text(one.name, SMALL, color, one.net_id == own)
        outer = picture.get_clip()
        picture.set_clip(pygame.Rect(area.x + 64, area.y, area.w - 64 - 84, area.h))
        picture.blit(name, name.get_rect(midleft=(area.x + 64, y)))
        picture.set_clip(outer)
        if one.mark is not None:
            x = area.right - 78
            pygame.draw.polygon(picture, TEXT, [(x - 7, y - 6), (x + 7, y - 6), (x, y + 7)])
            pygame.draw.polygon(picture, one.mark, [(x - 4, y - 4), (x + 4, y - 4), (x, y + 4)])
        elif one.away:
            away = self._fonts.text("away", SMALL, FAINT, False)
            picture.blit(away, away.get_rect(midright=(area.right - 58, y)))
        score = self._fonts.text(one.value, SMALL, color, True)
        picture.blit(score, score.get_rect(midright=(area.right - 14, y)))


def _shown(rows: Sequence[Row], own: int) -> list[Row]:
    """Whom there is room for; oneself in any case."""
    shown = [*rows[:MOST]]
    if not any(one.net_id == own for one in shown):
        shown[-1:] = [one for one in rows if one.net_id == own] or shown[-1:]
    return shown
