"""Tag, as one value."""

from collections.abc import Iterable
from typing import Any, Final

import esper

from game.tag.components import Immune, Podium, Round, Score, Tagged
from game.tag.round_system import RoundSystem
from game.tag.rules import Passed, RoundPhase, is_line
from game.tag.scores import Scores
from game.tag.tactics import TagMind
from game.tag.tag_system import TagSystem
from net.game import Game, RuleContext
from net.inputs import Inputs


def rules(context: RuleContext) -> Iterable[esper.Processor]:
    """The systems of Tag; who is drawn follows from the seed."""
    world, surprises, tick_rate = context.world, context.surprises, context.tick_rate
    scores = Scores(world, surprises)
    tags = TagSystem(world, surprises, scores, context.rng("tag"), tick_rate)
    rounds = RoundSystem(
        world,
        surprises,
        scores,
        tags,
        tick_rate=tick_rate,
        round_seconds=context.round_seconds,
        podium_seconds=context.podium_seconds,
    )
    return rounds, tags


def _scene() -> type[Any]:
    from game.tag.scene import TagScene

    return TagScene


TAG: Final = Game(
    name="tag",
    title="Tag",
    goal="One of you is it. Touch somebody to pass it on; who is it for the shortest time wins.",
    inputs=Inputs(dash=True),
    components=(
        (Tagged, lambda tagged: tagged.since >= 0 and tagged.by >= 0 and tagged.how in set(Passed)),
        (Immune, lambda immune: immune.until >= 0),
        (Score, lambda score: score.ticks >= 0 and score.since >= -1),
        (Round, lambda r: r.number >= 0 and r.phase in set(RoundPhase) and r.until >= 0),
        (Podium, lambda podium: _is_podium(podium)),
    ),
    rules=rules,
    bot=TagMind,
    window=_scene,
)


def _is_podium(podium: Podium) -> bool:
    names = podium.first, podium.second, podium.third
    return all(map(is_line, names)) and min(podium.first_score, podium.second_score, podium.third_score) >= 0
