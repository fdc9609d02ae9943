"""Outlines of the truth beside what is drawn: where the server's newest word has everybody, and where one's own player
is predicted to be. Draws over the world; knows nothing of connections, and changes nothing.
"""

from typing import Final

import esper
import pygame

from ecs.components import UNITS_PER_PIXEL, NetID, Position, Size
from game.client.draw.theme import SMALL, TEXT, Fonts, Rgb, panel
from net.client.prediction import Prediction

SERVER: Final[Rgb] = (94, 234, 255)
PREDICTED: Final[Rgb] = (255, 116, 222)
LEGEND: Final = ((SERVER, "server's last word"), (PREDICTED, "prediction"))
MARGIN: Final = 14
BOX: Final = 12  # pixels; the side of the little outlines in the legend


class Ghosts:
    """Draws them, and which is which."""

    def __init__(self, fonts: Fonts) -> None:
        self._fonts = fonts
        self._legend: pygame.Surface | None = None

    def draw(self, target: pygame.Surface, corner: tuple[int, int], own: Prediction | None) -> None:
        """`corner` is the arena's pixel in the window's top left corner. Inside `with world`."""
        for _, (_, at, size) in esper.get_components(NetID, Position, Size):
            _outline(target, SERVER, corner, (at.x, at.y), (size.w, size.h))
        if own is not None:
            body = own.body
            _outline(target, PREDICTED, corner, (body.x, body.y), (body.w, body.h))
        legend = self._legend = self._legend or self._explained()
        target.blit(legend, (MARGIN, target.get_height() - MARGIN - legend.get_height()))

    def _explained(self) -> pygame.Surface:
        words = [self._fonts.text(text, SMALL, TEXT, False) for _, text in LEGEND]
        picture = pygame.Surface((sum(BOX + 8 + word.get_width() + 16 for word in words) + 8, 30), pygame.SRCALPHA)
        panel(picture, picture.get_rect(), 215, 10)
        x = 12
        for (color, _), word in zip(LEGEND, words, strict=True):
            pygame.draw.rect(picture, color, (x, 15 - BOX // 2, BOX, BOX), 1)
            picture.blit(word, (x + BOX + 8, 15 - word.get_height() // 2))
            x += BOX + 8 + word.get_width() + 16
        return picture


def _outline(
    target: pygame.Surface, color: Rgb, corner: tuple[int, int], place: tuple[int, int], size: tuple[int, int]
) -> None:
    left, top = (round(at / UNITS_PER_PIXEL) - edge for at, edge in zip(place, corner, strict=True))
    pygame.draw.rect(target, color, (left, top, size[0] // UNITS_PER_PIXEL, size[1] // UNITS_PER_PIXEL), 1)
