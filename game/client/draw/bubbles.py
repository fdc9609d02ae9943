"""What people say and feel, in a bubble above their heads for a while. Knows no world: it is told where heads are."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import pygame

from game.client.draw.emote_pictures import emote_picture
from game.client.draw.theme import INK, SMALL, Fonts, Rgb

PAPER: Final[Rgb] = (246, 248, 252)
WIDTH: Final = 190  # pixels of text
ROWS: Final = 3
ROW: Final = 18
STAYS: Final = 3.0  # seconds, and for each letter of a text
A_LETTER: Final = 0.05
FADE: Final = 0.4
HEAD: Final = 40  # pixels from the middle of a body to the tip of its bubble: the name lies between
MOST: Final = 32  # bubbles at once; more could not be read


@dataclass(slots=True)
class _Bubble:
    since: float
    until: float
    picture: pygame.Surface


class Bubbles:
    """One for each who has said something just now, in place of the one before."""

    def __init__(self, fonts: Fonts) -> None:
        self._fonts = fonts
        self._bubbles: dict[int, _Bubble] = {}  # by NetID, the latest last

    def say(self, net_id: int, text: str, now: float) -> None:
        """Somebody said that."""
        lines = self._fonts.wrap(text, SMALL, WIDTH, ROWS)
        words = [self._fonts.text(line, SMALL, INK, False) for line in lines]
        inner = pygame.Surface((max(word.get_width() for word in words), ROW * len(words)), pygame.SRCALPHA)
        for number, word in enumerate(words):
            inner.blit(word, word.get_rect(midtop=(inner.get_width() // 2, number * ROW)))
        self._put(net_id, inner, now, STAYS + A_LETTER * len(text))

    def show(self, net_id: int, emote: int, now: float) -> None:
        """Somebody shows that emote."""
        self._put(net_id, emote_picture(emote), now, STAYS)

    def draw(self, target: pygame.Surface, middles: Mapping[int, tuple[int, int]], now: float) -> None:
        """Draw those whose bearers are in sight; `middles` are where bodies are in the window."""
        for net_id in [net_id for net_id, bubble in self._bubbles.items() if now >= bubble.until]:
            del self._bubbles[net_id]
        for net_id, bubble in self._bubbles.items():
            middle = middles.get(net_id)
            if middle is None or not target.get_rect().collidepoint(middle):
                continue
            grown = min(1.0, (now - bubble.since) / 0.12)  # it pops up
            picture = bubble.picture
            if grown < 1:
                picture = pygame.transform.smoothscale_by(picture, 0.4 + 0.6 * grown)
            picture.set_alpha(round(255 * min(1.0, (bubble.until - now) / FADE)))
            area = picture.get_rect(midbottom=(middle[0], middle[1] - HEAD))
            target.blit(picture, area.clamp(target.get_rect()))

    def _put(self, net_id: int, inner: pygame.Surface, now: float, seconds: float) -> None:
        self._bubbles.pop(net_id, None)
        if len(self._bubbles) >= MOST:
            del self._bubbles[next(iter(self._bubbles))]
        self._bubbles[net_id] = _Bubble(now, now + seconds, _framed(inner))


def _framed(inner: pygame.Surface) -> pygame.Surface:
    """A rounded frame round it, with a tip below."""
    width, height = max(36, inner.get_width() + 20), inner.get_height() + 12
    picture = pygame.Surface((width, height + 8), pygame.SRCALPHA)
    middle = width // 2
    pygame.draw.rect(picture, INK, (0, 0, width, height), border_radius=10)
    pygame.draw.polygon(picture, INK, [(middle - 8, height - 1), (middle + 8, height - 1), (middle, height + 8)])
    pygame.draw.rect(picture, PAPER, (2, 2, width - 4, height - 4), border_radius=8)
    pygame.draw.polygon(picture, PAPER, [(middle - 5, height - 2), (middle + 5, height - 2), (middle, height + 4)])
    picture.blit(inner, inner.get_rect(center=(middle, height // 2)))
    return picture
