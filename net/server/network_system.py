"""The server's NetworkSystem: takes clients' intents, and has them told what surprised everybody."""

import logging
from collections import deque
from collections.abc import Callable
from typing import Any, Final

import esper

from ecs.arena import Arena
from ecs.grid import Grid
from ecs.world import World
from net.replication.publisher import Publisher, check_ticks, quiet_ticks
from net.replication.registry import Registry
from net.server.admission import Admission
from net.server.broadcaster import Broadcaster
from net.server.intent_system import IntentSystem
from net.server.limits.log_quota import LogQuota
from net.server.send_rate import SendRate
from net.server.session import Session
from net.server.stats import Stats
from net.wire.codec import MAX_MILLITICK, encode
from net.wire.framing import frame
from net.wire.messages import Said, Scalar
from net.wire.pipe import Pipe

log = logging.getLogger(__name__)

BEHIND_SECONDS: Final = 10.0  # without taking a byte, after which a slow client is not worth its seat
FEW: Final = 100  # clients up to which a frame of its own for each who comes or goes costs nothing to speak of
DOOR_FRAMES: Final = 4  # where there are more, from one opening of the door to the next: 0.13 s
MAX_REQUESTS: Final = 4096  # that wait for the rules: two seconds of 500 players who ask as often as they may
GREETING_SECONDS: Final = 5.0  # to say Hello; since it connected, so that a byte now and then gains nothing


class NetworkSystem(esper.Processor):
    """Replicates one world to all sessions. Runs last in a tick."""

    def __init__(
        self,
        world: World,
        admission: Admission,
        intents: IntentSystem,
        publisher: Publisher,
        registry: Registry,
        arena: Arena,
        grid: Grid,
        *,
        tick_rate: int,
        frame_ticks: int,
        silence_seconds: float,
        max_unsent: int,
        stats: Stats,
        server_id: str,
        now: Callable[[], float],
        spent: Callable[[], float],
    ) -> None:
        """`spent`: seconds of the core that this program has had; a clock, as `now` is."""
        self.now = now
        self._spent, self._spent_before = spent, spent()
        self.stats = stats
        self.server_id = server_id
        self._world = world
        self._admission = admission
        self._intents = intents
        self._publisher, self._registry = publisher, registry
        self._broadcaster = Broadcaster(
            world,
            publisher,
            admission.players,
            arena,
            grid,
            SendRate(tick_rate / frame_ticks),
            patience=max(0, quiet_ticks(tick_rate) - frame_ticks),
            max_unsent=max_unsent,
            stats=stats,
            now=now,
        )
        self.frame_rate = tick_rate / frame_ticks
        self._tick_rate = tick_rate
        self._frame_ticks = frame_ticks
        self._check_ticks = check_ticks(tick_rate, frame_ticks)
        self._silence_seconds = silence_seconds
        self._max_unsent = max_unsent
        self._lines = admission.lines
        self._chat_lines = LogQuota(log, now)
        # What clients ask of the rules; where none takes it out, the oldest go.
        self.requests: deque[tuple[int, Any]] = deque(maxlen=MAX_REQUESTS)
        self._tick = 0
        self._look_again = 0.0  # for those who are silent or overdue: nobody can be so before
        self._tick_began = self._woke = now()  # when it was due, and when it did begin
        self._ticks_late = 0.0
        self._in_tick = False
        self._lost: dict[Session, str] = {}  # whose connections were lost within this tick, and why

    def process(self, tick: int) -> None:
        self._in_tick = True
        try:
            self._process(tick)
        finally:
            self._in_tick = False
        spent = self._spent()
        # Where others have the core as well, a tick takes longer than the time that it is given of it.
        self._broadcaster.worked(max(self.now() - self._woke, spent - self._spent_before))
        self._spent_before = spent

    def _process(self, tick: int) -> None:
        if self._lost:
            self._end_the_lost()
        admission = self._admission
        self._tick = admission.tick = tick
        if len(admission.sessions) <= FEW or tick % (DOOR_FRAMES * self._frame_ticks) == 0:
            admission.let_in_and_out()
        if not self._publisher.due(tick):
            return
        if self.now() >= self._look_again:
            self._drop_the_silent()
        admission.free_the_overdue()
        admission.bench_the_idle()
        news = self._publisher.frame(tick)
        for net_id, private in news.private:
            if (session := admission.players.get(net_id)) is not None:
                session.inform(private)
        self.stats.told(news.sections.values())
        self._broadcaster.frame(news, list(admission.playing), self._ticks_late)

    def began(self, when: float, ticks_late: float) -> None:
        """The tick that is about to be simulated was due at `when`, and is so late; clients' clocks are set by it."""
        self._tick_began = when
        self._ticks_late = ticks_late
        self._woke = self.now()

    def milliticks(self) -> int:
        """The server's time: the last tick and how much of the next has passed, however long that was."""
        since = round(1000 * (self.now() - self._tick_began) * self._tick_rate)
        return min(max(0, 1000 * self._tick + since), MAX_MILLITICK)

    def accept(self, pipe: Pipe) -> Session:
        """Somebody connected."""
        self.stats.connections += 1
        session = Session(pipe, self, self._admission, self.now(), self._max_unsent, self._tick_rate)
        self._admission.arrived(session)
        return session

    def lost(self, session: Session, reason: str) -> None:
        """A session's connection is gone: its player may come back for a while.

        Within a tick its end waits for the next one. For that changes the world, and while frames of this tick are
        written, everybody is to be told of the same world.
        """
        if self._in_tick:
            self._lost.setdefault(session, reason)
        else:
            session.end(reason, tell=False, keep=True)

    def steer(self, session: Session, tick: int, direction: int, action: int) -> None:
        """A seated client's intent. Raises RemoteProtocolError."""
        assert session.net_id is not None  # the connection lets nobody steer before the welcome
        self._intents.offer(session.net_id, tick, direction, action)

    def resync(self, session: Session, tick: int) -> None:
        """A client's checksum did not match as of that tick: a snapshot, if the last one is a checksum's time ago.

        It is the tick of the checksum that counts, not that in which the word of it arrives: who differs at each
        checksum is healed at each, on a network that delays now more, now less. What is far back counts as a little
        back, so that nobody saves up snapshots.
        """
        as_of = min(max(tick, self._tick - self._check_ticks), self._tick)
        if session.resync_tick is None or as_of - session.resync_tick >= self._check_ticks:
            self.stats.resyncs += 1
            session.resync_tick = as_of
            session.needs_snapshot, session.plain = True, False
            self._lines.warning("%s differs from us as of tick %d: sending a snapshot", session.label, tick)

    def request(self, session: Session, index: int, values: tuple[Scalar, ...]) -> None:
        """A seated client asks something of the rules. Raises RemoteProtocolError."""
        assert session.net_id is not None  # as for steer
        self.requests.append((session.net_id, self._registry.read_request(index, values)))

    def warn(self, session: Session, what: str) -> None:
        """Tell the host what a session does."""
        self._lines.warning("%s %s", session.label, what)

    def say(self, session: Session, text: str) -> None:
        """A seated client's line of chat: it goes to everybody behind the next frame. Raises RemoteProtocolError."""
        assert session.net_id is not None  # as for steer
        line, notice = session.chat_limit.say(text, self.now())
        if line:
            if session.chat_limit.is_logged(self.now()):
                self._chat_lines.info("chat: %s: %s", session.label, line)
            self._broadcaster.chat += frame(encode(Said(session.net_id, line)))
        if notice:
            session.tell(notice)

    def report(self, session: Session, corrections: int, unexplained: int) -> None:
        """A client says how many corrections it saw since the last time; as many count as it can have had."""
        now = self.now()
        corrections = min(corrections, int(session.corrections.left(now)))
        unexplained = min(unexplained, corrections, int(session.unexplained.left(now)))
        session.corrections.take(corrections, now)
        session.unexplained.take(unexplained, now)
        self.stats.reported(corrections, unexplained)

    def announce(self, line: str) -> None:
        """A line of chat of the server's own, to everybody behind the next frame."""
        log.info("chat: the server: %s", line)
        self._broadcaster.chat += frame(encode(Said(0, line)))

    def close(self, reason: str, next_game: str = "") -> None:
        """Tell everybody that it is over, and which game comes next, if any."""
        self.stats.closing = True
        self._admission.close(reason, next_game)

    def _end_the_lost(self) -> None:
        lost, self._lost = self._lost, {}
        for session, reason in lost.items():
            session.end(reason, tell=False, keep=True)

    def _drop_the_silent(self) -> None:
        now = self.now()
        # Whoever is heard now, comes now, or falls behind now, has all of this time.
        self._look_again = now + min(self._silence_seconds, GREETING_SECONDS, BEHIND_SECONDS)
        for session in list(self._admission.sessions):
            silent = now - session.heard
            if not session.playing and now - session.since > GREETING_SECONDS:
                session.end(f"did not say hello within {GREETING_SECONDS:.0f} s")
            elif silent > self._silence_seconds:
                session.end(f"was silent for {self._silence_seconds:g} s", keep=True)
            elif session.behind_since is not None and now - session.behind_since > BEHIND_SECONDS:
                session.end(f"took nothing for {BEHIND_SECONDS:.0f} s")
            else:
                self._look_again = min(self._look_again, session.heard + self._silence_seconds)
                if not session.playing:
                    self._look_again = min(self._look_again, session.since + GREETING_SECONDS)
                if session.behind_since is not None:
                    self._look_again = min(self._look_again, session.behind_since + BEHIND_SECONDS)
