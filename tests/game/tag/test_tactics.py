"""What bots want: to catch when they are "it", to get away from who is, and else to wander as people do."""

import random
from collections.abc import Iterator

import esper
import pytest

from ecs.arena import TILE
from ecs.components import Intent, Position
from ecs.movement.step import COMPASS, DASH, DIRECTIONS, is_direction
from ecs.world import World
from game.tag.components import Immune, Tagged
from game.tag.tactics import NEAR, wish
from net.bots import heading, wander

OWN, OTHER, THIRD = 1, 2, 3
MIDDLE = 20 * TILE


@pytest.fixture
def world() -> Iterator[World]:
    """A world that is current, in which one stands in the middle."""
    world = World()
    with world:
        world.spawn(OWN, Position(MIDDLE, MIDDLE), Intent())
        yield world
    world.close()


def wishes(own: int = OWN, count: int = 400) -> list[int]:
    rng = random.Random(1)
    return [wish(own, rng) for _ in range(count)]


def mean(wishes: list[int]) -> tuple[float, float]:
    ways = [DIRECTIONS[wish & COMPASS] for wish in wishes]
    return sum(x for x, _ in ways) / len(ways), sum(y for _, y in ways) / len(ways)


def test_it_chases_the_nearest_who_is_not_immune(world: World) -> None:
    esper.add_component(world.spawn(OTHER, Position(MIDDLE, MIDDLE - 3 * TILE), Intent()), Immune(99))
    world.spawn(THIRD, Position(MIDDLE + 9 * TILE, MIDDLE), Intent())
    entity = world.entity(OWN)
    assert entity is not None
    esper.add_component(entity, Tagged(0))
    x, y = mean(wishes())
    assert x > 0.8
    assert abs(y) < 0.1
    assert not any(wish & DASH for wish in wishes()), "it is too far for a lunge"
    assert world.remove(THIRD)
    x, y = mean(wishes())
    assert max(abs(x), abs(y)) < 0.2, "nobody can be caught: it wanders"


def test_others_run_from_it_when_it_is_near_and_dash_when_it_is_very_near(world: World) -> None:
    place = Position(MIDDLE - 3 * TILE, MIDDLE - 3 * TILE)
    world.spawn(OTHER, place, Intent(), Tagged(0))
    x, y = mean(wishes())
    assert min(x, y) > 0.7
    assert 100 < sum(wish >= DASH for wish in wishes()) < 300
    place.x = MIDDLE - NEAR - 1
    x, y = mean(wishes())
    assert max(abs(x), abs(y)) < 0.2, "far away, it does not matter"


def test_without_a_game_a_bot_wanders_in_all_directions_pauses_and_dashes_now_and_then(world: World) -> None:
    for choose in (lambda rng: wish(OWN, rng), lambda rng: wish(99, rng), wander):
        rng = random.Random(2)
        found = [choose(rng) for _ in range(2000)]
        assert {number & COMPASS for number in found} == set(range(9))
        assert 0.1 < found.count(0) / 2000 < 0.2
        assert 20 < sum(number > DASH for number in found) < 100
        assert all(is_direction(number) and number != DASH for number in found)


def test_the_same_seed_wants_the_same(world: World) -> None:
    world.spawn(OTHER, Position(MIDDLE - 3 * TILE, MIDDLE), Intent(), Tagged(0))
    assert wishes() == wishes()


@pytest.mark.parametrize(
    ("dx", "dy", "way"),
    [(9, 0, (1, 0)), (9, 4, (1, 0)), (9, 5, (1, 1)), (-4, 9, (0, 1)), (-9, -9, (-1, -1)), (0, 0, (0, 0))],
)
def test_a_heading_is_the_nearest_of_eight_ways(dx: int, dy: int, way: tuple[int, int]) -> None:
    assert DIRECTIONS[heading(dx, dy)] == way
