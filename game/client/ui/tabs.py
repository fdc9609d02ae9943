"""A row of names of which one is chosen: what is below them on the page follows. Knows no page."""

from collections.abc import Callable, Sequence

import pygame

from game.client.draw.theme import MUTED, NORMAL, SELECTED, TEXT, Fonts
from game.client.ui.widgets import FIELD_BACK, ROW_RADIUS, ring


class Tabs:
    """One of a few names beside each other; left and right go through them, a click chooses."""

    def __init__(
        self, fonts: Fonts, rect: pygame.Rect, names: Sequence[str], chosen: int, changed: Callable[[int], None]
    ) -> None:
        """`changed` is told the number of the name that is chosen now."""
        self._fonts, self._rect = fonts, rect
        self._names, self.chosen, self._changed = names, chosen, changed
        wide = rect.w / len(names)
        self.areas = [
            pygame.Rect(rect.x + round(number * wide), rect.y, round(wide), rect.h) for number in range(len(names))
        ]

    @property
    def rect(self) -> pygame.Rect:
        return self._rect

    def confirm(self) -> None:
        self._choose((self.chosen + 1) % len(self._names))

    def nudge(self, by: int) -> bool:
        self._choose(max(0, min(len(self._names) - 1, self.chosen + by)))
        return True

    def click(self, at: tuple[int, int]) -> None:
        """Choose what is there."""
        self._choose(next((number for number, area in enumerate(self.areas) if area.collidepoint(at)), self.chosen))

    def focus(self, on: bool) -> None:
        """Shows as a ring alone."""

    def draw(self, target: pygame.Surface, focused: bool) -> None:
        pygame.draw.rect(target, FIELD_BACK, self.rect, border_radius=ROW_RADIUS)
        for number, (name, area) in enumerate(zip(self._names, self.areas, strict=True)):
            if number == self.chosen:
                pygame.draw.rect(target, SELECTED, area.inflate(-6, -6), border_radius=ROW_RADIUS - 2)
            words = self._fonts.text(name, NORMAL - 1, TEXT if number == self.chosen else MUTED, True)
            target.blit(words, words.get_rect(center=area.center))
        if focused:
            ring(target, self.rect)

    def _choose(self, number: int) -> None:
        if number != self.chosen:
            self.chosen = number
            self._changed(number)
