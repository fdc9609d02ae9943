"""Which components cross the wire, and how their fields are read and written.

A component is replicated by registering its dataclass: fields of int, str and bool, in the order of their definition.
"""

import dataclasses
import hashlib
import operator
import typing
import zlib
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import esper
import msgpack

from ecs.components import OF_PLAYERS, NetID
from ecs.world import World
from net.wire.codec import MAX_INT, TEXT_LIMIT
from net.wire.errors import LocalProtocolError, RemoteProtocolError
from net.wire.messages import ComponentRow, EntityRow, Scalar

C = TypeVar("C")


class Replicated:
    """One registered component: its index on the wire, its class and its fields."""

    def __init__(self, index: int, component: type, check: Callable[[Any], bool]) -> None:
        hints = typing.get_type_hints(component)
        self.index = index
        self.component = component
        self.check = check
        self.fields = tuple((field.name, hints[field.name]) for field in dataclasses.fields(component))
        if not self.fields or not {hint for _, hint in self.fields} <= {int, str, bool}:
            raise TypeError(f"{component.__name__} must have fields, each of them an int, a str or a bool")
        self._get = operator.attrgetter(*(name for name, _ in self.fields))  # of one name it gives no tuple
        self.line = f"{component.__name__}({', '.join(f'{name}: {hint.__name__}' for name, hint in self.fields)})"

    def read(self, component: Any) -> tuple[Scalar, ...]:
        """The values of a component's fields, in order."""
        values: Any = self._get(component)
        return values if len(self.fields) > 1 else (values,)

    def build(self, values: tuple[Scalar, ...]) -> Any:
        """A component of these values. Raises RemoteProtocolError where they do not fit."""
        if [type(value) for value in values] != [hint for _, hint in self.fields]:
            raise RemoteProtocolError(f"{values!r:.60} does not fit {self.line}")
        try:
            component = self.component(*values)
            possible = self.check(component)
        except ValueError:
            possible = False
        if not possible:
            spelled = ", ".join(f"{name}={value!r:.40}" for (name, _), value in zip(self.fields, values, strict=True))
            raise RemoteProtocolError(f"{self.component.__name__}({spelled}) is not possible")
        return component

    def told(self, net_id: int, component: Any) -> tuple[Scalar, ...]:
        """The values of an entity's component, to be told. Raises LocalProtocolError for those that clients refuse."""
        values, name = self.read(component), self.component.__name__
        for (field, hint), value in zip(self.fields, values, strict=True):
            if (why := _objection(hint, value)) is not None:
                raise LocalProtocolError(f"{name}.{field} of entity {net_id} cannot be {value!r:.40}: {why}")
        try:
            possible, why = self.check(component), "that is not possible by the check that it is registered with"
        except ValueError as error:
            possible, why = False, str(error)
        if not possible:
            raise LocalProtocolError(f"{component!r:.80} of entity {net_id}: {why}")
        return values


class Registry:
    """The replicated components, in the order of their registration; both ends must register the same."""

    def __init__(self, optional: Iterable[tuple[type, Callable[[Any], bool]]] = (), game: str = "") -> None:
        """`optional`: those of `ecs.components` that not every player has, and this game needs, with what is possible
        of them; `game`: its name.
        """
        self._game = game
        self._events: dict[type, Replicated] = {}
        self._requests: dict[type, Replicated] = {}
        self._kinds: list[Replicated] = []
        self._of: dict[type, Replicated] = {}
        for player in OF_PLAYERS:  # whose fields refuse by themselves what is not possible
            self.add(player)
        for component, check in optional:
            self.add(component, check)

    def add(self, component: type[C], check: Callable[[C], bool] = lambda component: True) -> None:
        """Replicate `component`; `check` says whether a received one is possible.

        Raises TypeError for a class that is not a plain dataclass of ints, strings and bools, ValueError for a second
        time. A `check` may raise ValueError instead of saying no.
        """
        if component in self._of or component is NetID:
            raise ValueError(f"{component.__name__} is replicated already")
        if dataclasses.is_dataclass(component) and component.__dataclass_params__.frozen:  # type: ignore[attr-defined]
            raise TypeError(f"{component.__name__} must not be frozen: its fields are assigned in place")
        self._of[component] = kind = _checked(len(self._kinds), component, check)
        self._kinds.append(kind)

    def add_event(self, event: type[C], check: Callable[[C], bool] = lambda event: True) -> None:
        """Let rules tell clients of such events; likewise, and it may be frozen."""
        if event in self._events:
            raise ValueError(f"{event.__name__} is an event already")
        self._events[event] = _checked(len(self._events), event, check)

    def add_request(self, request: type[C], check: Callable[[C], bool] = lambda request: True) -> None:
        """Let clients ask such things of the rules; likewise."""
        if request in self._requests:
            raise ValueError(f"{request.__name__} is a request already")
        self._requests[request] = _checked(len(self._requests), request, check)

    @property
    def schema(self) -> tuple[str, ...]:
        """A line for the game, then one for each component, such as 'Position(x: int, y: int)', event and request."""
        game = (f"game {self._game}",) if self._game else ()
        events = (f"event {kind.line}" for kind in self._events.values())
        requests = (f"request {kind.line}" for kind in self._requests.values())
        return (*game, *(kind.line for kind in self._kinds), *events, *requests)

    @property
    def schema_hash(self) -> str:
        """16 hex digits that differ where the schemas do: SHA-256 of the lines, joined by newlines."""
        return hashlib.sha256("\n".join(self.schema).encode()).hexdigest()[:16]

    def kind(self, component: type) -> Replicated:
        """What is registered for that class. Raises KeyError where nothing is."""
        return self._of[component]

    def kind_at(self, index: int) -> Replicated:
        """What is registered at that index. Raises RemoteProtocolError where nothing is."""
        if index >= len(self._kinds):
            raise RemoteProtocolError(f"component {index} of {len(self._kinds)}")
        return self._kinds[index]

    def event(self, event: object) -> Replicated:
        """What is registered for the class of that event. Raises KeyError where nothing is."""
        return self._events[type(event)]

    def request(self, request: object) -> Replicated:
        """Likewise for a request."""
        return self._requests[type(request)]

    def objection(self, event: object) -> str:
        """Why that event cannot be told, and what to do about it; empty where it can."""
        kind = self._events.get(type(event))
        if kind is None:
            return f"{type(event).__name__} is no event of this game: add it to Game.events"
        try:
            kind.told(0, event)
        except LocalProtocolError as mistake:
            return str(mistake).replace(" of entity 0", "")
        return ""

    def read_event(self, index: int, values: tuple[Scalar, ...]) -> Any:
        """The event that was told. Raises RemoteProtocolError."""
        return _built("event", [*self._events.values()], index, values)

    def read_request(self, index: int, values: tuple[Scalar, ...]) -> Any:
        """The request that was made. Raises RemoteProtocolError."""
        return _built("request", [*self._requests.values()], index, values)

    def __contains__(self, component: type) -> bool:
        return component in self._of

    def __iter__(self) -> "typing.Iterator[Replicated]":
        return iter(self._kinds)

    def describe(self, world: World, net_id: int) -> EntityRow:
        """The replicated components of one entity, inside `with world`. Raises KeyError where it is unknown."""
        entity = world.entity(net_id)
        if entity is None:
            raise KeyError(net_id)
        kinds = self._of
        components: tuple[object, ...] = esper.components_for_entity(entity)
        rows: list[ComponentRow] = [
            (kind.index, kind.read(component))
            for component in components
            if (kind := kinds.get(type(component))) is not None
        ]
        rows.sort()  # by index: no two are of one kind
        return net_id, tuple(rows)

    def describe_all(self, world: World) -> tuple[EntityRow, ...]:
        """All entities, in the order of their NetIDs, inside `with world`."""
        return tuple(self.describe(world, net_id) for net_id in world.net_ids())


def _checked(index: int, kind: type, check: Callable[[Any], bool]) -> Replicated:
    """A class that can cross the wire. Raises TypeError."""
    if not dataclasses.is_dataclass(kind):
        raise TypeError(f"{kind.__name__} must be a dataclass")
    if not all(field.init and not field.kw_only for field in dataclasses.fields(kind)):
        raise TypeError(f"{kind.__name__} must take all its fields by position")
    return Replicated(index, kind, check)


def _built(what: str, kinds: list[Replicated], index: int, values: tuple[Scalar, ...]) -> Any:
    if index >= len(kinds):
        raise RemoteProtocolError(f"{what} {index} of {len(kinds)}")
    return kinds[index].build(values)


def _objection(hint: type, value: object) -> str | None:
    """Why a value cannot be told as that of a field of this type, and what to do about it."""
    if type(value) is not hint:
        fix = "round it with // or int()" if isinstance(value, float) else f"make it one with {hint.__name__}()"
        return f"it takes exactly {hint.__name__}, not {type(value).__name__}, so {fix}"
    if isinstance(value, int) and abs(value) > MAX_INT:
        return f"it takes an integer from {-MAX_INT} to {MAX_INT}"
    if isinstance(value, str):
        if len(value) > TEXT_LIMIT:
            return f"it takes a text of up to {TEXT_LIMIT} characters: cut it with [:{TEXT_LIMIT}]"
        if any("\ud800" <= letter <= "\udfff" for letter in value):
            return "it has half a letter (a surrogate), which is no text"
    return None


def checksum(rows: Iterable[EntityRow]) -> int:
    """CRC-32 of all entities as a snapshot would carry them: proves to both ends that they hold the same."""
    return zlib.crc32(msgpack.packb(tuple(rows)))


def game_of(schema: tuple[str, ...]) -> str:
    """The name of the game that a schema is of; empty where it names none."""
    return schema[0].removeprefix("game ") if schema and schema[0].startswith("game ") else ""


def difference(ours: tuple[str, ...], theirs: tuple[str, ...]) -> str:
    """What a person needs to know about two schemas that differ: which lines only one side has."""
    if game_of(ours) != game_of(theirs) and game_of(theirs):
        return f"it plays {game_of(theirs)}, and this is {game_of(ours)}"
    parts = []
    if lacking := [line for line in theirs if line not in ours]:
        parts.append(f"the server has {', '.join(lacking)}, which we lack")
    if extra := [line for line in ours if line not in theirs]:
        parts.append(f"we have {', '.join(extra)}, which the server lacks")
    return "; ".join(parts) or "the same components in another order"
