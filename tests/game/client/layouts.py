"""Keyboards of other countries: what X11 says that is on their keys, and the events that they make."""

from collections import defaultdict
from functools import cache

import pygame

WASD = {"w": 26, "a": 4, "s": 22, "d": 7}
ROWS = {  # the letters in the places of QWERTYUIOP, ASDFGHJKL; and ZXCVBNM,.
    "us": ("qwertyuiop", "asdfghjkl;", "zxcvbnm,."),
    "fr": ("azertyuiop", "qsdfghjklm", "wxcvbn,;:"),
    "ru": ("йцукенгшщз", "фывапролдж", "ячсмитьбю"),
    "gr": (";ςερτυθιοπ", "ασδφγηξκλ΄", "ζχψωβνμ,."),
    "il": ("/'קראטוןםפ", "שדגכעיחלךף", "זסבהנמצתץ"),
    "dvorak": ("',.pyfgcrl", "aoeuidhtns", ";qjkxbmwv"),
}
PLACES = (
    (20, 26, 8, 21, 23, 28, 24, 12, 18, 19),
    (4, 22, 7, 9, 10, 11, 13, 14, 15, 51),
    (29, 27, 6, 25, 5, 17, 16, 54, 55),
)
LAYOUTS = tuple(ROWS)


@cache
def keys(name: str) -> dict[int, int]:
    """Scancode -> key code."""
    return {
        code: ord(letter)
        for row, codes in zip(ROWS[name], PLACES, strict=True)
        for letter, code in zip(row, codes, strict=True)
    }


def on(name: str, scancode: int, kind: int = pygame.KEYDOWN, mod: int = 0) -> pygame.Event:
    """The event of the key in that place, on that layout."""
    special = {40: 13, 41: 27, 42: 8, 43: 9, 44: 32, 76: 127}
    key = keys(name).get(scancode, special.get(scancode, scancode | 1 << 30))
    return pygame.Event(kind, key=key, scancode=scancode, mod=mod, unicode="")


@cache
def where(name: str) -> defaultdict[int, int]:
    """Key code -> scancode, 0 where the layout has no such key."""
    found = defaultdict(int, {key: code for code, key in keys(name).items()})
    found.update({13: 40, 27: 41, 8: 42, 9: 43, 32: 44, 127: 76})
    found.update({code | 1 << 30: code for code in range(57, 300) if code != 76})
    return found
