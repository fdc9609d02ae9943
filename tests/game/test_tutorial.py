"""Every block of the tutorial runs: with two clients, exact mirrors, a default window's scene, and its own test."""

import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

import game
from ecs.arena import parse_arena
from ecs.world import World
from game.client.game_screen import scene_of
from net.conditioner.link import Conditions
from net.testing import Stage
from tests.game.client.conftest import surface as surface
from tests.game.client.scenes import tools
from tests.net.test_throwing import Thrower

TEXT = (Path(game.__file__).parent / "TUTORIAL.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```python\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE)
GAMES = [block for block in BLOCKS if "GAME = Game(" in block]
ROOM = parse_arena("\n".join(["#" * 24, *["#" + "." * 22 + "#"] * 14, "#" * 24]))


def module(text: str, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The block as a module of the name that it has for its reader."""
    made = ModuleType("mygame")
    monkeypatch.setitem(sys.modules, "mygame", made)
    exec(compile(text, "mygame.py", "exec"), made.__dict__)
    return made


@pytest.fixture(params=range(len(GAMES)))
def mygame(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    return module(GAMES[request.param], monkeypatch)


def test_there_are_three_steps_and_a_test() -> None:
    assert (len(GAMES), len(BLOCKS)) == (3, 4)


@pytest.mark.parametrize("cell_tiles", [0, 8], ids=["all", "area"])
def test_a_step_is_a_game_whose_mirrors_are_exact(
    mygame: ModuleType, cell_tiles: int, caplog: pytest.LogCaptureFixture
) -> None:
    stage = Stage(mygame.GAME, ROOM, cell_tiles=cell_tiles)
    players = [stage.join("Ann", Conditions(latency=0.08)), stage.join("Bob"), stage.join("Cem")]
    events: list[object] = []
    players[1].play.happened = lambda event, tick: events.append(event)
    stage.run(150)
    throwers = [Thrower(player, n) for n, player in enumerate(players)]

    def each(tick: int) -> None:
        for thrower in throwers:
            thrower(tick)

    stage.run(1200, each)
    for player in players:
        assert player.compared > 300
        assert player.joined.mirror.mismatches == 0
    if mygame.GAME.events:
        assert events, "coins were picked up, or caught"
    assert [record.message for record in caplog.records if record.levelname in ("ERROR", "WARNING")] == []
    stage.close()


@pytest.mark.usefixtures("surface")
def test_its_scene_can_be_made_and_asked(mygame: ModuleType, surface: object) -> None:
    world = World()
    scene = scene_of(mygame.GAME)(tools(1, world))
    with world:
        scene.update(1, 0.0, {}, {})
    assert scene.table(1).title
    world.close()


def test_the_test_of_the_tutorial_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    (block,) = set(BLOCKS) - set(GAMES)
    for text in GAMES:
        module(text, monkeypatch)
        found: dict[str, object] = {}
        exec(compile(block, "test_mygame.py", "exec"), found)
        found["test_everybody_sees_the_same"]()  # type: ignore[operator]
