"""The arenas that come with the program, and reading one from a file."""

from pathlib import Path
from typing import Final

from ecs.arena import Arena, ArenaError, parse_arena
from net.io.files import NotTextError, read_text

MOST_ARENA_BYTES: Final = (
    4 << 20
)  # of its file: four times the largest one, for characters that are no tiles to be named
ASSETS: Final = Path(__file__).resolve().parent.parent / "assets"
DEFAULT_ARENA: Final = ASSETS / "arenas" / "courtyard.txt"


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
