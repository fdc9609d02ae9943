"""One client as the server sees it: what it says is checked here, and whatever is wrong with it ends only this."""

from collections.abc import Callable
from typing import Final, Protocol

from net.replication.interest import View
from net.server.limits.log_quota import LogQuota
from net.server.limits.rate_limits import Bucket, ChatRateLimit, MessageRateLimit, Pace
from net.server.stats import Stats
from net.wire.codec import MAX_REPORTED
from net.wire.connection import ServerConnection, State
from net.wire.errors import RemoteProtocolError
from net.wire.messages import (
    VERSION,
    Benched,
    Challenge,
    FromClient,
    Goodbye,
    Hello,
    Identity,
    Look,
    Moved,
    Ping,
    Private,
    Profile,
    Proof,
    Query,
    Refused,
    Report,
    Request,
    Resync,
    Said,
    Say,
    Scalar,
    Steer,
    Welcome,
)
from net.wire.pipe import GuardedPipe, Pipe

# A fault of ours shows in the metrics, and a liar cannot fill them.
UNEXPLAINED_AT_ONCE: Final = 10
UNEXPLAINED_PER_SECOND: Final = 0.1

PROFILE_BURST: Final = 3  # changes of name and colour at once; our client says two of them two seconds apart
PROFILES_PER_SECOND: Final = 0.5  # and for long; each is told to everybody

REQUEST_BURST: Final = 8  # requests of a player to the rules at once
REQUESTS_PER_SECOND: Final = 4.0  # and for long: as fast as somebody clicks on purpose


class Handler(Protocol):
    """Who takes in what seated clients and spectators say; every method may raise RemoteProtocolError."""

    now: Callable[[], float]
    stats: Stats
    server_id: str
    frame_rate: float

    def milliticks(self) -> int:
        """The server's time."""

    def lost(self, session: "Session", reason: str) -> None:
        """Its connection is gone."""

    def steer(self, session: "Session", tick: int, direction: int, action: int) -> None:
        """An intent."""

    def resync(self, session: "Session", tick: int) -> None:
        """A checksum did not match as of that tick."""

    def say(self, session: "Session", text: str) -> None:
        """A line of chat."""

    def request(self, session: "Session", index: int, values: tuple[Scalar, ...]) -> None:
        """Something is asked of the rules."""

    def report(self, session: "Session", corrections: int, unexplained: int) -> None:
        """How it went on the client's screen."""

    def warn(self, session: "Session", what: str) -> None:
        """The host should know what it does."""


class Door(Protocol):
    """Who decides about comings and goings, and knows who is who."""

    lines: LogQuota

    def admit(self, session: "Session", hello: Hello) -> None:
        """Somebody wants to come in."""

    def prove(self, session: "Session", proof: Proof) -> None:
        """Somebody claims to know the password."""

    def profile(self, session: "Session", profile: Profile) -> None:
        """A player wants another name or colour."""

    def confirm(self, net_id: int) -> None:
        """A seated client said something, so the Welcome has reached it."""

    def ended(self, session: "Session", reason: str, keep: bool) -> bool:
        """It is over; False where that was known."""

    def describe(self, session: "Session") -> str:
        """Its player, for the log."""

    def name(self, net_id: int) -> str:
        """What a player is called."""


class Session:
    """A Receiver for one pipe. Lives from the accepted connection to its end."""

    # Slots, for it has as many attributes as Python 3.11 can hold without a dictionary for each: with one, a write to
    # 2,000 took twice as long.
    __slots__ = (
        "__weakref__",
        "_admission",
        "_connection",
        "_message_rate",
        "_network",
        "_notices",
        "_offered",
        "_only_asked",
        "_pong",
        "_profiles",
        "_requests",
        "acted",
        "asked",
        "behind_since",
        "chat_limit",
        "corrections",
        "heard",
        "look",
        "looks_elsewhere",
        "mail",
        "max_unsent",
        "needs_snapshot",
        "net_id",
        "number",
        "pipe",
        "plain",
        "playing",
        "resync_tick",
        "since",
        "unexplained",
        "view",
        "watch",
    )

    def __init__(
        self, pipe: Pipe, network: Handler, admission: Door, now: float, max_unsent: int, tick_rate: int
    ) -> None:
        self.net_id: int | None = None  # once seated
        self.watch = ""  # a spectator's name, once let in; empty: a player, or nobody yet
        self.number = 0  # a spectator's, from 1 on: what the console calls it
        self.look: tuple[int, int] | None = None  # where a spectator looks, in world units, once it said so
        self.since = now  # when it connected, in seconds
        self.heard = now  # when the last byte came
        self.acted = now  # when its player last did something
        self.playing = False  # whether frames go to this client
        self.view: View | None = None  # what it is told of
        self.needs_snapshot = True
        self.looks_elsewhere = False  # whether it needs another view
        self.plain = False  # nothing is due to it but frames and mail, and nothing is unsent
        self.mail = False  # whether a pong or a notice is due to it
        self.max_unsent = max_unsent  # bytes that it may be behind
        self.behind_since: float | None = None  # since when frames have been skipped, for it takes none
        self.corrections = Bucket(MAX_REPORTED, network.frame_rate, now)  # that it may report: one for each frame
        self.corrections.tokens = 0.0
        self.unexplained = Bucket(UNEXPLAINED_AT_ONCE, UNEXPLAINED_PER_SECOND, now)  # of them
        self.resync_tick: int | None = None  # as of which it differed, when it was last given a snapshot for that
        self.asked: tuple[Hello, Challenge] | None = None  # who has to prove first that it knows the password
        self.chat_limit = ChatRateLimit(now)
        self._profiles = Pace("changes of name and colour", PROFILE_BURST, PROFILES_PER_SECOND, now)
        self._requests = Pace("requests", REQUEST_BURST, REQUESTS_PER_SECOND, now)
        self._message_rate = MessageRateLimit(tick_rate, now)
        self._notices = b""  # bounded by the paces: two for each line or change that they let pass, one for the rest
        self._pong = b""  # the answer to its last ping, but for when it is sent
        self._only_asked = False  # which server this is
        self._offered = False  # whether there is a token in its Welcome that it may not have
        self.pipe = GuardedPipe(pipe, self)
        self._network = network
        self._admission = admission
        self._connection = ServerConnection()

    @property
    def label(self) -> str:
        """For the log: who, and from where."""
        return f"{self._admission.describe(self)} from {self.pipe.name}"

    @property
    def handle(self) -> str:
        """What the console calls it: a player's NetID, a spectator's number behind a w; empty for one who is not in."""
        if self.net_id is not None:
            return str(self.net_id)
        return f"w{self.number}" if self.watch else ""

    @property
    def called(self) -> str:
        """The name that others read; empty for one who is not in."""
        return self._admission.name(self.net_id) if self.net_id is not None else self.watch

    @property
    def peer(self) -> str:
        """From where, as HOST:PORT."""
        return self.pipe.name

    @property
    def greeted(self) -> bool:
        """Whether this client has said anything that counts, right or wrong."""
        return self._connection.state is not State.GREETING and not self._only_asked

    def received(self, data: bytes) -> None:
        """As a Receiver has it."""
        if self.metered(len(data)):
            self.hear(data)

    def metered(self, size: int) -> bool:
        """As a MeteredReceiver has it."""
        self._network.stats.received += size
        if self._connection.deaf:
            return False
        try:
            if self._message_rate.read(size, self._network.now()):
                self._warn()
        except RemoteProtocolError as fault:
            self._break_off(fault)
            return False
        return True

    def hear(self, data: bytes) -> None:
        """As a MeteredReceiver has it."""
        self.heard = self._network.now()
        warns = False
        try:
            for message in self._connection.receive(data):
                warns |= self._message_rate.message()
                self._handle(message)
            if warns:
                self._warn()
        except RemoteProtocolError as fault:
            self._break_off(fault)
        except Exception:  # noqa: BLE001 - whatever it is, it is logged, and nobody else's trouble
            self.fail()

    def lost(self, reason: str) -> None:
        """As a Receiver has it."""
        self._network.lost(self, reason)

    def write(self, data: bytes) -> None:
        """Bytes that were encoded for many, and this client's mail."""
        if self.mail:
            data = self.with_mail(data)
        self.plain = self._send(data) if data else not self.pipe.unsent

    def with_mail(self, data: bytes) -> bytes:
        """The same with this client's own pong before it and notices behind, which are to be written now."""
        if self._pong:
            data = b"".join((self._pong, self._connection.end_pong(self._network.milliticks()), data))
        data += self._notices
        self.mail, self._pong, self._notices = False, b"", b""
        return data

    def tell(self, notice: str) -> None:
        """A word of the server's to this client alone, in its chat: behind the next frame, as all chat."""
        self._notices += self._connection.send(Said(0, notice))
        self.mail = True

    def inform(self, private: Private) -> None:
        """Something that is told to this client alone, likewise."""
        self._notices += self._connection.send(private)
        self.mail = True

    def challenge(self, hello: Hello, challenge: Challenge) -> None:
        """Ask for a proof, and keep the Hello until it comes."""
        self.asked = hello, challenge
        self._send(self._connection.send(challenge))

    def welcome(self, welcome: Welcome) -> None:
        """Let the client in: into a new seat, back into its own, or to watch."""
        self.playing = self._offered = True
        self._send(self._connection.send(welcome))

    def refuse(self, refused: Refused) -> None:
        """Say no, and why, and close."""
        self._network.stats.refusals[refused.refusal.name.lower()] += 1
        self._send(self._connection.send(refused))
        self._admission.ended(self, f"refused: {refused.reason}", keep=False)
        self.pipe.close()

    def fail(self) -> None:
        """What it said broke something of ours, which is being handled: that ends this session, and no other's.

        Its player may come back: it is not they who are wrong.
        """
        self._network.stats.our_faults += 1
        self._admission.lines.exception("what %s said broke the server", self.pipe.name)
        self.end("the server could not handle what you said; its log has it", keep=True)

    def end(self, reason: str, tell: bool = True, keep: bool = False) -> None:
        """Close the connection and free the seat, or `keep` it for a while; a second time does nothing."""
        self._end(Goodbye(reason[:200]) if tell else None, reason, keep)

    def move(self, game: str, reason: str) -> None:
        """Close the connection, for there is another world to come back to at once, of that game."""
        word = Moved(game, reason[:200]) if self.playing else Goodbye(reason[:200])
        self._end(word, reason, keep=False)

    def bench(self, reason: str) -> None:
        """Take the seat of a player, who may come back to watch."""
        self._end(Benched(reason), f"benched: {reason}", keep=False)

    def _end(self, last_word: Goodbye | Benched | Moved | None, reason: str, keep: bool) -> None:
        self.playing = False
        if self._admission.ended(self, reason, keep):
            if last_word is not None and self._connection.state is not State.CLOSED:
                self._send(self._connection.send(last_word))
            self.pipe.close()

    def _warn(self) -> None:
        self._network.warn(self, "says so much that it will soon be cut off")

    def _break_off(self, fault: RemoteProtocolError) -> None:
        self._network.stats.faults += 1
        self.end(f"broke the protocol: {fault}")

    def _send(self, data: bytes) -> bool:
        self._network.stats.sent += len(data)
        return self.pipe.write(data)

    def _handle(self, message: FromClient) -> None:
        if self._offered and self.net_id is not None:
            self._offered = False
            self._admission.confirm(self.net_id)
        match message:  # what is said most often first
            case Steer(tick, direction, action):
                self.acted = self.heard
                self._network.steer(self, tick, direction, action)
            case Ping(time):
                self._pong = self._connection.begin_pong(time, self._network.milliticks())
                self.mail = True
            case Hello():
                self._admission.admit(self, message)
            case Query():
                self._only_asked = True
                self._send(self._connection.send(Identity(VERSION, self._network.server_id)))
                self.end("only asked which server this is", keep=True)
            case Proof():
                self._admission.prove(self, message)
            case Resync(tick):
                self._network.resync(self, tick)
            case Say(text):
                self.acted = self.heard
                self._network.say(self, text)
            case Profile():
                self.acted = self.heard
                if self._profiles.allows(self.heard):
                    self._admission.profile(self, message)
                elif self._profiles.warns():
                    self.tell("you change too fast: that was dropped, wait a moment")
            case Request(index, values):
                self.acted = self.heard
                if self._requests.allows(self.heard):
                    self._network.request(self, index, values)
                elif self._requests.warns():
                    self.tell("you ask too fast: that was dropped, wait a moment")
            case Look(x, y):
                self.look, self.looks_elsewhere, self.plain = (x, y), True, False
            case Report(corrections, unexplained):
                self._network.report(self, corrections, unexplained)
            case Goodbye(reason):
                self.end(f"said goodbye: {reason!r:.100}", tell=False)
