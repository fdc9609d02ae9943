"""Entities as a snapshot carries them, packed, for the sending side: the bytes of their rows, and their checksum.

They are asked for in the midst of a tick: of everybody each second, and of whoever is in a cell when somebody
comes to see it. So what the physics do not change is kept as it was told, packed, and all else is read out of the
columns of the bodies. That takes a quarter of the time of `Registry.describe` and packing.
"""

import zlib
from collections.abc import Callable, Mapping, Sequence
from typing import Final

import msgpack

from ecs.components import IN_COLUMNS, OF_PLAYERS, Action
from ecs.world import World
from net.replication.registry import Registry
from net.wire.messages import ComponentRow, EntityRow, Scalar

UNSTEERED: Final = 3  # components in columns that every body has
PLAYER: Final = tuple(range(len(OF_PLAYERS)))  # the indices of a player's components in columns
ACTION: Final = len(PLAYER)  # that of Action, where the game has any
ACTOR: Final = (*PLAYER, ACTION)  # of a player of such a game


class Rows:
    """Of one world. What clients are told of an entity's other components is to be told here as well."""

    def __init__(self, world: World, registry: Registry) -> None:
        columns = [kind.component for kind in registry if kind.component in IN_COLUMNS]
        assert tuple(columns[: len(OF_PLAYERS)]) == OF_PLAYERS == tuple(kind.component for kind in registry)[:ACTION]
        self._columns = len(columns)  # these come first, so their indices are known
        self._acts = Action in registry
        self._world = world
        self._told: dict[int, Mapping[int, tuple[Scalar, ...]]] = {}  # NetID -> component index -> what clients hold
        self._others: dict[int, bytes] = {}  # NetID -> its other components, as they are in a packed row
        self._heads: dict[int, bytes] = {}  # and what comes before its components, where it has those of the physics
        self._physics: dict[int, tuple[int, ...]] = {}  # NetID -> the indices of its components in columns
        self._packer = msgpack.Packer()

    def tell(self, net_id: int, values: Mapping[int, tuple[Scalar, ...]]) -> None:
        """An entity came, or what clients hold of it changed: component index -> values."""
        self._told[net_id] = values
        pack = self._packer
        others = [row for row in sorted(values.items()) if row[0] >= self._columns]
        self._others[net_id] = b"".join(map(pack.pack, others))
        self._physics[net_id] = tuple(index for index in sorted(values) if index < self._columns)
        head = pack.pack_array_header(2) + pack.pack(net_id)
        self._heads[net_id] = head + pack.pack_array_header(len(values))

    def forget(self, net_id: int) -> None:
        """An entity is gone."""
        del self._told[net_id], self._others[net_id], self._heads[net_id], self._physics[net_id]

    def row(self, net_id: int) -> EntityRow:
        """An entity as clients are to hold it now: what was told, and where it is by now. Inside `with world`."""
        bodies, values = self._world.bodies, dict(self._told[net_id])
        bodies.find()
        row = bodies.rows.get(net_id)
        if row is not None:
            moved = self._physics_of()(row)
            if not bodies.steered[row]:
                moved = moved[:UNSTEERED]
            elif bodies.acting[row] and self._acts:
                moved += ((ACTION, (bodies.ints.action[row],)),)
            values.update((index, numbers) for index, numbers in moved if index in values)
        return net_id, tuple(sorted(values.items()))

    def packed(self, net_ids: Sequence[int]) -> bytes:
        """A msgpack array of these entities' rows, in that order, as they are now. Inside `with world`."""
        bodies, pack = self._world.bodies, self._packer.pack
        bodies.find()
        rows, steered, acting, action = bodies.rows, bodies.steered, bodies.acting, bodies.ints.action
        physics_of = self._physics_of()
        parts = [self._packer.pack_array_header(len(net_ids))]
        for net_id in net_ids:
            row = rows.get(net_id)
            told = self._physics[net_id]
            if row is None or not steered[row] or told not in (PLAYER, ACTOR) or acting[row] != (told == ACTOR):
                parts.append(pack(self.row(net_id)))
                continue
            physics = physics_of(row)
            if told == ACTOR:
                physics += ((ACTION, (action[row],)),)
            parts += self._heads[net_id], pack(physics)[1:], self._others[net_id]  # less the number of components
        return b"".join(parts)

    def _physics_of(self) -> Callable[[int], tuple[ComponentRow, ...]]:
        """What tells of a row of the columns, as of now, the components of a player who is there."""
        x, y, vx, vy, w, h, direction, since, count, rest, *_ = self._world.bodies.ints

        def of(row: int) -> tuple[ComponentRow, ...]:
            return (
                (0, (x[row], y[row])),
                (1, (vx[row], vy[row])),
                (2, (w[row], h[row])),
                (3, (direction[row], since[row], count[row])),
                (4, (rest[row],)),
            )

        return of

    def checksum(self, net_ids: Sequence[int]) -> int:
        """That of `registry.checksum`, of the same."""
        return zlib.crc32(self.packed(net_ids))
