"""A handle over one esper context, so that several worlds can live in one process.

esper keeps its state in module globals; `with world:` makes one context current and puts the former back. It is the
only caller of `esper.switch_world`. One thread touches worlds, and nothing awaits inside the `with`.
"""

import contextlib
import itertools
from collections.abc import Iterator, Set
from types import TracebackType
from typing import Any, Final

import esper

from ecs.bodies import Bodies
from ecs.components import IN_COLUMNS, NetID

_names = itertools.count(1)


LAUNCHED: Final = 1 << 52  # from here on NetIDs are those of bodies that somebody launched
_LAUNCHES: Final = 26  # bits for the number of the intent: two weeks of sixty a second


def launched_id(owner: int, count: int) -> int | None:
    """The NetID of what `owner` launched by the intent of that number in its life; None where the numbers end.

    Both ends know it without being told, and none is ever given twice.
    """
    if owner >= 1 << (52 - _LAUNCHES) or count >= 1 << _LAUNCHES:
        return None
    return LAUNCHED + (owner << _LAUNCHES) + count


def owner_of(net_id: int) -> int:
    """Who launched the body of that NetID; 0 where nobody did."""
    return (net_id - LAUNCHED) >> _LAUNCHES if net_id >= LAUNCHED else 0


def check_is_int(net_id: int) -> None:
    """Refuse what is equal to a NetID and is none: numpy's integers, say, cannot be told. Raises ValueError."""
    if type(net_id) is not int:
        raise ValueError(f"{net_id!r} is no NetID: those are of type int, so make it int({net_id})")


class _Nothing:
    """A component that nobody has."""


class World:
    """An esper context and the index from NetIDs to its entities."""

    def __init__(self, first_net_id: int = 1) -> None:
        """`first_net_id` is the first that is minted."""
        self._name = f"world-{next(_names)}"
        self._outer: list[str] = []
        self._entities: dict[int, int] = {}
        self._net_ids = itertools.count(first_net_id)
        self._minted = first_net_id - 1
        self._version = 0
        self._answer: list[Any] = []  # esper's, to a question that nobody answers
        self.bodies = Bodies(lambda: self.version)

    def __enter__(self) -> "World":
        self._outer.append(esper.current_world)
        esper.switch_world(self._name)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        found = esper.current_world
        esper.switch_world(self._outer.pop())
        if found != self._name and error is None:
            raise RuntimeError(f"somebody switched from {self._name} to {found} inside its 'with'")

    def close(self) -> None:
        """Forget the context and all that is in it; closing twice, or what was never entered, does nothing."""
        self._entities.clear()
        if self._name in esper.list_worlds():
            esper.delete_world(self._name)

    def mint(self) -> int:
        """A NetID for a new entity. None is ever given twice, so that nothing said of one entity can hit another."""
        self._minted = next(net_id for net_id in self._net_ids if net_id not in self._entities)
        return self._minted

    def minted(self, net_id: int) -> bool:
        """Whether that NetID is one of those that were given; its entity may have left since."""
        if type(net_id) is not int or net_id <= 0:
            return False
        return (owner_of(net_id) or net_id) <= self._minted

    # What follows is called inside `with world:`, like any function of esper.

    @property
    def version(self) -> int:
        """Another number as soon as an entity came or went, or a component, by whoever's hand.

        Not for a component that no body needs, if it came or went by `add_component` or `remove_component` below: to
        look through a crowd for it would take milliseconds.
        """
        # esper keeps no number, but it forgets its answers whenever anything comes or goes: one that it gave before is
        # another object then. To ask takes 0.1 us; to compare all its sets would take a hundred times as long.
        answer = esper.get_component(_Nothing)
        if answer is not self._answer:
            self._answer = answer
            self._version += 1
        return self._version

    def spawn(self, net_id: int, *components: Any) -> int:
        """Create an entity that bears `net_id`; return esper's entity. Raises ValueError for a NetID in use."""
        check_is_int(net_id)
        if net_id in self._entities:
            raise ValueError(f"NetID {net_id} is in use: world.mint() gives a new one")
        if any(isinstance(component, NetID) for component in components):
            raise ValueError(f"entity {net_id} gets its NetID by itself: leave it out of the components")
        entity = esper.create_entity(NetID(net_id), *components)
        self._entities[net_id] = entity
        return entity

    def add_component(self, entity: int, component: object) -> None:
        """As esper's, but for `version`."""
        with self._but_for(type(component)):
            esper.add_component(entity, component)

    def remove_component(self, entity: int, kind: type) -> None:
        """As esper's, but for `version`. Raises KeyError where the entity has none."""
        with self._but_for(kind):
            esper.remove_component(entity, kind)

    @contextlib.contextmanager
    def _but_for(self, kind: type) -> Iterator[None]:
        _ = self.version  # what came or went before counts
        yield
        if kind not in (NetID, *IN_COLUMNS):
            self._answer = esper.get_component(_Nothing)

    def remove(self, net_id: int) -> bool:
        """Delete the entity at once; return whether there was one. Never call it while iterating over a query.

        Immediate, because esper's deferred delete of an unknown entity would make every later `process` raise.
        """
        entity = self._entities.pop(net_id, None)
        if entity is None:
            return False
        with contextlib.suppress(KeyError):  # esper may have been asked to delete it before
            esper.delete_entity(entity, immediate=True)
        return True

    def entity(self, net_id: int) -> int | None:
        """esper's entity of that NetID, None where there is none."""
        return self._entities.get(net_id)

    @property
    def marked(self) -> bool:
        """Whether `esper.delete_entity` has marked somebody who is still there."""
        return bool(esper._dead_entities)

    def bury(self) -> None:
        """Delete at once what `esper.delete_entity` has marked, and forget what is gone behind our back."""
        # esper would raise for ever after for one that is gone already.
        esper._dead_entities.intersection_update(esper._entities)
        esper.clear_dead_entities()
        lost = set(self._entities.values()).difference(esper._entities)
        if lost:
            self._entities = {net_id: entity for net_id, entity in self._entities.items() if entity not in lost}

    def net_ids(self) -> list[int]:
        """All NetIDs in ascending order: the order wherever order matters, for esper's own is arbitrary."""
        return sorted(self._entities)

    def net_id_set(self) -> Set[int]:
        """All NetIDs."""
        return self._entities.keys()

    def __contains__(self, net_id: int) -> bool:
        return net_id in self._entities

    def __len__(self) -> int:
        return len(self._entities)
