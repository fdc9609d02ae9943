"""Snowball, as one value."""

from collections.abc import Iterable
from typing import Any, Final

import esper

from ecs.angles import TURN, along
from ecs.components import UNITS_PER_PIXEL
from ecs.kinds import PASS, BodyKind, Kinds, Walking
from ecs.movement.movers import Flyer
from ecs.movement.step import Body
from game.arenas import ASSETS
from game.snowball.bots import SnowballMind
from game.snowball.components import HEARTS, MOST_SNOW, Health, Hit, Match, Points, Safe, Snow
from game.snowball.rules import SnowballSystem
from net.game import Game, RuleContext
from net.inputs import Axis, Button, Inputs, InputState
from net.launch import Launch

BALL: Final = 1  # its kind
SIZE: Final = 10 * UNITS_PER_PIXEL
SPEED: Final = 480  # pixels a second: twice as fast as a player


def thrown(body: Body, state: InputState, tick_rate: int) -> Body:
    """A ball begins in the middle of its thrower, and flies where they aim."""
    vx, vy = along(state.values[0], SPEED * UNITS_PER_PIXEL // tick_rate)
    return Body(body.x + (body.w - SIZE) // 2, body.y + (body.h - SIZE) // 2, vx, vy, SIZE, SIZE)


def has_snow(entity: int) -> bool:
    """Whether there is anything to throw."""
    snow = esper.try_component(entity, Snow)
    return snow is not None and snow.balls > 0


def rules(context: RuleContext) -> Iterable[esper.Processor]:
    """The one system that knows them all."""
    return [SnowballSystem(context)]


def _scene() -> type[Any]:
    from game.snowball.scene import SnowballScene

    return SnowballScene


SNOWBALL: Final = Game(
    name="snowball",
    title="Snowball",
    goal="Aim and throw: ten hits win. Three hits and you are out for a moment; stand still to gather snow.",
    arena=ASSETS / "arenas" / "snowfield.txt",
    inputs=Inputs(
        buttons=[Button("throw", "Throw", ("mouse left", "space", "position of e"), "right shoulder")],
        axes=[Axis("aim", 0, TURN - 1)],
        rewinds=True,
    ),
    kinds=Kinds(
        walking=Walking(top_speed=210),
        others=[BodyKind("ball", lambda arena, tick_rate: Flyer(arena, tick_rate, top_speed=SPEED))],
        meetings={("player", "ball"): PASS, ("ball", "ball"): PASS},
    ),
    components=[
        (Health, lambda health: 0 <= health.hearts <= HEARTS),
        (Snow, lambda snow: 0 <= snow.balls <= MOST_SNOW),
        (Points, lambda points: points.hits >= 0),
        (Safe, lambda safe: safe.until >= 0),
        (Match, lambda match: match.number > 0 and match.until >= 0),
    ],
    events=[Hit],
    newcomer=lambda: [Health(), Snow(), Points()],
    launches=[Launch("throw", BALL, thrown, has_snow)],
    rules=rules,
    bot=SnowballMind,
    window=_scene,
)
