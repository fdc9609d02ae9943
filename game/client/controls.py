"""What the player's hands do: keys held, and taps that must not get lost between two ticks."""

from collections import deque
from typing import Final, Literal

from ecs.step import DIRECTIONS

Key = Literal["up", "down", "left", "right", "dash"]
_NUMBER: Final = {vector: number for number, vector in enumerate(DIRECTIONS)}


class Controls:
    """Turns keys into directions, at most one change for each tick that asks."""

    def __init__(self) -> None:
        self._held: set[Key] = set()
        self._direction = 0
        self._changes: deque[int] = deque(maxlen=2)  # the last two: a tap between two ticks is a turn and its end

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
        """Go in one of `ecs.step`'s directions, as bots do."""
        if direction != (self._changes[-1] if self._changes else self._direction):
            self._changes.append(direction)

    def next(self) -> int:
        """The direction of the next tick."""
        if self._changes:
            self._direction = self._changes.popleft()
        return self._direction

    @property
    def upcoming(self) -> int:
        """What `next` would give, without taking it."""
        return self._changes[0] if self._changes else self._direction

    def _wanted(self) -> int:
        held = self._held
        return _NUMBER[("right" in held) - ("left" in held), ("down" in held) - ("up" in held)]
