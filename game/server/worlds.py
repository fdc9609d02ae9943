"""The world that a server simulates just now, and the next one after it, of the same game or another.

Who is in one world when it ends is told to come back at once, into the next.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace

from ecs.arena import ArenaError
from game.server.playlist import Item, Playlist, PlaylistError
from net.server.limits.bans import Bans
from net.server.session import Session
from net.server.simulation import ServerSettings, Simulation
from net.wire.pipe import Pipe

log = logging.getLogger(__name__)


class Worlds:
    """One after the other. What outlives them: bans, figures for who looks on, and which server this is."""

    def __init__(
        self,
        playlist: Playlist,
        settings: ServerSettings,
        now: Callable[[], float],
        bans: Bans,
        spent: Callable[[], float] = lambda: 0.0,
    ) -> None:
        """`settings`: of all of them; arena and choices are the playlist's."""
        self._playlist, self._settings, self._now, self._bans, self._spent = playlist, settings, now, bans, spent
        self._next: Item | None = None  # to be played from the next tick on
        self._offered: Sequence[Item] = ()
        self.changed: Callable[[], None] = lambda: None  # called when there is another simulation
        self.simulation = self._begin()

    def accept(self, pipe: Pipe) -> Session:
        """Somebody connected."""
        return self.simulation.accept(pipe)

    def busy(self) -> bool:
        """As a Simulation has it."""
        return self.simulation.busy()

    def advance(self, due: float) -> None:
        """As a Simulation has it; where something else is to be played, its world begins."""
        self.simulation.advance(due)
        if self.simulation.chosen is not None and self._next is None:
            self._next, self.simulation.chosen = self._offered[self.simulation.chosen], None
        if self._next is not None:
            item, self._next = self._next, None
            self._move_to(item)

    def move_on(self, words: Sequence[str]) -> str:
        """The host wants that to be played (see `Playlist.find`); what to tell them."""
        try:
            self._next = self._playlist.find(words)
        except PlaylistError as error:
            return str(error)
        return f"next: {self._next.title}"

    def _move_to(self, item: Item) -> None:
        try:
            self._playlist.go_to(item)
        except ArenaError as error:
            log.error("cannot play %s: %s", item.title, error)
            self.simulation.network.announce(f"{item.title} cannot be played: its map cannot be read")
            return
        log.info("next: %s", item.title)
        former = self.simulation
        former.close(f"next: {item.title}", item.game.name)
        self._settings = replace(self._settings, seed=self._settings.seed + 1)
        self.simulation = self._begin(former)
        self.changed()

    def _begin(self, former: Simulation | None = None) -> Simulation:
        self._offered = self._playlist.choices
        choices = tuple(item.title for item in self._offered)
        settings = replace(self._settings, arena=self._playlist.arena, choices=choices)
        return Simulation(
            self._playlist.game,
            settings,
            self._now,
            bans=self._bans,
            server_id=former.server_id if former else "",
            spent=self._spent,
            stats=former.stats if former else None,
        )
