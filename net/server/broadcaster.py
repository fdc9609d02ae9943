"""Which bytes go to which client: a frame to all who see the same cells, and what some need besides.

A frame is encoded once and the same bytes are written to every client that sees the same cells. A client that does not
take them is skipped, and gets a fresh snapshot when it can read again: newest wins, and nobody's slowness costs another
anything.
"""

from collections.abc import Callable, Collection, Mapping
from typing import Final

import esper

from ecs.arena import Arena
from ecs.components import Position
from ecs.grid import Grid
from ecs.world import World
from net.replication.frame_builder import FrameBuilder
from net.replication.interest import Audience, Interest, View
from net.replication.publisher import Publisher
from net.server.send_rate import SendRate
from net.server.session import Session
from net.server.stats import Stats

KEPT_FRAMES: Final = 30  # for which a view that nobody has any more is still made frames of


class Broadcaster:
    """Hands out the frames of one publisher."""

    def __init__(
        self,
        world: World,
        publisher: Publisher,
        players: Mapping[int, Session],
        arena: Arena,
        grid: Grid,
        send_rate: SendRate,
        *,
        patience: int,
        max_unsent: int,
        stats: Stats,
        now: Callable[[], float],
    ) -> None:
        """`players`: sessions by NetID, of those who have one.

        `patience`: ticks for which a client may be told nothing; `max_unsent`: bytes that it may be behind.
        """
        self.chat = bytearray()  # lines since the last write, encoded once; each session's ChatRateLimit bounds them
        self._world, self._publisher, self._players = world, publisher, players
        self._arena, self._grid = arena, grid
        self._interest = Interest(grid)
        self._audience = Audience(patience)
        self._frames = 0
        self._strays: set[int] = set()  # NetIDs of players who have left the middle of what they see
        self._send_rate = send_rate
        self._unwritten: dict[View, list[bytes]] = {}  # frames since the last write; as many as SendRate allows
        self._max_unsent = max_unsent
        self._stats, self._now = stats, now
        self._wrote: float | None = None  # when the last write was

    def frame(self, news: FrameBuilder, sessions: list[Session], ticks_late: float) -> None:
        """There is another frame for these, made in a tick that began so late. Inside `with world`, in that tick."""
        self._look_who_strays(news)
        self._frames += 1
        if self._frames % KEPT_FRAMES == 0:
            self._audience.keep(session.view for session in sessions if session.view is not None)
        told = news.told(self._audience.watching, self._audience.silent(news.tick))
        self._audience.told(told, news.tick)
        for view, data in told.items():
            self._unwritten.setdefault(view, []).append(data)
        if self._send_rate.frame(ticks_late):
            self._write(news.tick, sessions, told.keys())
            self._unwritten.clear()

    def worked(self, seconds: float) -> None:
        """A tick took so long."""
        self._send_rate.worked(seconds)

    def _write(self, tick: int, sessions: list[Session], just_told: Collection[View]) -> None:
        """Tell everybody all that happened since the last time; these views, something of this tick."""
        now = self._now()
        if self._wrote is not None:
            self._stats.gaps.add(now - self._wrote)
        self._wrote = now
        chat = bytes(self.chat)
        self.chat.clear()
        told = {view: b"".join(frames) for view, frames in self._unwritten.items()}
        with_chat = {view: data + chat for view, data in told.items()}
        self._follow_who_strays()
        sent = 0
        snapshots: dict[tuple[View | None, View, bool], bytes] = {}
        for session in sessions:  # always in the same order, for who is late once is early the next time
            view = session.view
            if session.plain and view is not None:
                data = with_chat.get(view, chat)
                if session.mail:
                    data = session.with_mail(data)
                if data:
                    session.plain = session.pipe.write(data)
                    sent += len(data)
                continue
            if (session.behind_since is not None or session.pipe.unsent) and not self._can_take(session):
                self._stats.skipped += 1
                continue
            former, afresh = view, session.needs_snapshot
            view = self._view(session)
            data = with_chat.get(view, chat)
            if view is not former or afresh:
                key = former, view, afresh
                if key not in snapshots:
                    snapshots[key] = self._snapshot(tick, *key)
                    if former is not None and former not in just_told and not afresh:
                        # What is kept must be of the same tick, so there is a frame of it before, if only an empty one.
                        snapshots[key] = self._publisher.nothing(tick) + snapshots[key]
                session.view, session.needs_snapshot = view, False
                self._audience.add(view, tick)
                # Of a crowded world, the snapshot alone may be more than what a client may be behind.
                session.max_unsent = max(self._max_unsent, 2 * len(snapshots[key]))
                data = (b"" if former is None or afresh else told.get(former, b"")) + snapshots[key] + chat
            session.write(data)
        self._stats.sent += sent
        self._send_rate.wrote(self._now() - now)

    def _look_who_strays(self, news: FrameBuilder) -> None:
        """Whose player has left the middle of what they see, or is back in it: nobody else can have gone too far."""
        for (_, cell), net_ids in news.came.items():
            for net_id in net_ids:
                session = self._players.get(net_id)
                if session is not None and session.view is not None and session.view.middle != cell:
                    self._strays.add(net_id)
                else:
                    self._strays.discard(net_id)

    def _follow_who_strays(self) -> None:
        """Look which of them have gone so far that they need another view."""
        bodies = self._world.bodies
        bodies.find()
        rows, x, y = bodies.rows, bodies.ints.x, bodies.ints.y
        for net_id in list(self._strays):
            row, session = rows.get(net_id), self._players.get(net_id)
            if row is None or session is None or session.view is None:
                self._strays.discard(net_id)
            elif not session.view.holds(x[row], y[row]):
                session.looks_elsewhere = True
                session.plain = False
                self._strays.discard(net_id)

    def _view(self, session: Session) -> View:
        """What a client sees from now on."""
        former = session.view
        if former is not None and not session.looks_elsewhere:
            return former
        session.looks_elsewhere = False
        view = self._interest.view(*self._whereabouts(session), former)
        if view is former and session.net_id is not None:  # it was too far away, and is not when we can tell it
            self._strays.add(session.net_id)
        return view

    def _whereabouts(self, session: Session) -> tuple[int, int]:
        """Where a client's player is or a spectator looks, in world units; or else the middle of the arena."""
        if session.look is not None:
            return session.look
        entity = None if session.net_id is None else self._world.entity(session.net_id)
        at = esper.try_component(entity, Position) if entity is not None else None
        return (at.x, at.y) if at is not None else (self._arena.width // 2, self._arena.height // 2)

    def _snapshot(self, tick: int, former: View | None, view: View, afresh: bool) -> bytes:
        """What a client needs that sees other cells than before, or that has lost the thread (`afresh`)."""
        before = former.cells if former is not None else frozenset[int]()
        return self._publisher.snapshot(tick, view.cells if afresh else view.cells - before, before - view.cells)

    def _can_take(self, session: Session) -> bool:
        """Whether to write to a client now; one that has fallen behind must first have taken what it had."""
        if session.pipe.unsent > (0 if session.behind_since is not None else session.max_unsent):
            if session.behind_since is None:
                session.behind_since = self._now()
                session.needs_snapshot = True
            return False
        session.behind_since = None
        return True
