"""The server's world and what happens in a tick, in order; the whole server but for sockets and clocks.

intents -> movement -> collisions -> (rules) -> network
"""

import logging
import random
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import esper

from ecs.arena import Arena
from ecs.collision.collision_system import CollisionSystem
from ecs.grid import Grid
from ecs.movement.movement_system import MovementSystem
from ecs.movement.step import motion_at
from ecs.rule_watch import AfterRules, BeforeRules
from ecs.surprises import Surprises
from ecs.world import World
from net.defaults import (
    HOLD_SECONDS,
    IDLE_SECONDS,
    MAX_PER_ADDRESS,
    MAX_SPECTATORS,
    PODIUM_SECONDS,
    ROUND_SECONDS,
    SEND_RATE,
    SILENCE_SECONDS,
    TICK_RATE,
)
from net.emotes import EmoteSystem
from net.game import Game
from net.past import Past
from net.replication.mirror import most_entities
from net.replication.publisher import Publisher
from net.rules import RuleContext
from net.server.admission import Admission
from net.server.intent_system import IntentSystem
from net.server.limits.bans import Bans
from net.server.limits.password_gate import PasswordGate
from net.server.network_system import NetworkSystem
from net.server.seats import Seats, mint_token
from net.server.session import Session
from net.server.stats import Stats
from net.server.tick_times import TickTimes
from net.wire.codec import MAX_TICK, SERVER_ID_DIGITS
from net.wire.messages import Welcome
from net.wire.pipe import Pipe

log = logging.getLogger(__name__)

MAX_PLAYERS: Final = 128
BUSY: Final = 100  # sessions, of which each speaks five times a second
LAST_TICK: Final = MAX_TICK - 10_000  # clients run ahead by up to 3 s, and those may have 1000 ticks each
OLD_TICK: Final = MAX_TICK // 100 * 99  # from here on we warn, once a day: more than a year before, at any tick rate
MAX_UNSENT: Final = 64 * 1024  # bytes that a client may be behind: seconds of frames; more would only be older
# Players, whatever they are called: each takes up to 180 bytes of a snapshot, which has to fit into one message.
MOST_PLAYERS: Final = 5000
OTHER_ENTITIES: Final = 100  # that rules may add


def most_players(tick_rate: int) -> int:
    """How many a server of that tick rate may seat, so that its clients take what it says."""
    return min(MOST_PLAYERS, most_entities(tick_rate) - OTHER_ENTITIES)


class WornOutError(Exception):
    """The ticks are counted out: the server has to be started anew."""


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """What the host of a server decides."""

    arena: Arena
    max_players: int = MAX_PLAYERS
    tick_rate: int = TICK_RATE
    send_rate: int = SEND_RATE
    seed: int = 0
    silence_seconds: float = SILENCE_SECONDS
    hold_seconds: float = HOLD_SECONDS  # 0: who is lost is gone
    idle_seconds: float = IDLE_SECONDS  # 0: who does nothing keeps the seat
    max_unsent: int = MAX_UNSENT
    cell_tiles: int = 0  # the side of a cell of which players are told; 0: everybody is told of everything
    round_seconds: float = ROUND_SECONDS
    podium_seconds: float = PODIUM_SECONDS
    ready_seconds: float = 0.0  # of the countdown before a round
    choices: tuple[str, ...] = ()  # what players can vote for after a round, besides another one
    max_spectators: int = MAX_SPECTATORS  # 0: nobody may watch
    max_per_address: int = MAX_PER_ADDRESS  # seats, held ones too; and connections, for whoever accepts them
    password: str = field(default="", repr=False)  # empty: everybody may come in
    fingerprint: str = ""  # of the certificate, where there is TLS
    first_tick: int = 0  # where counting begins: another one only to see how a server is that has run for long
    first_net_id: int = 1


class Simulation:
    """An authoritative world: accepts pipes, and ticks when told to."""

    def __init__(
        self,
        game: Game,
        settings: ServerSettings,
        now: Callable[[], float],
        mint_token: Callable[[], str] = mint_token,
        bans: Bans | None = None,
        server_id: str = "",
        spent: Callable[[], float] = lambda: 0.0,
        stats: Stats | None = None,
    ) -> None:
        """`mint_token` makes the secrets of seats; `server_id` tells this run from others; only a test wants others
        than random ones. `bans`: whom not to let in. `spent`: seconds of the core that this program has had, by which
        the server sees whether it can keep up. `stats`: those of the world before, to count on.
        """
        registry = game.registry()
        motion = motion_at(settings.arena, settings.tick_rate, game.kinds)
        self.tick = settings.first_tick
        self.chosen: int | None = None  # of the choices, the one that is to be played from now on
        self.server_id = server_id or secrets.token_hex(SERVER_ID_DIGITS // 2)
        self.world = World(settings.first_net_id)
        self.surprises = Surprises(self.world, registry.__contains__, registry.objection)
        self.bans = bans or Bans(now)
        self.seats = Seats(
            self.world,
            self.surprises,
            game,
            settings.arena,
            settings.max_players,
            random.Random(settings.seed),
            mint_token,
            settings.max_per_address,
        )
        self.surprises.players = self.seats
        self.stats = stats or Stats(ticked=now())
        self.stats.closing = False
        self._intents = intents = IntentSystem(game, self.world, self.surprises, settings.arena, settings.tick_rate)
        grid = Grid(settings.arena, settings.cell_tiles)
        frame_ticks = max(1, settings.tick_rate // settings.send_rate)
        publisher = Publisher(
            self.world, registry, self.surprises, settings.arena, grid, settings.tick_rate, frame_ticks
        )

        def welcome(net_id: int, tick: int, token: str, free: int) -> Welcome:
            always = settings.tick_rate, frame_ticks, grid.tiles, settings.arena.rows
            return Welcome(net_id, tick, *always, token, free, self.server_id)

        self.admission = Admission(
            self.world,
            self.seats,
            intents,
            registry,
            welcome,
            hold_seconds=settings.hold_seconds,
            idle_seconds=settings.idle_seconds,
            max_spectators=settings.max_spectators,
            max_per_address=settings.max_per_address,
            gate=PasswordGate(settings.password, now, settings.fingerprint) if settings.password else None,
            bans=self.bans,
            now=now,
        )
        self.network = NetworkSystem(
            self.world,
            self.admission,
            intents,
            publisher,
            registry,
            settings.arena,
            grid,
            tick_rate=settings.tick_rate,
            frame_ticks=frame_ticks,
            silence_seconds=settings.silence_seconds,
            max_unsent=settings.max_unsent,
            stats=self.stats,
            server_id=self.server_id,
            now=now,
            spent=spent,
        )
        self._whole = grid.whole
        self._ticks_a_day = 24 * 60 * 60 * settings.tick_rate
        # Who sees everything computes pushes as we do; for who does not, they are surprises.
        pushed = None if grid.whole else self.surprises.bodies.__setitem__
        movement = MovementSystem(self.world, motion)
        before_rules = BeforeRules(self.world)
        past = Past(self.world, settings.tick_rate, game.inputs.rewinds)
        rule_context = RuleContext(
            self.world,
            self.surprises,
            settings.arena,
            settings.tick_rate,
            settings.seed,
            settings.round_seconds,
            settings.podium_seconds,
            settings.ready_seconds,
            settings.choices,
            self._move_on,
            game.kinds,
            self.network.requests,
            intents.presses,
            past,
        )
        self._systems: tuple[esper.Processor, ...] = (
            intents,
            movement,
            CollisionSystem(settings.arena, movement, pushed, meetings=motion.meetings),
            past,
            before_rules,
            EmoteSystem(self.world, self.surprises, self.network.requests),
            *game.rules(rule_context),
            AfterRules(before_rules, self.surprises, settings.arena),
            self.network,
        )
        self.times = TickTimes((type(system).__name__ for system in self._systems), settings.tick_rate, now)

    def accept(self, pipe: Pipe) -> Session:
        """Somebody connected; the session hears what the pipe brings."""
        return self.network.accept(pipe)

    def busy(self) -> bool:
        """Whether so many are there that always somebody says something."""
        return len(self.admission.sessions) > BUSY

    def advance(self, due: float) -> None:
        """Simulate the next tick, which was due at that time (seconds)."""
        if self._whole and self.surprises.of_bodies and not self.admission.closing:
            raise RuntimeError("a body was moved, came or went between two ticks: let a system do that, inside of one")
        if self.tick >= LAST_TICK:
            raise WornOutError(f"tick {self.tick} is the last one that can be told of")
        if self.tick >= OLD_TICK and self.tick % self._ticks_a_day == 0:
            days = (LAST_TICK - self.tick) // self._ticks_a_day
            log.warning(
                "this server has counted %d ticks: it ends in %d days, so restart it when it suits you", self.tick, days
            )
        times = self.times
        times.begin(due)
        self.network.began(due, times.ticks_late)
        self.tick += 1
        with self.world:
            if self.world.marked:
                self.world.bury()
            for system in self._systems:  # as esper.process does, and with a look at the clock
                system.process(self.tick)
                times.lap(type(system).__name__)
        stats = self.stats
        stats.ticks.add(times.end())
        stats.tick, stats.ticked, stats.late_intents = self.tick, self.network.now(), self._intents.late
        stats.players, stats.sessions = len(self.seats), len(self.admission.sessions)

    def _move_on(self, choice: int) -> None:
        self.chosen = choice

    def close(self, reason: str, next_game: str = "") -> None:
        """Tell everybody and end; `next_game` is what is played here from now on, in another simulation."""
        self.network.close(reason, next_game)
        self.world.close()
