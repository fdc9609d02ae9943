"""The step of a crowd against the step of each: the same numbers, whoever they are and whatever is in their way."""

import random

import esper
from hypothesis import given, settings
from hypothesis import strategies as st

from ecs.arena import TILE, Arena
from ecs.bodies import Bodies
from ecs.components import Dash, Intent, Position, Size, Velocity
from ecs.movement.step import DASH, DIRECTIONS, Body, Motion, motion_at, step
from ecs.movement.vector_step import VectorStep
from ecs.world import World
from tests.ecs.arenas import arenas, directions, free_boxes


def spawn(world: World, net_id: int, body: Body, steered: bool = True) -> None:
    parts = (Intent(), Dash(body.rest)) if steered else ()
    world.spawn(net_id, Position(body.x, body.y), Velocity(body.vx, body.vy), Size(body.w, body.h), *parts)


def rows(bodies: Bodies) -> list[Body]:
    x, y, vx, vy, w, h, _, _, _, rest, _, _ = (list(column) for column in bodies.ints)  # type: ignore[call-overload]
    return [Body(*row) for row in zip(x, y, vx, vy, w, h, rest, strict=True)]


def both_ways(world: World, motion: Motion, crowd: list[Body], wanted: list[list[int]]) -> list[Body]:
    """A tick for each of the lists of directions, all at once and one by one; returns where they come to."""
    with world:
        for net_id, body in enumerate(crowd):
            spawn(world, net_id, body)
        bodies = world.bodies
        bodies.find()
        together = VectorStep(motion)
        for tick, ways in enumerate(wanted):
            bodies.direction[:] = ways
            together(bodies)
            crowd = [step(body, way, motion) for body, way in zip(crowd, ways, strict=True)]
            assert rows(bodies) == crowd, f"tick {tick}"
    world.close()
    return crowd


@settings(derandomize=True, deadline=None, max_examples=75)
@given(st.data())
def test_a_crowd_steps_as_each_of_them_would(data: st.DataObject) -> None:
    arena = data.draw(arenas())
    motion = motion_at(arena, data.draw(st.sampled_from([1, 5, 20, 60])))  # at 1 a second: seven tiles a tick
    speeds, many = st.integers(-300, 300), data.draw(st.integers(1, 6))
    crowd = []
    for _ in range(many):
        w, h = data.draw(st.integers(1, TILE)), data.draw(st.integers(1, TILE))
        at = data.draw(free_boxes(arena, w, h))
        crowd.append(Body(*at, data.draw(speeds), data.draw(speeds), w, h, data.draw(st.integers(0, motion.dash_rest))))
    ways = st.lists(directions, min_size=many, max_size=many)
    both_ways(World(), motion, crowd, data.draw(st.lists(ways, min_size=1, max_size=12)))


def test_so_it_does_in_a_hall_with_boxes_of_all_sizes_and_speeds_and_they_get_around() -> None:
    rng = random.Random(5)
    inside = ["#" + "".join(rng.choices(".#", (9, 1), k=38)) + "#" for _ in range(38)]
    arena = Arena(("#" * 40, *inside, "#" * 40))
    crowd: list[Body] = []
    while len(crowd) < 200:
        w, h = rng.randint(1, 3 * TILE), rng.randint(1, 3 * TILE)
        x, y = rng.randrange(40 * TILE), rng.randrange(40 * TILE)
        if arena.is_free(x, y, w, h):
            crowd.append(Body(x, y, rng.randint(-2000, 2000), rng.randint(-2000, 2000), w, h))
    ways = [[rng.randrange(len(DIRECTIONS)) + rng.choice((0, 0, DASH)) for _ in crowd]] * 40
    ends = both_ways(World(), motion_at(arena, 60), crowd, ways + [[0] * len(crowd)] * 40)
    far = [abs(end.x - body.x) + abs(end.y - body.y) for body, end in zip(crowd, ends, strict=True)]
    assert sum(by > 4 * TILE for by in far) > 50
    assert sum(end.vx == end.vy == 0 for end in ends) == len(crowd)


def test_what_nobody_steers_is_left_as_it_is() -> None:
    world, thing = World(), Body(5 * TILE, 5 * TILE, 9, -9, TILE, TILE)
    arena = Arena(("#" * 40, *["#" + "." * 38 + "#"] * 38, "#" * 40))
    with world:
        spawn(world, 1, thing, steered=False)
        spawn(world, 2, thing._replace(x=9 * TILE))
        world.bodies.find()
        VectorStep(motion_at(arena, 60))(world.bodies)
        still, other = rows(world.bodies)
    world.close()
    assert still == thing
    assert other == step(thing._replace(x=9 * TILE), 0, motion_at(arena, 60)) != thing


def test_components_are_where_the_columns_are_also_when_others_come_and_go() -> None:
    world = World()
    with world:
        for net_id in (3, 1, 2):
            spawn(world, net_id, Body(10 * net_id, 0, 0, 0, 1, 1))
        bodies = world.bodies
        bodies.find()
        entity = world.entity(2)
        assert entity is not None
        position = esper.component_for_entity(entity, Position)
        position.x += 5
        assert bodies.x.tolist() == [10, 25, 30]
        bodies.x[1] = 7
        assert position == Position(7, 0)
        world.remove(1)
        spawn(world, 9, Body(90, 0, 0, 0, 1, 1))
        position.y = 4
        bodies.find()
        assert (bodies.net_ids, bodies.x.tolist(), bodies.y.tolist()) == ([2, 3, 9], [7, 30, 90], [4, 0, 0])
        position.x = 8
        assert bodies.x.tolist() == [8, 30, 90]
        kept = bodies.x
        esper.add_component(entity, Name())
        bodies.find()
        assert bodies.x is kept
        esper.remove_component(entity, Intent)
        bodies.find()
        assert bodies.steered.tolist() == [False, True, True]
    world.close()


class Name:
    """Not of the physics."""


def test_the_version_changes_with_all_that_comes_and_goes_but_components_that_no_body_needs() -> None:
    world = World()
    with world:
        spawn(world, 1, Body(10, 0, 0, 0, 1, 1))
        bodies, entity = world.bodies, world.entity(1)
        assert entity is not None
        world.add_component(entity, Name())
        assert len(bodies) == 0
        bodies.find()
        assert len(bodies) == 1, "that somebody came before the component counts"
        version = world.version
        world.remove_component(entity, Name)
        world.add_component(entity, Name())
        assert world.version == version
        world.remove_component(entity, Dash)
        assert world.version != version
        bodies.find()
        assert bodies.steered.tolist() == [False]
        world.add_component(entity, Dash())
        esper.add_component(entity, Name())
        bodies.find()
        assert bodies.steered.tolist() == [True]
    world.close()
