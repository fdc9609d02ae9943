"""Movement and collisions as systems over an esper world, and the handle that keeps worlds apart."""

import random
from collections.abc import Iterator

import esper
import pytest

from ecs.arena import TILE, parse_arena
from ecs.collision.collision_system import CollisionSystem
from ecs.collision.sweep import FEW
from ecs.components import Dash, Intent, NetID, Position, Size, Velocity
from ecs.movement import movement_system
from ecs.movement.movement_system import MovementSystem
from ecs.movement.step import DASH, DIRECTIONS, Body, motion_at, step
from ecs.surprises import Surprises
from ecs.world import World
from tests.ecs.arenas import overlapping

HALL = parse_arena("\n".join(["#" * 30, *["#" + "." * 28 + "#"] * 28, "#" * 30]))
MOTION = motion_at(HALL, 60)
EAST, WEST = DIRECTIONS.index((1, 0)), DIRECTIONS.index((-1, 0))


@pytest.fixture
def world() -> Iterator[World]:
    world = World()
    yield world
    world.close()


def body(world: World, net_id: int, column: int, direction: int) -> Position:
    position = Position(column * TILE, 5 * TILE)
    world.spawn(net_id, position, Velocity(0, 0), Size(448, 448), Intent(direction), Dash())
    return position


def test_the_movement_system_moves_a_body_exactly_as_step_does(world: World) -> None:
    with world:
        position = body(world, 1, 5, EAST)
        still = body(world, 2, 9, 0)
        esper.add_processor(MovementSystem(world, MOTION))
        expected = Body(5 * TILE, 5 * TILE, 0, 0, 448, 448)
        for tick in range(1, 20):
            esper.process(tick)
            expected = step(expected, EAST, MOTION)
            assert (position.x, position.y) == (expected.x, expected.y)
    assert position.x > 6 * TILE
    assert (still.x, still.y) == (9 * TILE, 5 * TILE)


def test_a_dash_counts_down_in_the_system_also_when_its_body_stands_and_is_left_alone_when_it_is_ready(
    world: World,
) -> None:
    with world:
        position = body(world, 1, 5, EAST | DASH)
        entity = world.entity(1)
        assert entity is not None
        intent, dash = esper.component_for_entity(entity, Intent), esper.component_for_entity(entity, Dash)
        esper.add_processor(MovementSystem(world, MOTION))
        expected = Body(5 * TILE, 5 * TILE, 0, 0, 448, 448)
        for tick in range(1, 150):
            intent.direction = EAST | DASH if tick < 5 else 0
            esper.process(tick)
            expected = step(expected, intent.direction, MOTION)
            assert (position.x, dash.rest) == (expected.x, expected.rest)
        assert dash.rest == 0
    assert position.x > 6 * TILE


def systems(world: World, surprises: Surprises) -> tuple[esper.Processor, ...]:
    """Those that move bodies, in order."""
    movement = MovementSystem(world, MOTION)
    return movement, CollisionSystem(HALL, movement, surprises.bodies.__setitem__)


def test_the_collision_system_tells_the_journal_who_touched_whom(world: World) -> None:
    surprises = Surprises(world)
    with world:
        left, right = body(world, 7, 5, EAST), body(world, 9, 7, WEST)
        body(world, 11, 20, WEST)
        for system in systems(world, surprises):
            esper.add_processor(system)
        for tick in range(1, 6):
            esper.process(tick)
        assert surprises.bodies == {}
        for tick in range(6, 60):
            esper.process(tick)
    assert surprises.bodies == {7: 9, 9: 7}
    assert left.x + 448 <= right.x


def crowd_after_a_while(backwards: bool) -> list[tuple[int, Body]]:
    """A hundred who push, come and go; held to the rules at every tick. `backwards`: the entities are made that way."""
    rng, world = random.Random(3), World()
    surprises = Surprises(world)
    spots = [(column, line) for line in range(2, 12) for column in range(2, 12)]
    touched: list[int] = []
    with world:
        physics = systems(world, surprises)
        for net_id, (column, line) in sorted(enumerate(spots, 1), reverse=backwards):
            at = Position(column * TILE, line * TILE)
            world.spawn(net_id, at, Velocity(0, 0), Size(448, 448), Intent(), Dash())
        for tick in range(1, 200):
            for net_id in rng.sample(range(1, 101), 20):
                entity = world.entity(net_id)
                if entity is not None:
                    esper.component_for_entity(entity, Intent).direction = rng.choice([0, 8, 8, 7, 1, 3, 8 + DASH])
            if tick % 10 == 0:
                world.remove(tick // 10)
            for system in physics:
                system.process(tick)
            touched.append(len(surprises.bodies))
            surprises.clear()
            found = esper.get_components(NetID, Position, Velocity, Size)
            now = {n.id: Body(p.x, p.y, v.x, v.y, s.w, s.h) for _, (n, p, v, s) in found}
            assert overlapping(now) == []
            assert all(HALL.is_free(body.x, body.y, body.w, body.h) for body in now.values())
        assert len(now) == 100 - 19
        assert max(touched) > 20
    world.close()
    return sorted(now.items())


def test_a_crowd_in_which_people_come_and_go_never_overlaps_and_depends_on_nothing_but_who_is_who() -> None:
    assert crowd_after_a_while(backwards=False) == crowd_after_a_while(backwards=True)


def test_a_crowd_comes_to_the_same_whether_it_steps_at_once_or_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    one_by_one = crowd_after_a_while(backwards=False)
    monkeypatch.setattr(movement_system, "MANY", 1)
    assert crowd_after_a_while(backwards=False) == one_by_one


@pytest.mark.parametrize("others", [0, FEW])
def test_few_and_many_bodies_move_and_collide_alike_and_what_nobody_steers_stands(world: World, others: int) -> None:
    surprises = Surprises(world)
    with world:
        left, right = body(world, 3, 5, EAST), body(world, 8, 7, WEST)
        thing = Position(20 * TILE, 20 * TILE)
        world.spawn(5, thing, Velocity(9, 9), Size(448, 448))
        for net_id in range(100, 100 + others):
            position = body(world, net_id, 2, 0)
            position.x, position.y = (1 + net_id % 24) * TILE, (9 + net_id // 24) * TILE
        for tick in range(60):
            for system in systems(world, surprises):
                system.process(tick)
    assert (left.x, right.x, left.y, right.y) == (2848, 3296, 2560, 2560)
    assert (thing.x, thing.y) == (20 * TILE, 20 * TILE)
    assert surprises.bodies == {3: 8, 8: 3}


def test_worlds_are_apart_and_the_former_one_comes_back() -> None:
    first, second = World(), World()
    with first:
        first.spawn(1, Position(1, 1))
        with second:
            assert esper.get_component(Position) == []
            second.spawn(1, Position(2, 2))
        assert [position.x for _, position in esper.get_component(Position)] == [1]
    before = esper.current_world
    first.close()
    second.close()
    second.close()
    assert esper.current_world == before


def test_a_switch_inside_a_world_is_caught() -> None:
    world, outer = World(), esper.current_world
    with pytest.raises(RuntimeError, match="switched"), world:
        esper.switch_world("elsewhere")
    assert esper.current_world == outer
    esper.delete_world("elsewhere")
    world.close()


def test_a_net_id_names_one_entity_and_removing_it_twice_is_harmless(world: World) -> None:
    with world:
        world.spawn(3, Position(0, 0))
        with pytest.raises(ValueError, match="NetID 3 is in use"):
            world.spawn(3, Position(0, 0))
        assert 3 in world
        assert world.remove(3)
        assert not world.remove(3)
        assert world.entity(3) is None
        esper.process(1)
        assert len(world) == 0
