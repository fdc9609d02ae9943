"""Steps a server and any number of clients in one process, by hand, over in-memory links: no sleeping, no sockets.

At every tick it keeps what the server's world was, and holds each client's mirror against it, to the bit.
"""

import random
from collections.abc import Callable
from functools import lru_cache
from typing import Final

import esper

from ecs.arena import Arena, parse_arena
from ecs.components import Intent, Position, Velocity
from ecs.grid import EVERYWHERE, Grid
from ecs.surprises import BY_THE_RULES, Surprises
from ecs.world import World
from game.client.controls import Controls
from game.client.play import Play, Stay
from game.client.prediction import Correction
from game.rules import build_registry
from game.server.session import Session
from game.server.simulation import ServerSettings, Simulation
from net.conditioner.link import PERFECT, Conditions, link
from net.replication.registry import Registry
from net.wire.codec import decode_from_server, encode
from net.wire.framing import Deframer, frame
from net.wire.messages import EntityRow, FromClient, FromServer

TICK = 1 / 60

HALL = parse_arena("\n".join(["#" * 40, *["#" + "." * 38 + "#"] * 22, "#" * 40]))
CORRIDOR = parse_arena("\n".join(["#" * 30, "#" + "." * 28 + "#", "#" * 30]))


understood = lru_cache(maxsize=1024)(decode_from_server)  # what many are told, or one is asked about again and again


class Clock:
    """Time that moves when told to."""

    def __init__(self) -> None:
        self.time = 1000.0

    def __call__(self) -> float:
        return self.time


class Tap:
    """Between a pipe and its receiver: counts, and can keep, what passes."""

    def __init__(self, receiver: Play | Session) -> None:
        self.receiver = receiver
        self.data = bytearray()

    def received(self, data: bytes) -> None:
        self.data += data
        self.receiver.received(data)

    def lost(self, reason: str) -> None:
        self.receiver.lost(reason)


class Player:
    """A client of ours at one end of a link."""

    def __init__(
        self,
        stage: "Stage",
        name: str,
        conditions: Conditions,
        seed: int,
        registry: Registry,
        watch: bool = False,
        password: str = "",
    ) -> None:
        self.controls = Controls()
        self.corrections: list[Correction] = []
        self.pushes = 0  # that the mirror knows of
        self.compared = 0  # ticks at which the mirror was held against the server
        self.updating = True
        self._stage = stage
        self._watch, self._password = watch, password
        self._name, self._conditions, self._seed, self._registry = name, conditions, seed, registry
        self._connect("")

    def come_back(self, token: str | None = None) -> None:
        """Connect anew, as a session does after a loss, with the token of the last Welcome or another."""
        self.updating = True
        self.play.world.close()
        self._connect(self.play.token if token is None else token)

    def _connect(self, token: str) -> None:
        stage = self._stage
        self.play = Play(
            self._name,
            0x123456,
            self.controls,
            self._registry,
            stage.clock,
            token=token,
            watch=self._watch,
            password=self._password,
        )
        self.near, self.far = link(stage.clock, self._conditions, self._seed)
        self.session = stage.simulation.accept(self.far)
        self.far.receiver = self.session
        self.tap = Tap(self.play)
        self.near.receiver = self.tap
        self._last: Correction | None = None
        self.play.changed = self._watch_mirror
        self.play.attach(self.near)

    @property
    def stay(self) -> Stay:
        assert self.play.stay is not None, self.play.reason or "not let in yet"
        return self.play.stay

    @property
    def net_id(self) -> int:
        return self.stay.net_id

    def update(self) -> None:
        if not self.updating:
            return
        self.play.update()
        if self.play.stay is not None:
            if self.stay.incoming.news:
                self.pushes += sum(by != BY_THE_RULES for by in self.stay.mirror.touched.values())
            recent = self.stay.reconciliation.recent
            last = recent[-1] if recent else None
            if last is not None and last is not self._last:
                self.corrections.append(last)
            self._last = last

    def held(self) -> tuple[EntityRow, ...]:
        """What the mirror holds now."""
        with self.play.world:
            return self._stage.registry.describe_all(self.play.world)

    def _watch_mirror(self) -> None:
        if self.play.stay is None or self.play.ending is not None:
            return
        recorded = self.stay.mirror.ticked

        def compare(tick: int) -> None:
            recorded(tick)
            if tick % self._stage.compare_ticks == 0:
                # Inside `with world` already. A frame's own tick is exact, and so are all it was silent about.
                held = self._stage.registry.describe_all(self.play.world)
                assert held == self._stage.seen(self.stay.mirror.view, tick), f"the mirror differs at tick {tick}"
                self.compared += 1

        self.stay.mirror.ticked = compare


class Stranger:
    """A raw peer: says whatever bytes a test wants to, and decodes what it is told."""

    def __init__(self, stage: "Stage", conditions: Conditions = PERFECT) -> None:
        self.near, self.far = link(stage.clock, conditions)
        self.session = stage.simulation.accept(self.far)
        self.far.receiver = self.session
        self.near.receiver = self
        self.told: list[FromServer] = []
        self.ended: str | None = None
        self._deframer = Deframer(1 << 24)
        stage.strangers.append(self)

    def say(self, message: FromClient) -> None:
        self.near.write(frame(encode(message)))

    def received(self, data: bytes) -> None:
        self.told.extend(understood(bytes(payload)) for payload in self._deframer.feed(data))

    def lost(self, reason: str) -> None:
        self.ended = reason


class PlacingSystem(esper.Processor):
    """A rule that puts players where a test wants them."""

    def __init__(self) -> None:
        self.places: dict[int, tuple[int, int]] = {}
        self.stage: Stage | None = None

    def process(self, tick: int) -> None:
        assert self.stage is not None
        for net_id, (x, y) in self.places.items():
            position, velocity = self.stage.components(net_id)
            position.x, position.y, velocity.x, velocity.y = x, y, 0, 0
            self.stage.simulation.surprises.body(net_id)
        self.places.clear()


SERVER_ID: Final = "5e" * 8


class Stage:
    """A server, its clients, and the clock that they share."""

    def __init__(
        self,
        arena: Arena = HALL,
        registry: Callable[[], Registry] = build_registry,
        rules: Callable[[World, Surprises], list[esper.Processor]] = lambda world, surprises: [],
        **settings: int | float | str,
    ) -> None:
        self.clock = Clock()
        self.registry = registry()
        self.settings = ServerSettings(arena, **settings)  # type: ignore[arg-type]
        self.grid = Grid(arena, self.settings.cell_tiles)
        self.frame_ticks = self.settings.tick_rate // self.settings.send_rate
        self.compare_ticks = self.frame_ticks  # mirrors are held against the server at multiples of it
        secret = random.Random(self.settings.seed)
        self._placing = PlacingSystem()
        self.simulation = Simulation(
            self.settings,
            self.clock,
            self.registry,
            lambda world, surprises: [self._placing, *rules(world, surprises)],
            mint_token=lambda: secret.randbytes(16).hex(),
            server_id=SERVER_ID,
        )
        self._placing.stage = self
        self.players: list[Player] = []
        self.strangers: list[Stranger] = []
        self.history: dict[int, tuple[EntityRow, ...]] = {}  # tick -> the server's world after it
        self._cells: tuple[int, list[int]] = -1, []  # the tick that was asked for last, and where its entities are
        self._new_registry = registry

    def join(self, name: str = "Ann", conditions: Conditions = PERFECT, seed: int = 0, password: str = "") -> Player:
        player = Player(self, name, conditions, seed, self._new_registry(), password=password)
        self.players.append(player)
        return player

    def watch(self, name: str = "Eve", conditions: Conditions = PERFECT, seed: int = 0, password: str = "") -> Player:
        """A spectator joins."""
        player = Player(self, name, conditions, seed, self._new_registry(), watch=True, password=password)
        self.players.append(player)
        return player

    def run(self, ticks: int, each: Callable[[int], None] = lambda tick: None) -> None:
        """Let so many ticks pass; `each` is called before each of them."""
        for _ in range(ticks):
            each(self.simulation.tick)
            self.clock.time += 1 / self.settings.tick_rate
            self._deliver()
            self.simulation.advance(self.clock.time)
            with self.simulation.world:
                self.history[self.simulation.tick] = self.registry.describe_all(self.simulation.world)
            self._deliver()
            for player in self.players:
                player.update()

    def hiccup(self, ticks: int, given_up: bool) -> None:
        """The server stands still for so long; then it makes up for that time at once, or gives it up."""
        began = self.clock.time
        for _ in range(ticks):
            self.clock.time += 1 / self.settings.tick_rate
            for player in self.players:
                player.near.deliver()
                player.update()
        self._deliver()
        for tick in range(0 if given_up else ticks):
            self.simulation.advance(began + (tick + 1) / self.settings.tick_rate)
            with self.simulation.world:
                self.history[self.simulation.tick] = self.registry.describe_all(self.simulation.world)
        if given_up:
            self.simulation.network.began(self.clock.time, 0.0)

    def settle(self, ticks: int = 120) -> None:
        """Until everybody is in, and their clocks are good."""
        self.run(ticks)
        for player in self.players:
            bodiless = player.net_id == 0
            assert (player.stay.reconciliation.prediction is None) is bodiless, f"{player.play.reason}"

    def place(self, net_id: int, x: int, y: int) -> None:
        """Put a player somewhere in the next tick, as a rule of the game would; it stands there then."""
        self._placing.places[net_id] = x, y

    def components(self, net_id: int) -> tuple[Position, Velocity]:
        """The server's own components of an entity, inside `with world`."""
        entity = self.simulation.world.entity(net_id)
        assert entity is not None, f"nobody is {net_id}"
        return esper.component_for_entity(entity, Position), esper.component_for_entity(entity, Velocity)

    def seen(self, view: frozenset[int], tick: int) -> tuple[EntityRow, ...]:
        """What the server held of those cells at the end of a tick."""
        rows = self.history[tick]
        if self.grid.whole:
            return rows
        if self._cells[0] != tick:  # those on equal networks are at the same tick
            self._cells = tick, [self.cell(row) for row in rows]
        return tuple(row for row, cell in zip(rows, self._cells[1], strict=True) if cell in view)

    def cell(self, row: EntityRow) -> int:
        """Where an entity is."""
        place = dict(row[1]).get(0)  # its Position
        return self.grid.cell(int(place[0]), int(place[1])) if place else EVERYWHERE

    def at(self, net_id: int) -> tuple[int, int]:
        """Where the server has somebody."""
        with self.simulation.world:
            position, _ = self.components(net_id)
            return position.x, position.y

    def intent(self, net_id: int) -> Intent:
        """What the server holds as somebody's intent."""
        with self.simulation.world as world:
            entity = world.entity(net_id)
            assert entity is not None
            return esper.component_for_entity(entity, Intent)

    def close(self) -> None:
        self.simulation.close("the test is over")
        for player in self.players:
            player.play.world.close()

    def _deliver(self) -> None:
        for player in self.players:
            player.far.deliver()
            player.near.deliver()
        for stranger in self.strangers:
            stranger.far.deliver()
            stranger.near.deliver()


class Walker:
    """Steers like a person: holds a direction for a random while, turns, pauses."""

    def __init__(self, player: Player, seed: int, mean_ticks: float = 20.0) -> None:
        self.player = player
        self.turns = 0
        self._rng = random.Random(seed)
        self._mean = mean_ticks
        self._until = 0

    def __call__(self, tick: int) -> None:
        if tick >= self._until:
            self._until = tick + 1 + round(self._rng.expovariate(1 / self._mean))
            self.player.controls.steer(0 if self._rng.random() < 0.15 else self._rng.randint(1, 8))
            self.turns += 1
