"""Which font draws which letter: the game's own where that has it, else one of this computer's, else none.

The game's font has Latin, Greek and Cyrillic letters; Chinese, Japanese, Korean, Hebrew, emoji and the rest are drawn
in what the system brings along. Fonts of the system are looked for when the first such letter is to be drawn, which
takes some 25 ms once, and what was found is kept. Knows nothing of colours.
"""

import logging
import unicodedata
import warnings
from collections.abc import Callable, Iterator
from functools import cache, lru_cache
from typing import Final, NamedTuple

import pygame

from game.client.devices import optional
from net.wire.texts import HIDDEN

log = logging.getLogger(__name__)

# By what they are for, in the order in which they are asked; the names are those of pygame.font.match_font.
EMOJI: Final = ("notocoloremoji", "segoeuiemoji", "applecoloremoji", "twemoji", "notoemoji", "segoeuisymbol", "symbola")
IDEOGRAPHS: Final = (
    *("notosanscjkjp", "notosanscjksc", "notosansjp", "notosanssc", "notosanskr", "sourcehansans", "sourcehansansjp"),
    *("yugothic", "yugothicui", "meiryo", "msgothic", "microsoftyahei", "simsun", "malgungothic"),
    *("hiraginosans", "hiraginokakugothicpro", "pingfangsc", "hiraginosansgb", "applesdgothicneo"),
    *("ipagothic", "takaogothic", "wenquanyizenhei", "wenquanyimicrohei", "droidsansfallback", "unifont"),
)
OTHERS: Final = (
    *("dejavusans", "segoeui", "arial", "arialunicodems", "lucidagrande", "helvetica", "tahoma", "nirmalaui"),
    *("leelawadeeui", "notosanshebrew", "notosansarabic", "notosansthai", "notosansdevanagari", "freesans"),
    *("liberationsans", "thonburi", "unifont"),
)
NOBODYS: Final = "\U0010ffff"  # of which Unicode says that it is no character, so each font draws its box for it
UNKNOWN: Final = "\ufffd"  # stands for what no font has
PROBE: Final = 16  # pixels at which fonts are asked; any size would do
CACHED: Final = 4096  # letters; whoever talks Chinese needs some 3,000

RIGHT_TO_LEFT: Final = ("R", "AL")  # classes of letters, in Unicode's words
SCRIPTS: Final = {"HEBREW": "Hebr", "ARABIC": "Arab"}


class Run(NamedTuple):
    """Letters beside each other that one font draws."""

    text: str
    family: str  # empty: the game's own
    script: str  # of letters that are written from right to left; empty: from left to right


class Glyphs:
    """Finds fonts. Needs pygame.font to be initialised."""

    def __init__(self, own: pygame.font.Font, path: Callable[[str, bool], str | None] | None = None) -> None:
        """`own` is the game's font, at any size; `path` finds the file of a family, bold or not."""
        self._path = path or _of_the_system
        self._probes: dict[str, pygame.font.Font | None] = {"": own}
        self._boxes: dict[str, bytes] = {}
        self._family: Callable[[str], str | None] = lru_cache(CACHED)(self._found)

    def runs(self, text: str) -> list[Run]:
        """The text in pieces of one font each; what no font has is replaced, and what nobody can see left out."""
        runs: list[Run] = []
        gap = ""  # blanks between two words from right to left: part of their run, so that they keep their order
        for run in map(self._run, _clusters(text)):
            if run.text == " " and runs and runs[-1].script:
                gap += " "
                continue
            if gap and run[1:] != runs[-1][1:]:
                runs.append(Run(gap, "", ""))
                gap = ""
            if runs and run[1:] == runs[-1][1:]:
                run = run._replace(text=runs.pop().text + gap + run.text)
                gap = ""
            runs.append(run)
        return [*runs, Run(gap, "", "")] if gap else runs

    def _run(self, cluster: str) -> Run:
        family = self._family(cluster)
        if family is None and len(cluster) > 1:  # accents that no font puts there
            cluster = cluster[0]
            family = self._family(cluster)
        return Run(UNKNOWN, "", "") if family is None else Run(cluster, family, _script(cluster))

    def lacking(self, text: str) -> bool:
        """Whether there are letters in it that no font here has."""
        return any(self._family(cluster[0]) is None for cluster in _clusters(text))

    def _found(self, cluster: str) -> str | None:
        """The family that has these letters; None where there is none."""
        letter = cluster[0]
        if unicodedata.category(letter) in ("So", "Sk") or 0x1F000 <= ord(letter) <= 0x1FBFF:
            others: tuple[str, ...] = (*EMOJI, *IDEOGRAPHS, *OTHERS)
        elif unicodedata.east_asian_width(letter) in ("W", "F"):
            others = IDEOGRAPHS
        else:
            others = (*OTHERS, *IDEOGRAPHS)
        return next((family for family in ("", *others) if self._draws(family, cluster)), None)

    def _draws(self, family: str, letters: str) -> bool:
        font = self.font(family)
        if font is None:
            return False
        if family not in self._boxes:
            self._boxes[family] = _picture(font, NOBODYS)
        return all(_picture(font, letter) != self._boxes[family] for letter in letters)

    def font(self, family: str) -> pygame.font.Font | None:
        """The font of that family, at some size; None where this computer has none."""
        if family not in self._probes:
            self._probes[family] = self.opened(family, PROBE, False)
        return self._probes[family]

    def opened(self, family: str, size: int, bold: bool) -> pygame.font.Font | None:
        """The same, at a size in pixels."""
        with optional("font of the system that can be used"):  # they are files that anybody may have put there
            path = self._path(family, bold)
            return pygame.font.Font(path, size) if path else None
        return None


def _of_the_system(family: str, bold: bool) -> str | None:
    return pygame.font.match_font(family, bold) if _listed() else None


@cache
def _listed() -> bool:
    """Whether the system's fonts could be listed: where that fails, pygame waits for a second each time it is asked."""
    with optional("fonts of the system"), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pygame's way of saying that it failed
        if pygame.font.get_fonts():
            return True
        log.warning("no fonts of the system were found")
    return False


def _clusters(text: str) -> Iterator[str]:
    """Each letter with the accents on it, without what has no picture."""
    cluster = ""
    for letter in text:
        category = unicodedata.category(letter)
        if category == "Cf" or HIDDEN.match(letter):
            continue
        if cluster and category in ("Mn", "Me"):
            cluster += letter
            continue
        if cluster:
            yield cluster
        cluster = " " if letter.isspace() else UNKNOWN if category in ("Cc", "Cs") else letter
    if cluster:
        yield cluster


def _script(cluster: str) -> str:
    if unicodedata.bidirectional(cluster[0]) not in RIGHT_TO_LEFT:
        return ""
    return SCRIPTS.get(unicodedata.name(cluster[0], "").partition(" ")[0], "Zyyy")


def _picture(font: pygame.font.Font, letter: str) -> bytes:
    """How it looks; nothing where it has no width, as an accent alone."""
    try:
        picture = font.render(letter, False, (255, 255, 255), (0, 0, 0))
    except pygame.error:
        return b""
    return repr(picture.get_size()).encode() + pygame.image.tobytes(picture, "RGB")
