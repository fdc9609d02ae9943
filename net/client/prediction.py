"""One's own body ahead of the server: moved at once, and rewound and replayed when the server disagrees.

Pure: no world, no clock, no wire. It follows the server's rule for intents (at their tick, one a tick, in order), so
whatever the server applied in time was predicted to the bit. With it goes whoever is near, and what one has launched.
"""

from collections import deque
from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

from ecs.collision.separate import any_overlap, separate
from ecs.movement.step import Body, Motion, step
from ecs.world import launched_id
from net.client.controls import Wanted
from net.client.corrections import Difference
from net.wire.errors import RemoteProtocolError
from net.wire.messages import Steer

# From what the server said last on, for so long those around us are predicted as well: 4 s at 60 Hz. A server that
# makes us run further ahead would have us compute nine bodies for thousands of ticks, in each drawn frame.
MAX_AROUND_TICKS: Final = 250
MAX_BEHIND_TICKS: Final = 1000  # a server far ahead of us is not caught up with step by step

COMPONENT: Final = {"x": "Position", "y": "Position", "vx": "Velocity", "vy": "Velocity"}  # of a Body's field

Others = dict[int, tuple[Body, int, int]]  # NetID -> the body, and the direction and action that we heard last
Flying = dict[int, Body]  # NetID -> a body that we launched

# What a change from one action to another launches from a body, if anything, as a pure function.
Launched = Callable[[int, int, Body], Body | None]


def _nothing(former: int, action: int, body: Body) -> Body | None:
    return None


class _Sent(NamedTuple):
    """An intent that no frame has told of yet."""

    tick: int
    wanted: Wanted
    launches: bool  # whether we thought that it would launch something


class Prediction:
    """Where one's own body is at `tick`, ahead of what the server has said."""

    def __init__(
        self,
        motion: Motion,
        net_id: int,
        tick: int,
        body: Body,
        wanted: Wanted,
        applied: int,
        launched: Launched = _nothing,
    ) -> None:
        """Begin with what the server said: the body after `tick`, what it is told to do, and the intents applied."""
        self._motion = motion
        self._net_id = net_id
        self._launched = launched
        self.tick = tick
        self.body = body
        self.doing = wanted  # what the body is told to do in this tick
        self._applied = applied
        self.wanted = wanted
        self._sent: deque[_Sent] = deque()
        self._assumed = 0  # how many of these are in the predicted body
        self.around: Others = {}  # who is near, as of `tick`, if they go on as we heard last
        self.flying: Flying = {}  # what we have launched, likewise
        self._alone_from = tick  # the tick from which on nobody is around
        self._touched = 0
        self.astray: dict[int, tuple[int, int]] = {}  # NetID -> how far what is drawn beside us was off, in world units
        self.acked = 0  # intents that a frame told us of
        self.late_intents = 0  # of these, applied at another tick than they were meant for

    @property
    def direction(self) -> int:
        """Where the body is told to go in this tick."""
        return self.doing.direction

    def advance(self, wanted: Wanted, may_launch: bool = False) -> Steer | None:
        """Go one tick further with that; return what to tell the server, if anything.

        `may_launch`: whether what it launches, if anything, would be allowed as far as we know.
        """
        news = None
        if wanted != self.wanted:
            self.wanted = wanted
            news = Steer(self.tick + 1, *wanted)
            self._sent.append(_Sent(news.tick, wanted, may_launch))
        self._step()
        return news

    def peek(self, wanted: Wanted, may_launch: bool = False) -> tuple[Body, Others, Flying]:
        """All of it one tick further with that: what to draw between two ticks, and before the first."""
        new = wanted if wanted != self.wanted else self.doing
        flying = self.flying
        if wanted != self.wanted and may_launch:
            flying = self._with_launched(self.doing, new, self._applied + len(self._sent) + 1)
        body, others, _ = self._next(new)
        return body, others, self._flown(flying)

    def reconcile(
        self,
        tick: int,
        body: Body,
        doing: Wanted,
        applied: int,
        acks: list[int],
        around: Others,
        flying: Mapping[int, Body] | None = None,
    ) -> Difference | None:
        """Take the server's word for `tick`: its body, what it does and its count of intents, and replay from there.

        `acks` are the ticks at which our own intents were applied since the last call, `around` are those whom we may
        meet and `flying` what we launched, as of `tick`. Returns None where the body was predicted to the bit. Raises
        RemoteProtocolError where the server claims to have applied more than we said.
        """
        if tick - self.tick > MAX_BEHIND_TICKS:
            self.tick = tick
        while self.tick < tick:
            self._step()
        late = self._acknowledge(tick, applied, acks)
        predicted, until, touched = self.body, self.tick, self._touched
        beside = self._beside()
        self.tick, self.body, self.doing, self._assumed = tick, body, doing, 0
        self.around, self._touched = around, 0
        self.flying = dict(flying or {})
        self._alone_from = tick + MAX_AROUND_TICKS
        while self.tick < until:
            self._step()
        self.astray = {
            net_id: (now.x - before.x, now.y - before.y)
            for net_id, now in self._beside().items()
            if (before := beside.get(net_id, now)) != now
        }
        if self.body == predicted:
            return None
        dx, dy = self.body.x - predicted.x, self.body.y - predicted.y
        component = next(COMPONENT.get(n, n) for n in Body._fields if getattr(self.body, n) != getattr(predicted, n))
        return Difference(dx, dy, late, self._touched or touched, component)

    def _beside(self) -> dict[int, Body]:
        """Those around us who are drawn in the predicted present, as we are."""
        present = self._motion.present
        return {net_id: body for net_id, (body, _, _) in self.around.items() if body.kind in present}

    def _acknowledge(self, tick: int, applied: int, acks: list[int]) -> int:
        """Forget the intents that were applied; return by how many ticks one was late, or is by now."""
        late = 0
        for index in range(applied - self._applied):
            if not self._sent:
                raise RemoteProtocolError("the server applied an intent that was never said")
            meant = self._sent.popleft().tick
            if index < len(acks):
                late = max(late, abs(acks[index] - meant))
                self.acked += 1
                self.late_intents += acks[index] != meant
        self._applied = applied
        if self._sent and self._sent[0].tick <= tick:
            late = max(late, tick + 1 - self._sent[0].tick)
        return late

    def _step(self) -> None:
        self.tick += 1
        if self.around and self.tick >= self._alone_from:
            self.around = {}
        if self._assumed < len(self._sent) and self._sent[self._assumed].tick <= self.tick:
            sent = self._sent[self._assumed]
            self._assumed += 1
            if sent.launches:
                self.flying = self._with_launched(self.doing, sent.wanted, self._applied + self._assumed)
            self.doing = sent.wanted
        self.body, self.around, touched = self._next(self.doing)
        self.flying = self._flown(self.flying)
        self._touched = touched or self._touched

    def _with_launched(self, former: Wanted, wanted: Wanted, count: int) -> Flying:
        """What flies, and what the intent of that number launches, as it begins."""
        begun, net_id = self._launched(former.action, wanted.action, self.body), launched_id(self._net_id, count)
        return self.flying if begun is None or net_id is None else {**self.flying, net_id: begun}

    def _flown(self, flying: Flying) -> Flying:
        return {net_id: step(body, 0, self._motion) for net_id, body in flying.items()}

    def _next(self, wanted: Wanted) -> tuple[Body, Others, int]:
        """The body, those around it, and whom it met, one tick further."""
        motion = self._motion
        body = step(self.body, wanted.direction, motion, wanted.action)
        if not self.around:
            return body, self.around, 0
        moved = {net_id: step(other, way, motion, action) for net_id, (other, way, action) in self.around.items()}
        touched = 0
        if any_overlap((body, *moved.values())):
            # As the CollisionSystem of the server does it, with those of whom we know: mostly it comes to the same.
            # Also where we touch nobody, for whoever is pushed by another may be in our way a moment later.
            before = {net_id: other for net_id, (other, _, _) in self.around.items()}
            everybody = separate(
                {self._net_id: body, **moved},
                {self._net_id: self.body, **before},
                motion.arena,
                meetings=motion.meetings,
            )
            if self._net_id in everybody:
                body, touched = everybody.pop(self._net_id)
            moved.update((net_id, other) for net_id, (other, _) in everybody.items())
        return body, {net_id: (other, *self.around[net_id][1:]) for net_id, other in moved.items()}, touched
