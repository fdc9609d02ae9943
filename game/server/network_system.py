"""The server's NetworkSystem: takes clients' intents, and tells them what surprised everybody.

A frame is encoded once and the same bytes are written to every client that sees the same cells. A client that does not
take them is skipped, and gets a fresh snapshot when it can read again: newest wins, and nobody's slowness costs another
anything.
"""

import logging
from collections.abc import Callable
from typing import Final

import esper

from ecs.arena import Arena
from ecs.components import Position
from ecs.grid import Grid
from ecs.world import World
from game.server.beat import Beat
from game.server.intents import IntentSystem
from game.server.interest import Interest, View
from game.server.reception import Reception
from game.server.session import Session
from game.server.stats import Stats
from net.codec import encode
from net.framing import frame
from net.messages import Said
from net.pipe import Pipe
from net.replication.publisher import News, Publisher

log = logging.getLogger(__name__)

BEHIND_SECONDS: Final = 10.0  # without taking a byte, after which a slow client is not worth its seat
LOOK_FRAMES: Final = 4  # from one look at where a player is to the next: 32 pixels on a walk, and the margin is 64
FEW: Final = 100  # clients up to which a frame of its own for each who comes or goes costs nothing to speak of
DOOR_FRAMES: Final = 4  # where there are more, from one opening of the door to the next: 0.13 s
GREETING_SECONDS: Final = 5.0  # to say Hello; since it connected, so that a byte now and then gains nothing


class NetworkSystem(esper.Processor):
    """Replicates one world to all sessions. Runs last in a tick."""

    def __init__(
        self,
        world: World,
        reception: Reception,
        intents: IntentSystem,
        publisher: Publisher,
        arena: Arena,
        grid: Grid,
        *,
        tick_rate: int,
        frame_ticks: int,
        silence_seconds: float,
        max_unsent: int,
        stats: Stats,
        now: Callable[[], float],
    ) -> None:
        self.now = now
        self.stats = stats
        self._world = world
        self._reception = reception
        self._intents = intents
        self._publisher = publisher
        self._arena = arena
        self._grid = grid
        self._interest = Interest(grid)
        self._beat = Beat(tick_rate / frame_ticks)
        self._unwritten: dict[View, list[bytes]] = {}  # frames since the last write; at most `Beat`'s most
        self._tick_rate = tick_rate
        self._frame_ticks = frame_ticks
        self._silence_seconds = silence_seconds
        self._max_unsent = max_unsent
        self._lines = reception.lines
        self._tick = 0
        self._turn = 0  # of the last write
        self._look_again = 0.0  # for those who are silent or overdue: nobody can be so before
        self._tick_began = now()
        self._ticks_late = 0.0
        self._wrote: float | None = None  # when it was last written
        self._chat = bytearray()  # lines since the last write, encoded once; each session's Voice bounds them

    def process(self, tick: int) -> None:
        reception = self._reception
        self._tick = reception.tick = tick
        if len(reception.sessions) <= FEW or tick % (DOOR_FRAMES * self._frame_ticks) == 0:
            reception.let_in_and_out()
        if not self._publisher.due(tick):
            return
        if self.now() >= self._look_again:
            self._drop_the_silent()
        reception.free_the_overdue()
        news = self._publisher.frame(tick)
        self.stats.told(news.sections.values())
        sessions = [session for session in reception.sessions if session.playing]
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
        session = Session(pipe, self, self._reception, self.now(), self._max_unsent, self._tick_rate)
        self._reception.arrived(session)
        return session

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

    def close(self, reason: str) -> None:
        """Tell everybody that it is over."""
        self.stats.closing = True
        self._reception.close(reason)

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
        for session in list(self._reception.sessions):
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
