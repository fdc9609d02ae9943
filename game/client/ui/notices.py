"""Words for those who come and go: at most one line of each kind in a while, however many there are."""

from enum import Enum
from typing import Final

from game.client.people import GameEvent, Happened
from net.rounds import NAMED, listed

PAUSE: Final = 1.5  # seconds from one line of a kind to the next; whoever comes meanwhile is told together

WORDS: Final[dict[Enum, str | tuple[str, str]]] = {
    Happened.JOINED: "joined",
    Happened.LEFT: "left",
    Happened.LOST: "lost the connection",
    Happened.BACK: ("is back", "are back"),
    Happened.RENAMED: "changed their name",
}


class Notices:
    """Collects names, and says them when it is time."""

    def __init__(self) -> None:
        self._waiting: dict[Enum, list[GameEvent]] = {what: [] for what in WORDS}
        self._more: dict[Enum, int] = dict.fromkeys(
            WORDS, 0
        )  # of whom nobody will read the name: a server can rename all in each frame
        self._due: dict[Enum, float] = dict.fromkeys(WORDS, 0.0)

    def take(self, event: GameEvent) -> None:
        """Something happened; what is told elsewhere is ignored."""
        waiting = self._waiting.get(event.what)
        if waiting is None:
            return
        if len(waiting) <= NAMED:
            waiting.append(event)
        else:
            self._more[event.what] += 1

    def due(self, now: float) -> list[str]:
        """The lines to show now, each once."""
        lines = []
        for what, waiting in self._waiting.items():
            if waiting and now >= self._due[what]:
                self._due[what] = now + PAUSE
                lines.append(_told(waiting, what, self._more[what]))
                waiting.clear()
                self._more[what] = 0
        return lines


def _told(waiting: list[GameEvent], what: Enum, more: int) -> str:
    words, names = WORDS[what], [event.name for event in waiting]
    if what is Happened.RENAMED and len(waiting) <= NAMED:
        return ", ".join(f"{event.former} is now called {event.name}" for event in waiting)
    one, many = (words, words) if isinstance(words, str) else words
    who = f"{len(names) + more} players" if more else listed(names)
    return f"{who} {one if len(names) == 1 else many}"
