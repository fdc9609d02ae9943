"""Worlds of Tag built by hand, for what shows and tells them."""

from typing import Any

import esper

from ecs.components import UNITS_PER_PIXEL, Dash, Intent, Size, Velocity
from ecs.movement.step import DIRECTIONS
from ecs.world import World
from game.tag.components import Tagged
from net.client.components import Shown
from net.components import Color, Name
from net.defaults import PLAYER_SIZE
from net.rounds import Round, Score

RED, BLUE = 0xFF2020, 0x2040FF
OWN = 1
ROUND_ID = 1000


def body(
    world: World, net_id: int, x: int, y: int, color: int = RED, name: str = "", direction: int = 0, *more: Any
) -> Shown:
    """Somebody with the top left corner at these pixels of the arena."""
    shown = Shown(x * UNITS_PER_PIXEL, y * UNITS_PER_PIXEL)
    dx, dy = DIRECTIONS[direction]
    parts = [shown, Size(PLAYER_SIZE, PLAYER_SIZE), Velocity(dx * 64, dy * 64), Intent(direction), Color(color)]
    world.spawn(net_id, *parts, *([Name(name)] if name else []), *more)
    return shown


def player(world: World, net_id: int, name: str, *more: Any) -> None:
    """Somebody of whom only the roster is wanted."""
    world.spawn(net_id, Name(name), Color(RED), Score(0, -1), Dash(), *more)


def give(world: World, net_id: int, component: Any) -> None:
    """Add a component, or put another in its place."""
    entity = world.entity(net_id)
    assert entity is not None
    esper.add_component(entity, component)


def take(world: World, net_id: int, component: type) -> None:
    """Remove a component."""
    entity = world.entity(net_id)
    assert entity is not None
    esper.remove_component(entity, component)


def is_it(world: World, net_id: int) -> bool:
    """Whether that is who is "it"."""
    entity = world.entity(net_id)
    return entity is not None and esper.has_component(entity, Tagged)


def set_round(world: World, number: int, phase: int, until: int) -> None:
    """The round is this one now."""
    if ROUND_ID not in world:
        world.spawn(ROUND_ID, Round(number, phase, until))
    else:
        give(world, ROUND_ID, Round(number, phase, until))
