"""The server's NetworkSystem: lets clients in and back in, takes their intents, tells them what surprised everybody.

A frame is encoded once and the same bytes are written to every client that sees the same cells. A client that does not
take them is skipped, and gets a fresh snapshot when it can read again: newest wins, and nobody's slowness costs another
anything.
"""

import logging
import math
from collections.abc import Callable
from typing import Final

import esper

from ecs.arena import Arena
from ecs.components import Position
from ecs.grid import Grid
from ecs.world import World
from game.rules import clean_name
from game.server.bans import Bans
from game.server.beat import Beat
from game.server.intents import IntentSystem
from game.server.interest import Interest, View
from game.server.log_quota import LogQuota
from game.server.origin import origin
from game.server.password_gate import PasswordGate
from game.server.seats import FullError, Seats
from game.server.session import Session
from game.server.stats import Stats
from net.codec import encode
from net.framing import frame
from net.messages import VERSION, Hello, Proof, Refusal, Refused, Said, Welcome
from net.pipe import Pipe
from net.replication.publisher import News, Publisher
from net.replication.registry import Registry

log = logging.getLogger(__name__)

BEHIND_SECONDS: Final = 10.0  # without taking a byte, after which a slow client is not worth its seat
LOOK_FRAMES: Final = 4  # from one look at where a player is to the next: 32 pixels on a walk, and the margin is 64
FEW: Final = 100  # clients up to which a frame of its own for each who comes or goes costs nothing to speak of
DOOR_FRAMES: Final = 4  # where there are more, from one opening of the door to the next: 0.13 s
GREETING_SECONDS: Final = 5.0  # to say Hello; since it connected, so that a byte now and then gains nothing
MAX_GREETING: Final = 256  # who have not said it; beyond, who came first goes: our client says it at once
LINES_PER_SECOND: Final = 50.0  # of the log, about players: a full server that empties in two seconds is still readable
LINES_AT_ONCE: Final = 500


class NetworkSystem(esper.Processor):
    """Replicates one world to all sessions. Runs last in a tick."""

    def __init__(
        self,
        world: World,
        seats: Seats,
        intents: IntentSystem,
        publisher: Publisher,
        registry: Registry,
        arena: Arena,
        grid: Grid,
        *,
        tick_rate: int,
        frame_ticks: int,
        silence_seconds: float,
        hold_seconds: float,
        max_unsent: int,
        max_spectators: int,
        stats: Stats,
        gate: PasswordGate | None,
        bans: Bans,
        now: Callable[[], float],
    ) -> None:
        self.now = now
        self.stats = stats
        self._world = world
        self._seats = seats
        self._intents = intents
        self._publisher = publisher
        self._registry = registry
        self._arena = arena
        self._grid = grid
        self._interest = Interest(grid)
        self._beat = Beat(tick_rate / frame_ticks)
        self._unwritten: dict[View, list[bytes]] = {}  # frames since the last write; at most `Beat`'s most
        self._tick_rate = tick_rate
        self._frame_ticks = frame_ticks
        self._silence_seconds = silence_seconds
        self._hold_seconds = hold_seconds
        self._max_unsent = max_unsent
        self._max_spectators = max_spectators
        self._bans = bans
        self._gate = gate  # None: everybody may come in
        self._sessions: dict[Session, None] = {}  # in the order they came
        self._greeting: dict[Session, None] = {}  # those who are not in, likewise
        self._lines = LogQuota(log, now, LINES_AT_ONCE, LINES_PER_SECOND)
        self._lines_of_strangers = LogQuota(log, now)
        self._tick = 0
        self._turn = 0  # of the last write
        self._look_again = 0.0  # for those who are silent or overdue: nobody can be so before
        self._tick_began = now()
        self._ticks_late = 0.0
        self._wrote: float | None = None  # when it was last written
        self._knocking: list[tuple[Session, Hello]] = []  # who said Hello in this tick; as many as there are sessions
        self._leaving: list[int] = []  # NetIDs whose seats are free at the end of this tick
        self._chat = bytearray()  # lines since the last write, encoded once; each session's Voice bounds them
        self.closing = False

    def __len__(self) -> int:
        """How many sessions there are."""
        return len(self._sessions)

    def process(self, tick: int) -> None:
        self._tick = tick
        if len(self._sessions) <= FEW or tick % (DOOR_FRAMES * self._frame_ticks) == 0:
            self._let_in_and_out()
        if not self._publisher.due(tick):
            return
        if self.now() >= self._look_again:
            self._drop_the_silent()
        self._free_the_overdue(self.now(), f"did not come back within {self._hold_seconds:g} s")
        news = self._publisher.frame(tick)
        self.stats.told(news.sections.values())
        sessions = [session for session in self._sessions if session.playing]
        for view in {session.view for session in sessions if session.view is not None}:
            self._unwritten.setdefault(view, []).append(news.told(view.cells))
        if self._beat.frame(self._ticks_late):
            self._write(sessions, news)
            self._unwritten.clear()

    def _write(self, sessions: list[Session], news: News) -> None:
        """Tell everybody all that happened since the last time."""
        now = self.now()
        if self._wrote is not None:
            self.stats.gaps.add(now - self._wrote)
        self._wrote = now
        chat = bytes(self._chat)
        self._chat.clear()
        told = {view: b"".join(frames) for view, frames in self._unwritten.items()}
        snapshots: dict[tuple[View | None, View, bool], bytes] = {}
        with_chat = {view: data + chat for view, data in told.items()}
        turn = news.tick // self._frame_ticks
        turns, self._turn = turn - self._turn, turn
        for session in sessions:
            if (session.behind_since is not None or session.unsent) and not self._can_take(session):
                self.stats.skipped += 1
                continue
            former, whole = session.view, session.needs_snapshot
            view = self._look(session, turn, turns)
            if view is former and not whole:
                session.write(with_chat[view])
                continue
            key = former, view, whole
            if key not in snapshots:
                snapshots[key] = self._snapshot(news, *key)
            session.view, session.needs_snapshot = view, False
            # Of a crowded world, the snapshot alone may be more than what a client may be behind.
            session.max_unsent = max(self._max_unsent, 2 * len(snapshots[key]))
            before = b"" if former is None or whole else told[former]
            session.write(before + snapshots[key] + chat)

    def _look(self, session: Session, turn: int, turns: int) -> View:
        """What a client sees; its player moves so slowly that it is looked for every few frames only.

        `turns` is how many frames there could have been since the last write: whose turn was in between has it now.
        """
        former = session.view
        stays = self._grid.whole or (turn + (session.net_id or 0)) % LOOK_FRAMES >= turns
        if former is not None and stays and not session.needs_snapshot:
            return former
        return self._interest.view(*self._whereabouts(session), former)

    def _whereabouts(self, session: Session) -> tuple[int, int]:
        """Where a client's player is or a spectator looks, in world units; or else the middle of the arena."""
        if session.look is not None:
            return session.look
        entity = None if session.net_id is None else self._world.entity(session.net_id)
        at = esper.try_component(entity, Position) if entity is not None else None
        return (at.x, at.y) if at is not None else (self._arena.width // 2, self._arena.height // 2)

    def _snapshot(self, news: News, former: View | None, view: View, whole: bool) -> bytes:
        """What a client needs that sees other cells than before, or that has lost the thread (`whole`)."""
        before = former.cells if former is not None else frozenset[int]()
        cells = view.cells if whole else view.cells - before
        snapshot = self._publisher.snapshot(news.tick, cells, before - view.cells)
        # What is kept must be of the same tick, so there is a frame of it before, if only an empty one.
        return snapshot if whole or news.told(before) else self._publisher.nothing(news.tick) + snapshot

    def began(self, when: float, ticks_late: float) -> None:
        """The tick that is about to be simulated was due at `when`, and is so late; clients' clocks are set by it."""
        self._tick_began = when
        self._ticks_late = ticks_late

    def milliticks(self) -> int:
        """The server's time: the last tick and how much of the next has passed."""
        return max(0, round(1000 * (self._tick + (self.now() - self._tick_began) * self._tick_rate)))

    def accept(self, pipe: Pipe) -> Session:
        """Somebody connected."""
        self.stats.connections += 1
        session = Session(pipe, self, self.now(), self._max_unsent, self._tick_rate)
        self._sessions[session] = self._greeting[session] = None
        if len(self._greeting) > MAX_GREETING:
            next(iter(self._greeting)).end("did not say hello, and others want to come in")
        return session

    def _let_in_and_out(self) -> None:
        """Bodies come and go at the end of a tick alone, and before its frame.

        Where many are there, they do so several at a time: each tick in which somebody does costs a frame to everybody,
        to all systems a look at who is there, and to us a snapshot.
        """
        for net_id in self._leaving:
            self._free(net_id)
        self._leaving.clear()
        knocking, self._knocking = self._knocking, []
        for session, hello in knocking:
            if session in self._sessions:
                try:
                    (self._let_watch if hello.watch else self._seat)(session, hello)
                except Exception:  # noqa: BLE001 - as in Session.received
                    session.fail()

    def admit(self, session: Session, hello: Hello) -> None:
        """Answer a Hello: let them in at the end of the tick, or say why not."""
        schema = self._registry.schema
        if hello.version != VERSION:
            side = "client" if hello.version < VERSION else "server"
            reason = f"the server speaks version {VERSION}, the client {hello.version}: update the {side}"
            session.refuse(Refused(Refusal.VERSION, VERSION, reason, schema))
        elif hello.schema_hash != self._registry.schema_hash:
            reason = (
                f"the server's components are {self._registry.schema_hash}, the client's {hello.schema_hash[:16]!r}"
            )
            session.refuse(Refused(Refusal.SCHEMA, VERSION, reason, schema))
        elif self.closing:
            session.refuse(Refused(Refusal.CLOSING, VERSION, "the server is closing", ()))
        elif objection := self._bans.objection(origin(session.peer)):
            session.refuse(Refused(Refusal.BANNED, VERSION, objection, ()))
        elif self._gate is not None:
            session.challenge(hello, self._gate.challenge())
        else:
            self._admit_known(session, hello)

    def prove(self, session: Session, proof: Proof) -> None:
        """Go on with a Hello once it is shown that they know the password."""
        assert self._gate is not None  # the connection lets nobody prove anything who was not asked
        assert session.asked is not None
        hello, challenge = session.asked
        objection = self._gate.objection(challenge, proof, origin(session.peer))
        if objection:
            session.refuse(Refused(Refusal.PASSWORD, VERSION, objection, ()))
        elif self.closing:
            session.refuse(Refused(Refusal.CLOSING, VERSION, "the server is closing", ()))
        else:
            self._admit_known(session, hello)

    def _admit_known(self, session: Session, hello: Hello) -> None:
        """Into their former seat at once; else at the end of the tick."""
        if hello.token and not hello.watch:
            self._resume(session, hello.token)
        else:
            self._knocking.append((session, hello))

    def confirm(self, net_id: int) -> None:
        """A seated client said something, so the Welcome has reached it."""
        self._seats.confirm_token(net_id)

    def steer(self, session: Session, tick: int, direction: int) -> None:
        """A seated client's intent. Raises RemoteProtocolError."""
        assert session.net_id is not None  # the connection lets nobody steer before the welcome
        self._intents.offer(session.net_id, tick, direction)

    def resync(self, session: Session, tick: int) -> None:
        """A client's checksum did not match; at most one snapshot a second is given for that."""
        if self._tick - session.resync_tick >= self._tick_rate or session.resync_tick < 0:
            self.stats.resyncs += 1
            session.resync_tick = self._tick
            session.needs_snapshot = True
            self._lines.warning("%s differs from us as of tick %d: sending a snapshot", session.label, tick)

    def warn(self, session: Session, what: str) -> None:
        """Tell the host what a session does."""
        self._lines.warning("%s %s", session.label, what)

    def say(self, session: Session, text: str) -> None:
        """A seated client's line of chat: it goes to everybody behind the next frame. Raises RemoteProtocolError."""
        assert session.net_id is not None  # as for steer
        line, notice = session.voice.say(text, self.now())
        if line:
            self._lines.info("chat: %s: %s", session.label, line)
            self._chat += frame(encode(Said(session.net_id, line)))
        if notice:
            session.tell(notice)

    def announce(self, line: str) -> None:
        """A line of chat of the server's own, to everybody behind the next frame."""
        log.info("chat: the server: %s", line)
        self._chat += frame(encode(Said(0, line)))

    @property
    def sessions(self) -> list[Session]:
        """Whoever is connected, in the order they came."""
        return list(self._sessions)

    def name(self, net_id: int) -> str:
        """What a player is called. Raises KeyError for who is not there."""
        return self._seats.name(net_id)

    def describe(self, session: Session) -> str:
        """A session's player, for the log."""
        if session.net_id is not None:
            return self._called(session.net_id)
        return f"the spectator {session.watch!r}" if session.watch else "somebody"

    def ended(self, session: Session, reason: str, keep: bool) -> bool:
        """Forget a session, and free its seat or `keep` it for a while; False where that had been done before."""
        if session not in self._sessions:
            return False
        del self._sessions[session]
        self._greeting.pop(session, None)
        if session.net_id is None:
            # Who only knocked, as those do who list servers and how fast they answer, is not worth a line.
            level = logging.DEBUG if keep and not session.greeted else logging.INFO
            self._lines_of_strangers.log(level, "%s, %s", session.label, reason)
        elif keep and self._hold(session.net_id):
            self._lines.info("away: %s, %s; the seat is held for %g s", session.label, reason, self._hold_seconds)
        else:
            self._lines.info("leave: %s, %s", session.label, reason)
            self._seats.void_token(session.net_id)
            self._leaving.append(session.net_id)
        return True

    def close(self, reason: str) -> None:
        """Tell everybody that it is over."""
        self.closing = self.stats.closing = True
        for session in list(self._sessions):
            session.end(reason)
        self._let_in_and_out()
        self._free_the_overdue(math.inf, reason)

    def _seat(self, session: Session, hello: Hello) -> None:
        name = self._acceptable(session, hello.name)
        if not name:
            return
        try:
            with self._world:
                net_id = self._seats.join(name, hello.color)
        except FullError as error:
            session.refuse(Refused(Refusal.FULL, VERSION, str(error), ()))
            return
        self._welcome(session, net_id)
        self._lines.info("join: %s; %d playing", session.label, len(self._seats))

    def _acceptable(self, session: Session, name: str) -> str:
        """The name as others will read it; empty where the session was refused for it."""
        try:
            return clean_name(name)
        except ValueError as error:
            session.refuse(Refused(Refusal.NAME, VERSION, f"this name is not acceptable: {error}", ()))
            return ""

    def _let_watch(self, session: Session, hello: Hello) -> None:
        watching = sum(bool(other.watch) for other in self._sessions)
        name = self._acceptable(session, hello.name)
        if not name:
            return
        if watching >= self._max_spectators:
            reason = f"no more may watch: {watching} of {self._max_spectators} spectators are there"
            session.refuse(Refused(Refusal.FULL, VERSION, reason, ()))
            return
        session.watch = name
        self._greet(session, 0, "")
        self._lines.info("watch: %s; %d watching", session.label, watching + 1)

    def _resume(self, session: Session, token: str) -> None:
        with self._world:
            net_id = self._seats.resume(token)
        if net_id is None:
            session.refuse(Refused(Refusal.TOKEN, VERSION, "no seat is held for this token", ()))
            return
        for older in [other for other in self._sessions if other.net_id == net_id]:  # it still seemed alive
            self._intents.stop(net_id)
            older.net_id = None  # so that its end does not free the seat
            older.end("you came in from somewhere else")
        self._welcome(session, net_id)
        self._lines.info("back: %s", session.label)

    def _welcome(self, session: Session, net_id: int) -> None:
        session.net_id = net_id
        self._greet(session, net_id, self._seats.offer_token(net_id))

    def _greet(self, session: Session, net_id: int, token: str) -> None:
        del self._greeting[session]
        always = self._tick_rate, self._frame_ticks, self._grid.tiles, self._arena.rows
        session.welcome(Welcome(net_id, self._tick, *always, token, self._seats.free))

    def _hold(self, net_id: int) -> bool:
        """Keep the seat of a player who is lost; False where nobody would or could come back into it."""
        with self._world:
            if not self._hold_seconds or not self._seats.hold(net_id, self._tick, self.now() + self._hold_seconds):
                return False
        self._intents.stop(net_id)
        return True

    def _free(self, net_id: int) -> None:
        self._intents.forget(net_id)
        with self._world:
            self._seats.leave(net_id)

    def _free_the_overdue(self, now: float, reason: str) -> None:
        for net_id in self._seats.overdue(now):
            self._lines.info("leave: %s, %s", self._called(net_id), reason)
            self._free(net_id)

    def _called(self, net_id: int) -> str:
        return f"{self._seats.name(net_id)!r} ({net_id})"

    def _can_take(self, session: Session) -> bool:
        """Whether to write to a client now; one that has fallen behind must first have taken what it had."""
        if session.unsent > (0 if session.behind_since is not None else session.max_unsent):
            if session.behind_since is None:
                session.behind_since = self.now()
                session.needs_snapshot = True
            return False
        session.behind_since = None
        return True

    def _drop_the_silent(self) -> None:
        now = self.now()
        # Whoever is heard now, comes now, or falls behind now, has all of this time.
        self._look_again = now + min(self._silence_seconds, GREETING_SECONDS, BEHIND_SECONDS)
        for session in list(self._sessions):
            silent = now - session.heard
            if not session.playing and now - session.since > GREETING_SECONDS:
                session.end(f"did not say hello within {GREETING_SECONDS:.0f} s")
            elif silent > self._silence_seconds:
                session.end(f"was silent for {self._silence_seconds:g} s", keep=True)
            elif session.behind_since is not None and now - session.behind_since > BEHIND_SECONDS:
                session.end(f"took nothing for {BEHIND_SECONDS:.0f} s")
            else:
                self._look_again = min(self._look_again, session.heard + self._silence_seconds)
                if session.net_id is None:
                    self._look_again = min(self._look_again, session.since + GREETING_SECONDS)
                if session.behind_since is not None:
                    self._look_again = min(self._look_again, session.behind_since + BEHIND_SECONDS)
