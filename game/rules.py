"""The rules that both ends must share: what is replicated, how large a player is, which names are possible."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from enum import IntEnum
from pathlib import Path
from typing import Final

from ecs.arena import Arena, ArenaError, parse_arena
from ecs.components import UNITS_PER_PIXEL
from game.components import Away, Color, Immune, Name, Podium, Round, Score, Tagged
from game.files import NotTextError, read_text
from net.replication.registry import Registry
from net.wire.messages import ANY_COLOR

PLAYER_SIZE: Final = 28 * UNITS_PER_PIXEL  # a little less than a tile, so that doors of one tile can be passed
NAME_LIMIT: Final = 16  # characters: what fits above a head
VIEW_PIXELS: Final = (1280, 720)  # of the arena, that a screen shows, whatever its size: nobody sees more than others
CHAT_LIMIT: Final = 120  # characters: two lines on the screen; 480 bytes at most, so that it fits a client's message
TICK_RATE: Final = 60
SEND_RATE: Final = 30
SILENCE_SECONDS: Final = 5.0  # without a byte from the other side, a link counts as dead
IDLE_SECONDS: Final = 180.0  # without input, after which a seat may go to somebody who is refused for want of one
HOLD_SECONDS: Final = 5.0  # for a player whose connection is lost to come back into the same seat
MAX_PER_ADDRESS: Final = 16  # a household, or a table at a LAN party, behind one router; a school needs the option
ROUND_SECONDS: Final = 120.0
PODIUM_SECONDS: Final = 8.0  # between two rounds
IDLE_IT_SECONDS: Final = (
    8.0  # "it" without input, so that nobody chases: a breath, not a pause; then somebody else is it
)
SLOW_IT_SECONDS: Final = 25.0  # "it" without a touch: a fifth of a round, in which a chaser has seen most of an arena
NAMED: Final = 3  # people, at most, before they are only counted
MAX_SPECTATORS: Final = 16  # each costs the server as many bytes as a player does
MOST_ARENA_BYTES: Final = (
    4 << 20
)  # of its file: four times the largest one, for characters that are no tiles to be named
ASSETS: Final = Path(__file__).resolve().parent.parent / "assets"
DEFAULT_ARENA: Final = ASSETS / "arenas" / "courtyard.txt"

# Letters and marks without a picture, which Unicode counts as printable: fillers, joiners, selectors of variants.
HIDDEN: Final = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U00016fe4\U0001d159\U000e0100-\U000e01ef]"
)
CONTROLS: Final = re.compile("[\x00-\x1f\x7f-\x9f]")  # Unicode adds none to these, so both ends know the same ones
MAX_MARKS: Final = (
    3  # accents and the like on one letter: Hebrew and Vietnamese need so many, towers over the line more
)

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
FLOOR: Final = (0x1D2331, 0x202737)  # how it is drawn, in two shades; players have to stand out from it


class RoundPhase(IntEnum):
    """What a Round is in."""

    PRACTICE = 0  # one player alone, or none
    PLAYING = 1
    PODIUM = 2


class Passed(IntEnum):
    """How somebody became "it"."""

    DRAWN = 0  # by lot: a round began, or whoever was "it" is gone
    TOUCH = 1
    IDLE = 2  # taken from somebody who did nothing
    SLOW = 3  # taken from somebody who touched nobody for too long


def build_registry() -> Registry:
    """All that crosses the wire in this game. Another component is one more line here."""
    registry = Registry()
    registry.add(Name, check=lambda name: may_be_name(name.text))
    registry.add(Color, check=lambda color: 0 <= color.rgb <= 0xFFFFFF)
    registry.add(Away, check=lambda away: away.since >= 0)
    registry.add(Tagged, check=lambda t: t.since >= 0 and t.by >= 0 and t.how in set(Passed))
    registry.add(Immune, check=lambda immune: immune.until >= 0)
    registry.add(Score, check=lambda score: score.ticks >= 0 and score.since >= -1)
    registry.add(Round, check=lambda r: r.number >= 0 and r.phase in set(RoundPhase) and r.until >= 0)
    registry.add(
        Podium,
        check=lambda p: (
            all(_is_line(text) for text in (p.first, p.second, p.third))
            and min(p.first_score, p.second_score, p.third_score) >= 0
        ),
    )
    return registry


def score_at(score: Score, tick: int) -> int:
    """The score as of the end of that tick, in ticks."""
    return score.ticks + (max(0, tick - score.since) if score.since >= 0 else 0)


def may_be_name(text: str) -> bool:
    """Whether that can be a name which a server let in: all that the wire promises of one.

    Which letters can be seen is the server's to judge: its Unicode tables may be newer than ours, or older.
    """
    return 0 < len(text) <= NAME_LIMIT and not CONTROLS.search(text)


def ranks(scores: Iterable[int]) -> dict[int, int]:
    """The place of each score, counted from 1: equals share one, and as many behind it are left out ("1, 1, 3")."""
    places: dict[int, int] = {}
    for place, score in enumerate(sorted(scores, reverse=True), 1):
        places.setdefault(score, place)
    return places


def listed(names: Sequence[str]) -> str:
    """Names in a sentence; of more than `NAMED`, only how many there are."""
    if len(names) > NAMED:
        return f"{len(names)} players"
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


def clean_name(text: str, judge: bool = True) -> str:
    """The name as others will read it: normalised (NFKC), blanks folded. Raises ValueError saying what is wrong.

    Nobody is to look like somebody else by what cannot be seen, so all blanks are one kind of blank, and what has no
    picture of its own is not possible. Who only proposes a name to a server does not `judge` characters that this
    Python's Unicode tables lack: the server's may have them.
    """
    name = " ".join(unicodedata.normalize("NFKC", text).split())
    if not name:
        raise ValueError("a name needs at least one character")
    if len(name) > NAME_LIMIT:
        raise ValueError(f"a name has at most {NAME_LIMIT} characters, this one has {len(name)}")
    if any(_is_hidden(letter, judge) for letter in name):
        raise ValueError("a name has only characters that can be seen")
    if _without_towers(name) != name:
        raise ValueError(f"a name has accents on its letters alone, and at most {MAX_MARKS} on each")
    return name


def clean_chat(text: str, judge: bool = True) -> str:
    """A line of chat as others will read it. Raises ValueError saying what is wrong.

    What is not seen is left out (control characters, those that turn the direction of what is around them, letters
    without a picture), and so are towers of accents; the rest is normalised (NFKC), with blanks folded. `judge` as for
    a name.
    """
    seen = "".join(letter for letter in unicodedata.normalize("NFKC", text) if not _is_hidden(letter, judge))
    line = _without_towers(" ".join(unicodedata.normalize("NFKC", seen).split()))
    if not line:
        raise ValueError("a line needs at least one character that can be seen")
    if len(line) > CHAT_LIMIT:
        raise ValueError(f"a line has at most {CHAT_LIMIT} characters, this one has {len(line)}")
    return line


def parse_color(text: str) -> int:
    """0xRRGGBB of a colour's name or of '#RRGGBB'; ANY_COLOR of 'any'. Raises ValueError saying what is possible."""
    text = text.strip().lower()
    if text == "any":
        return ANY_COLOR
    if text in PALETTE:
        return PALETTE[text]
    digits = text.removeprefix("#")
    if len(digits) == 6 and all(digit in "0123456789abcdef" for digit in digits):
        return int(digits, 16)
    raise ValueError(f"{text!r} is no colour: use #RRGGBB, any, or one of {', '.join(PALETTE)}")


def _is_line(text: str) -> bool:
    """Whether that can be what `listed` makes of names, for a client that has not made it."""
    return len(text) <= (NAME_LIMIT + len(" and ")) * NAMED and not CONTROLS.search(text)


def _is_hidden(letter: str, judge: bool = True) -> bool:
    """Whether nobody can see that it is there, blanks aside.

    Who does not `judge` takes one that our Unicode tables lack for one that others can see.
    """
    if not judge and unicodedata.category(letter) == "Cn":
        return False
    return (not letter.isprintable() and not letter.isspace()) or bool(HIDDEN.match(letter))


def _without_towers(text: str) -> str:
    """Without the accents that it begins with, which stand on nothing, and those beyond the most on each letter."""
    kept: list[str] = []
    marks = 0
    for letter in text:
        is_mark = unicodedata.category(letter) in ("Mn", "Me")
        marks = marks + 1 if is_mark else 0
        begins = not kept and (is_mark or letter == " ")
        if not begins and marks <= MAX_MARKS:
            kept.append(letter)
    return "".join(kept)


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
