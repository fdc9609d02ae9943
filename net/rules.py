"""What the rules of a game work with, on the server."""

import random
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from ecs.arena import Arena
from ecs.kinds import Kinds
from ecs.surprises import Surprises
from ecs.world import World
from net.inputs import InputState
from net.past import Past


class Press(NamedTuple):
    """A button of a player went down in this tick."""

    net_id: int
    button: str
    tick: int
    state: InputState  # all that they asked for just then
    launched: int | None  # the NetID of what it launched


@dataclass(frozen=True, slots=True)
class RuleContext:
    """All of it, the same for the whole life of a world."""

    world: World
    surprises: Surprises  # tell it of everything that `step` does not do by itself
    arena: Arena
    tick_rate: int
    seed: int
    round_seconds: float  # how long the host wants a round to be
    podium_seconds: float  # and the pause between two
    ready_seconds: float  # of the countdown before each
    choices: Sequence[str]  # what can be played after a round instead of another one, for people to read
    move_on: Callable[[int], None]  # play that choice from the next tick on, in a world of its own
    kinds: Kinds
    requests: deque[tuple[int, Any]]  # (NetID, request), in order; whoever answers takes them out
    presses: Sequence[Press]  # of the tick that is being simulated; the same list in each
    past: Past  # where bodies were, for rules that judge what a player saw

    def rng(self, purpose: str) -> random.Random:
        """Random numbers that follow from the server's seed; each purpose has its own."""
        return random.Random(f"{purpose} {self.seed}")
