"""Whom the host does not want: origins that are banned until they are unbanned, and that were kicked just now.

A kick without that would be none: the client of whoever is kicked comes straight back, as after any loss.
"""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final

from net.io.files import NotTextError, read_text, write_whole
from net.server.limits.origin import IPV6_PREFIX, of_host

MOST_BYTES: Final = 16 << 20  # of the file: a quarter of a million bans with a comment each
KICK_SECONDS: Final = 60.0  # that an origin stays out after a kick


class BanFileError(Exception):
    """The file of bans cannot be used; the message says why."""


class Bans:
    """Kept for as long as the server runs, and beyond where there is a file.

    The file is the host's as well: what is written there by hand, comments and order, stays when bans come and go.
    """

    def __init__(self, now: Callable[[], float], file: Path | None = None) -> None:
        """`file` has an origin a line; where there is none, the first ban makes it. Raises BanFileError."""
        self._now = now
        self._file = file
        lines = _read(file) if file is not None else []
        self._banned = dict.fromkeys(origin for line in lines if (origin := _origin_in(line)))
        self._kicked: dict[str, tuple[float, str]] = {}  # by origin: until when, and why
        self._lock = threading.Lock()  # of what follows: commands come in one thread, and are kept in another
        self._unsaved: dict[str, bool] = {}  # by origin: whether it is banned now

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

    def ban(self, origin: str) -> None:
        """Keep an origin out; beyond the end of the server only after `save`."""
        self._banned[origin] = None
        self._change(origin, True)

    def unban(self, origin: str) -> None:
        """Let an origin in again, one that was kicked too; likewise."""
        self._banned.pop(origin, None)
        self._kicked.pop(origin, None)
        self._change(origin, False)

    def save(self) -> str:
        """Bring the file up to date, if there is one; why that cannot be, else empty.

        Waits for the disk, so it is for another thread than that of the ticks. What could not be saved is tried again
        the next time.
        """
        with self._lock:
            changes = dict(self._unsaved)
        if self._file is None or not changes:
            return ""
        try:
            lines = _changed(_read(self._file), changes)
            write_whole(self._file, "".join(f"{line}\n" for line in lines).encode())
        except BanFileError as error:
            return f"not kept beyond the end of the server: {error}"
        except OSError as error:
            return f"not kept beyond the end of the server: cannot write {self._file}: {error.strerror or error}"
        with self._lock:
            self._unsaved = {origin: is_so for origin, is_so in self._unsaved.items() if changes.get(origin) != is_so}
        return ""

    def _change(self, origin: str, banned: bool) -> None:
        if self._file is not None:
            with self._lock:
                self._unsaved[origin] = banned


def read_origin(text: str) -> str:
    """The origin that an address means, or an origin as `bans` lists it; empty where it is neither."""
    host, slash, bits = text.strip("[]").partition("/")
    return "" if slash and (bits != str(IPV6_PREFIX) or ":" not in host) else of_host(host)


def _changed(lines: list[str], changes: dict[str, bool]) -> list[str]:
    """The lines of a file of bans, without those of who is not banned any more, and with new ones at the end."""
    kept = [line for line in lines if changes.get(_origin_in(line), True)]
    known = {_origin_in(line) for line in kept}
    return kept + [origin for origin, banned in changes.items() if banned and origin not in known]


def _read(file: Path) -> list[str]:
    """The lines of a file of bans, each of which is good; none where there is no file. Raises BanFileError."""
    try:
        lines = read_text(file, MOST_BYTES).removesuffix("\n").split("\n")
    except FileNotFoundError:
        return []
    except OSError as error:
        raise BanFileError(f"{file} cannot be read: {error.strerror or error}") from None
    except NotTextError as error:
        raise BanFileError(f"{file} cannot be read: {error}") from None
    for number, line in enumerate(lines, 1):
        text = _said(line)
        if text and not read_origin(text):
            raise BanFileError(f"{file}, line {number}: {text!r:.60} is no address: write one a line")
    return lines if lines != [""] else []


def _origin_in(line: str) -> str:
    """The origin that a line of the file bans; empty where there is none."""
    return read_origin(_said(line))


def _said(line: str) -> str:
    """The line without its comment."""
    return line.partition("#")[0].strip()
