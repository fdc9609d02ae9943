"""The built-in games: the one list that names them. Finds a game by its name, or in a module that somebody wrote."""

import importlib
import importlib.util
import os
import sys
from pathlib import Path
from typing import Final

from game.football import FOOTBALL
from game.snowball import SNOWBALL
from game.tag import TAG
from net.game import Game

GAMES: Final[dict[str, Game]] = {game.name: game for game in (TAG, SNOWBALL, FOOTBALL)}

OURS: Final = ("ecs", "net", "game", "assets", "main")  # top-level names that a game's module must not take


class GameError(Exception):
    """There is no such game; the message says why, and what to do."""


def find_game(name: str) -> Game:
    """The built-in game of that name, or the `GAME` of the module of that name. Raises GameError.

    Modules are looked for in the current folder as well.
    """
    if name in GAMES:
        return GAMES[name]
    first = name.partition(".")[0]
    if first in OURS:
        raise GameError(f"{name!r} is a name of this program: call your module otherwise")
    if not all(part.isidentifier() for part in name.split(".")):
        raise GameError(f"{name!r} is no built-in game ({', '.join(GAMES)}) and no name of a module, such as mygame")
    _check_nothing_is_shadowed()
    here = os.getcwd()
    if here not in sys.path:
        sys.path.insert(0, here)
    try:
        module = importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name in (name, first):
            raise GameError(
                f"there is no built-in game {name!r} ({', '.join(GAMES)}), and no module {name} in {here}"
            ) from None
        raise GameError(f"the module {name} needs {error.name}, which is not installed") from None
    except Exception as error:
        raise GameError(f"the module {name} cannot be imported: {type(error).__name__}: {error}") from error
    found = getattr(module, "GAME", None)
    if found is None:
        raise GameError(f"the module {name} has no GAME: let it say GAME = Game(...), see game/TUTORIAL.md")
    if not isinstance(found, Game):
        raise GameError(f"GAME in the module {name} is a {type(found).__name__}: it has to be a net.game.Game")
    if found.name != name:  # by which others find it, a server that is started by Play among them
        raise GameError(f"the game in the module {name} is called {found.name!r}: call it {name!r}, as its module")
    return found


def _check_nothing_is_shadowed() -> None:
    """A file of the current folder that is called like a package of ours would be found in its place."""
    root = Path(__file__).resolve().parent.parent
    here = Path.cwd()
    if here == root:
        return
    for package in OURS:
        for path in (here / f"{package}.py", here / package / "__init__.py"):
            if path.exists():
                raise GameError(
                    f"{path} is called like a part of this program, and would be found in its place: rename it"
                )
