"""Everybody with their scores, in as many columns as it takes. Only draws what it is told."""

from typing import Final

import pygame

from game.client.roster import Standing
from game.client.theme import FAINT, IT, MUTED, NORMAL, SMALL, TEXT, Fonts, mix, panel, rgb
from game.tag.rules import ranks

MOST: Final = 128  # as many as a server seats; of more, the best, and oneself
COLUMNS: Final = 4
COLUMN: Final = 290  # pixels
ROOMY: Final = 12  # rows of a column before there is another one
TALL, LOW = 28, 17  # pixels of a row, where they are few and where they are many
REDRAW_SECONDS: Final = 0.25  # scores run, but nobody reads faster


class Scoreboard:
    """A panel in the middle; made anew a few times a second."""

    def __init__(self, fonts: Fonts) -> None:
        self._fonts = fonts
        self._picture: pygame.Surface | None = None
        self._made = 0.0

    def draw(
        self, target: pygame.Surface, ranked: list[Standing], own: int, tick_rate: int, now: float, top: int | None
    ) -> None:
        """The players, the best first; `top` is the panel's upper edge, None for the middle of the window."""
        if self._picture is None or not 0 <= now - self._made < REDRAW_SECONDS:
            most = target.get_height() - (top or 0) - 24
            self._picture = self._drawn(_shown(ranked, own), len(ranked), own, tick_rate, most)
            self._made = now
        area = self._picture.get_rect(center=target.get_rect().center)
        if top is not None:
            area.top = top
        target.blit(self._picture, area)

    def forget(self) -> None:
        """Nobody looks any more; the next look is a fresh one."""
        self._picture = None

    def _drawn(
        self, places: list[tuple[int, Standing]], count: int, own: int, tick_rate: int, most: int
    ) -> pygame.Surface:
        room = max(1, min(ROOMY, (most - 62) // TALL))
        columns = max(1, min(COLUMNS, -(-len(places) // room)))
        rows = -(-len(places) // columns)
        height = TALL if rows * TALL + 62 <= most else LOW
        rows = max(1, min(rows, (most - 62) // height))
        picture = pygame.Surface((columns * COLUMN + 32, rows * height + 62), pygame.SRCALPHA)
        panel(picture, picture.get_rect(), 244)
        title = self._fonts.text("Scores", NORMAL, TEXT, True)
        picture.blit(title, (26, 12))
        note = self._fonts.text(f"{count} playing · seconds without being it", SMALL, MUTED, False)
        if columns == 1:
            note = self._fonts.text("seconds without being it", SMALL, MUTED, False)
        picture.blit(note, note.get_rect(topright=(picture.get_width() - 26, 15)))
        for index, (place, one) in enumerate(places[: rows * columns]):
            area = pygame.Rect(16 + index // rows * COLUMN, 46 + index % rows * height, COLUMN, height)
            self._row(picture, area, place, one, own, tick_rate)
        return picture

    def _row(
        self, picture: pygame.Surface, area: pygame.Rect, place: int, one: Standing, own: int, tick_rate: int
    ) -> None:
        if one.net_id == own:
            pygame.draw.rect(picture, mix(rgb(one.color), (20, 25, 36), 0.72), area.inflate(-4, -1), border_radius=6)
        color = FAINT if one.away else TEXT
        y = area.centery
        number = self._fonts.text(str(place), SMALL, FAINT, False)
        picture.blit(number, number.get_rect(midright=(area.x + 32, y)))
        side = min(14, area.h - 4)
        dot = pygame.Rect(area.x + 42, y - side // 2, side, side)
        pygame.draw.rect(picture, mix(rgb(one.color), FAINT, 0.7) if one.away else rgb(one.color), dot, border_radius=4)
        name = self._fonts.text(one.name, SMALL, color, one.net_id == own)
        outer = picture.get_clip()
        picture.set_clip(pygame.Rect(area.x + 64, area.y, area.w - 64 - 84, area.h))
        picture.blit(name, name.get_rect(midleft=(area.x + 64, y)))
        picture.set_clip(outer)
        if one.is_it:  # the arrow that hops above who is "it", and the word
            x = area.right - 78
            pygame.draw.polygon(picture, TEXT, [(x - 7, y - 6), (x + 7, y - 6), (x, y + 7)])
            pygame.draw.polygon(picture, IT, [(x - 4, y - 4), (x + 4, y - 4), (x, y + 4)])
        elif one.away:
            away = self._fonts.text("away", SMALL, FAINT, False)
            picture.blit(away, away.get_rect(midright=(area.right - 58, y)))
        score = self._fonts.text(str(one.score // tick_rate), SMALL, color, True)
        picture.blit(score, score.get_rect(midright=(area.right - 14, y)))


def _shown(ranked: list[Standing], own: int) -> list[tuple[int, Standing]]:
    """Whom there is room for, with their places, which equals share; oneself in any case."""
    of_score = ranks(one.score for one in ranked)
    places = [(of_score[one.score], one) for one in ranked]
    shown = places[:MOST]
    if not any(one.net_id == own for _, one in shown):
        shown[-1:] = [(place, one) for place, one in places if one.net_id == own] or shown[-1:]
    return shown
