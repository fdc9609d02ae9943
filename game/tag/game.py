"""Tag, as one value."""

from collections.abc import Iterable
from typing import Any, Final

import esper

from game.arenas import ARENAS
from game.tag.components import Immune, Tagged
from game.tag.rules import Passed
from game.tag.tactics import TagMind
from game.tag.tag_system import TagSystem
from net.game import Game
from net.inputs import Inputs
from net.rounds import RoundSystem, Scores
from net.rules import RuleContext


def rules(context: RuleContext) -> Iterable[esper.Processor]:
    """The systems of Tag; who is drawn follows from the seed."""
    scores = Scores(context.world, context.surprises, runs=True)
    tags = TagSystem(context.world, context.surprises, scores, context.rng("tag"), context.tick_rate)
    return RoundSystem(context, scores, begin=tags.begin, end=tags.end), tags


def _scene() -> type[Any]:
    from game.tag.scene import TagScene

    return TagScene


TAG: Final = Game(
    name="tag",
    title="Tag",
    goal="One of you is it. Touch somebody to pass it on; who is it for the shortest time wins.",
    arena=ARENAS / "tag" / "courtyard.txt",
    arenas=sorted((ARENAS / "tag").glob("*.txt")),
    inputs=Inputs(dash=True),
    components=(
        (Tagged, lambda tagged: tagged.since >= 0 and tagged.by >= 0 and tagged.how in set(Passed)),
        (Immune, lambda immune: immune.until >= 0),
    ),
    rounds=True,
    rules=rules,
    bot=TagMind,
    window=_scene,
)
