"""What the real screen tells of a real mirror, on the stepped clock: each start and end of a round, once.

A mirror assigns components in place; worlds built by hand, in which each change is a new object, cannot tell whether
somebody has kept a reference to one.
"""

import gc
from collections.abc import Iterator
from types import FunctionType, ModuleType
from typing import Any

import esper
import pygame
import pytest

from game.client.audio.sounds import Sounds
from game.client.draw.sprites import Sprites
from game.client.draw.theme import Fonts
from game.client.game_screen import GameScreen
from game.client.input.keyboard import Bindings
from game.client.settings import default_keys
from game.tag import TAG
from net.client.connector import Phase
from net.conditioner.conditions import PROFILES
from net.conditioner.link import PERFECT
from tests.harness import HALL, Player, Stage, Walker

pytestmark = pytest.mark.usefixtures("surface")

ROUND, PODIUM = 5.0, 4.0  # seconds
SEED = 1  # with which Ann does not begin every round as "it", on any of the networks
ROUND_TICKS, PODIUM_TICKS = round(ROUND * 60), round(PODIUM * 60)


class Stays:
    """A session of one play, which is never lost."""

    phase = Phase.PLAYING
    ending = None

    def __init__(self, player: Player) -> None:
        self.controls = player.controls
        self.update = player.update


class Viewer:
    """Somebody in front of the screen: what they see and hear, with the server's tick."""

    def __init__(self, stage: Stage, player: Player, walkers: list[Walker]) -> None:
        surface = pygame.display.get_surface()
        assert surface is not None
        self._stage, self._walkers = stage, walkers
        player.updating = False  # the screen does it
        self.player = player
        self.sounds = Sounds()
        session: Any = Stays(player)
        self.screen = GameScreen(
            surface,
            Fonts(),
            Sprites(),
            session,
            player.play,
            lambda: None,
            lambda: "",
            Bindings(default_keys(), TAG.inputs),
            self.sounds,
        )
        self.heard: list[tuple[int, str]] = []
        self.read: list[tuple[int, str]] = []
        play, banner = self.sounds.play, self.screen.scene.banner.show

        def hear(name: str, *how: Any, **more: Any) -> None:
            self.heard.append((stage.simulation.tick, name))
            play(name, *how, **more)

        def see(text: str, *how: Any) -> None:
            self.read.append((stage.simulation.tick, text))
            banner(text, *how)

        self.sounds.play = hear  # type: ignore[method-assign]
        self.screen.scene.banner.show = see  # type: ignore[method-assign, assignment]

    def watch(self, ticks: int) -> None:
        """Let everybody walk, and draw a picture at every sixth tick."""

        def each(tick: int) -> None:
            for walker in self._walkers:
                walker(tick)
            if tick % 6 == 0:
                self.player.updating = True
                self.screen.update(self._stage.clock())
                self.screen.draw(self._stage.clock())
                self.player.updating = False

        self._stage.run(ticks, each)

    def of(self, told: list[tuple[int, str]], *words: str) -> list[tuple[int, str]]:
        return [(tick, word) for tick, word in told if word.startswith(words)]


@pytest.fixture(params=[PERFECT, PROFILES["train"]], ids=["perfect", "train"])
def viewer(request: pytest.FixtureRequest) -> Iterator[Viewer]:
    """Ann, in a game with Bob that has begun."""
    stage = Stage(HALL, TAG, round_seconds=ROUND, podium_seconds=PODIUM, seed=SEED)
    ann, bob = stage.join("Ann", request.param), stage.join("Bob")
    stage.run(60)
    while ann.play.joined is None:
        stage.run(1)
    yield Viewer(stage, ann, [Walker(ann, 1), Walker(bob, 2)])
    stage.close()


def test_the_ends_and_starts_of_rounds_are_told_once_each_over_a_real_mirror(viewer: Viewer) -> None:
    viewer.watch(2 * (ROUND_TICKS + PODIUM_TICKS) + ROUND_TICKS // 8)
    ends = viewer.of(viewer.heard, "round_end")
    assert len(ends) == 2
    starts = viewer.of(viewer.read, "Go!", "You are it!")
    rounds = viewer.of(starts, "Go!")
    begun = [tick + PODIUM_TICKS for tick, _ in ends]  # a round is announced, or that one begins it as "it"
    for end, began in zip(ends, begun, strict=True):
        near = [word for tick, word in starts if -60 <= tick - began < 240]  # a bad network
        assert near, f"after the end at {end}, nobody was told of the round that began at about {began}: {starts}"
    assert len(rounds) == 2, "each once"
    assert rounds, "Ann began every round as it: another seed, please"
    seconds = viewer.of(viewer.heard, "countdown")
    assert len(seconds) == 3 * 4  # the last three of two rounds and of two podiums


def test_nothing_that_outlives_a_frame_holds_a_component_of_the_mirror(viewer: Viewer) -> None:
    viewer.watch(ROUND_TICKS // 4)
    viewer.screen.shows_scores = True
    viewer.screen.show_graph(True)
    viewer.watch(ROUND_TICKS // 4)
    with viewer.player.play.world as world:
        assert len(world) == 3  # Ann, Bob and the round
        mirrored: list[Any] = []
        for kind in TAG.registry():
            held: Any = esper.get_component(kind.component)
            mirrored += [component for _, component in held]
    assert len(mirrored) > 10
    kept = list(_reachable(viewer.screen, {id(part) for part in mirrored}))
    assert not kept, f"kept from frame to frame: {kept}"


def _reachable(root: Any, wanted: set[int]) -> Iterator[Any]:
    """Which of the wanted objects it holds, at any depth; what keeps the world itself, the engine and esper, aside."""
    seen: set[int] = set()
    todo = [root]
    while todo:
        one = todo.pop()
        if id(one) in wanted:
            yield one
        elif id(one) not in seen and not isinstance(one, (type, ModuleType, Stage)):
            seen.add(id(one))
            if isinstance(one, FunctionType):  # its closure, not its module
                todo.extend(cell.cell_contents for cell in one.__closure__ or ())
            elif not type(one).__module__.startswith("ecs."):
                todo.extend(gc.get_referents(one))
