"""The arenas of each game, those that come with the program, and reading one from a file."""

from pathlib import Path
from typing import Final, NamedTuple

from ecs.arena import Arena, ArenaError, parse_arena
from net.game import Game
from net.io.files import NotTextError, read_text

MOST_ARENA_BYTES: Final = (
    4 << 20
)  # of its file: four times the largest one, for characters that are no tiles to be named
ASSETS: Final = Path(__file__).resolve().parent.parent / "assets"
ARENAS: Final = ASSETS / "arenas"  # a folder for each game that comes with the program
DEFAULT_ARENA: Final = ARENAS / "tag" / "courtyard.txt"  # of a game that brings none


class ArenaChoice(NamedTuple):
    """An arena that a game can be played in."""

    name: str
    """What `--arena` calls it: the name of its file, without the ending."""

    title: str
    """What people call it, as the file says."""

    path: Path


def arenas_of(game: Game) -> list[ArenaChoice]:
    """What a game can be played in, the one that it is played in by default first; at least one."""
    first = game.arena or next(iter(game.arenas), DEFAULT_ARENA)
    paths = dict.fromkeys((first, *game.arenas))
    return [ArenaChoice(path.stem, _title(path), path) for path in paths]


def find_arena(game: Game, given: str = "") -> Arena:
    """The arena of that name among the game's own, or in that file; its default one where nothing is given.

    Raises ArenaError.
    """
    choices = arenas_of(game)
    if not given:
        return load_arena(choices[0].path)
    for choice in choices:
        if choice.name == given:
            return load_arena(choice.path)
    if not Path(given).exists():
        names = ", ".join(choice.name for choice in choices)
        raise ArenaError(f"there is no file {given}, and the arenas of {game.title} are {names}")
    return load_arena(Path(given))


def load_arena(path: Path) -> Arena:
    """Read a map. Raises ArenaError naming the file and what is wrong with it."""
    try:
        return parse_arena(read_text(path, MOST_ARENA_BYTES))
    except OSError as error:
        raise ArenaError(f"cannot read the arena {path}: {error.strerror or error}") from None
    except NotTextError as error:
        raise ArenaError(f"cannot read the arena {path}: {error}") from None
    except ArenaError as error:
        raise ArenaError(f"the arena {path}: {error}") from None


def _title(path: Path) -> str:
    """As the file says; of one that cannot be read, or says none, its name: whoever chooses it is told why."""
    try:
        title = load_arena(path).title
    except ArenaError:
        title = ""
    return title or path.stem.replace("_", " ").capitalize()
