"""From key events to the player's controls; several keys may mean the same. Knows no screen and no world."""

from typing import Final

import pygame

from game.client.controls import Controls, Key

KEYS: Final[dict[int, Key]] = {
    pygame.K_UP: "up",
    pygame.K_w: "up",
    pygame.K_DOWN: "down",
    pygame.K_s: "down",
    pygame.K_LEFT: "left",
    pygame.K_a: "left",
    pygame.K_RIGHT: "right",
    pygame.K_d: "right",
    pygame.K_SPACE: "dash",
}


class Keyboard:
    """Which keys are down, as events tell it: those of a single frame count too, however short the tap."""

    def __init__(self, controls: Controls) -> None:
        self._controls = controls
        self._down: set[int] = set()
        self.used = False  # whether the player has found the keys yet

    def handle(self, event: pygame.Event) -> None:
        """Take in one event of the window; those that are none of its business are ignored."""
        if event.type == pygame.KEYDOWN and event.key in KEYS:
            self.used = True
            self._down.add(event.key)
            self._controls.press(KEYS[event.key])
        elif event.type == pygame.KEYUP and event.key in self._down:
            self._down.discard(event.key)
            if KEYS[event.key] not in {KEYS[key] for key in self._down}:
                self._controls.release(KEYS[event.key])
        elif event.type == pygame.WINDOWFOCUSLOST:  # the keys will come up where we do not see it
            self.let_go()

    def let_go(self) -> None:
        """Nobody holds a key any more, as far as the game is concerned."""
        self._down.clear()
        self._controls.release_all()
