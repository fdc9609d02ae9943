"""The bodies of a world as columns, in ascending order of NetIDs, for systems that go through all of them."""

from collections.abc import Iterable
from typing import Any, NamedTuple

import esper
import numpy as np

from ecs.columns import Array, Column, move_in
from ecs.components import Dash, Intent, NetID, Position, Size, Velocity


class Ints(NamedTuple):
    """The same columns, for who looks at single rows: they give and take Python's integers."""

    x: Column
    y: Column
    vx: Column
    vy: Column
    w: Column
    h: Column
    direction: Column
    since: Column
    intent_count: Column
    rest: Column


class _Nothing:
    """A component that nobody has."""


class Bodies:
    """Everything with a Position, a Velocity and a Size; what has an Intent and a Dash as well is steered.

    The columns are where the components are: whoever changes a number in them changes it for everybody.
    """

    def __init__(self) -> None:
        self._found: list[Any] = []
        self._steering: list[Any] = []
        self._look: list[Any] = []  # esper's answer to a question, which stays the same object until anything changes
        self._move_in()

    def __len__(self) -> int:
        return len(self.net_ids)

    def find(self) -> None:
        """Look who is there, inside `with world`; until then, nobody has come or gone for us."""
        if self.up_to_date:
            return
        self.overlook()
        found, steering = esper.get_components(NetID, Position, Velocity, Size), esper.get_components(Intent, Dash)
        same = found == self._found and steering == self._steering
        self._found, self._steering = found, steering
        if not same:
            self._move_in()

    @property
    def up_to_date(self) -> bool:
        """Whether no entity and no component came or went since the last look, but what was overlooked."""
        return esper.get_component(_Nothing) is self._look

    def overlook(self) -> None:
        """Whatever came or went so far is none of ours: to look at a crowd for it would take milliseconds."""
        self._look = esper.get_component(_Nothing)

    def _move_in(self) -> None:
        rows = sorted(self._found, key=lambda row: row[1][0].id)
        steering = dict(self._steering)
        parts = [steering.get(entity) for entity, _ in rows]
        self.net_ids: list[int] = [bearer.id for _, (bearer, _, _, _) in rows]
        self.rows = {net_id: row for row, net_id in enumerate(self.net_ids)}
        self.steered = np.array([part is not None for part in parts], dtype=np.bool_)
        positions: list[Position] = [position for _, (_, position, _, _) in rows]
        velocities: list[Velocity] = [velocity for _, (_, _, velocity, _) in rows]
        sizes: list[Size] = [size for _, (_, _, _, size) in rows]
        intents: list[Intent] = [part[0] if part else Intent() for part in parts]  # those of nobody are 0
        dashes: list[Dash] = [part[1] if part else Dash() for part in parts]
        self.x, self.y = _column(at.x for at in positions), _column(at.y for at in positions)
        self.vx, self.vy = _column(by.x for by in velocities), _column(by.y for by in velocities)
        self.w, self.h = _column(size.w for size in sizes), _column(size.h for size in sizes)
        self.direction, self.rest = _column(i.direction for i in intents), _column(dash.rest for dash in dashes)
        since, count = _column(intent.since for intent in intents), _column(intent.count for intent in intents)
        arrays = self.x, self.y, self.vx, self.vy, self.w, self.h, self.direction, since, count, self.rest
        self.ints = ints = Ints(*(array.data for array in arrays))
        move_in(positions, ints.x, ints.y)
        move_in(velocities, ints.vx, ints.vy)
        move_in(sizes, ints.w, ints.h)
        move_in(intents, ints.direction, ints.since, ints.intent_count)
        move_in(dashes, ints.rest)


def _column(values: Iterable[int]) -> Array:
    return np.fromiter(values, dtype=np.int64)
