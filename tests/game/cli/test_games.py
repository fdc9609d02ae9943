"""Which game is played: a built-in one, or somebody's module; and the starter for one of one's own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from game.cli.main import main
from game.cli.new_game import NewGameError, write_starter
from game.games import GAMES, GameError, find_game
from net.game import Game
from tests.game.processes import ROOT

MODULE = "from net.game import Game\nGAME = Game(name={name!r}, title='Mine')\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, which is on the path of modules for this test alone."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    return tmp_path


def test_each_built_in_game_is_found_by_its_name() -> None:
    assert [*GAMES] == ["tag", "snowball", "football"]
    for name, game in GAMES.items():
        assert find_game(name) is game
        assert game.name == name
        assert game.registry().schema[0] == f"game {name}"


def test_a_module_of_the_current_folder_is_found(folder: Path) -> None:
    (folder / "found_in_folder.py").write_text(MODULE.format(name="found_in_folder"))
    assert find_game("found_in_folder").title == "Mine"


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("nowhere_at_all", None, "there is no built-in game 'nowhere_at_all'"),
        ("needs_more", "import not_installed_here", "needs not_installed_here, which is not installed"),
        ("has_none", "X = 1", "has no GAME"),
        ("wrong_kind", "GAME = 'tag'", "GAME in the module wrong_kind is a str"),
        ("breaks", "1 / 0", "cannot be imported: ZeroDivisionError"),
        ("twin", MODULE.format(name="tag"), "is called 'tag': call it 'twin', as its module"),
        ("no-name", None, "is no built-in game"),
        ("net", None, "is a name of this program"),
        ("game.tag", None, "is a name of this program"),
    ],
)
def test_what_is_no_game_is_said_in_a_line_that_names_it(
    folder: Path, name: str, text: str | None, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    if text is not None:
        (folder / f"{name}.py").write_text(text)
    with pytest.raises(GameError, match=words):
        find_game(name)
    with pytest.raises(SystemExit, match="2"):
        main(["--server", "--game", name])
    (line,) = capsys.readouterr().err.splitlines()
    assert "argument --game" in line


@pytest.mark.parametrize("package", ["ecs.py", "net/__init__.py", "game.py"])
def test_a_file_that_would_be_found_in_the_place_of_a_package_is_named(folder: Path, package: str) -> None:
    (folder / package).parent.mkdir(exist_ok=True)
    (folder / package).write_text("")
    (folder / "fine.py").write_text(MODULE.format(name="fine"))
    with pytest.raises(GameError, match="is called like a part of this program"):
        find_game("fine")


def test_a_starter_is_short_runs_at_once_and_its_test_passes(folder: Path) -> None:
    assert main(["--new-game", "my_game"]) == 0
    text = (folder / "my_game.py").read_text()
    assert 40 <= len(text.splitlines()) <= 75
    assert find_game("my_game").title == "MyGame"
    env = os.environ | {"PYTHONPATH": str(ROOT), "PYTEST_XDIST_AUTO_NUM_WORKERS": "0"}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_my_game.py"]
    run = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr
    assert "1 passed" in run.stdout


@pytest.mark.parametrize("name", ["My", "a b", "class", "1st", "tag", "net", "ä"])
def test_a_name_that_no_game_can_have_is_refused(folder: Path, name: str) -> None:
    with pytest.raises(NewGameError, match=name):
        write_starter(name, folder)
    assert not [*folder.iterdir()]


def test_a_starter_overwrites_nothing(folder: Path) -> None:
    (folder / "mine.py").write_text("precious")
    with pytest.raises(NewGameError, match="is there already"):
        write_starter("mine", folder)
    assert (folder / "mine.py").read_text() == "precious"


def test_a_game_that_says_nothing_but_its_name_can_be_made() -> None:
    assert Game(name="plain", title="Plain").registry().schema[0] == "game plain"
