"""One's own body ahead of the server: moved at once, and rewound and replayed when the server disagrees.

Pure: no world, no clock, no wire. It follows the server's rule for intents (at their tick, one a tick, in order), so
whatever the server applied in time was predicted to the bit.
"""

from collections import deque
from dataclasses import dataclass
from enum import Enum
from typing import Final, NamedTuple

from ecs.collision.separate import any_overlap, separate
from ecs.movement.step import Body, Motion, step
from net.wire.errors import RemoteProtocolError
from net.wire.messages import Steer

# From what the server said last on, for so long those around us are predicted as well: 4 s at 60 Hz. A server that
# makes us run further ahead would have us compute nine bodies for thousands of ticks, in each drawn frame.
MAX_AROUND_TICKS: Final = 250
MAX_BEHIND_TICKS: Final = 1000  # a server far ahead of us is not caught up with step by step

COMPONENT: Final = {"x": "Position", "y": "Position", "vx": "Velocity", "vy": "Velocity"}  # of a Body's field

Others = dict[int, tuple[Body, int]]  # NetID -> the body and the direction that we heard last


class Cause(Enum):
    """Why the server's body was not the predicted one."""

    PUSHED = "pushed"  # by another player, or not as we had thought
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
    component: str = "Position"  # or the first that differed, where that was right

    @property
    def size(self) -> float:
        """The distance in world units."""
        return float((self.dx**2 + self.dy**2) ** 0.5)

    def why(self, name: str) -> str:
        """The cause in words; `name` is that of whoever pushed."""
        match self.cause:
            case Cause.LATE:
                return f"late by {self.ticks} {'tick' if self.ticks == 1 else 'ticks'}"
            case Cause.PUSHED:
                return f"pushed by {name}"
            case Cause.RULES:
                return "moved by the rules"
            case Cause.SNAPSHOT:
                return "after a gap"
            case _:
                return str(self.cause.value)


class Difference(NamedTuple):
    """How the server's word differed from the prediction, as of the predicted tick."""

    dx: int  # world units, from the predicted place to the right one
    dy: int
    late: int  # ticks by which an intent acted at another tick than meant; 0: none did
    touched: int  # the NetID of somebody whom we met or thought to meet on the way; 0: nobody
    component: str  # the first that differed: Position, Velocity ...


class Prediction:
    """Where one's own body is at `tick`, ahead of what the server has said."""

    def __init__(self, motion: Motion, net_id: int, tick: int, body: Body, direction: int, applied: int) -> None:
        """Begin with what the server said: the body after `tick`, its direction, and the intents applied so far."""
        self._motion = motion
        self._net_id = net_id
        self.tick = tick
        self.body = body
        self.direction = direction
        self._applied = applied
        self.wanted = direction
        self._sent: deque[tuple[int, int]] = deque()  # (tick, direction), not yet seen in a frame
        self._assumed = 0  # how many of these are in the predicted body
        self._around: Others = {}  # who is near, as of `tick`, if they go on as we heard last
        self._alone_from = tick  # the tick from which on nobody is
        self._touched = 0
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
        body, _, _ = self._next(wanted if wanted != self.wanted else self.direction)
        return body

    def reconcile(
        self, tick: int, body: Body, direction: int, applied: int, acks: list[int], around: Others
    ) -> Difference | None:
        """Take the server's word for `tick`: its body, direction and count of applied intents, and replay from there.

        `acks` are the ticks at which our own intents were applied since the last call, `around` are those whom we may
        meet, as of `tick`. Returns None where the body was predicted to the bit. Raises RemoteProtocolError where the
        server claims to have applied more than we said.
        """
        if tick - self.tick > MAX_BEHIND_TICKS:
            self.tick = tick
        while self.tick < tick:
            self._step()
        late = self._acknowledge(tick, applied, acks)
        predicted, until, touched = self.body, self.tick, self._touched
        self.tick, self.body, self.direction, self._assumed = tick, body, direction, 0
        self._around, self._touched = around, 0
        self._alone_from = tick + MAX_AROUND_TICKS
        while self.tick < until:
            self._step()
        if self.body == predicted:
            return None
        dx, dy = self.body.x - predicted.x, self.body.y - predicted.y
        component = next(COMPONENT.get(n, n) for n in Body._fields if getattr(self.body, n) != getattr(predicted, n))
        return Difference(dx, dy, late, self._touched or touched, component)

    def _acknowledge(self, tick: int, applied: int, acks: list[int]) -> int:
        """Forget the intents that were applied; return by how many ticks one was late, or is by now."""
        late = 0
        for index in range(applied - self._applied):
            if not self._sent:
                raise RemoteProtocolError("the server applied an intent that was never said")
            meant, _ = self._sent.popleft()
            if index < len(acks):
                late = max(late, abs(acks[index] - meant))
                self.acked += 1
                self.late_intents += acks[index] != meant
        self._applied = applied
        if self._sent and self._sent[0][0] <= tick:
            late = max(late, tick + 1 - self._sent[0][0])
        return late

    def _step(self) -> None:
        self.tick += 1
        if self._around and self.tick >= self._alone_from:
            self._around = {}
        if self._assumed < len(self._sent) and self._sent[self._assumed][0] <= self.tick:
            self.direction = self._sent[self._assumed][1]
            self._assumed += 1
        self.body, self._around, touched = self._next(self.direction)
        self._touched = touched or self._touched

    def _next(self, direction: int) -> tuple[Body, Others, int]:
        """The body, those around it, and whom it met, one tick further."""
        body = step(self.body, direction, self._motion)
        if not self._around:
            return body, self._around, 0
        moved = {net_id: step(other, its, self._motion) for net_id, (other, its) in self._around.items()}
        touched = 0
        if any_overlap((body, *moved.values())):
            # As the CollisionSystem of the server does it, with those of whom we know: mostly it comes to the same.
            # Also where we touch nobody, for whoever is pushed by another may be in our way a moment later.
            before = {net_id: other for net_id, (other, _) in self._around.items()}
            everybody = separate({self._net_id: body, **moved}, {self._net_id: self.body, **before}, self._motion.arena)
            if self._net_id in everybody:
                body, touched = everybody.pop(self._net_id)
            moved.update((net_id, other) for net_id, (other, _) in everybody.items())
        return body, {net_id: (other, self._around[net_id][1]) for net_id, other in moved.items()}, touched
