"""What the player chose: kept as TOML from one start to the next. Never a reason not to start.

Several copies of the game may share the file: each writes only what it has changed itself. Knows nothing of windows.
What is wrong in the file is said in words for the start screen: a value that is not possible gives way to the default,
a file that is no TOML is set aside, and one that cannot be written is only logged.
"""

import logging
import tomllib
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Final

import tomli_w

from net.colors import parse_color
from net.io.files import NotTextError, read_text
from net.io.user_folder import NoFolderError, keep, set_aside, user_file
from net.wire.messages import ANY_COLOR

log = logging.getLogger(__name__)

MOST_BYTES: Final = 20_000  # ours has under a thousand
MOST_BUTTONS: Final = 100  # of games, whose keys are kept
MOST_TEXT: Final = 300  # letters; a host name has at most 253
RECENT: Final = 3  # servers remembered: what the join screen has room for
SCALES: Final = (0, 75, 100, 125, 150, 200)  # per cent of the canvas; 0: what suits the display
DEFAULT_KEYS: Final = {  # by pygame's names, or where they are: see game.client.input.layout
    "up": ["position of w", "up"],
    "down": ["position of s", "down"],
    "left": ["position of a", "left"],
    "right": ["position of d", "right"],
    "dash": ["space", "left shift"],
    "chat": ["return"],
    "scoreboard": ["tab"],
    "emote 1": ["position of 1"],
    "emote 2": ["position of 2"],
    "emote 3": ["position of 3"],
    "emote 4": ["position of 4"],
}
# What files have that were saved while keys were known by name alone, by players who had not chosen any.
FORMER_KEYS: Final = {"up": ["w", "up"], "down": ["s", "down"], "left": ["a", "left"], "right": ["d", "right"]}


@dataclass(frozen=True, slots=True)
class Settings:
    """Name and address are as typed, so not necessarily valid; the names of keys may be none."""

    name: str = ""
    color: int = ANY_COLOR  # or 0xRRGGBB; "any" or "#RRGGBB" in the file
    address: str = ""  # typed last
    volume: int = 70  # 0 to 100
    fullscreen: bool = False
    scale: int = 0  # of the window, one of SCALES
    net_graph: bool = False  # whether it is up when a game begins
    game: str = ""  # what was played last
    keys: dict[str, list[str]] = field(default_factory=lambda: default_keys())
    recent: list[str] = field(default_factory=list)  # addresses, the latest first

    def remembering(self, address: str) -> list[str]:
        """`recent`, once this server has been joined."""
        return [address, *(other for other in self.recent if other != address)][:RECENT]


def default_keys() -> dict[str, list[str]]:
    """The keys of a first start: action -> names."""
    return {action: [*keys] for action, keys in DEFAULT_KEYS.items()}


def settings_file() -> Path:
    """Where the settings are kept. Raises NoFolderError."""
    return user_file("settings.toml")


def load_settings() -> tuple[Settings, str]:
    """The settings, those of a first start where there are none; and what the player should be told, if anything."""
    try:
        path = settings_file()
    except NoFolderError as error:
        log.warning("the settings will not be kept: %s", error)
        return Settings(), f"Your settings will not be kept: {error}."
    try:
        settings, wrong = _checked(_read(path))
    except FileNotFoundError:
        return Settings(), ""
    except OSError as error:
        log.warning("cannot read the settings %s: %s", path, error.strerror or error)
        return Settings(), f"Your settings cannot be read: {error.strerror or error}."
    except ValueError as error:  # what tomllib and the codec raise, too
        log.warning("the settings %s are broken (%s) and now called %s.broken", path, error, path.name)
        set_aside(path)
        if isinstance(error, NotTextError):
            return Settings(), f"Of your settings, {error}. The file is now called {path.name}.broken."
        return Settings(), f"The settings were broken: they are now called {path.name}.broken, and new ones begin."
    if wrong:
        log.warning("in the settings %s, not possible and ignored: %s", path, ", ".join(wrong))
        return settings, f"Not possible in the settings, so the default counts: {', '.join(wrong)}."
    return settings, ""


def save_settings(settings: Settings, since: Settings | None = None) -> bool:
    """Keep them for the next time, whole or not at all; returns whether that was possible.

    `since`: what they were when they were loaded or last saved. What has not changed from there stays as the file has
    it now, for another copy of the game may have written it; None: all of it is new.
    """
    try:
        path = settings_file()
    except NoFolderError:  # which was said at the start
        return False
    others: dict[str, object] = {}  # of another version of the game
    if since is not None:
        try:
            found = _read(path)
        except (OSError, ValueError):  # nothing there to keep; a broken file was spoken of at the start
            found = {}
        else:
            settings = _merged(settings, since, _checked(found)[0])
        others = {name: value for name, value in found.items() if name not in _READERS}
    # TOML knows no lone surrogates, which a clipboard may hold.
    ours = asdict(settings) | {"color": "any" if settings.color == ANY_COLOR else f"#{settings.color:06X}"}
    return keep(path, tomli_w.dumps(others | ours).encode("utf-8", "replace"))


def _read(path: Path) -> dict[str, object]:
    """What is in the file. Raises OSError, or ValueError where it is none of ours."""
    return tomllib.loads(read_text(path, MOST_BYTES))


def _merged(ours: Settings, since: Settings, theirs: Settings) -> Settings:
    """What the file has now, with what we have changed; of keys and of servers each one by itself."""
    changed = {
        one.name: getattr(ours, one.name)
        for one in fields(Settings)
        if getattr(ours, one.name) != getattr(since, one.name)
    }
    if "keys" in changed:
        new = {action: keys for action, keys in ours.keys.items() if keys != since.keys.get(action)}
        changed["keys"] = theirs.keys | new
    if "recent" in changed:
        added = [address for address in theirs.recent if address not in (*ours.recent, *since.recent)]
        changed["recent"] = [*ours.recent, *added][:RECENT]
    return replace(theirs, **changed)


def _checked(found: dict[str, object]) -> tuple[Settings, list[str]]:
    """The settings in the file, and which of them are not possible. Keys of another version are no fault."""
    good: dict[str, object] = {}
    wrong: list[str] = []
    for name in (each.name for each in fields(Settings) if each.name in found):
        try:
            good[name] = _READERS[name](found[name])
        except ValueError:
            wrong.append(name)
    return Settings(**good), wrong  # type: ignore[arg-type]  # each reader returns its field's type


def _text(value: object) -> str:
    if not isinstance(value, str) or len(value) > MOST_TEXT:
        raise ValueError
    return value


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError
    return value


def _number(value: object, most: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= most:
        raise ValueError
    return value


def _color(value: object) -> int:
    return parse_color(value) if isinstance(value, str) else _number(value, 0xFFFFFF)  # files of 0.1 have numbers


def _scale(value: object) -> int:
    if _number(value, max(SCALES)) not in SCALES:
        raise ValueError
    return _number(value, max(SCALES))


def _texts(value: object) -> list[str]:
    if not isinstance(value, list):
        raise ValueError
    return [_text(each) for each in value]


def _keys(value: object) -> dict[str, list[str]]:
    """The keys of each action; those that the file does not mention have the default."""
    if not isinstance(value, dict):
        raise ValueError
    found = {action: _texts(value.get(action, [*keys])) for action, keys in DEFAULT_KEYS.items()}
    others = [action for action in value if action not in found]  # buttons of games
    found |= {str(action)[:MOST_TEXT]: _texts(value[action]) for action in others[:MOST_BUTTONS]}
    return {
        action: [*DEFAULT_KEYS[action]] if keys == FORMER_KEYS.get(action) else keys for action, keys in found.items()
    }


_READERS: Final[dict[str, Callable[[object], object]]] = {
    "name": _text,
    "color": _color,
    "address": _text,
    "volume": lambda value: _number(value, 100),
    "fullscreen": _flag,
    "scale": _scale,
    "net_graph": _flag,
    "game": _text,
    "keys": _keys,
    "recent": lambda value: _texts(value)[:RECENT],
}
