"""A server with strangers at it, over pipes that only count: small and quick enough to be set up for every input."""

from functools import lru_cache

from ecs.arena import parse_arena
from game.tag import TAG
from net.server.simulation import ServerSettings, Simulation
from net.testing.stage import SERVER_ID
from net.wire.codec import decode_from_server, encode
from net.wire.framing import Deframer, frame
from net.wire.messages import VERSION, Frame, FromClient, FromServer, Hello, Snapshot, Welcome
from tests.harness import Clock

HALL = parse_arena("#######\n#.....#\n#.....#\n#.....#\n#######\n")
REGISTRY = TAG.registry()
MAX_PLAYERS = 3
HOLD_SECONDS = 0.05
TICK = 1 / 60

_decoded = lru_cache(64)(decode_from_server)  # most of it is told to several, in the same bytes


class Stranger:
    """A Pipe at whose other end anybody may be."""

    name = "stranger"

    def __init__(self, stage: "ServerStage") -> None:
        self.reads = True
        self.unsent = 0
        self.told: list[FromServer] = []
        self.closed = self.lost = False
        self._deframer = Deframer(1 << 20)
        self._stats = stage.simulation.stats
        self.session = stage.simulation.accept(self)

    def write(self, data: bytes) -> bool:
        """As a Pipe has it. All that a server says must be sound, whatever it was told."""
        if not self.closed:
            if not self.reads:
                self.unsent += len(data)
            self.told.extend(_decoded(payload) for payload in self._deframer.feed(data))
            del self.told[:-50]
        return not self.unsent

    def close(self) -> None:
        """As a Pipe has it."""
        self.closed = True

    def say(self, message: FromClient) -> None:
        """Something that is sound as a message."""
        self.send(frame(encode(message)))

    def send(self, data: bytes) -> None:
        """Any bytes. A pipe that the server has closed brings nothing more."""
        if not self.closed and not self.lost:
            self.session.received(data)
            assert self._stats.our_faults == 0, "what it said broke something of ours"

    def hello(self, name: str, token: str = "") -> None:
        """A good one."""
        self.say(Hello(VERSION, REGISTRY.schema_hash, name, 0x123456, token))

    def hang_up(self) -> None:
        """The connection dies."""
        if not self.lost:
            self.lost = True
            self.session.lost("the connection was reset")

    @property
    def gone(self) -> bool:
        """Whether the server has done with it."""
        return self.closed or self.lost


class ServerStage:
    """The server, and a witness who plays while all this happens."""

    def __init__(self) -> None:
        self.clock = Clock()
        # A frame in each tick: what is to happen at the next one happens at the cost of one tick.
        settings = ServerSettings(HALL, MAX_PLAYERS, send_rate=60, hold_seconds=HOLD_SECONDS, max_unsent=4000)
        tokens = (f"{number:032x}" for number in range(1, 1 << 30))
        self.simulation = Simulation(TAG, settings, self.clock, mint_token=lambda: next(tokens), server_id=SERVER_ID)
        self.strangers: list[Stranger] = []
        self.tokens: list[str] = ["f" * 32]  # that were given out, and one that was not
        self.witness = self.connect()
        self.strangers.clear()
        self.witness.hello("witness")
        self.run(1)

    def connect(self) -> Stranger:
        """Somebody more."""
        self.strangers.append(Stranger(self))
        return self.strangers[-1]

    def run(self, ticks: int, standstill: int = 0) -> None:
        """Let time pass. The witness hears of every frame, and says something now and then.

        First the server stands still for so many ticks that are given up, as on a machine that was suspended: what is
        to be over after seconds is over then, at the cost of a tick.
        """
        self.clock.time += standstill * TICK
        for _ in range(ticks):
            self.clock.time += TICK
            if standstill or self.simulation.tick % 30 == 29:
                self.witness.send(b"\0\0\0\x03\x92\x02\x01")  # Ping(1)
            self.simulation.advance(self.clock.time)
        for stranger in self.strangers:
            for message in stranger.told:
                if isinstance(message, Welcome) and message.token not in self.tokens:
                    self.tokens.append(message.token)

    def check(self) -> None:
        """What holds at any time."""
        assert not self.witness.closed, self.witness.told[-1]
        assert len(self.simulation.seats) <= MAX_PLAYERS

    def finish(self) -> None:
        """Everybody hangs up, and nothing is left of them."""
        for stranger in self.strangers:
            stranger.hang_up()
        self.run(2, standstill=round(HOLD_SECONDS / TICK))
        self.check()
        assert len(self.simulation.seats) == 1, "only the witness has a seat"
        with self.simulation.world as world:
            assert self.witness.session.net_id in world.net_ids()
        ticks = [message.tick for message in self.witness.told if isinstance(message, Frame | Snapshot)]
        assert ticks[-1] > self.simulation.tick - 20, "the witness was told of it to the end"
        self.simulation.close("that was all")
