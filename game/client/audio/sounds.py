"""Plays the game's sounds, as far as there is anything to play them on. Knows no world: it is told what and how far."""

from typing import Final

import pygame

from game.arenas import ASSETS
from game.client.devices import optional

DEVICE: Final = "sound"
EARSHOT: Final = 900.0  # pixels at which nothing is heard any more: a little beyond the screen's edge
SIDE: Final = 500.0  # pixels to one side at which one ear hears hardly anything
CHANNELS: Final = 12  # sounds at once; in a crowd that dashes, one more would not be missed
FULL: Final = 100


class Sounds:
    """All of them, each loaded when it is first played, for the program's life."""

    def __init__(self, volume: int = FULL) -> None:
        """`volume` is from 0 to 100. Where there is no audio device, it is silent, and says so in the log once."""
        self.volume = volume
        self.played: list[str] = []  # the last few, for whoever wants to know
        self._sounds: dict[str, pygame.mixer.Sound] = {}
        with optional(DEVICE):
            if not pygame.mixer.get_init():
                pygame.mixer.init(frequency=32_000, channels=2, buffer=512)
            pygame.mixer.set_num_channels(CHANNELS)

    def play(self, name: str, away: tuple[float, float] = (0.0, 0.0), loud: float = 1.0) -> None:
        """Play one of assets/sounds; `away` is how far right and down of the listener it is, in pixels."""
        nearness = 1 - (away[0] ** 2 + away[1] ** 2) ** 0.5 / EARSHOT
        strength = loud * self.volume / FULL * max(0.0, nearness)
        if strength <= 0:
            return
        self.played = [*self.played[-15:], name]
        right = max(-1.0, min(1.0, away[0] / SIDE))
        with optional(DEVICE):  # which may be pulled out at any time
            if name not in self._sounds:
                self._sounds[name] = pygame.mixer.Sound(ASSETS / "sounds" / f"{name}.wav")
            channel = self._sounds[name].play()
            if channel is not None:
                channel.set_volume(strength * min(1.0, 1 - right), strength * min(1.0, 1 + right))
