"""The receiving side of replication: holds, at the tick of each frame, exactly what the server held.

Between frames it runs the same `step` with the intents that it was told, and, where it knows the whole world, the same
collisions. Who walks out of the cells that we are told of
is let go at the next tick at which the server sends frames: it decides the same, and says nothing. A message is checked
completely before the world is touched.
"""

import logging
from collections import deque
from collections.abc import Callable
from typing import Any, Final

import esper
import numpy as np

from ecs.collision.collision_system import CollisionSystem
from ecs.collision.sweep import Sweep, TooCrowdedError
from ecs.components import IN_COLUMNS, Action, Intent, NetID, Position, Size, Velocity
from ecs.grid import EVERYWHERE, Grid
from ecs.movement.movement_system import MovementSystem
from ecs.movement.step import Motion, is_direction
from ecs.surprises import MAX_EVENTS
from ecs.world import World
from net.launch import Launcher, body_of
from net.replication.registry import Registry, Replicated, checksum
from net.wire.codec import MAX_TICK
from net.wire.errors import RemoteProtocolError
from net.wire.messages import BodyRow, ChangeRow, EntityRow, Frame, Private, Section, Snapshot

log = logging.getLogger(__name__)

MAX_ENTITIES: Final = 20_000  # that a server may have us hold: ten times the largest crowd that one can carry
# Entities times ticks a second: what the largest crowd takes at 60 Hz, half of a core. A server that simulates them has
# to do more than we do.
MAX_STEPS_PER_SECOND: Final = 60 * MAX_ENTITIES
LAST_TICK: Final = MAX_TICK - 5_000  # a client runs ahead by 3 s, of 1000 ticks each, and says ticks too
MAX_GAP_SECONDS: Final = 1  # between two frames; a server says something four times a second
MAX_EFFORT: Final = (
    100_000_000  # looks at pairs in one frame's collisions: one to four seconds; a server has one for it
)
MAX_CELLS: Final = (
    4096  # that are seen at a time; a screen and its margin cover 2,000 where they are as small as a tile
)

Spawn = tuple[int, list[tuple[Replicated, Any]]]


def most_entities(tick_rate: int) -> int:
    """How many a server of that tick rate may have a client hold."""
    return min(MAX_ENTITIES, MAX_STEPS_PER_SECOND // tick_rate)


class Mirror:
    """A client's copy of the server's world. All methods are called inside `with world`."""

    def __init__(
        self,
        world: World,
        registry: Registry,
        motion: Motion,
        grid: Grid,
        tick_rate: int,
        frame_ticks: int,
        launcher: Launcher | None = None,
    ) -> None:
        """`launcher`: of a game in which buttons launch bodies."""
        self._world = world
        self._registry = registry
        self._grid = grid
        self._frame_ticks = frame_ticks
        self.view: frozenset[int] = frozenset()  # the cells that we are told of
        self._arena = motion.arena
        self._launcher = launcher
        self.touched: dict[int, int] = {}  # NetID -> who pushed it last; for others to clear
        movement = MovementSystem(world, motion)
        self._sweep = Sweep(limit=MAX_EFFORT)
        collisions = CollisionSystem(motion.arena, movement, self.touched.__setitem__, self._sweep, motion.meetings)
        self._systems = (movement, collisions) if grid.whole else (movement,)
        self._max_gap = MAX_GAP_SECONDS * tick_rate
        self._max_entities = most_entities(tick_rate)
        self.tick = -1  # as of the end of which the world is exact; negative: nothing has come yet
        self.checks = 0  # checksums that were compared with the server's
        self.mismatches = 0  # and did not agree
        self._astray: int | None = None  # as of which tick we are known to differ, until the next snapshot
        self._asked = False  # whether that is told
        self.events: deque[tuple[int, Any]] = deque()  # (tick, event) that were told, for others to take out
        self.ticked: Callable[[int], None] = lambda tick: None  # called with each tick that the world went through

    def show(self, snapshot: Snapshot) -> None:
        """Make these cells what the snapshot says, keeping entities that stay. Raises RemoteProtocolError."""
        given = {cell: [self._built(row) for row in rows] for cell, rows in snapshot.cells}
        kept = self.view.difference(snapshot.drop, given)
        _check_counts_on(snapshot.tick)
        if snapshot.tick < self.tick:
            raise RemoteProtocolError(f"a snapshot of tick {snapshot.tick} after tick {self.tick}")
        if kept and snapshot.tick > self.tick:
            raise RemoteProtocolError(f"a snapshot of tick {snapshot.tick} leaves {len(kept)} cells behind")
        _check_each_once("a cell", [*snapshot.drop, *(cell for cell, _ in snapshot.cells)])
        _check_each_once("an entity", [net_id for spawns in given.values() for net_id, _ in spawns])
        if strange := [cell for cell in given if cell > self._grid.count]:
            raise RemoteProtocolError(f"cell {strange[0]} of {self._grid.count}")
        if len(kept) + len(given) > MAX_CELLS:
            raise RemoteProtocolError(f"more than {MAX_CELLS} cells")
        named = {net_id for spawns in given.values() for net_id, _ in spawns}
        self._check_number(len(named) + (len(self._world) if kept else 0))
        self.view = frozenset(kept | given.keys())
        for net_id, cell in self._places():
            if net_id not in named and cell not in kept:
                self._world.remove(net_id)
        for spawns in given.values():
            for net_id, components in spawns:
                self._place(net_id, components)
        self.tick = snapshot.tick
        self._astray, self._asked = None, False
        self.ticked(self.tick)

    def advance(self, frame: Frame) -> None:
        """Go on to the frame's tick and take in its surprises. Raises RemoteProtocolError.

        What it says of entities that we do not know is ignored: the next checksum tells whether that was right.
        """
        if self.tick < 0 or not self.tick < frame.tick <= self.tick + self._max_gap:
            raise RemoteProtocolError(f"a frame of tick {frame.tick} after tick {self.tick}")
        _check_counts_on(frame.tick)
        spawns, changes = self._checked(frame)
        pending = iter(sorted(frame.intents, key=lambda row: row[0]))  # stable: each tick's in the order they came
        upcoming = next(pending, None)
        self._sweep.effort = 0
        for tick in range(self.tick + 1, frame.tick + 1):
            while upcoming is not None and upcoming[0] == tick:
                self._steer(*upcoming)
                upcoming = next(pending, None)
            self._move(tick)
            if tick < frame.tick:
                if tick % self._frame_ticks == 0:
                    self._let_go_of_bodies()
                self.ticked(tick)
        for row in frame.bodies:
            self._put(row)
            self.touched[row[0]] = row[-1]
        for net_id in frame.gone:
            self._world.remove(net_id)
        self._let_go()
        for net_id, components in spawns:
            self._place(net_id, components)
        for net_id, kind, component in changes:
            self._assign(net_id, kind, component)
        self.tick = frame.tick
        self.ticked(self.tick)
        self._verify([section for section in frame.sections if section.checksum is not None])

    def _move(self, tick: int) -> None:
        try:
            for system in self._systems:
                system.process(tick)
        except TooCrowdedError as heap:
            raise RemoteProtocolError(f"too many bodies in one place at tick {tick}: {heap}") from None

    def _checked(self, frame: Frame) -> tuple[list[Spawn], list[tuple[int, Replicated, Any]]]:
        """What a frame brings, once all of it is known to be possible."""
        for at, _, direction, deed in frame.intents:
            if at <= self.tick or not is_direction(direction) or not self._is_deed(deed):
                raise RemoteProtocolError(f"an intent {direction} of tick {at} in the frame of tick {frame.tick}")
        for row in frame.bodies:
            self._check_body(row)
        for section in frame.sections:
            if section.cell not in self.view:
                raise RemoteProtocolError(f"a section of cell {section.cell}, which we were not shown")
        spawns = [self._built(row) for row in frame.spawned]
        _check_each_once("an entity", [net_id for net_id, _ in spawns])
        launched = sum(deed % 2 for _, _, _, deed in frame.intents)
        self._check_number(len(self._world) + len(spawns) + launched)
        changes = [self._change(row) for row in frame.changed]
        if len(frame.events) > MAX_EVENTS:
            raise RemoteProtocolError(f"more than {MAX_EVENTS} events in a frame")
        self.events += [(tick, self._registry.read_event(index, values)) for index, tick, values in frame.events]
        return spawns, changes

    def private(self, message: Private) -> None:
        """Something that is told to this client alone. Raises RemoteProtocolError."""
        self.events.append((message.tick, self._registry.read_event(message.index, message.values)))

    def _is_deed(self, deed: int) -> bool:
        """Whether that can be one in this game."""
        return deed == 0 or (self._launcher is not None and deed // 2 < self._launcher.actions)

    def _check_number(self, entities: int) -> None:
        if entities > self._max_entities:
            raise RemoteProtocolError(f"more than {self._max_entities} entities")

    def _let_go(self) -> None:
        """Of whoever has left the cells that we see."""
        if not self._grid.whole:
            for net_id in [net_id for net_id, cell in self._places() if cell not in self.view]:
                self._world.remove(net_id)

    def _let_go_of_bodies(self) -> None:
        """The same between two frames, where nothing else moves: thousands of times as often as a frame comes."""
        bodies = self._world.bodies
        if not self._grid.whole and len(bodies):
            cells = self._grid.cells_of(bodies.x, bodies.y)
            for cell in np.unique(cells).tolist():
                if cell not in self.view:
                    for row in np.flatnonzero(cells == cell).tolist():
                        self._world.remove(bodies.net_ids[row])

    def _places(self) -> list[tuple[int, int]]:
        """All NetIDs in ascending order, with their cells."""
        cells = dict.fromkeys(self._world.net_ids(), EVERYWHERE)
        if not self._grid.whole:
            for _, (bearer, at) in esper.get_components(NetID, Position):
                cells[bearer.id] = self._grid.cell(at.x, at.y)
        return list(cells.items())

    def astray(self) -> int | None:
        """The tick of a checksum that did not match and for which no snapshot has come; each is said once."""
        astray, self._asked = (None if self._asked else self._astray), True
        return astray

    def _verify(self, sections: list[Section]) -> None:
        if not sections:
            return
        rows: dict[int, list[EntityRow]] = {}
        for net_id, cell in self._places():
            rows.setdefault(cell, []).append(self._registry.describe(self._world, net_id))
        cells = {section.cell for section in sections}  # of one cell there can be many sections
        found = {cell: checksum(rows.get(cell, ())) for cell in cells}
        for section in sections:
            ours = found[section.cell]
            self.checks += 1
            log.debug("tick %d: checksum %08x of cell %d", self.tick, ours, section.cell)
            if ours != section.checksum:
                self.mismatches += 1
                if self._astray != self.tick:  # a line for each frame, however many sections it has
                    log.warning("mirror differs from the server as of tick %d, in cell %d", self.tick, section.cell)
                self._astray, self._asked = self.tick, False

    def _built(self, row: EntityRow) -> Spawn:
        net_id, components = row
        built = [(kind, kind.build(values)) for index, values in components for kind in [self._registry.kind_at(index)]]
        _check_each_once("a component", [kind.index for kind, _ in built])
        by_type = {kind.component: component for kind, component in built}
        position, size = by_type.get(Position), by_type.get(Size)
        if position is not None and size is not None:
            self._check_free(net_id, position.x, position.y, size)
        return net_id, built

    def _change(self, row: ChangeRow) -> tuple[int, Replicated, Any]:
        net_id, index, values = row
        kind = self._registry.kind_at(index)
        if kind.component in IN_COLUMNS:
            raise RemoteProtocolError(f"{kind.line} among the plain components")
        return net_id, kind, None if values is None else kind.build(values)

    def _check_body(self, row: BodyRow) -> None:
        net_id, x, y, vx, vy, _ = row
        self._registry.kind(Velocity).build((vx, vy))
        entity = self._world.entity(net_id)
        if entity is not None and (size := esper.try_component(entity, Size)) is not None:
            self._check_free(net_id, x, y, size)

    def _check_free(self, net_id: int, x: int, y: int, size: Size) -> None:
        if not self._arena.is_free(x, y, size.w, size.h):
            raise RemoteProtocolError(f"entity {net_id} at ({x}, {y}), where there is a wall")

    def _steer(self, tick: int, net_id: int, direction: int, deed: int) -> None:
        entity = self._world.entity(net_id)
        if entity is not None and (intent := esper.try_component(entity, Intent)) is not None:
            intent.direction = direction
            intent.since = tick
            intent.count += 1
            if (held := esper.try_component(entity, Action)) is not None:
                former, held.value = held.value, deed // 2
                if deed % 2:
                    self._launch(net_id, entity, intent.count, former, held.value)

    def _launch(self, owner: int, entity: int, count: int, former: int, action: int) -> None:
        """What the server launched in that tick begins where its player is."""
        launch, body = self._launcher.pressed(former, action) if self._launcher else None, body_of(entity)
        if launch is not None and body is not None and self._launcher is not None:
            self._launcher.spawn(self._world, launch, owner, count, self._launcher.begun(launch, body, action))

    def _put(self, row: BodyRow) -> None:
        net_id, x, y, vx, vy, _ = row
        entity = self._world.entity(net_id)
        if entity is not None and (both := esper.try_components(entity, Position, Velocity)) is not None:
            position, velocity = both
            position.x, position.y, velocity.x, velocity.y = x, y, vx, vy

    def _place(self, net_id: int, components: list[tuple[Replicated, Any]]) -> None:
        if net_id not in self._world:
            self._world.spawn(net_id, *(component for _, component in components))
            return
        given = dict(components)
        for kind in self._registry:
            self._assign(net_id, kind, given.get(kind))

    def _assign(self, net_id: int, kind: Replicated, component: Any) -> None:
        """Give the entity this component, in place where it has one, or take it away where it is None."""
        entity = self._world.entity(net_id)
        if entity is None:
            return
        held = esper.try_component(entity, kind.component)
        if component is None:
            if held is not None:
                self._world.remove_component(entity, kind.component)
        elif held is None:
            self._world.add_component(entity, component)
        else:
            for name, _ in kind.fields:
                setattr(held, name, getattr(component, name))


def _check_counts_on(tick: int) -> None:
    if tick > LAST_TICK:
        raise RemoteProtocolError(f"tick {tick}: no server counts so far")


def _check_each_once(what: str, named: list[int]) -> None:
    if len(set(named)) < len(named):
        raise RemoteProtocolError(f"{what} that is told of twice")
