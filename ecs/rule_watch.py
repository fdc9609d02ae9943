"""What the rules of a tick did to bodies is held against what they told, so that a mistake costs nobody their game.

What clients could follow and were not told is told. What they could not follow, a body in a wall say, is taken back.
Each is an error in the log that names the entity and what to do. A tick in which all is told costs a comparison of the
columns.
"""

import dataclasses
import logging

import esper
import numpy as np

from ecs.arena import Arena
from ecs.bodies import NAMES
from ecs.columns import Array
from ecs.components import DIRECTIONS, OF_PLAYERS, SIZES, VELOCITIES
from ecs.surprises import BY_THE_RULES, Surprises
from ecs.world import World

log = logging.getLogger(__name__)


class BeforeRules(esper.Processor):
    """Remembers all bodies. Runs behind the collisions."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.rows: dict[int, int] = {}  # NetID -> row
        self.columns: list[Array] = []
        self.version = 0  # of the world

    def process(self, tick: int) -> None:
        bodies = self.world.bodies
        bodies.find()
        self.rows = bodies.rows
        self.columns = [column.copy() for column in bodies.columns]
        self.version = self.world.version


class AfterRules(esper.Processor):
    """Holds all bodies against what was told. Runs behind the rules."""

    def __init__(self, before: BeforeRules, surprises: Surprises, arena: Arena) -> None:
        self._before, self._world, self._surprises, self._arena = before, before.world, surprises, arena

    def process(self, tick: int) -> None:
        before, bodies = self._before, self._world.bodies
        if self._world.marked or self._world.version != before.version:
            self._look_who_is_there()
        if bodies.rows is not before.rows:
            self._look_at_newcomers()
            both = [(row, before.rows[net_id]) for net_id, row in bodies.rows.items() if net_id in before.rows]
            now, then = np.array(both, dtype=np.int64).reshape(-1, 2).T
        elif all(map(np.array_equal, bodies.columns, before.columns)):
            return
        else:
            now = then = np.arange(len(bodies))
        differs = np.array(
            [column[now] != former[then] for column, former in zip(bodies.columns, before.columns, strict=True)]
        )
        for index in np.flatnonzero(differs.any(axis=0)).tolist():
            changed = [NAMES[number] for number in np.flatnonzero(differs[:, index])]
            self._changed(int(now[index]), int(then[index]), changed)

    def _look_who_is_there(self) -> None:
        """Whether somebody came or went, and nobody was told."""
        world, bodies, surprises = self._world, self._world.bodies, self._surprises
        world.bury()
        for net_id in (surprises.told - world.net_id_set() - surprises.gone) | (surprises.spawned - world.net_id_set()):
            if net_id in surprises.told:
                log.error("entity %d was removed and nobody was told: call surprises.leave(%d) as well", net_id, net_id)
            surprises.leave(net_id)
        bodies.find()
        if bodies.rows is self._before.rows:  # none of them came or went: mostly a component that only some have
            return
        self._make_players_whole()
        for entity, net_id in bodies.bearers():
            if world.entity(net_id) != entity:
                log.error("entity %d is removed: it came by esper.create_entity, so use world.spawn", net_id)
                esper.delete_entity(entity, immediate=True)
        bodies.find()
        for net_id in sorted(bodies.rows.keys() - surprises.told - surprises.spawned - surprises.launched.keys()):
            try:
                surprises.spawn(net_id)
            except ValueError as error:
                self._remove(net_id, str(error))
            else:
                log.error("entity %d came and nobody was told: call surprises.spawn(%d) as well", net_id, net_id)
        bodies.find()

    def _make_players_whole(self) -> None:
        """A client does without none of the components that its own player has."""
        world, bodies, before = self._world, self._world.bodies, self._before
        for net_id in self._surprises.players:
            row, entity = bodies.rows.get(net_id), world.entity(net_id)
            if (row is not None and bodies.steered[row]) or entity is None or net_id not in before.rows:
                continue
            values = iter([int(column[before.rows[net_id]]) for column in before.columns])
            for kind in OF_PLAYERS:
                former = [next(values) for _ in dataclasses.fields(kind)]
                if esper.try_component(entity, kind) is None:
                    log.error(
                        "entity %d gets its %s back: it is a player's, who cannot be without", net_id, kind.__name__
                    )
                    esper.add_component(entity, kind(*former))
        bodies.find()

    def _look_at_newcomers(self) -> None:
        """What was no body before must be where it can be, or it is not there."""
        bodies = self._world.bodies
        for net_id in sorted(bodies.rows.keys() - self._before.rows.keys()):
            if (why := self._objection(bodies.rows[net_id])) is not None:
                self._remove(net_id, why)
        bodies.find()

    def _remove(self, net_id: int, why: str) -> None:
        log.error("entity %d is removed: %s", net_id, why)
        self._world.remove(net_id)
        if net_id in self._surprises.told or net_id in self._surprises.spawned:
            self._surprises.leave(net_id)

    def _changed(self, row: int, former_row: int, names: list[str]) -> None:
        """A rule gave a body other numbers."""
        bodies, surprises = self._world.bodies, self._surprises
        net_id, first = bodies.net_ids[row], names[-1].partition(".")[0]
        why = self._objection(row)
        if engines := {"Intent.since", "Intent.count", "Action.value"} & set(names):
            why = f"{max(engines)} is the engine's: use surprises.steer({net_id}, direction)"
        if why is not None:
            log.error("entity %d is put back as it was: %s", net_id, why)
            for column, former in zip(bodies.columns, self._before.columns, strict=True):
                column[row] = former[former_row]
        elif net_id in surprises.spawned or net_id in surprises.anew:
            return
        elif first not in ("Position", "Velocity"):
            fix = f"surprises.change({net_id}, {first}) as well"
            log.error("a rule changed %s of entity %d and nobody was told: call %s", ", ".join(names), net_id, fix)
            surprises.anew.add(net_id)
        elif net_id not in surprises.bodies:
            fix = f"surprises.body({net_id}) as well"
            log.error("a rule changed %s of entity %d and nobody was told: call %s", ", ".join(names), net_id, fix)
            surprises.bodies[net_id] = BY_THE_RULES

    def _objection(self, row: int) -> str | None:
        """What clients would refuse of that body, and what to do about it."""
        x, y, vx, vy, w, h, direction, *_ = (int(column[row]) for column in self._world.bodies.columns)
        if vx not in VELOCITIES or vy not in VELOCITIES:
            return f"its Velocity ({vx}, {vy}) has to be from {VELOCITIES[0]} to {VELOCITIES[-1]}"
        if w not in SIZES or h not in SIZES:
            return f"its Size ({w}, {h}) has to be from {SIZES[0]} to {SIZES[-1]}"
        if direction not in DIRECTIONS:
            return f"its Intent.direction {direction} has to be one of {sorted(DIRECTIONS)}"
        if not self._arena.is_free(x, y, w, h):
            return f"its Position ({x}, {y}) is in a wall, for its Size ({w}, {h}): ask arena.is_free first"
        return None
