"""Plays the game's sounds, as far as there is anything to play them on. Knows no world: it is told what and how far."""

from typing import Final

import pygame

from game.arenas import ASSETS
from game.client.devices import optional
from game.client.game_events import GameEvent, Happened

DEVICE: Final = "sound"
NAMES: Final = ("tag", "tagged", "dash", "join", "countdown", "round_end")
EARSHOT: Final = 900.0  # pixels at which nothing is heard any more: a little beyond the screen's edge
SIDE: Final = 500.0  # pixels to one side at which one ear hears hardly anything
CHANNELS: Final = 12  # sounds at once; in a crowd that dashes, one more would not be missed
FULL: Final = 100


class Sounds:
    """All of them, loaded once, for the program's life."""

    def __init__(self, volume: int = FULL) -> None:
        """`volume` is from 0 to 100. Where there is no audio device, it is silent, and says so in the log once."""
        self.volume = volume
        self.played: list[str] = []  # the last few, for whoever wants to know
        self._sounds: dict[str, pygame.mixer.Sound] = {}
        with optional(DEVICE):
            if not pygame.mixer.get_init():
                pygame.mixer.init(frequency=32_000, channels=2, buffer=512)
            pygame.mixer.set_num_channels(CHANNELS)
            for name in NAMES:
                self._sounds[name] = pygame.mixer.Sound(ASSETS / "sounds" / f"{name}.wav")

    def play(self, name: str, away: tuple[float, float] = (0.0, 0.0), loud: float = 1.0) -> None:
        """Play one; `away` is how far right and down of the listener it is, in pixels."""
        nearness = 1 - (away[0] ** 2 + away[1] ** 2) ** 0.5 / EARSHOT
        strength = loud * self.volume / FULL * max(0.0, nearness)
        if strength <= 0:
            return
        self.played = [*self.played[-15:], name]
        right = max(-1.0, min(1.0, away[0] / SIDE))
        with optional(DEVICE):  # which may be pulled out at any time
            channel = self._sounds[name].play() if name in self._sounds else None
            if channel is not None:
                channel.set_volume(strength * min(1.0, 1 - right), strength * min(1.0, 1 + right))

    def tell(self, event: GameEvent, own: int, away: tuple[float, float] | None) -> None:
        """Let a happening be heard; `own` is one's own NetID, `away` how far off it was, None where nobody sees it."""
        match event.what:
            case Happened.TAGGED if event.net_id == own:
                self.play("tagged")
            case Happened.TAGGED:
                self.play("tag", (0, 0) if event.by == own else away or (EARSHOT * 0.8, 0))
            case Happened.DASHED if away is not None:
                self.play("dash", away, 0.7)
            case Happened.JOINED:
                self.play("join", loud=0.5)
            case Happened.COUNTDOWN:
                self.play("countdown", loud=0.7)
            case Happened.ENDED:
                self.play("round_end")
