"""Snowball, as one value."""

from collections.abc import Iterable
from typing import Any, Final

import esper

from ecs.angles import TURN, along
from ecs.components import UNITS_PER_PIXEL
from ecs.kinds import PASS, BodyKind, Kinds, Walking
from ecs.movement.movers import Flyer
from ecs.movement.step import Body
from game.arenas import ARENAS
from game.snowball.bots import SnowballMind
from game.snowball.components import HEARTS, MOST_SNOW, Health, Hit, Safe, Snow
from game.snowball.rules import SnowballSystem
from net.game import Game
from net.inputs import Axis, Button, Inputs, InputState
from net.launch import Launch
from net.rules import RuleContext

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
    """Rounds, and the one system that knows all else."""
    snowball = SnowballSystem(context)
    return snowball.rounds, snowball


def _scene() -> type[Any]:
    from game.snowball.scene import SnowballScene

    return SnowballScene


SNOWBALL: Final = Game(
    name="snowball",
    title="Snowball",
    goal="Aim and throw: ten hits win. Three hits and you are out for a moment; stand still to gather snow.",
    arena=ARENAS / "snowball" / "snowfield.txt",
    arenas=sorted((ARENAS / "snowball").glob("*.txt")),
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
        (Safe, lambda safe: safe.until >= 0),
    ],
    events=[Hit],
    newcomer=lambda: [Health(), Snow()],
    rounds=True,
    launches=[Launch("throw", BALL, thrown, has_snow)],
    rules=rules,
    bot=SnowballMind,
    window=_scene,
)
