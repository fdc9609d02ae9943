"""Steps a server and any number of clients in one process, by hand, over in-memory links: no sleeping, no sockets.

At every tick it keeps what the server's world was, and holds each client's mirror against it, to the bit.
"""

import random
from collections.abc import Callable
from dataclasses import replace
from typing import Final

import esper

from ecs.arena import Arena
from ecs.components import Intent, Position, Velocity
from ecs.grid import EVERYWHERE, Grid
from net.conditioner.link import PERFECT, Conditions
from net.game import Game
from net.rules import RuleContext
from net.server.simulation import ServerSettings, Simulation
from net.testing.peers import Clock, Player, Stranger
from net.wire.messages import EntityRow

SERVER_ID: Final = "5e" * 8


class PlacingSystem(esper.Processor):
    """A rule that puts bodies where a test wants them."""

    def __init__(self) -> None:
        self.places: dict[int, tuple[int, int]] = {}
        self.context: RuleContext | None = None  # once the server has begun

    def process(self, tick: int) -> None:
        assert self.context is not None
        for net_id, (x, y) in self.places.items():
            entity = self.context.world.entity(net_id)
            assert entity is not None, f"nobody is {net_id}"
            position, velocity = (
                esper.component_for_entity(entity, Position),
                esper.component_for_entity(entity, Velocity),
            )
            position.x, position.y, velocity.x, velocity.y = x, y, 0, 0
            self.context.surprises.body(net_id)
        self.places.clear()


class Stage:
    """A server, its clients, and the clock that they share."""

    def __init__(self, game: Game, arena: Arena, **settings: int | float | str) -> None:
        """`settings` are those of `ServerSettings`, the arena aside."""
        self.clock = Clock()
        self.game = game
        self.registry = game.registry()
        self.settings = ServerSettings(arena, **settings)  # type: ignore[arg-type]
        self.grid = Grid(arena, self.settings.cell_tiles)
        self.frame_ticks = self.settings.tick_rate // self.settings.send_rate
        self.compare_ticks = self.frame_ticks  # mirrors are held against the server at multiples of it
        secret = random.Random(self.settings.seed)
        self._placing = placing = PlacingSystem()

        def rules(context: RuleContext) -> list[esper.Processor]:
            placing.context = context
            return [placing, *game.rules(context)]

        self.simulation = Simulation(
            replace(game, rules=rules),
            self.settings,
            self.clock,
            mint_token=lambda: secret.randbytes(16).hex(),
            server_id=SERVER_ID,
        )
        self.players: list[Player] = []
        self.strangers: list[Stranger] = []
        self.history: dict[int, tuple[EntityRow, ...]] = {}  # tick -> the server's world after it
        self._cells: tuple[int, list[int]] = -1, []  # the tick that was asked for last, and where its entities are

    def join(
        self,
        name: str = "Ann",
        conditions: Conditions = PERFECT,
        seed: int = 0,
        password: str = "",
        game: Game | None = None,
    ) -> Player:
        """A client connects; `game` is what it plays, where that is another one than the server's."""
        player = Player(self, game or self.game, name, conditions, seed, password=password)
        self.players.append(player)
        return player

    def watch(self, name: str = "Eve", conditions: Conditions = PERFECT, seed: int = 0, password: str = "") -> Player:
        """A spectator joins."""
        player = Player(self, self.game, name, conditions, seed, watch=True, password=password)
        self.players.append(player)
        return player

    def stranger(self, conditions: Conditions = PERFECT) -> Stranger:
        """A raw peer connects."""
        stranger = Stranger(self, conditions)
        self.strangers.append(stranger)
        return stranger

    def run(self, ticks: int, each: Callable[[int], None] = lambda tick: None) -> None:
        """Let so many ticks pass; `each` is called before each of them."""
        for _ in range(ticks):
            each(self.simulation.tick)
            self.clock.time += 1 / self.settings.tick_rate
            self.deliver()
            self.simulation.advance(self.clock.time)
            with self.simulation.world:
                self.history[self.simulation.tick] = self.registry.describe_all(self.simulation.world)
            self.deliver()
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
        self.deliver()
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
            assert (player.joined.reconciliation.prediction is None) is bodiless, f"{player.play.reason}"

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

    def deliver(self) -> None:
        """Let everything arrive that is due by now."""
        for player in self.players:
            player.far.deliver()
            player.near.deliver()
        for stranger in self.strangers:
            stranger.far.deliver()
            stranger.near.deliver()
