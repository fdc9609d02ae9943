"""Who comes in, into which seat, and who goes: from a Hello to the Welcome or the refusal, and the end of a session.

Bodies come and go at the end of a tick alone, and before its frame. Knows nothing of frames.
"""

import itertools
import logging
import math
from collections.abc import Callable
from typing import Final

from ecs.world import World
from net.replication.registry import Registry
from net.server.bench import Bench
from net.server.intent_system import IntentSystem
from net.server.limits.bans import Bans
from net.server.limits.connection_limiter import is_counted
from net.server.limits.log_quota import LogQuota
from net.server.limits.origin import origin
from net.server.limits.password_gate import PasswordGate
from net.server.seats import FullError, Seats
from net.server.session import Session
from net.wire.messages import ANY_COLOR, VERSION, Hello, Profile, Proof, Refusal, Refused, Welcome
from net.wire.texts import clean_name

log = logging.getLogger(__name__)

MAX_GREETING: Final = 256  # who have not said Hello; beyond, who came first goes: our client says it at once

SPECTATORS_SHARE: Final = 4  # one address has at most a fourth of the spectators' places, so that others find some
SPECTATORS_AT_LEAST: Final = 2  # from one address, however few there may be

LINES_PER_SECOND: Final = 50.0  # of the log, about players: a full server that empties in two seconds is still readable
LINES_AT_ONCE: Final = 500


class Admission:
    """All sessions of one world, and how they got there."""

    def __init__(
        self,
        world: World,
        seats: Seats,
        intents: IntentSystem,
        registry: Registry,
        welcome: Callable[[int, int, str, int], Welcome],
        *,
        hold_seconds: float,
        idle_seconds: float,
        max_spectators: int,
        max_per_address: int,
        gate: PasswordGate | None,
        bans: Bans,
        now: Callable[[], float],
    ) -> None:
        """`welcome` makes one of a NetID, the last tick, a token and the number of free seats; `gate`: if any."""
        self.sessions: dict[Session, None] = {}  # in the order they came
        self.greeting: dict[Session, None] = {}  # those who have not said what lets them in, likewise
        self.playing: dict[Session, None] = {}  # those to whom frames go, in the order they were let in
        self.players: dict[int, Session] = {}  # those of them that have a seat, by NetID
        self.tick = 0  # the last one
        self.closing = False
        self._world, self._seats, self._intents = world, seats, intents
        self._registry, self._make_welcome = registry, welcome
        self.lines = LogQuota(log, now, LINES_AT_ONCE, LINES_PER_SECOND)  # about players
        self._lines_of_strangers = LogQuota(log, now)
        self._hold_seconds, self._max_spectators = hold_seconds, max_spectators
        share = max(SPECTATORS_AT_LEAST, max_spectators // SPECTATORS_SHARE)
        self._max_spectators_of_one = min(share, max_per_address)
        self._gate, self._bans, self._now = gate, bans, now
        self._bench = Bench(idle_seconds)
        self._acted: dict[int, float] = {}  # NetID of who is away -> when they last did something
        self._spectators = itertools.count(1)
        self._knocking: list[tuple[Session, Hello]] = []  # who said Hello in this tick; as many as there are sessions
        self._leaving: list[int] = []  # NetIDs whose seats are free at the end of this tick

    def arrived(self, session: Session) -> None:
        """Somebody connected."""
        self.sessions[session] = self.greeting[session] = None
        if len(self.greeting) > MAX_GREETING:
            next(iter(self.greeting)).end("did not say hello, and others want to come in")

    def let_in_and_out(self) -> None:
        """Bodies come and go at the end of a tick alone, and before its frame.

        Where many are there, they do so several at a time: each tick in which somebody does costs a frame to everybody,
        to all systems a look at who is there, and to us a snapshot.
        """
        for net_id in self._leaving:
            self._free(net_id)
        self._leaving.clear()
        knocking, self._knocking = self._knocking, []
        for session, hello in knocking:
            if session in self.sessions:
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
        # Who brings the secret of a seat is counted for that seat: others who guess from the same address, a tunnel's
        # say, do not keep its player out, and who stole it has no more tries than anybody.
        seat = self._seats.owner(hello.token) if hello.token else None
        counted_for = origin(session.peer) if seat is None else f"seat {seat}"
        objection = self._gate.objection(challenge, proof, counted_for)
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
            self.greeting.pop(session, None)  # it has said all that it can: it waits for us now
            self._knocking.append((session, hello))

    def confirm(self, net_id: int) -> None:
        """A seated client said something, so the Welcome has reached it."""
        self._seats.confirm_token(net_id)

    def profile(self, session: Session, profile: Profile) -> None:
        """A player wants another name or colour: what can be is done, and of the rest they alone are told why not."""
        net_id, seats = session.net_id, self._seats
        assert net_id is not None  # the connection lets nobody else say it
        before = seats.name(net_id), seats.color(net_id)
        try:
            name = clean_name(profile.name)
        except ValueError as error:
            session.tell(f"your name stays as it is: {error}")
            name = ""
        with self._world:
            if name:
                seats.rename(net_id, name)
            seats.recolor(net_id, profile.color)
        if seats.name(net_id) != before[0]:
            self.lines.info("rename: %r (%d) is %s now", before[0], net_id, session.label)
            if seats.name(net_id) != name:
                session.tell(f"somebody is called {name} already: you are {seats.name(net_id)}")
        if seats.color(net_id) not in (before[1], profile.color) and profile.color != ANY_COLOR:
            session.tell(
                "that colour cannot be told from the floor or from somebody else's: you have the nearest that can"
            )

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
        if session not in self.sessions:
            return False
        del self.sessions[session]
        self.greeting.pop(session, None)
        self.playing.pop(session, None)
        if session.net_id is not None:
            self.players.pop(session.net_id, None)
        if session.watch:
            self._seats.names.release(session.watch)
        if session.net_id is None:
            # Who only knocked, as those do who list servers and how fast they answer, is not worth a line.
            level = logging.DEBUG if keep and not session.greeted else logging.INFO
            self._lines_of_strangers.log(level, "%s, %s", session.label, reason)
        elif keep and self._hold(session.net_id):
            self._acted[session.net_id] = session.acted
            self.lines.info("away: %s, %s; the seat is held for %g s", session.label, reason, self._hold_seconds)
        else:
            self.lines.info("leave: %s, %s", session.label, reason)
            self._seats.void_token(session.net_id)
            self._leaving.append(session.net_id)
        return True

    def give_up(self, net_id: int, reason: str) -> None:
        """Free a seat that is held; nobody comes back into it."""
        self.lines.info("leave: %s, %s", self._called(net_id), reason)
        self._seats.void_token(net_id)
        self._leaving.append(net_id)

    def close(self, reason: str, next_game: str = "") -> None:
        """Tell everybody that it is over; and that they can come back at once, where there is a next game."""
        self.closing = True
        for session in list(self.sessions):
            if next_game:
                session.move(next_game, reason)
            else:
                session.end(reason)
        self.let_in_and_out()
        self._free_until(math.inf, reason)

    def _seat(self, session: Session, hello: Hello) -> None:
        name = self._acceptable(session, hello.name)
        if not name:
            return
        try:
            with self._world:
                net_id = self._seats.join(name, hello.color, origin(session.peer))
        except FullError as error:
            if self._seats.free <= 0:
                self._bench.wanted(self._now())
            session.refuse(Refused(Refusal.FULL, VERSION, str(error), ()))
            return
        self._welcome(session, net_id)
        self.lines.info("join: %s; %d playing", session.label, len(self._seats))

    def _acceptable(self, session: Session, name: str) -> str:
        """The name as others will read it; empty where the session was refused for it."""
        try:
            return clean_name(name)
        except ValueError as error:
            session.refuse(Refused(Refusal.NAME, VERSION, f"this name is not acceptable: {error}", ()))
            return ""

    def _let_watch(self, session: Session, hello: Hello) -> None:
        origins = [origin(other.peer) for other in self.sessions if other.watch]
        watching = len(origins)
        name = self._acceptable(session, hello.name)
        if not name:
            return
        if watching >= self._max_spectators:
            reason = f"no more may watch: {watching} of {self._max_spectators} spectators are there"
            session.refuse(Refused(Refusal.FULL, VERSION, reason, ()))
            return
        where = origin(session.peer)
        from_here = origins.count(where)
        if from_here >= self._max_spectators_of_one and is_counted(where):
            reason = f"no more may watch from your address: {from_here} of {self._max_spectators_of_one} are there"
            session.refuse(Refused(Refusal.FULL, VERSION, reason, ()))
            return
        session.watch = self._seats.names.claim(name)
        session.number = next(self._spectators)
        self._greet(session, 0, "")
        self.lines.info("watch: %s; %d watching", session.label, watching + 1)

    def _resume(self, session: Session, token: str) -> None:
        try:
            with self._world:
                net_id = self._seats.resume(token, origin(session.peer))
        except FullError as error:
            session.refuse(Refused(Refusal.FULL, VERSION, str(error), ()))
            return
        if net_id is None:
            session.refuse(Refused(Refusal.TOKEN, VERSION, "no seat is held for this token", ()))
            return
        session.acted = self._acted.pop(net_id, session.acted)  # to come back is not yet to do something
        if (older := self.players.get(net_id)) is not None:  # it still seemed alive
            session.acted = older.acted
            self._intents.stop(net_id)
            older.net_id = None  # so that its end does not free the seat
            older.end("you came in from somewhere else")
        self._welcome(session, net_id)
        self.lines.info("back: %s", session.label)

    def _welcome(self, session: Session, net_id: int) -> None:
        session.net_id = net_id
        self.players[net_id] = session
        self._greet(session, net_id, self._seats.offer_token(net_id))

    def _greet(self, session: Session, net_id: int, token: str) -> None:
        self.greeting.pop(session, None)
        self.playing[session] = None
        session.welcome(self._make_welcome(net_id, self.tick, token, self._seats.free))

    def _hold(self, net_id: int) -> bool:
        """Keep the seat of a player who is lost; False where nobody would or could come back into it."""
        with self._world:
            if not self._hold_seconds or not self._seats.hold(net_id, self.tick, self._now() + self._hold_seconds):
                return False
        self._intents.stop(net_id)
        return True

    def _free(self, net_id: int) -> None:
        self._intents.forget(net_id)
        with self._world:
            self._seats.leave(net_id)
        self._acted.pop(net_id, None)

    def bench_the_idle(self) -> None:
        """Where seats are wanted, who has done nothing for long makes room."""
        self._bench.look(self.players.values(), self._seats.free <= 0, self._now())

    def free_the_overdue(self) -> None:
        """Nobody came back in time for these seats."""
        self._free_until(self._now(), f"did not come back within {self._hold_seconds:g} s")

    def _free_until(self, now: float, reason: str) -> None:
        for net_id in self._seats.overdue(now):
            self.lines.info("leave: %s, %s", self._called(net_id), reason)
            self._free(net_id)

    def _called(self, net_id: int) -> str:
        return f"{self._seats.name(net_id)!r} ({net_id})"
