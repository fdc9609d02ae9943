"""What the player's hands do: keys held, and taps that must not get lost between two ticks."""

from collections import deque
from typing import Final, Literal

from ecs.movement.step import COMPASS, DASH, DIRECTIONS

Key = Literal["up", "down", "left", "right", "dash"]
_NUMBER: Final = {vector: number for number, vector in enumerate(DIRECTIONS)}

DASH_WISH_TICKS: Final = 8  # for which a tap counts: who is a moment early, for the pause or for the way, meant it


class Controls:
    """Turns keys into directions, at most one change for each tick that asks."""

    def __init__(self) -> None:
        self._held: set[Key] = set()
        self._direction = 0
        self._changes: deque[int] = deque(maxlen=2)  # the last two: a tap between two ticks is a turn and its end
        self._dash_held = False
        self._dash_wish = 0  # ticks for which the last press of the dash still counts

    def press(self, key: Key) -> None:
        """A key goes down."""
        self._held.add(key)
        self.steer(self._wanted())

    def release(self, key: Key) -> None:
        """A key comes up."""
        self._held.discard(key)
        self.steer(self._wanted())

    def release_all(self) -> None:
        """Nobody touches the keys any more: the window lost the focus, say."""
        self._held.clear()
        self.steer(0)

    def steer(self, direction: int) -> None:
        """Go in one of `ecs.movement.step`'s directions, with DASH or without, as bots do.

        A dash that is held comes again as soon as it can; one that is tapped is wanted for a few ticks.
        """
        dash, way = bool(direction & DASH), direction & COMPASS
        if dash and not self._dash_held:
            self._dash_wish = DASH_WISH_TICKS
        self._dash_held = dash
        if way != (self._changes[-1] if self._changes else self._direction):
            self._changes.append(way)

    def next(self) -> int:
        """The direction of the next tick, with DASH where that is wanted."""
        direction = self.upcoming
        if self._changes:
            self._direction = self._changes.popleft()
        self._dash_wish = max(0, self._dash_wish - 1)
        return direction

    @property
    def upcoming(self) -> int:
        """What `next` would give, without taking it."""
        way = self._changes[0] if self._changes else self._direction
        return way | DASH if self._dash_held or self._dash_wish else way

    def _wanted(self) -> int:
        held = self._held
        way = _NUMBER[("right" in held) - ("left" in held), ("down" in held) - ("up" in held)]
        return way | DASH if "dash" in held else way
