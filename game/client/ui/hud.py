"""What lies over the game's picture: a corner with ping and players, and why the game stands still, if it does.

Only draws what it is told; knows no session and no world.
"""

from typing import Final

import pygame

from game.client.draw.canvas import Part
from game.client.draw.theme import (
    ACCENT,
    BAD,
    GOOD,
    LARGE,
    MUTED,
    NORMAL,
    SMALL,
    TEXT,
    Fonts,
    Rgb,
    panel,
    veil,
)

MARGIN: Final = 14
FAIR: Final = 0.09  # seconds of round trip up to which a connection is good
POOR: Final = 0.2
REASON_LINES: Final = 4
PULSES: Final = 15  # pictures a second of what shows that something is going on


class Hud:
    """Draws over the game."""

    def __init__(self, fonts: Fonts) -> None:
        self._fonts = fonts

    def corner(self, target: pygame.Surface, round_trip: float | None, players: int, note: str) -> None:
        """Top left: the round trip in seconds (None while unknown), how many play, and a note, if any, below."""
        ping = "– ms" if round_trip is None else f"{round_trip * 1000:.0f} ms"
        parts = [
            self._fonts.text(ping, SMALL, TEXT, True),
            self._fonts.text(f"{players} {'player' if players == 1 else 'players'}", SMALL, MUTED, False),
        ]
        area = pygame.Rect(MARGIN, MARGIN, 42 + sum(part.get_width() for part in parts) + 16, 32)
        panel(target, area, 215, 10)
        pygame.draw.aacircle(target, _quality(round_trip), (area.x + 18, area.centery), 5)
        x = area.x + 32
        for part in parts:
            target.blit(part, (x, area.centery - part.get_height() // 2))
            x += part.get_width() + 16
        if note:
            words = self._fonts.text(note, SMALL, MUTED, False)
            below = pygame.Rect(MARGIN, area.bottom + 8, words.get_width() + 24, 30)
            panel(target, below, 215, 10)
            target.blit(words, (below.x + 12, below.centery - words.get_height() // 2))

    def hint(self, target: pygame.Surface, text: str) -> None:
        """At the bottom: what one can do."""
        words = self._fonts.text(text, SMALL, TEXT, False)
        area = words.get_rect().inflate(32, 14)
        area.midbottom = target.get_rect().centerx, target.get_height() - MARGIN
        panel(target, area, 215, 10)
        target.blit(words, words.get_rect(center=area.center))

    def overlay(self, target: pygame.Surface, title: str, reason: str, next_step: str, now: float) -> None:
        """In the middle: what happened, why, and what is done about it."""
        veil(target, 150)
        width = min(520, target.get_width() - 4 * MARGIN)
        reasons = self._fonts.wrap(reason, NORMAL, width - 64, REASON_LINES)
        area = pygame.Rect(0, 0, width, 200 + 26 * len(reasons))
        area.center = target.get_rect().center
        panel(target, area)
        lines: list[tuple[str, int, Rgb, bool, int]] = [(title, LARGE, TEXT, True, 44)]
        lines += [(line, NORMAL, MUTED, False, 26) for line in reasons]
        y = area.y + 24
        for text, size, color, bold, height in lines:
            picture = self._fonts.text(text, size, color, bold)
            target.blit(picture, (area.centerx - picture.get_width() // 2, y))
            y += height
        # Bold is a little wider than what `wrap` measures.
        step = self._fonts.text(self._fonts.wrap(next_step, NORMAL, width - 96, 1)[0], NORMAL, ACCENT, True)
        target.blit(step, (area.centerx - step.get_width() // 2, y + 14))
        leave = self._fonts.text("Esc opens the menu", SMALL, MUTED, False)
        target.blit(leave, (area.centerx - leave.get_width() // 2, area.bottom - 36))
        pulse(target, (area.centerx, y + 66), now)


def pulse(target: pygame.Surface, middle: tuple[int, int], now: float) -> None:
    """Three dots that rise in turn: something is going on."""
    now = int(now * PULSES) / PULSES
    for number in range(3):
        phase = (now * 1.4 - number * 0.18) % 1
        lift = max(0.0, 1 - abs(phase - 0.25) * 4)
        color = pygame.Color(*MUTED).lerp(ACCENT, lift)
        pygame.draw.aacircle(target, color, (middle[0] + (number - 1) * 16, round(middle[1] - 5 * lift)), 4)


def pulse_part(middle: tuple[int, int], now: float) -> Part:
    """What of a page that is: the dots move in steps, each of which is a picture to draw."""
    area = pygame.Rect(0, 0, 44, 24)
    area.center = middle
    return area, int(now * PULSES)


def _quality(round_trip: float | None) -> Rgb:
    if round_trip is None:
        return MUTED
    return GOOD if round_trip <= FAIR else ACCENT if round_trip <= POOR else BAD
