"""The registry: what crosses the wire is what was registered, in that order, and nothing that does not fit."""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import msgpack
import pytest

from ecs.components import Dash, Intent, NetID, Position, Size, Velocity
from ecs.world import World
from net.replication.registry import Registry, checksum, difference
from net.wire.errors import RemoteProtocolError
from net.wire.messages import Scalar


@dataclass(slots=True)
class Score:
    """A component as somebody else's game might have."""

    points: int
    team: str
    leading: bool = False


@dataclass(slots=True)
class Health:
    """Another."""

    hearts: int


def of(*components: type) -> Registry:
    """A registry with these behind those of `ecs`."""
    registry = Registry()
    for component in components:
        registry.add(component)
    return registry


@pytest.fixture
def world() -> Iterator[World]:
    """An empty world that is current."""
    world = World()
    with world:
        yield world
    world.close()


def test_the_schema_is_one_line_a_component_in_the_order_of_registration() -> None:
    assert of(Score, Health).schema == (
        "Position(x: int, y: int)",
        "Velocity(x: int, y: int)",
        "Size(w: int, h: int)",
        "Intent(direction: int, since: int, count: int)",
        "Dash(rest: int)",
        "Score(points: int, team: str, leading: bool)",
        "Health(hearts: int)",
    )
    assert [kind.index for kind in of(Score, Health)] == [0, 1, 2, 3, 4, 5, 6]
    assert [kind.component for kind in of(Health)] == [Position, Velocity, Size, Intent, Dash, Health]


def test_two_registries_of_the_same_components_have_the_same_hash() -> None:
    assert of(Score, Health).schema_hash == of(Score, Health).schema_hash
    assert len(of(Score).schema_hash) == 16
    assert int(of(Score).schema_hash, 16) >= 0


def another(name: str, *fields: tuple[str, Any]) -> type:
    """A dataclass of that name and these fields."""
    return dataclass(type(name, (), {"__annotations__": dict(fields)}))


def test_the_hash_changes_with_every_name_type_order_and_number_of_fields_and_components() -> None:
    registries = [
        of(),
        of(Score),
        of(Health),
        of(Score, Health),
        of(Health, Score),
        of(another("Score", ("points", int), ("team", str))),
        of(another("Score", ("team", str), ("points", int), ("leading", bool))),
        of(another("Score", ("points", int), ("team", int), ("leading", bool))),
        of(another("Score", ("points", int), ("squad", str), ("leading", bool))),
        of(another("Points", ("points", int), ("team", str), ("leading", bool))),
    ]
    hashes = {registry.schema_hash for registry in registries}
    assert len(hashes) == len(registries)


def test_a_check_is_no_part_of_the_schema() -> None:
    checked = Registry()
    checked.add(Health, check=lambda health: health.hearts >= 0)
    assert checked.schema_hash == of(Health).schema_hash


def test_a_component_that_is_there_already_is_refused_and_so_is_the_net_id() -> None:
    registry = of(Health)
    for component in (Health, Position, Intent, NetID):
        with pytest.raises(ValueError, match=f"{component.__name__} is replicated already"):
            registry.add(component)
    assert registry.schema == of(Health).schema


@dataclass
class Empty:
    """Has no fields."""


@dataclass
class Floaty:
    """Has a float."""

    share: float


@dataclass
class Listed:
    """Has a list."""

    items: list[int]


@dataclass
class Perhaps:
    """Has what may be None."""

    number: int | None


class Plain:
    """Is no dataclass."""

    number: int = 0


@pytest.mark.parametrize("component", [Empty, Floaty, Listed, Perhaps])
def test_a_dataclass_of_anything_but_ints_strings_and_bools_is_refused(component: type) -> None:
    registry = Registry()
    with pytest.raises(TypeError, match=f"{component.__name__} must have fields, each of them an int, a str or a bool"):
        registry.add(component)
    assert registry.schema == Registry().schema  # and leaves no trace


def test_what_is_no_dataclass_is_refused() -> None:
    with pytest.raises(TypeError, match="Plain must be a dataclass"):
        Registry().add(Plain)


@dataclass
class Derived:
    """Has a field that its constructor does not take."""

    number: int
    double: int = field(init=False, default=0)


@dataclass(kw_only=True)
class Named:
    """Has a field that its constructor takes by name only."""

    number: int


@dataclass(frozen=True)
class Frozen:
    """Cannot be assigned to, which is how the mirror brings news to a component that is there."""

    number: int


@pytest.mark.parametrize("component", [Derived, Named, Frozen])
def test_a_dataclass_that_could_not_be_built_or_changed_is_refused(component: type) -> None:
    with pytest.raises(TypeError):
        Registry().add(component)


def test_what_is_not_registered_is_not_found() -> None:
    registry = of(Health)
    assert registry.kind(Health) is registry.kind_at(5)
    with pytest.raises(KeyError):
        registry.kind(Score)
    with pytest.raises(RemoteProtocolError, match="component 6 of 6"):
        registry.kind_at(6)


def test_what_is_read_can_be_built_again() -> None:
    kind = of(Score).kind(Score)
    score = Score(-5, "red", True)
    assert kind.read(score) == (-5, "red", True)
    assert kind.build(kind.read(score)) == score


@pytest.mark.parametrize(
    "values",
    [
        (),
        (1,),
        (1, "red"),
        (1, "red", True, 0),
        (True, "red", True),  # True is an int to Python
        (1, "red", 1),
        (1, "red", 0),
        (1, 2, True),
        ("1", "red", True),
        (1, False, True),
    ],
)
def test_values_of_other_types_or_another_number_are_refused(values: tuple[Scalar, ...]) -> None:
    with pytest.raises(RemoteProtocolError, match=r"does not fit Score\(points: int, team: str, leading: bool\)"):
        of(Score).kind(Score).build(values)


def test_values_that_the_check_does_not_find_possible_are_refused() -> None:
    registry = Registry()
    registry.add(Health, check=lambda health: 0 <= health.hearts <= 3)
    kind = registry.kind(Health)
    assert kind.build((3,)) == Health(3)
    for hearts in (-1, 4):
        with pytest.raises(RemoteProtocolError, match=rf"Health\(hearts={hearts}\) is not possible"):
            kind.build((hearts,))


def test_a_check_that_raises_finds_the_values_impossible() -> None:
    def check(health: Health) -> bool:
        raise ValueError(f"{health.hearts} hearts")  # as game.rules.clean_name does of a name without characters

    registry = Registry()
    registry.add(Health, check=check)
    with pytest.raises(RemoteProtocolError):
        registry.kind(Health).build((1,))


LARGE = 1 << 15


@pytest.mark.parametrize(
    ("component", "good", "bad"),
    [
        (Position, [(0, 0), (-5, 1 << 30)], []),
        (Velocity, [(0, 0), (LARGE - 1, 1 - LARGE)], [(LARGE, 0), (0, LARGE), (-LARGE, 0), (0, -LARGE)]),
        (Size, [(1, 1), (LARGE - 1, LARGE - 1)], [(0, 1), (1, 0), (-1, 5), (LARGE, 1), (1, LARGE)]),
        (
            Intent,
            [(0, 0, 0), (8, 1 << 30, 5), (16, 0, 0), (24, 0, 0)],
            [(9, 0, 0), (15, 0, 0), (25, 0, 0), (32, 0, 0), (-1, 0, 0), (0, -1, 0), (0, 0, -1)],
        ),
        (Dash, [(0,), (99,), (LARGE - 1,)], [(-1,), (LARGE,)]),
    ],
)
def test_the_components_of_ecs_are_checked_for_what_step_can_bear(
    component: type, good: list[tuple[int, ...]], bad: list[tuple[int, ...]]
) -> None:
    kind = Registry().kind(component)
    for values in good:
        assert kind.read(kind.build(values)) == values
    for values in bad:
        with pytest.raises(RemoteProtocolError, match="is not possible"):
            kind.build(values)


def test_an_entity_is_described_by_what_is_registered_of_it_in_the_order_of_the_schema(world: World) -> None:
    registry = of(Score)
    world.spawn(7, Health(3), Score(1, "red"), Velocity(3, 4), Position(1, 2))
    assert registry.describe(world, 7) == (7, ((0, (1, 2)), (1, (3, 4)), (5, (1, "red", False))))
    with pytest.raises(KeyError):
        registry.describe(world, 8)


def test_all_entities_are_described_in_the_order_of_their_net_ids_whenever_they_came(world: World) -> None:
    registry = Registry()
    for net_id in (30, 4, 100, 17):
        world.spawn(net_id, Position(net_id, 0))
    world.remove(17)
    assert registry.describe_all(world) == tuple((net_id, ((0, (net_id, 0)),)) for net_id in (4, 30, 100))


def test_the_checksum_is_the_crc_of_the_rows_as_they_would_be_sent_and_tells_every_difference() -> None:
    rows = ((7, ((0, (544, 1056)), (4, (1, "red", False)))), (9, ()))
    assert checksum(rows) == checksum(iter(rows)) == zlib.crc32(msgpack.packb(rows))
    assert checksum(()) == zlib.crc32(b"\x90")
    others = [
        (),
        rows[:1],
        rows[::-1],
        ((7, ((0, (545, 1056)), (4, (1, "red", False)))), (9, ())),
        ((7, ((0, (544, 1056)), (4, (1, "red", True)))), (9, ())),
        ((7, ((0, (544, 1056)), (5, (1, "red", False)))), (9, ())),
        ((8, ((0, (544, 1056)), (4, (1, "red", False)))), (9, ())),
    ]
    assert len({checksum(other) for other in [rows, *others]}) == len(others) + 1


def test_the_difference_of_two_schemas_names_what_each_side_has_alone() -> None:
    ours, theirs = of(Score).schema, of(Health).schema
    said = difference(ours, theirs)
    assert "the server has Health(hearts: int), which we lack" in said
    assert "we have Score(points: int, team: str, leading: bool), which the server lacks" in said
    assert "Position" not in said
    assert difference(of().schema, theirs) == "the server has Health(hearts: int), which we lack"
    assert difference(ours, of().schema).startswith("we have Score")


def test_a_component_with_another_field_is_named_on_both_sides() -> None:
    ours, theirs = of(Health).schema, of(another("Health", ("hearts", int), ("armour", int))).schema
    said = difference(ours, theirs)
    assert "the server has Health(hearts: int, armour: int), which we lack" in said
    assert "we have Health(hearts: int), which the server lacks" in said


def test_the_same_components_in_another_order_are_said_to_be_that() -> None:
    assert difference(of(Score, Health).schema, of(Health, Score).schema) == "the same components in another order"
