"""The bodies of a world as columns, in ascending order of NetIDs, for systems that go through all of them."""

import copy
import itertools
import operator
from collections.abc import Callable, Iterable
from typing import Any, Final, NamedTuple

import esper
import numpy as np

from ecs.columns import Array, Column, move_in
from ecs.components import Action, Dash, Intent, Kind, NetID, Position, Size, Velocity

Rows = list[tuple[int, tuple[Any, ...]]]  # esper's entities and some of their components
_ENTITY, _PARTS = operator.itemgetter(0), operator.itemgetter(1)


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
    action: Column
    kind: Column


# What the columns are to whoever looks at components.
NAMES: Final = (
    *("Position.x", "Position.y", "Velocity.x", "Velocity.y", "Size.w", "Size.h"),
    *("Intent.direction", "Intent.since", "Intent.count", "Dash.rest", "Action.value", "Kind.number"),
)


class Bodies:
    """Everything with a Position, a Velocity and a Size; what has an Intent and a Dash as well is steered.

    The columns are where the components are: whoever changes a number in them changes it for everybody.
    """

    def __init__(self, version: Callable[[], int]) -> None:
        """`version`: as `World.version`, of the world that is current when `find` is called."""
        self._version = version
        self._found_version = 0  # of an empty world
        self._found: tuple[Rows, Rows, Rows, Rows] = ([], [], [], [])
        self._move_in()

    def __len__(self) -> int:
        return len(self.net_ids)

    def find(self) -> None:
        """Look who is there, inside `with world`; until then, nobody has come or gone for us."""
        version = self._version()
        if version == self._found_version:
            return
        found = _who_is_there()
        same = all(map(_same, found, self._found))
        if not same and _give_own([*itertools.chain.from_iterable(found)]):
            version, found = self._version(), _who_is_there()
        self._found_version, self._found = version, found
        if not same:
            self._move_in()

    def bearers(self) -> list[tuple[int, int]]:
        """esper's entities, as of the last look, with their NetIDs."""
        return [(entity, bearer.id) for entity, (bearer, *_) in self._found[0]]

    def _move_in(self) -> None:
        rows = sorted(self._found[0], key=lambda row: row[1][0].id)
        steering, acting, of_kinds = map(dict, self._found[1:])
        parts = [steering.get(entity) for entity, _ in rows]
        self.net_ids: list[int] = [bearer.id for _, (bearer, _, _, _) in rows]
        self.rows = {net_id: row for row, net_id in enumerate(self.net_ids)}
        self.steered = np.array([part is not None for part in parts], dtype=np.bool_)
        positions: list[Position] = [position for _, (_, position, _, _) in rows]
        velocities: list[Velocity] = [velocity for _, (_, _, velocity, _) in rows]
        sizes: list[Size] = [size for _, (_, _, _, size) in rows]
        intents: list[Intent] = [part[0] if part else Intent() for part in parts]  # those of nobody are 0
        dashes: list[Dash] = [part[1] if part else Dash() for part in parts]
        actions: list[Action] = [part[0] if (part := acting.get(entity)) else Action() for entity, _ in rows]
        kinds: list[Kind] = [part[0] if (part := of_kinds.get(entity)) else Kind() for entity, _ in rows]
        self.x, self.y = _column(at.x for at in positions), _column(at.y for at in positions)
        self.vx, self.vy = _column(by.x for by in velocities), _column(by.y for by in velocities)
        self.w, self.h = _column(size.w for size in sizes), _column(size.h for size in sizes)
        self.direction, self.rest = _column(i.direction for i in intents), _column(dash.rest for dash in dashes)
        since, count = _column(intent.since for intent in intents), _column(intent.count for intent in intents)
        self.action, self.kind = _column(action.value for action in actions), _column(kind.number for kind in kinds)
        self.acting = np.array([entity in acting for entity, _ in rows], dtype=np.bool_)
        self.various = bool(self.kind.any())  # whether there is any kind of body but players
        self.moving = self.steered | (self.kind > 0)  # by themselves, that is
        physics = self.x, self.y, self.vx, self.vy, self.w, self.h
        arrays = *physics, self.direction, since, count, self.rest, self.action, self.kind
        self.columns: tuple[Array, ...] = arrays
        self.ints = ints = Ints(*(array.data for array in arrays))
        move_in(positions, ints.x, ints.y)
        move_in(velocities, ints.vx, ints.vy)
        move_in(sizes, ints.w, ints.h)
        move_in(intents, ints.direction, ints.since, ints.intent_count)
        move_in(dashes, ints.rest)
        move_in(actions, ints.action)
        move_in(kinds, ints.kind)


def _who_is_there() -> tuple[Rows, Rows, Rows, Rows]:
    """All bodies, those who are steered, who act, and who are of another kind, inside `with world`."""
    return (
        esper.get_components(NetID, Position, Velocity, Size),
        esper.get_components(Intent, Dash),
        [(entity, (component,)) for entity, component in esper.get_component(Action)],
        [(entity, (component,)) for entity, component in esper.get_component(Kind)],
    )


def _same(rows: Rows, former: Rows) -> bool:
    """Whether these are the same components, and not only equal ones: a new one has its numbers elsewhere."""
    if len(rows) != len(former) or any(map(operator.ne, map(_ENTITY, rows), map(_ENTITY, former))):
        return False
    return all(map(operator.is_, _components(rows), _components(former)))


def _components(rows: Rows) -> Iterable[Any]:
    return itertools.chain.from_iterable(map(_PARTS, rows))


def _give_own(rows: Rows) -> bool:
    """Give whoever shares a component with somebody else one of their own; return whether anybody did."""
    if len(set(map(id, _components(rows)))) == sum(map(len, map(_PARTS, rows))):
        return False
    taken: set[int] = set()
    for entity, components in rows:
        for component in components:
            if id(component) in taken:
                esper.add_component(entity, copy.copy(component))
            taken.add(id(component))
    return True


def _column(values: Iterable[int]) -> Array:
    return np.fromiter(values, dtype=np.int64)
