"""Asks a host who leaves while others play in the game, for it ends for all of them then."""

from collections.abc import Callable
from typing import Final

from game.client.draw.theme import TEXT
from game.client.ui.page import Look, Page
from game.client.ui.widgets import HEIGHT

WIDTH: Final = 460


class LeaveScreen(Page):
    """How many others are playing, to end the game or to play on."""

    def __init__(self, look: Look, others: int, leave: Callable[[], None], stay: Callable[[], None]) -> None:
        super().__init__(look, (WIDTH, 206), stay)
        self.title("End the game?", self.panel.y + 22)
        who = "1 other is playing" if others == 1 else f"{others} others are playing"
        self.words = f"{who}. The game runs on your machine, so it ends for everybody when you leave."
        self.texts += self.lines(self.words, self.panel.y + 74, 3, TEXT)
        _, play_on = self.buttons(self.panel.bottom - 24 - HEIGHT, ("End the game", leave), ("Play on", stay))
        self.focus.go_to(play_on)  # so that nobody ends it by pressing a key in a hurry
