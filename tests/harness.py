"""The stage of the engine's own tests: a hall without rules, unless a test says otherwise."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

import esper

from ecs.arena import Arena, parse_arena
from game.tag import TAG
from net import testing
from net.conditioner.link import PERFECT, Conditions
from net.game import Check, Game
from net.rules import RuleContext
from net.testing import Clock, Player, Tap, Walker, understood

__all__ = ["CORRIDOR", "HALL", "PLAIN", "TICK", "Clock", "Player", "Stage", "Stranger", "Tap", "Walker", "understood"]

TICK = 1 / 60

HALL = parse_arena("\n".join(["#" * 40, *["#" + "." * 38 + "#"] * 22, "#" * 40]))
CORRIDOR = parse_arena("\n".join(["#" * 30, "#" + "." * 28 + "#", "#" * 30]))
PLAIN = replace(TAG, rules=lambda context: ())  # the components of Tag, and nobody who is "it"


class Stage(testing.Stage):
    """A server of `PLAIN`, with more components and other rules where a test wants them."""

    def __init__(
        self,
        arena: Arena = HALL,
        game: Game = PLAIN,
        components: Sequence[type | tuple[type, Check]] = (),
        rules: Callable[[RuleContext], Iterable[esper.Processor]] | None = None,
        **settings: int | float | str,
    ) -> None:
        game = replace(game, components=(*game.components, *components), rules=rules or game.rules)
        super().__init__(game, arena, **settings)


class Stranger(testing.Stranger):
    """A raw peer of a stage, which steps it like its players."""

    def __init__(self, stage: Stage, conditions: Conditions = PERFECT) -> None:
        super().__init__(stage, conditions)
        stage.strangers.append(self)
