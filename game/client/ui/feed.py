"""What happens to whom, line by line, apart from the chat: "Bo caught Ann". Only draws what it is told."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pygame

from game.client.draw.theme import INK, SMALL, TEXT, Fonts, Rgb, mix

MARGIN: Final = 14
TOP: Final = 66  # pixels, below the bar
MOST: Final = 5
STAYS: Final = 6.0  # seconds
FADES: Final = 0.8
ROW: Final = 26

Piece = tuple[str, Rgb | None]  # words, in a colour or as all else


@dataclass(slots=True)
class _Line:
    when: float
    pieces: Sequence[Piece]
    picture: pygame.Surface | None = None  # made when it is to be seen


class Feed:
    """Top right, the latest lowest."""

    def __init__(self, fonts: Fonts) -> None:
        self._fonts = fonts
        self._lines: deque[_Line] = deque(maxlen=MOST)

    def tell(self, now: float, *pieces: Piece) -> None:
        """Something happened; of more than fit, the oldest goes."""
        self._lines.append(_Line(now, pieces))

    @property
    def lines(self) -> list[str]:
        """What has been told, the last one last."""
        return [" ".join(text for text, _ in line.pieces) for line in self._lines]

    def draw(self, target: pygame.Surface, now: float) -> None:
        """Draw what can still be read."""
        while self._lines and now - self._lines[0].when >= STAYS + FADES:
            self._lines.popleft()
        for number, line in enumerate(self._lines):
            picture = line.picture = line.picture or self._drawn(line)
            picture.set_alpha(round(255 * min(1.0, (STAYS + FADES - (now - line.when)) / FADES)))
            target.blit(picture, (target.get_width() - MARGIN - picture.get_width(), TOP + number * ROW))

    def _drawn(self, line: _Line) -> pygame.Surface:
        words = [
            self._fonts.text(text, SMALL, mix(color, TEXT, 0.25) if color else TEXT, color is not None)
            for text, color in line.pieces
        ]
        width = sum(picture.get_width() + 6 for picture in words) + 14
        picture = pygame.Surface((width, ROW - 4), pygame.SRCALPHA)
        pygame.draw.rect(picture, (*INK, 170), picture.get_rect(), border_radius=8)
        x = 10
        for each in words:
            picture.blit(each, (x, (ROW - 4 - each.get_height()) // 2))
            x += each.get_width() + 6
        return picture
