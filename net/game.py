"""What a game is, as one value: all that server, client, bots and tests have to be told of it.

Knows components and systems; knows no sockets, no windows and no particular game. What only a window needs is behind
`Game.window`, which is called where something is drawn: a server imports none of it.
"""

import random
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple

import esper

from ecs.arena import Arena
from ecs.components import Action, Kind
from ecs.kinds import Kinds
from ecs.surprises import Surprises
from ecs.world import World
from net.bots import Mind
from net.components import Away, Color, Name
from net.defaults import PLAYER_SIZE
from net.inputs import Inputs, InputState
from net.launch import Launch
from net.past import Past
from net.replication.registry import Registry
from net.wire.texts import may_be_name

Check = Callable[[Any], bool]

NAME_LIMIT: Final = 32  # characters of a game's name: a line of a schema, a key in an advert


class Press(NamedTuple):
    """A button of a player went down in this tick."""

    net_id: int
    button: str
    tick: int
    state: InputState  # all that they asked for just then
    launched: int | None  # the NetID of what it launched


@dataclass(frozen=True, slots=True)
class RuleContext:
    """What the rules of a game work with, on the server."""

    world: World
    surprises: Surprises  # tell it of everything that `step` does not do by itself
    arena: Arena
    tick_rate: int
    seed: int
    round_seconds: float  # how long the host wants a round to be
    podium_seconds: float  # and the pause between two
    kinds: Kinds
    requests: deque[tuple[int, Any]]  # (NetID, request), in order; whoever answers takes them out
    presses: Sequence[Press]  # of the tick that is being simulated; the same list in each
    past: Past  # where bodies were, for rules that judge what a player saw

    def rng(self, purpose: str) -> random.Random:
        """Random numbers that follow from the server's seed; each purpose has its own."""
        return random.Random(f"{purpose} {self.seed}")


@dataclass(frozen=True, slots=True)
class Game:
    """A game, ready to be served and played."""

    name: str
    """What `--game` calls it."""

    title: str
    """What people call it."""

    goal: str = ""
    """What the game is about, in one line that the start screen shows."""

    inputs: Inputs = Inputs()  # noqa: RUF009 - it cannot be changed
    """What players can ask for besides a direction."""

    kinds: Kinds = Kinds()  # noqa: RUF009 - likewise
    """How players walk, what other kinds of bodies there are, and how they meet."""

    components: Sequence[type | tuple[type, Check]] = ()
    """Dataclasses of its own that clients know of; beside one, a check whether a received one is possible."""

    launches: Sequence[Launch] = ()
    """Bodies that buttons launch; each is of a kind of its own."""

    rules: Callable[[RuleContext], Iterable[esper.Processor]] = lambda context: ()
    """The systems that run behind movement and collisions in each tick of the server, in order."""

    events: Sequence[type | tuple[type, Check]] = ()
    """Dataclasses of what rules tell clients once: a hit, a goal. Beside one, a check as for components."""

    requests: Sequence[type | tuple[type, Check]] = ()
    """Dataclasses of what clients may ask of the rules, likewise."""

    newcomer: Callable[[], Iterable[object]] = lambda: ()
    """The components of its own that a new player begins with."""

    arena: Path | None = None
    """The map that it is played on, unless the host says otherwise."""

    player_size: int = PLAYER_SIZE
    """Width and height of a player, in world units."""

    bot: Callable[[], Mind] = Mind
    """Makes the mind of a bot."""

    window: Callable[[], Any] | None = None
    """Returns what a window needs (a `game.client` scene); called only where something is drawn."""

    def __post_init__(self) -> None:
        """Raises ValueError for what cannot be played, naming what to change."""
        if not 0 < len(self.name) <= NAME_LIMIT or not all(part.isidentifier() for part in self.name.split(".")):
            raise ValueError(f"a game cannot be called {self.name!r}: use letters, digits and _, {NAME_LIMIT} at most")
        if not self.title:
            raise ValueError(f"the game {self.name} needs a title")
        buttons, kinds = [button.name for button in self.inputs.buttons], self.kinds.names
        for launch in self.launches:
            if launch.button not in buttons:
                known = ", ".join(buttons) or "there is none"
                raise ValueError(f"{launch.button!r} launches something, and is no button of inputs: {known}")
            if not 0 < launch.kind < len(kinds):
                possible = f"it has to be from 1 to {len(kinds) - 1}"
                raise ValueError(f"{launch.button!r} launches kind {launch.kind}: {possible}")
        if len({launch.kind for launch in self.launches}) < len(self.launches):
            raise ValueError("two buttons launch the same kind: give each a kind of its own")
        self.registry()

    def registry(self) -> Registry:
        """All that crosses the wire in this game.

        Raises TypeError for a component that is not a plain dataclass of ints, strings and bools.
        """
        optional: list[tuple[type, Check]] = []
        if not self.inputs.silent:
            optional.append((Action, lambda action: action.value < self.inputs.size))
        if self.kinds.others:
            optional.append((Kind, lambda kind: 0 < kind.number <= len(self.kinds.others)))
        registry = Registry(optional, self.name)
        registry.add(Name, check=lambda name: may_be_name(name.text))
        registry.add(Color, check=lambda color: 0 <= color.rgb <= 0xFFFFFF)
        registry.add(Away, check=lambda away: away.since >= 0)
        for declared, add in (
            (self.components, registry.add),
            (self.events, registry.add_event),
            (self.requests, registry.add_request),
        ):
            for entry in declared:
                kind, check = entry if isinstance(entry, tuple) else (entry, _anything)
                add(kind, check)
        return registry


def _anything(component: object) -> bool:
    return True
