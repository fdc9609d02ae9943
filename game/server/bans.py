"""Whom the host does not want: origins that are banned until they are unbanned, and that were kicked just now.

A kick without that would be none: the client of whoever is kicked comes straight back, as after any loss.
"""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Final

from game.files import write_whole
from game.server.origin import IPV6_PREFIX, of_host

log = logging.getLogger(__name__)

KICK_SECONDS: Final = 60.0  # that an origin stays out after a kick


class BanFileError(Exception):
    """The file of bans cannot be used; the message says why."""


class Bans:
    """Kept for as long as the server runs, and beyond where there is a file."""

    def __init__(self, now: Callable[[], float], file: Path | None = None) -> None:
        """`file` has an origin a line; where there is none, the first ban makes it. Raises BanFileError."""
        self._now = now
        self._file = file
        self._banned = dict.fromkeys(_read(file)) if file is not None else {}
        self._kicked: dict[str, tuple[float, str]] = {}  # by origin: until when, and why

    @property
    def banned(self) -> list[str]:
        """The origins, in the order in which they were banned."""
        return list(self._banned)

    def objection(self, origin: str) -> str:
        """Why somebody from there does not come in; empty where they may."""
        if origin in self._banned:
            return "you are banned from this server"
        until, why = self._kicked.get(origin, (0.0, ""))
        left = until - self._now()
        return f"you were kicked{why}: come back in {left:.0f} s" if left > 0 else ""

    def kick(self, origin: str, reason: str) -> None:
        """Keep an origin out for a while."""
        now = self._now()
        self._kicked = {other: kicked for other, kicked in self._kicked.items() if kicked[0] > now}
        self._kicked[origin] = now + KICK_SECONDS, f" ({reason})" if reason else ""

    def ban(self, origin: str) -> str:
        """Keep an origin out; why that will not outlast the server, empty where it will or is not to."""
        self._banned[origin] = None
        return self._write()

    def unban(self, origin: str) -> str:
        """Let an origin in again, one that was kicked too; returns as `ban` does."""
        self._banned.pop(origin, None)
        self._kicked.pop(origin, None)
        return self._write()

    def _write(self) -> str:
        if self._file is None:
            return ""
        try:
            write_whole(self._file, "".join(f"{origin}\n" for origin in self._banned).encode())
        except OSError as error:
            return f"cannot write {self._file}: {error.strerror or error}"
        return ""


def read_origin(text: str) -> str:
    """The origin that an address means, or an origin as `bans` lists it; empty where it is neither."""
    host, slash, bits = text.strip("[]").partition("/")
    return "" if slash and (bits != str(IPV6_PREFIX) or ":" not in host) else of_host(host)


def _read(file: Path) -> list[str]:
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        lines = []
    except (OSError, UnicodeError) as error:
        raise BanFileError(f"{file} cannot be read: {getattr(error, 'strerror', None) or error}") from None
    origins = []
    for number, line in enumerate(lines, 1):
        text = line.partition("#")[0].strip()
        origin = read_origin(text)
        if text and not origin:
            raise BanFileError(f"{file}, line {number}: {text!r:.60} is no address: write one a line")
        if origin:
            origins.append(origin)
    return origins
