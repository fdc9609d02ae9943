"""One's own body ahead of the server: moved at once, and rewound and replayed when the server disagrees.

Pure: no world, no clock, no wire. It follows the server's rule for intents (at their tick, one a tick, in order), so
whatever the server applied in time was predicted to the bit.
"""

from collections import deque
from dataclasses import dataclass
from enum import Enum
from typing import Final

from ecs.step import Body, Motion, step
from net.errors import RemoteProtocolError
from net.messages import Steer

MAX_BEHIND_TICKS: Final = 1000  # a server far ahead of us is not caught up with step by step


class Cause(Enum):
    """Why the server's body was not the predicted one."""

    PUSHED = "pushed"  # by another player
    RULES = "rules"  # moved by a rule of the game
    LATE = "late"  # an intent came too late, or was held back, and acted at another tick
    SNAPSHOT = "snapshot"  # after a gap in what we were told
    UNEXPLAINED = "unexplained"  # a bug: step, world or wire disagree


@dataclass(frozen=True, slots=True)
class Correction:
    """How far one's own body had to move, as of the predicted tick, and why."""

    tick: int
    dx: int  # world units, from the predicted place to the right one
    dy: int
    cause: Cause
    ticks: int = 0  # how late, where that is the cause
    by: int = 0  # the NetID of who pushed

    @property
    def size(self) -> float:
        """The distance in world units."""
        return float((self.dx**2 + self.dy**2) ** 0.5)


class Prediction:
    """Where one's own body is at `tick`, ahead of what the server has said."""

    def __init__(self, motion: Motion, tick: int, body: Body, direction: int, applied: int) -> None:
        """Begin with what the server said: the body after `tick`, its direction, and the intents applied so far."""
        self._motion = motion
        self.tick = tick
        self.body = body
        self.direction = direction
        self._applied = applied
        self.wanted = direction
        self._sent: deque[tuple[int, int]] = deque()  # (tick, direction), not yet seen in a frame
        self._assumed = 0  # how many of these are in the predicted body
        self.acked = 0  # intents that a frame told us of
        self.late_intents = 0  # of these, applied at another tick than they were meant for

    def advance(self, wanted: int) -> Steer | None:
        """Go one tick further with that direction; return what to tell the server, if anything."""
        news = None
        if wanted != self.wanted:
            self.wanted = wanted
            news = Steer(self.tick + 1, wanted)
            self._sent.append((news.tick, wanted))
        self._step()
        return news

    def peek(self, wanted: int) -> Body:
        """The body one tick further with that direction: what to draw between two ticks, and before the first."""
        direction = wanted if wanted != self.wanted else self.direction
        return step(self.body, direction, self._motion)

    def reconcile(
        self, tick: int, body: Body, direction: int, applied: int, acks: list[int]
    ) -> tuple[int, int, int] | None:
        """Take the server's word for `tick`: its body, direction and count of applied intents, and replay from there.

        `acks` are the ticks at which our own intents were applied since the last call. Returns None where the body
        was predicted to the bit, else (dx, dy, ticks that an intent was late). Raises RemoteProtocolError where the
        server claims to have applied more than we said.
        """
        if tick - self.tick > MAX_BEHIND_TICKS:
            self.tick = tick
        while self.tick < tick:
            self._step()
        late = 0
        for index in range(applied - self._applied):
            if not self._sent:
                raise RemoteProtocolError("the server applied an intent that was never said")
            meant, _ = self._sent.popleft()
            if index < len(acks):
                late = max(late, abs(acks[index] - meant))
                self.acked += 1
                self.late_intents += acks[index] != meant
        if self._sent and self._sent[0][0] <= tick:
            late = max(late, tick + 1 - self._sent[0][0])
        self._applied = applied

        predicted, until = self.body, self.tick
        self.tick, self.body, self.direction, self._assumed = tick, body, direction, 0
        while self.tick < until:
            self._step()
        if self.body == predicted:
            return None
        return self.body.x - predicted.x, self.body.y - predicted.y, late

    def _step(self) -> None:
        self.tick += 1
        if self._assumed < len(self._sent) and self._sent[self._assumed][0] <= self.tick:
            self.direction = self._sent[self._assumed][1]
            self._assumed += 1
        self.body = step(self.body, self.direction, self._motion)
