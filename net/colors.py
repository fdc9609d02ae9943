"""Which colour a player gets: one that can be seen on the floor, and told from those of the others while these are few.

Distances are those of OKLab (Ottosson 2020), where equal steps look equally large; contrast is that of WCAG 2.
"""

import bisect
import functools
import itertools
from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from ecs.columns import Array
from net.wire.messages import ANY_COLOR

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

CONTRAST: Final = 3.0  # with the floor, at least: what WCAG 2 (1.4.11) asks of things that matter
APART: Final = 80  # thousandths of OKLab between two players: side by side, everybody tells them apart
CROWD: Final = 24  # players up to whom all are held apart; with more, colours that are free differ from what was wanted
FAR: Final = 10**9  # the square of a distance that no two colours have
MOST_REMEMBERED: Final = 1024  # colours that were worked out, 0.2 MB: each join looks at those of up to CROWD others
LEVELS: Final = (0x30, 0x60, 0x90, 0xC0, 0xF0)  # of red, green and blue, among which to look for one


def choose(wanted: int, taken: Sequence[int]) -> int:
    """The colour, 0xRRGGBB, for somebody who wants that one or ANY_COLOR, where the others have those."""
    if len(taken) >= CROWD:
        return visible(wanted) if wanted != ANY_COLOR else _PALETTE[len(taken) % len(_PALETTE)]
    others = np.array([_oklab(rgb) for rgb in taken], dtype=np.int64).reshape(-1, 3)
    free = _are_apart(_PLACES, others)
    if wanted == ANY_COLOR:
        if free[: len(_PALETTE)].any():
            free[len(_PALETTE) :] = False
        nearest = _squares(_PLACES, others).min(axis=1, initial=FAR)
        return _COLORS[int(np.where(free, nearest, -1).argmax())]
    seen = visible(wanted)
    place = np.array([_oklab(seen)], dtype=np.int64)
    if not free.any() or _are_apart(place, others)[0]:
        return seen
    return _COLORS[int(np.where(free, _squares(_PLACES, place)[:, 0], FAR).argmin())]


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


@functools.lru_cache(MOST_REMEMBERED)
def visible(rgb: int) -> int:
    """The colour itself, or the darkest mixture with white that has the least contrast with the floor."""
    return _mixed(rgb, bisect.bisect_left(range(257), CONTRAST, key=lambda share: contrast(_mixed(rgb, share))))


def contrast(rgb: int) -> float:
    """With the lightest tile of the floor, from 1 on."""
    light, floor = _luminance(rgb), max(map(_luminance, FLOOR))
    return (max(light, floor) + 0.05) / (min(light, floor) + 0.05) if light >= floor else 1.0


def _mixed(rgb: int, share: int) -> int:
    """With white, in 256ths."""
    red, green, blue = (part + (255 - part) * share // 256 for part in rgb.to_bytes(3))
    return red << 16 | green << 8 | blue


def _linear(rgb: int) -> tuple[float, ...]:
    parts = (part / 255 for part in rgb.to_bytes(3))
    return tuple(part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)


def _luminance(rgb: int) -> float:
    red, green, blue = _linear(rgb)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@functools.lru_cache(MOST_REMEMBERED)
def _oklab(rgb: int) -> tuple[int, int, int]:
    """L, a and b in thousandths: whole numbers, so that a choice does not depend on a machine's last digit."""
    red, green, blue = _linear(rgb)
    long = (0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue) ** (1 / 3)
    middle = (0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue) ** (1 / 3)
    short = (0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue) ** (1 / 3)
    return (
        round(1000 * (0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short)),
        round(1000 * (1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short)),
        round(1000 * (0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short)),
    )


def _squares(places: Array, others: Array) -> Array:
    """The squares of the distances, a row for each of the places."""
    squares: Array = ((places[:, None, :] - others[None, :, :]) ** 2).sum(axis=2)
    return squares


def _are_apart(places: Array, others: Array) -> npt.NDArray[np.bool_]:
    """Which of the places are far enough from all others."""
    nearest: Array = _squares(places, others).min(axis=1, initial=FAR)
    return nearest >= APART**2


_PALETTE: Final = [*PALETTE.values()]
_MIXED: Final = [red << 16 | green << 8 | blue for red, green, blue in itertools.product(LEVELS, repeat=3)]
_COLORS: Final = [*_PALETTE, *(rgb for rgb in _MIXED if contrast(rgb) >= CONTRAST)]
_PLACES: Final = np.array([_oklab(rgb) for rgb in _COLORS], dtype=np.int64)
