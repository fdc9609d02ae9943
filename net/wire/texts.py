"""Names and lines of chat: which texts are possible, and what others read of them.

The server judges them; a client checks only what the wire promises, for its Unicode tables may differ.
"""

import re
import unicodedata
from typing import Final

NAME_LIMIT: Final = 16  # characters: what fits above a head
CHAT_LIMIT: Final = 120  # characters: two lines on the screen; 480 bytes at most, so that it fits a client's message

# Letters and marks without a picture, which Unicode counts as printable: fillers, joiners, selectors of variants.
HIDDEN: Final = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U00016fe4\U0001d159\U000e0100-\U000e01ef]"
)
CONTROLS: Final = re.compile("[\x00-\x1f\x7f-\x9f]")  # Unicode adds none to these, so both ends know the same ones
MAX_MARKS: Final = (
    3  # accents and the like on one letter: Hebrew and Vietnamese need so many, towers over the line more
)


def may_be_name(text: str) -> bool:
    """Whether that can be a name which a server let in: all that the wire promises of one.

    Which letters can be seen is the server's to judge: its Unicode tables may be newer than ours, or older.
    """
    return 0 < len(text) <= NAME_LIMIT and not CONTROLS.search(text)


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
