"""Football, as one value."""

from collections.abc import Iterable
from typing import Any, Final

import esper

from ecs.kinds import BodyKind, Kinds, Meeting
from ecs.movement.movers import Roller
from game.arenas import ARENAS
from game.football.bots import FootballMind
from game.football.components import LEFT, RIGHT, Goal, Match, Team
from game.football.rules import FootballSystem
from net.game import Game
from net.inputs import Inputs
from net.rules import RuleContext


def rules(context: RuleContext) -> Iterable[esper.Processor]:
    """Rounds, and the one system that knows all else."""
    football = FootballSystem(context)
    return football.rounds, football


def _scene() -> type[Any]:
    from game.football.scene import FootballScene

    return FootballScene


FOOTBALL: Final = Game(
    name="football",
    title="Football",
    goal="Run into the ball: five goals win the match. Blue plays to the right, orange to the left.",
    arena=ARENAS / "football" / "pitch.txt",
    arenas=sorted((ARENAS / "football").glob("*.txt")),
    inputs=Inputs(dash=True),
    kinds=Kinds(
        others=[
            BodyKind(
                "ball",
                lambda arena, tick_rate: Roller(arena, tick_rate, top_speed=640, slowing=18, bounce=190),
                present=True,
            )
        ],
        meetings={("player", "ball"): Meeting(share=0, restitution=170)},
    ),
    components=[
        (Team, lambda team: team.side in (LEFT, RIGHT)),
        (Match, lambda match: min(match.left, match.right, match.until) >= 0),
    ],
    events=[(Goal, lambda goal: goal.side in (LEFT, RIGHT) and goal.by >= 0)],
    rounds=True,
    rules=rules,
    bot=FootballMind,
    window=_scene,
)
