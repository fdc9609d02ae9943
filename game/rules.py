"""The rules that both ends must share: what is replicated, how large a player is, which names are possible."""

import unicodedata
from pathlib import Path
from typing import Final

from ecs.arena import Arena, ArenaError, parse_arena
from ecs.components import UNITS_PER_PIXEL
from game.components import Away, Color, Name
from net.replication.registry import Registry

PLAYER_SIZE: Final = 28 * UNITS_PER_PIXEL  # a little less than a tile, so that doors of one tile can be passed
NAME_LIMIT: Final = 16  # characters: what fits above a head
TICK_RATE: Final = 60
SEND_RATE: Final = 30
SILENCE_SECONDS: Final = 5.0  # without a byte from the other side, a link counts as dead
HOLD_SECONDS: Final = 5.0  # for a player whose connection is lost to come back into the same seat
MAX_SPECTATORS: Final = 16  # each costs the server as many bytes as a player does
ASSETS: Final = Path(__file__).resolve().parent.parent / "assets"
DEFAULT_ARENA: Final = ASSETS / "arenas" / "courtyard.txt"

# A palette that stays apart for colour-blind eyes (after Okabe and Ito), brightened for a dark floor.
PALETTE: Final = {
    "orange": 0xF5A623,
    "sky": 0x56B4E9,
    "green": 0x1FBF8F,
    "yellow": 0xF0E442,
    "blue": 0x4C86F0,
    "red": 0xF0642D,
    "pink": 0xE38CC0,
    "white": 0xE8E8E8,
}


def build_registry() -> Registry:
    """All that crosses the wire in this game. Another component is one more line here."""
    registry = Registry()
    registry.add(Name, check=lambda name: name.text == clean_name(name.text))
    registry.add(Color, check=lambda color: 0 <= color.rgb <= 0xFFFFFF)
    registry.add(Away, check=lambda away: away.since >= 0)
    return registry


def clean_name(text: str) -> str:
    """The name as others will read it: normalised (NFKC), blanks folded. Raises ValueError saying what is wrong."""
    name = " ".join(unicodedata.normalize("NFKC", text).split())
    if not name:
        raise ValueError("a name needs at least one character")
    if len(name) > NAME_LIMIT:
        raise ValueError(f"a name has at most {NAME_LIMIT} characters, this one has {len(name)}")
    if not name.isprintable():
        raise ValueError("a name has only characters that can be seen")
    return name


def parse_color(text: str) -> int:
    """0xRRGGBB of a colour's name or of '#RRGGBB'. Raises ValueError saying what is possible."""
    text = text.strip().lower()
    if text in PALETTE:
        return PALETTE[text]
    digits = text.removeprefix("#")
    if len(digits) == 6 and all(digit in "0123456789abcdef" for digit in digits):
        return int(digits, 16)
    raise ValueError(f"{text!r} is no colour: use #RRGGBB or one of {', '.join(PALETTE)}")


def load_arena(path: Path) -> Arena:
    """Read a map. Raises ArenaError naming the file and what is wrong with it."""
    try:
        return parse_arena(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeError) as error:
        raise ArenaError(f"cannot read the arena {path}: {getattr(error, 'strerror', None) or error}") from None
    except ArenaError as error:
        raise ArenaError(f"the arena {path}: {error}") from None
