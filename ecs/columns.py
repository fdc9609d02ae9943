"""Components whose fields lie in columns: an array for each field, with a row for each entity ("struct of arrays").

A system that goes through everybody computes with whole arrays, a hundred times as fast as one by one, and nothing has
to be read out of components before or written back behind: they have no numbers of their own. For whoever looks at one
of them, such a component is a dataclass like any other, and may be assigned to at any time; it only costs more.
"""

import operator
from collections.abc import Callable, Collection, Iterable
from typing import Any, ClassVar, Protocol, TypeVar

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.int64]
T = TypeVar("T", bound="InColumns")


class Column(Protocol):
    """Integers in rows: a list, or a memoryview of an array (an array itself would give numpy's)."""

    def __getitem__(self, row: int, /) -> int:
        """That of a row."""

    def __setitem__(self, row: int, value: int, /) -> None:
        """Change that of a row."""

    def __len__(self) -> int:
        """How many rows there are."""


class InColumns:
    """What such components share: where their numbers are. A new one is alone, with columns of one row."""

    __slots__ = ("_columns", "_row")

    def __new__(cls, *args: object, **kwargs: object) -> Any:
        """As dataclasses have it, whose __init__ then assigns to the fields."""
        component = super().__new__(cls)
        component._columns, component._row = tuple([0] for _ in cls._names), 0
        return component

    def __reduce__(self) -> tuple[type, tuple[int, ...]]:
        """A copy of it, or what is unpickled, is alone, with the same numbers."""
        return type(self), tuple(getattr(self, name) for name in self._names)

    _names: ClassVar[tuple[str, ...]]  # of the fields
    _columns: tuple[Column, ...]
    _row: int


def columns(**fields: Collection[int]) -> Callable[[type[T]], type[T]]:
    """Make these fields of a dataclass, which must be int, lie in columns; each takes the given numbers alone.

    To assign another one raises ValueError, and what is no whole number TypeError.
    """

    def decorate(component: type[T]) -> type[T]:
        component._names = tuple(fields)
        for index, (name, possible) in enumerate(fields.items()):
            setattr(component, name, _field(index, f"{component.__name__}.{name}", possible))
        return component

    return decorate


def move_in(components: Iterable[InColumns], *columns: Column) -> None:
    """Let these components, in order, be the rows of columns, one for each of their fields, which hold their values."""
    for row, component in enumerate(components):
        component._columns, component._row = columns, row


def _field(index: int, name: str, possible: Collection[int]) -> Any:
    def read(self: InColumns) -> int:
        value: int = self._columns[index][self._row]
        return value

    def write(self: InColumns, value: int) -> None:
        if type(value) is not int:
            value = _whole(name, value)
        if value not in possible:
            which = f"from {possible[0]} to {possible[-1]}" if isinstance(possible, range) else f"of {sorted(possible)}"
            raise ValueError(f"{name} cannot be {value}: it takes an integer {which}")
        self._columns[index][self._row] = value

    return property(read, write)


def _whole(name: str, value: object) -> int:
    """The number, which may be one of numpy's."""
    try:
        if isinstance(value, bool):
            raise TypeError
        return int(operator.index(value))  # type: ignore[arg-type]
    except TypeError:
        raise TypeError(f"{name} cannot be {value!r}: it takes an integer, so round with // or int()") from None
