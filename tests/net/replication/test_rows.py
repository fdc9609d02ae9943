"""The rows that the sending side packs are those of the registry, whoever is there and whatever was told of them."""

from dataclasses import dataclass

import esper
from hypothesis import given, settings
from hypothesis import strategies as st

from ecs.components import DIRECTIONS, IN_COLUMNS, OF_PLAYERS, Action, Dash, Intent, Kind, Position, Size, Velocity
from ecs.world import World
from net.replication.registry import Registry, checksum
from net.replication.rows import Rows

numbers = st.integers(-(1 << 31) + 1, (1 << 31) - 1)


@dataclass(slots=True)
class Name:
    text: str
    loud: bool


@dataclass(slots=True)
class Score:
    points: int


PHYSICS: dict[type, st.SearchStrategy[object]] = {
    Position: st.builds(Position, numbers, numbers),
    Velocity: st.builds(Velocity, st.integers(-32767, 32767), st.integers(-32767, 32767)),
    Size: st.builds(Size, st.integers(1, 32767), st.integers(1, 32767)),
    Intent: st.builds(Intent, st.sampled_from(sorted(DIRECTIONS)), st.integers(0, 1 << 53), st.integers(0, 1 << 53)),
    Dash: st.builds(Dash, st.integers(0, 99)),
}
OTHERS: dict[type, st.SearchStrategy[object]] = {
    Name: st.builds(Name, st.text(max_size=40), st.booleans()),
    Score: st.builds(Score, numbers),
}
ALL = PHYSICS | OTHERS


@settings(derandomize=True, deadline=None, max_examples=60)
@given(st.data())
def test_it_is_the_checksum_of_the_rows(data: st.DataObject) -> None:
    registry = Registry()
    for component in OTHERS:
        registry.add(component)
    world = World()
    packed_rows = Rows(world, registry)

    def tell(net_id: int) -> None:
        packed_rows.tell(net_id, dict(registry.describe(world, net_id)[1]))

    with world:
        net_ids = data.draw(st.lists(st.integers(1, 1 << 31), unique=True, max_size=20))
        for net_id in net_ids:
            physics, others = st.sets(st.sampled_from(list(PHYSICS))), st.sets(st.sampled_from(list(OTHERS)))
            drawn = [*(data.draw(physics) if data.draw(st.integers(0, 3)) == 0 else PHYSICS), *data.draw(others)]
            kinds = [kind for kind in ALL if kind in drawn]
            world.spawn(net_id, *(data.draw(ALL[kind]) for kind in kinds))
            tell(net_id)
        for _ in range(3):
            for net_id in data.draw(st.sets(st.sampled_from(net_ids))) if net_ids else ():
                entity = world.entity(net_id)
                assert entity is not None
                position, score = esper.try_component(entity, Position), esper.try_component(entity, Score)
                if position is not None:
                    position.x = data.draw(numbers)
                    if not esper.has_components(entity, Position, Velocity, Size):
                        tell(net_id)  # what moves no body is told, as what any other component holds
                if score is not None:
                    score.points = data.draw(numbers)
                    tell(net_id)
            some = sorted(data.draw(st.sets(st.sampled_from(net_ids)))) if net_ids else []
            assert packed_rows.checksum(some) == checksum(registry.describe(world, net_id) for net_id in some)
            assert packed_rows.checksum(sorted(net_ids)) == checksum(registry.describe_all(world))
            if len(net_ids) > 1 and data.draw(st.integers(0, 1)):
                gone = net_ids.pop()
                world.remove(gone)
                packed_rows.forget(gone)
    world.close()


def test_it_is_of_what_was_told_but_for_the_physics() -> None:
    registry = Registry()
    registry.add(Score)
    world = World()
    packed_rows = Rows(world, registry)
    with world:
        position, score = Position(1, 2), Score(5)
        world.spawn(7, position, Velocity(0, 0), Size(1, 1), Intent(), Dash(), score)
        told = registry.describe(world, 7)
        packed_rows.tell(7, dict(told[1]))
        score.points = 6
        assert packed_rows.checksum([7]) == checksum([told]) != checksum([registry.describe(world, 7)])
        score.points, position.x = 5, 3
        assert packed_rows.checksum([7]) == checksum([registry.describe(world, 7)]) != checksum([told])
    world.close()


def test_the_components_in_columns_are_the_first_of_every_registry() -> None:
    assert tuple(kind.component for kind in Registry()) == OF_PLAYERS == tuple(PHYSICS)
    assert [kind.component for kind in Registry(((Action, bool), (Kind, bool)))] == [*IN_COLUMNS]
