"""One stay in one world, from Hello to the end: the client without sockets, windows or clocks of its own.

Holds the connection, the world that mirrors the server's, and the systems that run over it once a drawn frame:
incoming frames -> reconciliation -> input and prediction -> interpolation (-> drawing, which the app adds).
A spectator has no body, and so neither of the two in the middle.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, Final

import esper

from ecs.arena import Arena, ArenaError
from ecs.grid import Grid
from ecs.movement.step import Motion, motion_at
from ecs.world import World
from net.client.clock import ServerClock
from net.client.controls import Controls
from net.client.corrections import Cause
from net.client.input_system import InputSystem
from net.client.interpolation_system import InterpolationSystem
from net.client.mirror_system import MirrorSystem
from net.client.present import Present
from net.client.reconciliation_system import ReconciliationSystem
from net.client.timeline import Timeline
from net.defaults import SILENCE_SECONDS
from net.game import Game
from net.launch import Launcher
from net.replication.mirror import Mirror
from net.replication.registry import difference, game_of
from net.wire.banners import guess
from net.wire.codec import MAX_REPORTED
from net.wire.connection import ClientConnection, State
from net.wire.errors import NotOurProtocolError, RemoteProtocolError
from net.wire.messages import (
    VERSION,
    Benched,
    Challenge,
    Frame,
    FromClient,
    FromServer,
    Goodbye,
    Hello,
    Look,
    Moved,
    Ping,
    Pong,
    Private,
    Profile,
    Refusal,
    Refused,
    Report,
    Request,
    Resync,
    Said,
    Say,
    Snapshot,
    Welcome,
)
from net.wire.password import prove
from net.wire.pipe import GuardedPipe, Pipe

JOIN_SECONDS: Final = 10.0  # for a server's answer to Hello; one of ours answers within a round trip
PING_SECONDS: Final = 0.5
PROFILE_PAUSE: Final = 0.5  # without another change of name or colour, before it is told: who types is not done yet
PROFILE_SECONDS: Final = 2.0  # from one to the next, at least: as many as a server takes for long
RIDE_SECONDS: Final = 0.25  # so old, the last ping may be followed by one that goes with an intent
REPORT_SECONDS: Final = 10.0  # from one report of our corrections to the next
MAX_UNREAD: Final = 4 << 20  # bytes that wait to be taken in: a crowd's snapshot is 1 MB, and a stall's frames are less
FIRST_PINGS: Final = 8  # sent faster, so that the clock is good before the first step
FIRST_PING_SECONDS: Final = 0.05
MOST_REASON: Final = 1000  # letters: a server can tell of a million components, and this goes to screens and logs
FIRST_BYTES: Final = 16  # of an answer that are kept: as many as a banner needs to name its protocol


ANOTHER_SERVER: Final = (
    "another server answers there than the one that was listed: two machines of this network may have the same "
    "address. Ask whoever hosts it for another one"
)


class Ending(Enum):
    """How a stay ended."""

    LEFT = auto()  # we wanted to
    LOST = auto()  # the connection died, or the server said goodbye
    MOVED = auto()  # another world begins there, of the game `other_game`
    BENCHED = auto()  # we did nothing for too long, and somebody else wanted the seat; we may watch
    REFUSED = auto()  # not let in; another try may do
    EXPIRED = auto()  # not let back in: our token is not good (any more); a new player may be
    UNTRUSTED = auto()  # never even asked: nobody vouches for the server, and we have not joined it before
    PASSWORD = auto()  # not let in: we have no password, or another one than the server
    IMPOSSIBLE = auto()  # not let in, and never will be as things are
    STRANGER = auto()  # something answered that is no server of this game


@dataclass(slots=True)
class Traffic:
    """What came and went."""

    frames: int = 0
    bytes_in: int = 0
    bytes_out: int = 0


@dataclass(frozen=True, slots=True)
class JoinedState:
    """All that exists once we are let in."""

    net_id: int  # 0: we only watch, and what predicts and steers is never run
    arena: Arena
    tick_rate: int
    motion: Motion
    mirror: Mirror
    clock: ServerClock
    incoming: MirrorSystem
    reconciliation: ReconciliationSystem
    input: InputSystem
    interpolation: InterpolationSystem | None
    free_seats: int  # when we were let in


class ClientSession:
    """A Receiver for one pipe; `update` is called once a drawn frame."""

    def __init__(
        self,
        game: Game,
        name: str,
        color: int,
        controls: Controls,
        now: Callable[[], float],
        draws: bool = True,
        token: str = "",
        watch: bool = False,
        password: str = "",
        server_id: str = "",
    ) -> None:
        """`draws`: whether anybody looks, and positions between ticks are worth working out.

        `token` is that of an earlier session whose connection was lost, to come back into the same body. `watch`: as a
        spectator, without one. `password` is what to prove where the server asks; it is never said.

        `server_id` is that of the server that is meant, empty where any will do.
        """
        self.world = World()
        self.traffic = Traffic()
        self.joined: JoinedState | None = None  # once welcome
        self.ending: Ending | None = None
        self.token = token  # once we are let in: the one to come back with
        self.reason = ""  # of the ending, for a person to read
        self.other_game = ""  # the name of the one that the server plays, where it is another
        self.refusal: Refusal | None = None  # where we were not let in
        self.first_bytes = b""  # that came, a few: they tell what answers where it is no server of ours
        self.changed: Callable[[], None] = lambda: None  # called when we are let in and when it ends
        self.said: Callable[[Said], None] = lambda said: None  # called with each line of chat
        self._name, self._color = name, color
        self._controls = controls
        controls.inputs = game.inputs
        self.happened: Callable[[Any, int], None] = lambda event, tick: None  # called once with each event, its tick
        self.game = game
        self._registry = game.registry()
        self._now = now
        self._draws = draws
        self._watch = watch
        self._server_id = server_id
        self._password, self._fingerprint = password, ""
        self._pipe: GuardedPipe | None = None
        self._connection = ClientConnection()
        self._began = self._heard = now()
        self._pings = 0
        self._next_ping = 0.0
        self._next_report = 0.0
        self._profile: Profile | None = None  # to be told
        self._next_profile = 0.0  # the earliest moment for that
        self._reported: Counter[Cause] = Counter()  # corrections, by cause
        self._unsaid = bytearray()  # of one update
        self._unread = 0  # bytes that came since all that came was taken in
        self._pongs = 0  # that came

    def attach(self, pipe: Pipe, fingerprint: str = "") -> "ClientSession":
        """The connection stands: say Hello. `fingerprint` is that of the server's certificate, empty without TLS."""
        self._pipe, self._fingerprint = GuardedPipe(pipe, self), fingerprint
        self._began = self._heard = self._now()
        self._send(Hello(VERSION, self._registry.schema_hash, self._name, self._color, self.token, self._watch))
        return self

    def received(self, data: bytes) -> None:
        """As a Receiver has it; what still comes after the end, a late Welcome say, only tells who answers there."""
        self._heard = self._now()
        self.traffic.bytes_in += len(data)
        self.first_bytes = (self.first_bytes + data[:FIRST_BYTES])[:FIRST_BYTES]
        self._unread += len(data)
        if self.ending is not None:
            return
        try:
            if self._unread > MAX_UNREAD:
                raise RemoteProtocolError(f"more than {MAX_UNREAD} bytes at once")
            for message in self._connection.receive(data):
                if self.ending is None:
                    self._handle(message)
        except RemoteProtocolError as fault:
            self._broken(fault)

    def lost(self, reason: str) -> None:
        """As a Receiver has it."""
        if self.joined is None:
            self._end(Ending.STRANGER, f"something answered and hung up ({reason}): is it a server of this game?")
        else:
            self._end(Ending.LOST, reason)

    def update(self) -> None:
        """Run the systems once, up to the present."""
        now = self._now()
        if self.ending is not None or self._pipe is None:
            return
        if self.joined is None:
            self._unread = 0
            if now - self._began > JOIN_SECONDS:
                self._end(
                    Ending.STRANGER,
                    f"something answered but said nothing for {JOIN_SECONDS:.0f} s: is it a server of this game?",
                )
            return
        if now - self._heard > SILENCE_SECONDS:
            self._end(Ending.LOST, f"the server was silent for {SILENCE_SECONDS:g} s")
            return
        try:
            with self.world:
                esper.process(now)
        except RemoteProtocolError as fault:
            self._broken(fault)
            return
        if not self.joined.incoming.inbox:
            self._unread = 0
        events = self.joined.mirror.events
        while events:
            happened_at, event = events.popleft()
            self.happened(event, happened_at)
        if (tick := self.joined.mirror.astray()) is not None:
            self._say(Resync(tick))
        if self._profile is not None and now >= self._next_profile:
            self._say(self._profile)
            self._profile, self._next_profile = None, now + PROFILE_SECONDS
        self._ping(now)
        if self._unsaid and self._pipe is not None:
            self._pipe.write(bytes(self._unsaid))
            self._unsaid.clear()

    def say(self, text: str) -> None:
        """A line of chat; the server tells it to everybody, us too. Nothing is said while we are not in."""
        if self.joined is not None and self.ending is None and not self._watch:
            self._send(Say(text))

    def request(self, request: object) -> None:
        """Ask something of the rules; nothing is asked while we are not in. Raises ValueError for no request."""
        try:
            kind = self._registry.request(request)
        except KeyError:
            name = type(request).__name__
            raise ValueError(f"{name} is no request of {self.game.name}: add it to Game.requests") from None
        if self.joined is not None and self.ending is None and not self._watch:
            self._send(Request(kind.index, kind.told(0, request)))

    def profile(self, name: str, color: int) -> None:
        """The player would like to be called that and to look so; told soon, the last of several alone."""
        self._name, self._color = name, color
        if self.joined is not None and not self._watch:
            self._profile = Profile(name, color)
            self._next_profile = max(self._next_profile, self._now() + PROFILE_PAUSE)

    def leave(self) -> None:
        """Say goodbye and close."""
        self._end(Ending.LEFT, "you left", "left")

    def look(self, x: int, y: int) -> None:
        """Tell the server where the middle of a spectator's screen is, in world units; likewise."""
        if self.joined is not None and self.ending is None:
            self._send(Look(x, y))

    @property
    def causes(self) -> Counter[Cause]:
        """How many corrections there were, by cause."""
        return self.joined.reconciliation.causes if self.joined else Counter()

    def _handle(self, message: FromServer) -> None:
        now = self._now()
        match message:
            case Welcome():
                self._enter(message)
            case Challenge() if self._password:
                self._send(prove(self._password, message, self._fingerprint))
            case Challenge():
                self._end(Ending.PASSWORD, "this server wants a password", "has no password")
            case Refused(refusal, version, reason, schema):
                self._refused(refusal, version, reason, schema)
            case Goodbye(reason):
                self._end(Ending.LOST, reason)
            case Benched(reason):
                self._end(Ending.BENCHED, reason)
            case Moved(game, reason):
                self.other_game = game
                self._end(Ending.MOVED, reason)
            case Pong(time, received, sent) if self.joined and self._pongs < self._pings:  # else to no ping of ours
                self._pongs += 1
                self.joined.clock.pong(self._began + time / 1e6, now, received / 1000, sent / 1000)
            case Said():
                self.said(message)
            case Private() if self.joined:
                self.joined.incoming.inbox.append(message)
            case Snapshot() | Frame() if self.joined:
                self.traffic.frames += 1
                self.joined.incoming.inbox.append(message)
                if self.joined.interpolation is not None and isinstance(message, Frame):
                    self.joined.interpolation.heard(message, now)

    def _enter(self, welcome: Welcome) -> None:
        if self._server_id not in ("", welcome.server_id):
            self._end(Ending.IMPOSSIBLE, ANOTHER_SERVER, "was looking for another server")
            return
        try:
            arena = Arena(welcome.arena)
        except ArenaError as error:
            raise RemoteProtocolError(f"an impossible arena: {error}") from None
        rate = welcome.tick_rate
        if welcome.frame_ticks > rate:
            raise RemoteProtocolError(f"a frame in {welcome.frame_ticks} ticks, at {rate} a second")
        motion = motion_at(arena, rate, self.game.kinds)
        clock = ServerClock(rate)
        grid = Grid(arena, welcome.cell_tiles)
        launcher = Launcher(self.game.launches, self.game.inputs, arena, rate)
        mirror = Mirror(self.world, self._registry, motion, grid, rate, welcome.frame_ticks, launcher)
        incoming = MirrorSystem(mirror, self._now)
        reconciliation = ReconciliationSystem(self.world, welcome.net_id, motion, mirror, incoming, rate, launcher)
        input_system = InputSystem(self._controls, clock, mirror, reconciliation, rate, self._say)
        interpolation = None
        systems: list[esper.Processor] = [incoming] if self._watch else [incoming, reconciliation, input_system]
        if self._draws:
            timeline = Timeline(motion, rate, collides=grid.whole, bodies=self.world.bodies)
            mirror.ticked = timeline.record
            incoming.took = timeline.smooth
            present = Present(self.world, welcome.net_id, motion.present, reconciliation, input_system)
            interpolation = shown = InterpolationSystem(
                welcome.net_id, timeline, clock, incoming, present, rate, welcome.frame_ticks
            )
            input_system.shown = lambda: shown.now
            systems.append(interpolation)
        with self.world:
            for system in systems:
                esper.add_processor(system)
        self.joined = JoinedState(
            welcome.net_id,
            arena,
            rate,
            motion,
            mirror,
            clock,
            incoming,
            reconciliation,
            input_system,
            interpolation,
            welcome.free_seats,
        )
        if self.token:  # who comes back has the name and the colour of before, whatever they have chosen meanwhile
            self.profile(self._name, self._color)
        self.token = welcome.token
        self._next_ping = self._now()
        self.changed()

    def _ping(self, now: float) -> None:
        """Each write is one more segment that can be lost, with all that is behind it: better to ride along."""
        if now >= self._next_ping - (PING_SECONDS - RIDE_SECONDS if self._unsaid else 0.0):
            self._pings += 1
            self._next_ping = now + (FIRST_PING_SECONDS if self._pings < FIRST_PINGS else PING_SECONDS)
            self._say(Ping(round((now - self._began) * 1e6)))
            if now >= self._next_report:
                self._report(now)

    def _report(self, now: float) -> None:
        since = self.causes - self._reported
        if since:
            self._reported = self.causes.copy()
            self._next_report = now + REPORT_SECONDS
            most = MAX_REPORTED
            self._say(Report(min(since.total(), most), min(since[Cause.UNEXPLAINED], most)))

    def _say(self, message: FromClient) -> None:
        """Send it with all that is said in this update, in one write."""
        if not self._connection.closed:
            self._unsaid += self._encoded(message)

    def _send(self, message: FromClient) -> None:
        """Send it now."""
        if self._pipe is not None and not self._connection.closed:
            self._pipe.write(self._encoded(message))

    def _encoded(self, message: FromClient) -> bytes:
        data = self._connection.send(message)
        self.traffic.bytes_out += len(data)
        return data

    def _refused(self, refusal: Refusal, version: int, reason: str, schema: tuple[str, ...]) -> None:
        self.refusal = refusal
        if refusal is Refusal.SCHEMA and game_of(schema) != self.game.name:
            self.other_game = game_of(schema)
        match refusal:
            case Refusal.VERSION:
                side = "server" if version < VERSION else "game"
                text = f"the server speaks version {version}, this game version {VERSION}: update the {side}"
            case Refusal.SCHEMA:
                text = f"the server plays by other rules: {difference(self._registry.schema, schema)}"
            case _:
                text = reason
        again = {
            Refusal.FULL: Ending.REFUSED,
            Refusal.CLOSING: Ending.REFUSED,
            Refusal.TOKEN: Ending.EXPIRED,
            Refusal.PASSWORD: Ending.PASSWORD,
        }
        self._end(again.get(refusal, Ending.IMPOSSIBLE), text)

    def _broken(self, fault: RemoteProtocolError) -> None:
        if self.joined is None and isinstance(fault, NotOurProtocolError):
            what = guess(self.first_bytes)
            why = f"it looks like {what}" if what else str(fault)
            self._end(Ending.STRANGER, f"something answered, but it is not a server of this game: {why}")
        else:
            goodbye = f"broke the protocol: {fault}"[:100] if self._connection.state is State.OPEN else ""
            self._end(Ending.LOST, f"the server broke the protocol: {fault}", goodbye)

    def _end(self, ending: Ending, reason: str, goodbye: str = "") -> None:
        """Remember why, say that `goodbye` if it is one and can be said, and close."""
        if self.ending is None:
            self.ending, self.reason = ending, reason[:MOST_REASON]  # whatever becomes of the last words
            if goodbye:
                self._send(Goodbye(goodbye))
            if self._pipe is not None:
                self._pipe.close()
            self.changed()
