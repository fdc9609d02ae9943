"""Writes a starter for a game of one's own: a module that runs at once, and a test of it."""

import keyword
from pathlib import Path
from typing import Final

from game.arenas import ASSETS
from game.games import GAMES, OURS

STARTER: Final = ASSETS / "starter"


class NewGameError(Exception):
    """No starter can be written; the message says why, and what to do."""


def write_starter(name: str, folder: Path) -> list[Path]:
    """Write `NAME.py` and `test_NAME.py` into a folder; returns where. Raises NewGameError, and overwrites nothing."""
    if not name.isidentifier() or keyword.iskeyword(name) or not name.isascii() or name != name.lower():
        raise NewGameError(f"{name!r} cannot be the name of a game: use small letters, digits and _, such as mygame")
    if name in OURS or name in GAMES:
        raise NewGameError(f"{name!r} is taken by this program: choose another name")
    title = name.replace("_", " ").title().replace(" ", "")
    written = []
    for template, path in (("mygame.py", folder / f"{name}.py"), ("test_mygame.py", folder / f"test_{name}.py")):
        text = (STARTER / template).read_text(encoding="utf-8").replace("mygame", name).replace("MyGame", title)
        try:
            with path.open("x", encoding="utf-8") as file:
                file.write(text)
        except FileExistsError:
            raise NewGameError(f"{path} is there already: choose another name, or move it away") from None
        except OSError as error:
            raise NewGameError(f"cannot write {path}: {error.strerror or error}") from None
        written.append(path)
    return written
