"""A row of little players to choose a colour from. Knows nothing of the screen that it is on."""

from typing import Final

import pygame

from game.client.sprites import Sprites
from game.client.theme import ACCENT, rgb
from game.rules import PALETTE


class Swatches:
    """The palette, and the colour that came with the player if it is none of these."""

    SIDE: Final = 36

    def __init__(self, sprites: Sprites, chosen: int) -> None:
        self._sprites = sprites
        self._colors = [*PALETTE.values()]
        if chosen not in self._colors:
            self._colors.append(chosen)
        self.chosen = chosen
        self.areas: dict[int, pygame.Rect] = {}  # colour -> where it is in the window

    def place(self, row: pygame.Rect) -> None:
        """Spread over that part of the window."""
        step = (row.w - self.SIDE) / (len(self._colors) - 1)
        self.areas = {
            color: pygame.Rect(row.x + round(number * step), row.y, self.SIDE, self.SIDE)
            for number, color in enumerate(self._colors)
        }

    def step(self, by: int) -> None:
        """Choose a neighbour."""
        self.chosen = self._colors[(self._colors.index(self.chosen) + by) % len(self._colors)]

    def click(self, at: tuple[int, int]) -> bool:
        """Choose what is there; returns whether there was anything."""
        for color, area in self.areas.items():
            if area.collidepoint(at):
                self.chosen = color
                return True
        return False

    def draw(self, target: pygame.Surface, focused: bool) -> None:
        """Draw the row; the keyboard's focus shows as a line below."""
        for color, area in self.areas.items():
            is_chosen = color == self.chosen
            size = self.SIDE if is_chosen else self.SIDE - 10
            place = pygame.Rect(0, 0, size, size)
            place.center = area.center
            target.blit(self._sprites.whole(rgb(color), size, size, (0, 0), not is_chosen), place)
            if is_chosen and focused:
                pygame.draw.rect(target, ACCENT, place.inflate(10, 10), 2, border_radius=15)
