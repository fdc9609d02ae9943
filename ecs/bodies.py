"""The bodies of a world as columns of integers, in ascending order of NetIDs, for systems that go through all of them.

Components stay what the world is: columns are read from them in each tick anew, so a rule may assign to them as it
likes. What is kept from tick to tick is only which components there are.
"""

from typing import Any

import esper

from ecs.components import Dash, Intent, NetID, Position, Size, Velocity


class Bodies:
    """Everything with a Position, a Velocity and a Size; those that have an Intent and a Dash as well are steered."""

    def __init__(self) -> None:
        self.net_ids: list[int] = []
        self.positions: list[Position] = []
        self.velocities: list[Velocity] = []
        self.sizes: list[Size] = []
        self.steered: list[tuple[Position, Velocity, Size, Intent, Dash]] = []
        self._found: list[Any] = []

    def __len__(self) -> int:
        return len(self.net_ids)

    def find(self) -> None:
        """Look who is there, inside `with world`."""
        found = esper.get_components(NetID, Position, Velocity, Size)
        if found is self._found:  # esper gives the same list until somebody comes or goes
            return
        self._found = found
        rows = sorted(found, key=lambda row: row[1][0].id)
        self.net_ids = [bearer.id for _, (bearer, _, _, _) in rows]
        self.positions = [position for _, (_, position, _, _) in rows]
        self.velocities = [velocity for _, (_, _, velocity, _) in rows]
        self.sizes = [size for _, (_, _, _, size) in rows]
        self.steered = [
            (position, velocity, size, *parts)
            for entity, (_, position, velocity, size) in rows
            if (parts := esper.try_components(entity, Intent, Dash)) is not None
        ]

    def places(self) -> tuple[list[int], list[int]]:
        """Their x and y."""
        return [position.x for position in self.positions], [position.y for position in self.positions]

    def motions(self) -> tuple[list[int], list[int]]:
        """Their velocities along x and y."""
        return [velocity.x for velocity in self.velocities], [velocity.y for velocity in self.velocities]

    def extents(self) -> tuple[list[int], list[int]]:
        """Their widths and heights."""
        return [size.w for size in self.sizes], [size.h for size in self.sizes]
