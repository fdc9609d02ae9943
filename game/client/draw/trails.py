"""What a dash leaves behind: paler and paler pictures of the body where it was. Knows no world."""

import contextlib
from collections import deque
from collections.abc import Callable
from functools import lru_cache
from typing import Final

import pygame

from game.client.draw.marks import Blit
from game.client.draw.sprites import LARGEST, NotNowError, Sprites
from game.client.draw.theme import Rgb

FADES: Final = 0.28  # seconds until one is gone
APART: Final = 9.0  # pixels from one to the next
SHADES: Final = 6  # so many kinds of pale
BRIGHTEST: Final = 120  # of 255
MOST: Final = 600  # in all: sixty who dash at once


class Trails:
    """Remembers where dashing bodies were for a moment."""

    def __init__(self, sprites: Sprites) -> None:
        self._sprites = sprites
        self._marks: deque[tuple[float, Rgb, int, int, int, int]] = deque(maxlen=MOST)  # when, colour, x, y, w, h
        self._last: dict[int, tuple[int, int]] = {}  # NetID -> where its last one is
        self._pale: Callable[[Rgb, int, int, int], pygame.Surface] = lru_cache(256)(self._made)

    def leave(self, net_id: int, color: Rgb, area: pygame.Rect, now: float) -> None:
        """That body dashes, and is there (pixels of the arena)."""
        if max(area.size) > LARGEST:
            return
        if len(self._last) > MOST:  # NetIDs come and go
            self._last.clear()
        x, y = self._last.get(net_id, (-1000, -1000))
        if max(abs(area.x - x), abs(area.y - y)) >= APART:
            self._last[net_id] = area.topleft
            self._marks.append((now, color, *area.topleft, *area.size))

    def blits(self, corner: tuple[int, int], now: float) -> list[Blit]:
        """What is still to be seen, the palest first; `corner` is the arena's pixel in the window's top left corner."""
        while self._marks and now - self._marks[0][0] >= FADES:
            self._marks.popleft()
        if not self._marks:
            self._last.clear()
        blits: list[Blit] = []
        for when, color, x, y, w, h in self._marks:
            shade = min(SHADES - 1, int((now - when) / FADES * SHADES))
            with contextlib.suppress(NotNowError):
                blits.append((self._pale(color, w, h, shade), (x - corner[0], y - corner[1])))
        return blits

    def _made(self, color: Rgb, w: int, h: int, shade: int) -> pygame.Surface:
        picture = self._sprites.body(color, w, h).copy()
        alpha = round(BRIGHTEST * (1 - shade / SHADES))
        picture.fill((255, 255, 255, alpha), special_flags=pygame.BLEND_RGBA_MULT)
        return picture
