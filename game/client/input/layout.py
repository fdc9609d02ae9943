"""Where keys are on the keyboard, and what today's layout has there: Latin, Cyrillic, or what the player switches to.

A key that is meant by its place, as those for walking are, works on every layout; people find it by the name that it
has on theirs. Knows no bindings.
"""

from functools import cache
from itertools import chain
from typing import Final

import pygame

PLACE: Final = "position of "  # in the settings: before what a key is called on a US keyboard
NUMBER: Final = "#"  # before the scancode of a key that pygame has no word for
POSITIONS: Final[dict[str, int]] = {  # what that is, as pygame has it -> scancode
    name.removeprefix("KSCAN_").lower(): code for name, code in vars(pygame).items() if name.startswith("KSCAN_")
}
SCANCODES: Final = 512  # SDL's; those of keys that exist are below 300
NO_LETTER: Final = 1 << 30  # in the code of a key whose meaning no layout changes, beside its scancode
CONTROLS: Final = (8, 9, 13, 27, 32, 127)  # and of others of this kind: backspace, tab, return, escape, space, delete
# Letters and signs that keyboards have on them: Latin, Greek, Cyrillic, Armenian, Hebrew, Arabic, Indic, Thai,
# Georgian, kana and Korean letters. Looking all of them up takes a few ms, once for a layout.
ON_KEYS: Final = (
    range(0x21, 0x7F),
    range(0xA1, 0x700),
    range(0x900, 0x1100),
    range(0x1E00, 0x2100),
    range(0x3041, 0x3190),
)


def place_of(code: int) -> str:
    """A scancode as the settings have it."""
    return PLACE + next((name for name, number in POSITIONS.items() if number == code), f"{NUMBER}{code}")


def scancode_at(place: str) -> int:
    """The scancode that `place_of` wrote; 0 if it did not."""
    name = place.removeprefix(PLACE)
    if name == place:
        return 0
    digits = name.removeprefix(NUMBER)
    if digits != name and digits.isascii() and digits.isdigit() and len(digits) < 4:
        return int(digits)
    return POSITIONS.get(name, 0)


def scancode_of(key: int) -> int:
    """Where that key is today; 0 if nowhere."""
    return int(_scancodes()[key])


def key_at(scancode: int) -> int:
    """Which key is there today."""
    return _keys().get(scancode, scancode | NO_LETTER)


def key_name(key: int) -> str:
    """As the settings and the player have it; empty for a key without a name."""
    return pygame.key.name(key) or pygame.key.name(key, use_compat=False)  # the second knows all alphabets


def depends_on_layout(key: int) -> bool:
    """Whether another layout may have another key in its place."""
    return not key & NO_LETTER and key not in CONTROLS


def command(event: pygame.Event) -> str:
    """What is meant by a key that goes down while Ctrl (or Cmd) is held: a Latin letter, or empty.

    Where the layout has other letters than Latin ones there, it is the letter that a US keyboard has.
    """
    if not event.mod & (pygame.KMOD_CTRL | pygame.KMOD_META) or event.mod & pygame.KMOD_ALT:  # AltGr may be Ctrl+Alt
        return ""
    if event.key < 128:
        return chr(event.key) if chr(event.key).isalpha() else ""
    code = getattr(event, "scancode", 0)
    return next((name for name, number in POSITIONS.items() if number == code and len(name) == 1), "")


def changed() -> None:
    """The player switched to another layout."""
    _keys.cache_clear()


@cache
def _scancodes() -> pygame.key.ScancodeWrapper:
    """By key: pygame looks a key up where it is today, and what it finds there is the number of the place."""
    return pygame.key.ScancodeWrapper(range(SCANCODES))  # type: ignore[arg-type]


@cache
def _keys() -> dict[int, int]:
    """Scancode -> key."""
    return {code: key for key in chain(CONTROLS, *ON_KEYS) if (code := scancode_of(key))}
