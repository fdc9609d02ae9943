"""The bar at the top: which round it is, how much time is left, and how things stand in a few words of the game's own.

Only draws what it is told; knows no session and no world.
"""

from typing import Final, NamedTuple

import pygame

from game.client.draw.theme import BAD, LARGE, MUTED, NORMAL, SMALL, TEXT, Fonts, Rgb, panel
from net.rounds import Round, RoundPhase

MARGIN: Final = 14
HEIGHT: Final = 40
HURRY: Final = 10  # the last seconds of a round, in which the time is red and beats


class Status(NamedTuple):
    """How things stand, for the end of the bar."""

    text: str
    color: Rgb
    arrow: Rgb | None = None  # of one that points down, before the text


class RoundBar:
    """Top middle."""

    def __init__(self, fonts: Fonts) -> None:
        self._fonts = fonts

    def draw(self, target: pygame.Surface, current: Round, left: int, status: Status | None, now: float) -> None:
        """`left` are the seconds until the phase ends, 0 where it does not."""
        time = f"{left // 60}:{left % 60:02}"
        hurry = current.phase == RoundPhase.PLAYING and 0 < left <= HURRY
        match current.phase:
            case RoundPhase.PLAYING:
                head, word = f"Round {current.number}", time
            case RoundPhase.READY:
                head, word = f"Round {current.number}", "get ready"
            case RoundPhase.PODIUM:
                head, word = "It goes on in", time
            case _:
                head, word = "Practice", "waiting for somebody to play with"
        timed = word == time
        title = self._fonts.text(head, SMALL, MUTED, True)
        clock = self._fonts.text(word, LARGE if timed else SMALL, BAD if hurry else TEXT, timed)
        state = self._picture(status) if status is not None and current.phase != RoundPhase.PODIUM else None
        width = 36 + title.get_width() + 12 + clock.get_width() + (24 + state.get_width() if state else 0)
        area = pygame.Rect((target.get_width() - width) // 2, MARGIN, width, HEIGHT)
        panel(target, area, 225, 12)
        if hurry and now % 1 < 0.5:
            pygame.draw.rect(target, BAD, area, 2, border_radius=12)
        x = area.x + 18
        for part, gap in ((title, 12), (clock, 24), (state, 0)):
            if part is not None:
                target.blit(part, (x, area.centery - part.get_height() // 2))
                x += part.get_width() + gap

    def _picture(self, status: Status) -> pygame.Surface:
        words = self._fonts.text(status.text, NORMAL, status.color, True)
        if status.arrow is None:
            return words
        picture = pygame.Surface((words.get_width() + 22, 24), pygame.SRCALPHA)
        for color, inset in ((TEXT, 0), (status.arrow, 2)):
            pygame.draw.polygon(picture, color, [(inset, 6 + inset), (14 - inset, 6 + inset), (7, 18 - inset)])
        picture.blit(words, (22, 12 - words.get_height() // 2))
        return picture
