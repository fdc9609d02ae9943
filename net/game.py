"""What a game is, as one value: all that server, client, bots and tests have to be told of it.

Knows components and systems; knows no sockets, no windows and no particular game. What only a window needs is behind
`Game.window`, which is called where something is drawn: a server imports none of it.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import esper

from ecs.components import Action, Kind
from ecs.kinds import Kinds
from net.bots import Mind
from net.components import Away, Color, Name
from net.defaults import PLAYER_SIZE
from net.emotes import Emote, Emoted, is_emote
from net.inputs import Inputs
from net.launch import Launch
from net.replication.registry import Registry
from net.rounds.components import COMPONENTS, REQUESTS
from net.rules import RuleContext
from net.wire.texts import may_be_name

Check = Callable[[Any], bool]

NAME_LIMIT: Final = 32  # characters of a game's name: a line of a schema, a key in an advert


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
    """The map that it is played on, unless the host says otherwise; by default the first of `arenas`."""

    arenas: Sequence[Path] = ()
    """The maps that a host can choose from; each is called by the name of its file."""

    player_size: int = PLAYER_SIZE
    """Width and height of a player, in world units."""

    bot: Callable[[], Mind] = Mind
    """Makes the mind of a bot."""

    rounds: bool = False
    """Whether it is played in rounds, as in `net.rounds`: a `RoundSystem` has to be among its rules."""

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
            (COMPONENTS if self.rounds else (), registry.add),
            (self.events, registry.add_event),
            (self.requests, registry.add_request),
            (REQUESTS if self.rounds else (), registry.add_request),
            (((Emoted, is_emote),), registry.add_event),
            (((Emote, is_emote),), registry.add_request),
        ):
            for entry in declared:
                kind, check = entry if isinstance(entry, tuple) else (entry, _anything)
                add(kind, check)
        return registry


def _anything(component: object) -> bool:
    return True
