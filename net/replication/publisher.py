"""The sending side of replication: turns the journal of surprises into frames, and the world into snapshots.

The world is a grid of cells, and what happened in a cell is encoded once, whoever sees it. Everything about an entity
is said in the cell where the last frame left it; who sees the cell that it has come to, and not the one that it has
left, gets the whole of it. Who sees only the one that it has left is told no more: its mirror is exact, and knows.
"""

import logging
from collections import defaultdict
from typing import Final

import esper

from ecs.components import NetID, Position, Velocity
from ecs.grid import EVERYWHERE, Grid
from ecs.surprises import Surprises
from ecs.world import World
from net.codec import encode, encode_section, join_sections
from net.framing import frame
from net.messages import EntityRow, Scalar, Section, Snapshot
from net.replication.digest import IN_COLUMNS, Digest
from net.replication.registry import Registry

log = logging.getLogger(__name__)

UNTOLD_SECONDS: Final = 4  # from one look at an entity to the next, for what a rule changed and did not tell of
QUIET_FRAMES_PER_SECOND: Final = 4  # where nothing is to be said, so that a client knows that we live

View = frozenset[int]  # the cells that somebody sees


def quiet_ticks(tick_rate: int) -> int:
    """How many ticks may pass from one quiet frame to the next."""
    return max(1, tick_rate // QUIET_FRAMES_PER_SECOND)


class _Sections(dict[int, Section]):
    """By cell; one that nobody has said anything about yet begins empty."""

    def __missing__(self, cell: int) -> Section:
        section = self[cell] = Section(cell)
        return section


class News:
    """What one frame tells, cell by cell; encoded when somebody first asks for it."""

    def __init__(self, publisher: "Publisher", tick: int) -> None:
        self.tick = tick
        self.sections = _Sections()
        self.came: dict[tuple[int, int], list[int]] = {}  # (former cell, present cell) -> NetIDs, in ascending order
        self.always = False  # say something to everybody, if only that we live
        self.checked: frozenset[int] = frozenset()  # cells whose checksum is due
        self._publisher = publisher
        self._encoded: dict[int, bytes] = {}
        self._came: dict[tuple[int, int], bytes] = {}
        self._told: dict[View, bytes] = {}

    def told(self, view: View) -> bytes:
        """The frame for those who see these cells, as it goes onto the wire; empty where there is nothing to say.

        Inside `with world`, in the tick of the frame.
        """
        data = self._told.get(view)
        if data is None:
            parts = [self._section(cell) for cell in sorted(view & (self.sections.keys() | self.checked))]
            parts += [self._arrivals(edge) for edge in self.came if edge[1] in view and edge[0] not in view]
            data = frame(join_sections(self.tick, parts)) if parts or self.always else b""
            self._told[view] = data
        return data

    def _section(self, cell: int) -> bytes:
        data = self._encoded.get(cell)
        if data is None:
            section = self.sections[cell]
            if cell in self.checked:
                section.checksum = self._publisher.checksum(cell)
                log.debug("tick %d: checksum %08x of cell %d", self.tick, section.checksum, cell)
            data = self._encoded[cell] = encode_section(self.tick, section)
        return data

    def _arrivals(self, edge: tuple[int, int]) -> bytes:
        data = self._came.get(edge)
        if data is None:
            rows = [self._publisher.row(net_id) for net_id in self.came[edge]]
            data = self._came[edge] = encode_section(self.tick, Section(edge[1], spawned=rows))
        return data


class Publisher:
    """Speaks for one world. It is asked for a frame at the end of each tick that is `due`."""

    def __init__(
        self, world: World, registry: Registry, surprises: Surprises, grid: Grid, tick_rate: int, frame_ticks: int
    ) -> None:
        self._world = world
        self._registry = registry
        self._surprises = surprises
        self._grid = grid
        self._frame_ticks = frame_ticks
        self._quiet_frames = max(1, quiet_ticks(tick_rate) // frame_ticks)
        self._frames = 0
        self._cells: dict[int, int] = {}  # NetID -> the cell where the last frame left it
        self._members: defaultdict[int, set[int]] = defaultdict(set)  # and the other way round
        self._said: dict[int, dict[int, tuple[Scalar, ...]]] = {}  # NetID -> component index -> what clients hold
        self._digest = Digest(world, registry)
        self._parts = UNTOLD_SECONDS * max(1, tick_rate // frame_ticks)

    def due(self, tick: int) -> bool:
        """Whether a frame must be made in this tick.

        Who sees the whole world computes the collisions of the next tick, and so must know by then of every body that
        came, went or was moved; where only a part is seen, pushes are told, and everything can wait for its turn.
        """
        return tick % self._frame_ticks == 0 or (self._grid.whole and self._surprises.of_bodies)

    def frame(self, tick: int) -> News:
        """All that surprised since the last frame; clears the journal. Inside `with world`."""
        news = News(self, tick)
        self._look_for_untold()
        self._add_intents(news.sections)
        self._add_bodies(news.sections)
        self._add_changes(news.sections)
        self._add_who_left(news.sections)
        self._add_who_came(news.sections)
        self._surprises.clear()
        if not self._grid.whole:
            news.came = self._who_moved_over()
        self._frames += 1
        if self._frames % self._quiet_frames == 0:
            # Each cell once a second, a quarter of them at a time.
            turn = self._frames // self._quiet_frames % QUIET_FRAMES_PER_SECOND
            news.always = True
            news.checked = frozenset(c for c in self._members if c % QUIET_FRAMES_PER_SECOND == turn)
        return news

    def snapshot(self, tick: int, cells: View, drop: View = frozenset()) -> bytes:
        """The whole of some cells as of this tick, as it goes onto the wire. Inside `with world`, after `frame`."""
        rows = tuple((cell, self.rows(cell)) for cell in sorted(cells))
        return frame(encode(Snapshot(tick, tuple(sorted(drop)), rows)))

    def nothing(self, tick: int) -> bytes:
        """A frame that says no more than its tick."""
        return frame(join_sections(tick, []))

    def checksum(self, cell: int) -> int:
        """Of all who are in a cell, as they are now, inside `with world`."""
        return self._digest.checksum(sorted(self._members.get(cell, ())))

    def row(self, net_id: int) -> EntityRow:
        """An entity as it is now, inside `with world`."""
        return self._registry.describe(self._world, net_id)

    def rows(self, cell: int) -> tuple[EntityRow, ...]:
        """All who are in a cell, in the order of their NetIDs, inside `with world`."""
        members = self._members.get(cell, ())
        if self._grid.whole:
            return tuple(row for row in self._registry.describe_all(self._world) if row[0] in members)
        return tuple(self.row(net_id) for net_id in sorted(members))

    def _look_for_untold(self) -> None:
        """Whether a rule changed a component and did not say so: at each frame a few entities are looked at."""
        part, parts = self._frames % self._parts, self._parts
        for net_id, said in self._said.items():
            if net_id % parts != part or net_id not in self._world:
                continue
            held = dict(self.row(net_id)[1])
            for index in said.keys() | held.keys():
                kind = self._registry.kind_at(index)
                if kind.component in IN_COLUMNS or said.get(index) == held.get(index):
                    continue
                if (net_id, kind.component) not in self._surprises.changed:
                    log.warning("a rule changed %s of entity %d and did not tell", kind.component.__name__, net_id)
                    self._surprises.change(net_id, kind.component)

    def _add_intents(self, sections: _Sections) -> None:
        for row in self._surprises.intents:
            cell = self._cells.get(row[1])
            if cell is not None and row[1] not in self._surprises.gone:
                sections[cell].intents.append(row)

    def _add_bodies(self, sections: _Sections) -> None:
        for net_id, by in sorted(self._surprises.bodies.items()):
            entity, cell = self._world.entity(net_id), self._cells.get(net_id)
            if cell is not None and entity is not None:
                position = esper.component_for_entity(entity, Position)
                velocity = esper.component_for_entity(entity, Velocity)
                sections[cell].bodies.append((net_id, position.x, position.y, velocity.x, velocity.y, by))

    def _add_changes(self, sections: _Sections) -> None:
        registered = ((net_id, self._registry.kind(component)) for net_id, component in self._surprises.changed)
        for net_id, index in sorted((net_id, kind.index) for net_id, kind in registered):
            entity, said = self._world.entity(net_id), self._said.get(net_id)
            if entity is None or said is None:
                continue
            kind = self._registry.kind_at(index)
            component = esper.try_component(entity, kind.component)
            if component is not None:
                values = kind.read(component)
                if said.get(index) != values:
                    said[index] = values
                    sections[self._cells[net_id]].changed.append((net_id, index, values))
                    self._digest.tell(net_id, said)
            elif said.pop(index, None) is not None:
                sections[self._cells[net_id]].changed.append((net_id, index, None))
                self._digest.tell(net_id, said)

    def _add_who_left(self, sections: _Sections) -> None:
        for net_id in sorted(self._surprises.gone):
            cell = self._cells.pop(net_id)
            self._members[cell].discard(net_id)
            del self._said[net_id]
            self._digest.forget(net_id)
            sections[cell].gone.append(net_id)

    def _add_who_came(self, sections: _Sections) -> None:
        for net_id in sorted(self._surprises.spawned):
            row = self.row(net_id)
            entity = self._world.entity(net_id)
            assert entity is not None
            at = esper.try_component(entity, Position)
            cell = self._cells[net_id] = self._grid.cell(at.x, at.y) if at is not None else EVERYWHERE
            self._members[cell].add(net_id)
            self._said[net_id] = dict(row[1])
            self._digest.tell(net_id, self._said[net_id])
            sections[cell].spawned.append(row)

    def _who_moved_over(self) -> dict[tuple[int, int], list[int]]:
        came: dict[tuple[int, int], list[int]] = {}
        cell_of, cells = self._grid.cell, self._cells
        for _, (bearer, at) in esper.get_components(NetID, Position):
            now, former = cell_of(at.x, at.y), cells.get(bearer.id)
            if now != former and former is not None:
                self._members[former].discard(bearer.id)
                self._members[now].add(bearer.id)
                cells[bearer.id] = now
                came.setdefault((former, now), []).append(bearer.id)
        return {edge: sorted(net_ids) for edge, net_ids in sorted(came.items())}
