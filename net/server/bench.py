"""Whose seat somebody else gets: on a full server, that of the player who has done nothing for longest.

Only while others want to play: to be away from the keyboard is no fault. They are told beforehand, and one goes at a
time. Knows no world.
"""

from collections.abc import Collection
from typing import Final, Protocol

BENCH_NOTICE_SECONDS: Final = 20.0  # from the warning on: enough to come back from the next room
WANTED_SECONDS: Final = 60.0  # since somebody was refused: who wants to play tries again within that
LOOK_SECONDS: Final = 1.0  # from one look at all players to the next


class Player(Protocol):
    """A session with a seat."""

    acted: float  # seconds, when its player last did something

    def tell(self, notice: str) -> None:
        """A word to it alone."""

    def bench(self, reason: str) -> None:
        """Take its seat; it may come back to watch."""


class Bench:
    """Of one server."""

    def __init__(self, idle_seconds: float) -> None:
        """`idle_seconds` without input, and a seat can be taken away; 0: never."""
        self._idle_seconds = idle_seconds
        self._wanted_until = 0.0
        self._next_look = 0.0
        self._warned: tuple[Player, float] | None = None  # who is to go next, and when they were told

    def wanted(self, now: float) -> None:
        """Somebody was refused, for there is no seat left."""
        self._wanted_until = now + WANTED_SECONDS

    def look(self, players: Collection[Player], full: bool, now: float) -> None:
        """Warn the longest idle, and send them to the bench when it is time; cheap where nobody is refused."""
        if not full or not self._idle_seconds or now >= self._wanted_until:
            self._warned = None
        elif now >= self._next_look:
            self._next_look = now + LOOK_SECONDS
            if self._warned is not None:
                self._go_on(*self._warned, players, now)
            else:
                self._warn(min(players, key=lambda session: session.acted, default=None), now)

    def _warn(self, longest: "Player | None", now: float) -> None:
        enough = max(self._idle_seconds - BENCH_NOTICE_SECONDS, self._idle_seconds / 2)  # nobody is warned who plays
        if longest is not None and now - longest.acted >= enough:
            longest.tell(f"others want to play: move within {BENCH_NOTICE_SECONDS:.0f} s, or you will only watch")
            self._warned = longest, now

    def _go_on(self, session: Player, warned: float, players: Collection[Player], now: float) -> None:
        if session not in players or session.acted >= warned:
            self._warned = None
        elif now - warned >= BENCH_NOTICE_SECONDS and now - session.acted >= self._idle_seconds:
            self._warned = None
            session.bench(f"you did nothing for {now - session.acted:.0f} s, and others want to play")
