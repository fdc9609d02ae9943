"""One client's world built by hand, for tests of single systems of the client."""

from dataclasses import dataclass, field

import esper

from ecs.arena import TILE
from ecs.components import Dash, Intent, Position, Size, Velocity
from ecs.grid import EVERYWHERE, Grid
from ecs.movement.step import Body, Motion, motion_at, step
from ecs.world import World
from game.tag import TAG
from net.client.clock import ServerClock
from net.client.components import Shown
from net.client.controls import Controls
from net.client.input_system import InputSystem
from net.client.mirror_system import MirrorSystem
from net.client.reconciliation_system import ReconciliationSystem
from net.replication.mirror import Mirror
from net.wire.messages import BodyRow, Frame, IntentRow, Section, Snapshot, Steer
from tests.harness import HALL

OWN, OTHER = 5, 6


@dataclass
class Hand:
    """The systems of a client, fed by hand; the server's side of the truth is kept beside it."""

    world: World = field(default_factory=World)
    motion: Motion = field(default_factory=lambda: motion_at(HALL, 60))
    said: list[Steer] = field(default_factory=list)
    controls: Controls = field(default_factory=Controls)
    clock: ServerClock = field(default_factory=lambda: ServerClock(60))

    def __post_init__(self) -> None:
        self.mirror = Mirror(self.world, TAG.registry(), self.motion, Grid(HALL), 60, 2)
        self.incoming = MirrorSystem(self.mirror, lambda: 0.0)
        self.reconciliation = ReconciliationSystem(self.world, OWN, self.motion, self.mirror, self.incoming, 60)
        self.input = InputSystem(self.controls, self.clock, self.mirror, self.reconciliation, 60, self.said.append)
        self.truth = Body(10 * TILE, 10 * TILE, 0, 0, 448, 448)
        with self.world:
            for system in (self.incoming, self.reconciliation, self.input):
                esper.add_processor(system)
        self.clock.pong(0.0, 0.1, 103.0, 103.0)  # 100 ms there and back; the server is at tick 106 now
        self.incoming.inbox.append(Snapshot(100, (), ((EVERYWHERE, ((OWN, self._rows(self.truth)),)),)))

    def frame(self, now: float) -> None:
        """Draw one frame at that time (seconds)."""
        with self.world:
            esper.process(now)

    def told(
        self, tick: int, direction: int, intents: tuple[IntentRow, ...] = (), by: int | None = None, dx: int = 0
    ) -> None:
        """A frame comes: the truth went on with `direction`, and was moved by `dx` at the end where `by` is given."""
        for _ in range(self.mirror.tick + 1 + sum(2 for _ in self.incoming.inbox), tick + 1):
            self.truth = step(self.truth, direction, self.motion)
        bodies: list[BodyRow] = []
        if by is not None:
            self.truth = self.truth._replace(x=self.truth.x + dx)
            bodies = [(OWN, *self.truth[:4], by)]
        self.incoming.inbox.append(Frame(tick, (Section(EVERYWHERE, list(intents), bodies),)))

    def shown(self) -> Shown:
        """The own player's drawn place; made when first asked for."""
        with self.world:
            entity = self.world.entity(OWN)
            assert entity is not None
            shown = esper.try_component(entity, Shown)
            if shown is None:
                shown = Shown()
                esper.add_component(entity, shown)
            return shown

    @staticmethod
    def _rows(body: Body) -> tuple[tuple[int, tuple[int | str | bool, ...]], ...]:
        components = (
            Position(body.x, body.y),
            Velocity(body.vx, body.vy),
            Size(body.w, body.h),
            Intent(),
            Dash(),
        )
        registry = TAG.registry()
        return tuple((registry.kind(type(c)).index, registry.kind(type(c)).read(c)) for c in components)
