"""The sending side of replication: turns the journal of surprises into frames, and the world into snapshots.

The world is a grid of cells, and what happened in a cell is encoded once, whoever sees it. Everything about an entity
is said in the cell where the last frame left it; who sees the cell that it has come to, and not the one that it has
left, gets the whole of it. Who sees only the one that it has left is told no more: its mirror is exact, and knows.
"""

import logging
from collections import defaultdict
from collections.abc import Set
from typing import Any, Final

import esper
import numpy as np

from ecs.arena import Arena
from ecs.components import IN_COLUMNS, Position, Size, Velocity
from ecs.grid import EVERYWHERE, Grid
from ecs.surprises import Surprises
from ecs.world import World
from net.replication.frame_builder import FrameBuilder, Sections
from net.replication.registry import Registry, Replicated
from net.replication.rows import Rows
from net.wire.codec import begin_frame, join_cells, join_sections
from net.wire.errors import LocalProtocolError
from net.wire.framing import frame
from net.wire.messages import EntityRow, Private, Scalar

log = logging.getLogger(__name__)

UNTOLD_SECONDS: Final = 4  # from one look at an entity to the next, for what a rule changed and did not tell of
UNTOLD: Final = -1  # no cell: that of a body that no client was told of
QUIET_FRAMES_PER_SECOND: Final = 4  # where nothing is to be said, so that a client knows that we live


def quiet_ticks(tick_rate: int) -> int:
    """How many ticks may pass from one quiet frame to the next."""
    return max(1, tick_rate // QUIET_FRAMES_PER_SECOND)


def check_ticks(tick_rate: int, frame_ticks: int) -> int:
    """From one checksum of a cell to its next: a second of ticks, rounded up to one in which frames are made."""
    return -(-tick_rate // frame_ticks) * frame_ticks


class Publisher:
    """Speaks for one world. It is asked for a frame at the end of each tick that is `due`."""

    def __init__(
        self,
        world: World,
        registry: Registry,
        surprises: Surprises,
        arena: Arena,
        grid: Grid,
        tick_rate: int,
        frame_ticks: int,
    ) -> None:
        self._world = world
        self._registry = registry
        self._surprises = surprises
        self._arena, self._grid = arena, grid
        self._frame_ticks = frame_ticks
        self._check_turns = check_ticks(tick_rate, frame_ticks) // frame_ticks
        self._cells: dict[int, int] = {}  # NetID -> the cell where the last frame left it
        self._members: defaultdict[int, set[int]] = defaultdict(set)  # and the other way round
        self._said: dict[int, dict[int, tuple[Scalar, ...]]] = {}  # NetID -> component index -> what clients hold
        self._net_ids: list[int] = []  # of the bodies, when it was last looked who moved over to another cell
        self._cells_of_bodies = np.zeros(0, dtype=np.int64)  # where the last frame left them, in the same order
        self._rows = Rows(world, registry)
        self._known: list[int] = []  # whom there was something said of when such a round of looks began
        self._parts = UNTOLD_SECONDS * max(1, tick_rate // frame_ticks)

    def due(self, tick: int) -> bool:
        """Whether a frame must be made in this tick.

        Who sees the whole world computes the collisions of the next tick, and so must know by then of every body that
        came, went or was moved; where only a part is seen, pushes are told, and everything can wait for its turn.
        """
        return tick % self._frame_ticks == 0 or (self._grid.whole and self._surprises.of_bodies)

    def frame(self, tick: int) -> FrameBuilder:
        """All that surprised since the last frame; clears the journal. Inside `with world`."""
        news = FrameBuilder(tick, self.row, self.checksum)
        turn = None if tick % self._frame_ticks else tick // self._frame_ticks  # frames in between are nobody's turn
        if turn is not None:
            self._look_for_untold(turn % self._parts)
        self._look_for_anew()
        self._add_launched(news.sections)
        self._add_changes(news.sections)
        self._add_intents(news.sections)
        self._add_bodies(news.sections)
        self._add_who_left(news.sections)
        self._add_who_came(news.sections)
        self._add_events(news)
        self._surprises.clear()
        if not self._grid.whole:
            news.came = self._who_moved_over()
        if turn is not None:
            news.checked = self._due_for_a_check(turn % self._check_turns)
        return news

    def snapshot(self, tick: int, cells: frozenset[int], drop: frozenset[int] = frozenset()) -> bytes:
        """The whole of some cells as of this tick, as it goes onto the wire. Inside `with world`, after `frame`."""
        rows = [(cell, self._rows.packed(self._members_of(cell))) for cell in sorted(cells)]
        return frame(join_cells(tick, sorted(drop), rows))

    def nothing(self, tick: int) -> bytes:
        """A frame that says no more than its tick."""
        return frame(join_sections(begin_frame(tick), []))

    def checksum(self, cell: int) -> int:
        """Of all who are in a cell, as they are now, inside `with world`."""
        return self._rows.checksum(self._members_of(cell))

    def row(self, net_id: int) -> EntityRow:
        """An entity as it is now, inside `with world`; so far as something was told of it."""
        return self._rows.row(net_id)

    def _due_for_a_check(self, turn: int) -> Set[int]:
        """The cells whose checksum is told now: a few in each turn, for those of a crowd take milliseconds.

        One that is empty is checked once more, and then not until somebody is in it again.
        """
        checked = {cell for cell in range(turn, self._grid.count + 1, self._check_turns) if cell in self._members}
        for cell in checked:
            if not self._members[cell]:
                del self._members[cell]
        return checked

    def _members_of(self, cell: int) -> list[int]:
        """All who are in a cell, in the order of their NetIDs."""
        return sorted(self._members.get(cell, ()))

    def _look_for_untold(self, part: int) -> None:
        """Whether a rule changed a component and did not say so: in each turn a few entities are looked at."""
        if part == 0:
            self._known = list(self._said)
        for net_id in self._known[part :: self._parts]:
            said = self._said.get(net_id)
            if said is None or net_id not in self._world:
                continue
            held = dict(self._registry.describe(self._world, net_id)[1])
            moves = net_id in self._world.bodies.rows
            for index in said.keys() | held.keys():
                kind = self._registry.kind_at(index)
                if said.get(index) == held.get(index):
                    continue
                if moves and kind.component in IN_COLUMNS and (index in said) == (index in held):
                    continue  # the numbers of a body change by themselves
                told = self._surprises.bodies.keys() | self._surprises.anew
                if (net_id, kind.component) not in self._surprises.changed and net_id not in told:
                    log.warning("a rule changed %s of entity %d and did not tell", kind.component.__name__, net_id)
                    self._surprises.change(net_id, kind.component)

    def _look_for_anew(self) -> None:
        """Of whom no row of a frame can say what is new, of them is told as of who left and came."""
        surprises = self._surprises
        for net_id in surprises.bodies:
            entity, said = self._world.entity(net_id), self._said.get(net_id)
            if entity is None or said is None:
                continue
            if not {0, 1} <= said.keys() or not esper.has_components(entity, Position, Velocity):
                surprises.anew.add(net_id)
        known = self._said.keys() | surprises.launched.keys()
        surprises.anew = {net_id for net_id in surprises.anew if net_id in known and net_id in self._world}
        surprises.anew -= surprises.gone

    def _add_launched(self, sections: Sections) -> None:
        """Whom clients know by the intent of who launched them: those are told of without a word, the others as usual.

        Where clients do not compute pushes, one that began at a body which was pushed since the last frame began
        elsewhere for them: the frame tells where it is.
        """
        surprises = self._surprises
        for net_id, owner in sorted(surprises.launched.items()):
            cell, is_here = self._cells.get(owner), net_id in self._world
            if cell is None or owner in surprises.gone or owner in surprises.anew:
                surprises.anew.discard(net_id)
                if is_here:
                    surprises.spawned.add(net_id)
            elif not is_here:
                sections[cell].gone.append(net_id)
            else:
                self._remember(net_id, cell)
                for component in [kind for of, kind in surprises.changed if of == net_id]:
                    self._said[net_id].pop(self._registry.kind(component).index, None)  # it began with another value
                if not self._grid.whole and owner in surprises.bodies:
                    surprises.bodies.setdefault(net_id, owner)

    def _add_events(self, news: FrameBuilder) -> None:
        for tick, event, at in self._surprises.events:
            kind = self._registry.event(event)
            cell = EVERYWHERE if at is None else self._grid.cell(*at)
            news.sections[cell].events.append((kind.index, tick, kind.read(event)))
        for tick, event, net_id in self._surprises.private:
            kind = self._registry.event(event)
            news.private.append((net_id, Private(tick, kind.index, kind.read(event))))

    def _remember(self, net_id: int, cell: int) -> EntityRow:
        """Clients know that entity from now on, in that cell; its row."""
        self._net_ids = []  # it may have been there for a while without anybody being told
        row = self._registry.describe(self._world, net_id)
        self._cells[net_id] = cell
        self._members[cell].add(net_id)
        self._said[net_id] = dict(row[1])
        self._rows.tell(net_id, self._said[net_id])
        return row

    def _add_intents(self, sections: Sections) -> None:
        silent = self._surprises.gone | self._surprises.anew
        for row in self._surprises.intents:
            cell = self._cells.get(row[1])
            if cell is not None and row[1] not in silent:
                sections[cell].intents.append(row)

    def _add_bodies(self, sections: Sections) -> None:
        for net_id, by in sorted(self._surprises.bodies.items()):
            entity, cell = self._world.entity(net_id), self._cells.get(net_id)
            if cell is not None and entity is not None and net_id not in self._surprises.anew:
                position = esper.component_for_entity(entity, Position)
                velocity = esper.component_for_entity(entity, Velocity)
                sections[cell].bodies.append((net_id, position.x, position.y, velocity.x, velocity.y, by))

    def _add_changes(self, sections: Sections) -> None:
        registered = ((net_id, self._registry.kind(component)) for net_id, component in self._surprises.changed)
        for net_id, index in sorted((net_id, kind.index) for net_id, kind in registered):
            entity, said = self._world.entity(net_id), self._said.get(net_id)
            if entity is None or said is None:
                if entity is not None and net_id not in self._surprises.spawned:
                    log.error("entity %d came and nobody was told: call surprises.spawn(%d) as well", net_id, net_id)
                    self._surprises.spawned.add(net_id)
                continue
            kind = self._registry.kind_at(index)
            component = self._tellable(net_id, entity, kind)
            if component is not None:
                values = kind.read(component)
                if said.get(index) != values:
                    said[index] = values
                    sections[self._cells[net_id]].changed.append((net_id, index, values))
                    self._rows.tell(net_id, said)
            elif said.pop(index, None) is not None:
                sections[self._cells[net_id]].changed.append((net_id, index, None))
                self._rows.tell(net_id, said)

    def _tellable(self, net_id: int, entity: int, kind: Replicated) -> Any:
        """A component of an entity, None where it has none. One that clients would refuse is as it was told last."""
        component = esper.try_component(entity, kind.component)
        if component is None:
            return None
        try:
            kind.told(net_id, component)
        except LocalProtocolError as mistake:
            former = self._said.get(net_id, {}).get(kind.index)
            if former is None:
                log.error("%s; the component is taken away again", mistake)
                self._world.remove_component(entity, kind.component)
                return None
            log.error("%s; it is put back to what it was", mistake)
            for (name, _), value in zip(kind.fields, former, strict=True):
                setattr(component, name, value)
        return component

    def _add_who_left(self, sections: Sections) -> None:
        for net_id in sorted(self._surprises.gone | self._surprises.anew):
            cell = self._cells.pop(net_id)
            self._members[cell].discard(net_id)
            del self._said[net_id]
            self._rows.forget(net_id)
            sections[cell].gone.append(net_id)

    def _add_who_came(self, sections: Sections) -> None:
        for net_id in sorted(self._surprises.spawned | self._surprises.anew):
            entity = self._world.entity(net_id)
            assert entity is not None
            for kind in self._registry:
                self._tellable(net_id, entity, kind)
            at, size = esper.try_component(entity, Position), esper.try_component(entity, Size)
            if at is not None and size is not None and not self._arena.is_free(at.x, at.y, size.w, size.h):
                why = f"its {at} is in a wall, for its {size}: ask arena.is_free first"
                log.error("entity %d is removed: %s", net_id, why)
                self._world.remove(net_id)
                self._surprises.spawned.discard(net_id)
                self._surprises.gone.add(net_id)
                continue
            cell = self._grid.cell(at.x, at.y) if at is not None else EVERYWHERE
            sections[cell].spawned.append(self._remember(net_id, cell))

    def _who_moved_over(self) -> dict[tuple[int, int], list[int]]:
        came: dict[tuple[int, int], list[int]] = {}
        bodies, cells = self._world.bodies, self._cells
        bodies.find()
        if self._net_ids is not bodies.net_ids:  # it is another list as soon as somebody comes or goes
            self._net_ids = bodies.net_ids
            self._cells_of_bodies = np.array([cells.get(net_id, UNTOLD) for net_id in self._net_ids], dtype=np.int64)
        now = np.where(self._cells_of_bodies == UNTOLD, UNTOLD, self._grid.cells_of(bodies.x, bodies.y))
        rows = np.flatnonzero(now != self._cells_of_bodies).tolist()
        self._cells_of_bodies = now
        moved = [(self._net_ids[row], int(now[row])) for row in rows]
        for net_id in cells.keys() - bodies.rows.keys():
            entity = self._world.entity(net_id)
            at = esper.try_component(entity, Position) if entity is not None else None
            if at is not None and (cell := self._grid.cell(at.x, at.y)) != cells[net_id]:
                moved.append((net_id, cell))
        for net_id, cell in sorted(moved):
            former = cells[net_id]
            self._members[former].discard(net_id)
            self._members[cell].add(net_id)
            cells[net_id] = cell
            came.setdefault((former, cell), []).append(net_id)
        return dict(sorted(came.items()))
