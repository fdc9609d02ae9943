"""Words for those who come and go: at most one line of each kind in a while, however many there are."""

from typing import Final

from game.client.happenings import Happened, Happening
from game.rules import listed

PAUSE: Final = 1.5  # seconds from one line of a kind to the next; whoever comes meanwhile is told together

WORDS: Final = {
    Happened.JOINED: "joined",
    Happened.LEFT: "left",
    Happened.LOST: "lost the connection",
    Happened.BACK: ("is back", "are back"),
}


class Notices:
    """Collects names, and says them when it is time."""

    def __init__(self) -> None:
        self._waiting: dict[Happened, list[str]] = {what: [] for what in WORDS}
        self._due = dict.fromkeys(WORDS, 0.0)

    def take(self, happening: Happening) -> None:
        """Something happened; what is told elsewhere is ignored."""
        if happening.what in WORDS:
            self._waiting[happening.what].append(happening.name)

    def due(self, now: float) -> list[str]:
        """The lines to show now, each once."""
        lines = []
        for what, names in self._waiting.items():
            if names and now >= self._due[what]:
                self._due[what] = now + PAUSE
                lines.append(_told(names, what))
                names.clear()
        return lines


def _told(names: list[str], what: Happened) -> str:
    words = WORDS[what]
    one, many = (words, words) if isinstance(words, str) else words
    return f"{listed(names)} {one if len(names) == 1 else many}"
