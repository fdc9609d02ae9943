"""The clients of a stepped server: one on our client code, one who steers like a person, and a raw peer."""

import random
from functools import lru_cache
from typing import Protocol

from ecs.surprises import BY_THE_RULES
from net.client.client_session import ClientSession, JoinedState
from net.client.controls import Controls
from net.client.corrections import Correction
from net.conditioner.link import PERFECT, Conditions, link
from net.game import Game
from net.replication.registry import Registry
from net.server.session import Session
from net.server.simulation import Simulation
from net.wire.codec import decode_from_server, encode
from net.wire.framing import Deframer, frame
from net.wire.messages import EntityRow, FromClient, FromServer

understood = lru_cache(maxsize=1024)(decode_from_server)  # what many are told, or one is asked about again and again


class Clock:
    """Time that moves when told to."""

    def __init__(self) -> None:
        self.time = 1000.0

    def __call__(self) -> float:
        return self.time


class Backstage(Protocol):
    """What a client of a stage has to know of it."""

    clock: Clock
    registry: Registry
    simulation: Simulation
    compare_ticks: int

    def seen(self, view: frozenset[int], tick: int) -> tuple[EntityRow, ...]:
        """What the server held of those cells at the end of a tick."""


class Tap:
    """Between a pipe and its receiver: counts, and can keep, what passes."""

    def __init__(self, receiver: ClientSession | Session) -> None:
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
        stage: Backstage,
        game: Game,
        name: str,
        conditions: Conditions,
        seed: int,
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
        self._game, self._name, self._conditions, self._seed = game, name, conditions, seed
        self._connect("")

    def come_back(self, token: str | None = None) -> None:
        """Connect anew, as a session does after a loss, with the token of the last Welcome or another."""
        self.updating = True
        self.play.world.close()
        self._connect(self.play.token if token is None else token)

    def _connect(self, token: str) -> None:
        stage = self._stage
        self.play = ClientSession(
            self._game,
            self._name,
            0x123456,
            self.controls,
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
    def joined(self) -> JoinedState:
        assert self.play.joined is not None, self.play.reason or "not let in yet"
        return self.play.joined

    @property
    def net_id(self) -> int:
        return self.joined.net_id

    def update(self) -> None:
        if not self.updating:
            return
        self.play.update()
        if self.play.joined is not None:
            if self.joined.incoming.news:
                self.pushes += sum(by != BY_THE_RULES for by in self.joined.mirror.touched.values())
            recent = self.joined.reconciliation.recent
            last = recent[-1] if recent else None
            if last is not None and last is not self._last:
                self.corrections.append(last)
            self._last = last

    def held(self) -> tuple[EntityRow, ...]:
        """What the mirror holds now."""
        with self.play.world:
            return self._stage.registry.describe_all(self.play.world)

    def _watch_mirror(self) -> None:
        if self.play.joined is None or self.play.ending is not None:
            return
        recorded = self.joined.mirror.ticked

        def compare(tick: int) -> None:
            recorded(tick)
            if tick % self._stage.compare_ticks == 0:
                # Inside `with world` already. A frame's own tick is exact, and so are all it was silent about.
                held = self._stage.registry.describe_all(self.play.world)
                assert held == self._stage.seen(self.joined.mirror.view, tick), f"the mirror differs at tick {tick}"
                self.compared += 1

        self.joined.mirror.ticked = compare


class Stranger:
    """A raw peer: says whatever bytes a test wants to, and decodes what it is told."""

    def __init__(self, stage: Backstage, conditions: Conditions = PERFECT) -> None:
        self.near, self.far = link(stage.clock, conditions)
        self.session = stage.simulation.accept(self.far)
        self.far.receiver = self.session
        self.near.receiver = self
        self.told: list[FromServer] = []
        self.ended: str | None = None
        self._deframer = Deframer(1 << 24)

    def say(self, message: FromClient) -> None:
        self.near.write(frame(encode(message)))

    def received(self, data: bytes) -> None:
        self.told.extend(understood(bytes(payload)) for payload in self._deframer.feed(data))

    def lost(self, reason: str) -> None:
        self.ended = reason


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
