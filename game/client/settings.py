"""What the player used last: name, colour and server, kept in a small TOML file. Never a reason not to start.

Knows nothing of windows; a broken file is set aside, and one that cannot be written is only logged.
"""

import logging
import os
import tomllib
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from platformdirs import user_config_dir

from game.rules import PALETTE

log = logging.getLogger(__name__)

DIRECTORY_VARIABLE: Final = "PYGAME_NETWORKING_CONFIG_DIR"
MOST_BYTES: Final = 10_000  # ours has about a hundred


@dataclass(frozen=True, slots=True)
class Settings:
    """As typed, so not necessarily valid."""

    name: str = ""
    color: int = PALETTE["orange"]
    address: str = ""


def settings_file() -> Path:
    """Where the settings are kept."""
    return Path(os.environ.get(DIRECTORY_VARIABLE) or user_config_dir("pygame-networking", False)) / "settings.toml"


def load_settings() -> Settings:
    """The settings, or those of a first start where there are none that can be used."""
    path = settings_file()
    try:
        if path.stat().st_size > MOST_BYTES:
            raise ValueError(f"it has more than {MOST_BYTES} bytes")
        return _checked(tomllib.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return Settings()
    except OSError as error:
        log.warning("cannot read the settings %s: %s", path, error.strerror or error)
        return Settings()
    except ValueError as error:  # what tomllib and the codec raise, too
        log.warning("the settings %s are broken (%s) and now called %s.broken", path, error, path.name)
        _set_aside(path)
        return Settings()


def save_settings(settings: Settings) -> None:
    """Keep them for the next time, whole or not at all."""
    path = settings_file()
    text = "".join(f"{key} = {_toml(value)}\n" for key, value in asdict(settings).items())
    fresh = path.with_name(f"{path.name}.{os.getpid()}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh.write_text(text, encoding="utf-8")
        fresh.replace(path)
    except OSError as error:
        log.warning("cannot keep the settings in %s: %s", path, error.strerror or error)


def _checked(found: dict[str, object]) -> Settings:
    first = Settings()
    name, address = found.get("name", first.name), found.get("address", first.address)
    color = found.get("color", first.color)
    if not isinstance(name, str) or not isinstance(address, str):
        raise ValueError("name and address must be texts")
    if not isinstance(color, int) or isinstance(color, bool) or not 0 <= color <= 0xFFFFFF:
        raise ValueError("color must be a number from 0x000000 to 0xFFFFFF")
    return Settings(name, color, address)


def _toml(value: str | int) -> str:
    if isinstance(value, int):
        return f"0x{value:06X}"
    return '"' + "".join(_escaped(character) for character in value) + '"'


def _escaped(character: str) -> str:
    if character in '"\\':
        return "\\" + character
    if character.isprintable() or character == " ":
        return character
    # TOML knows no lone surrogates, which a clipboard may hold.
    return "?" if "\ud800" <= character <= "\udfff" else f"\\U{ord(character):08X}"


def _set_aside(path: Path) -> None:
    try:
        path.replace(path.with_name(path.name + ".broken"))
    except OSError as error:
        log.warning("cannot rename %s: %s", path, error.strerror or error)
