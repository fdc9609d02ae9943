"""The sending side of replication: turns the journal of surprises into frames, and the world into snapshots.

Each is encoded once, whoever listens: what goes out depends on what happened alone.
"""

import logging
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import esper

from ecs.components import Position, Velocity
from ecs.surprises import Surprises
from ecs.world import World
from net.codec import encode
from net.framing import frame
from net.messages import BodyRow, ChangeRow, Frame, Scalar, Snapshot
from net.replication.registry import Registry, checksum

log = logging.getLogger(__name__)

QUIET_FRAMES_PER_SECOND: Final = 4  # where nothing is to be said, so that a client knows that we live


class Publisher:
    """Speaks for one world. It is asked once every `frame_ticks` ticks, at the end of the tick."""

    def __init__(self, world: World, registry: Registry, surprises: Surprises, tick_rate: int) -> None:
        self._world = world
        self._registry = registry
        self._surprises = surprises
        self._quiet_ticks = max(1, tick_rate // QUIET_FRAMES_PER_SECOND)
        self._checksum_ticks = tick_rate  # one a second
        self._last_frame = self._last_checksum = 0
        self._said: dict[int, dict[int, tuple[Scalar, ...]]] = {}  # NetID -> component index -> what clients hold

    def frame(self, tick: int) -> bytes | None:
        """The frame of this tick as it goes onto the wire, or None where there is nothing to say.

        Clears the journal. Inside `with world`.
        """
        surprises = self._surprises
        new, gone = surprises.spawned, surprises.gone
        news = Frame(
            tick,
            tuple(row for row in surprises.intents if row[1] in self._said and row[1] not in gone),
            tuple(self._bodies()),
            tuple(sorted(gone)),
            tuple(self._registry.describe(self._world, net_id) for net_id in sorted(new)),
            tuple(self._changes()),
        )
        for net_id in gone:
            del self._said[net_id]
        for net_id, components in news.spawned:
            self._said[net_id] = dict(components)
        surprises.clear()
        silent = not (news.intents or news.bodies or news.gone or news.spawned or news.changed)
        if silent and tick - self._last_frame < self._quiet_ticks:
            return None
        self._last_frame = tick
        if tick - self._last_checksum >= self._checksum_ticks:
            self._last_checksum = tick
            news = replace(news, checksum=checksum(self._registry.describe_all(self._world)))
            log.debug("tick %d: checksum %08x", tick, news.checksum)
        return frame(encode(news))

    def snapshot(self, tick: int) -> bytes:
        """The whole world as of this tick, as it goes onto the wire. Inside `with world`, after `frame`."""
        return frame(encode(Snapshot(tick, self._registry.describe_all(self._world))))

    def _bodies(self) -> Iterator[BodyRow]:
        for net_id, by in sorted(self._surprises.bodies.items()):
            entity = self._world.entity(net_id)
            if net_id in self._said and entity is not None:
                position = esper.component_for_entity(entity, Position)
                velocity = esper.component_for_entity(entity, Velocity)
                yield net_id, position.x, position.y, velocity.x, velocity.y, by

    def _changes(self) -> Iterator[ChangeRow]:
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
                    yield net_id, index, values
            elif said.pop(index, None) is not None:
                yield net_id, index, None
