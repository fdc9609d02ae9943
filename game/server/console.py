"""The host's console: lines in, lines out, while the server runs. There is no prompt, so that the log garbles nothing.

It reads standard input, whether that is a terminal or a pipe, in a thread of its own; commands run in the loop, one
after the other, between ticks.
"""

import asyncio
import contextlib
import logging
import os
import re
import shlex
import sys
import threading
from collections.abc import Callable
from typing import Final

from game.rules import clean_chat
from game.server.bans import KICK_SECONDS, read_origin
from game.server.names import seen
from game.server.origin import origin
from game.server.session import Session
from game.server.simulation import Simulation

log = logging.getLogger(__name__)

LINE_BYTES: Final = 4096  # of a command; what is longer is none
REASON_LIMIT: Final = 100  # letters, so that it fits a Goodbye
HANDLE: Final = re.compile("[wW]?[0-9]+")  # a player's number, or a spectator's
HELP: Final = """\
list                   who is here: number (w1, w2 ...: they watch), name, address, since when
kick WHO [REASON]      throw somebody out, and keep their address out for a minute
ban WHO|ADDRESS        throw out, and keep out, everybody from an address
unban ADDRESS          let it in again
bans                   what is banned
say TEXT               a line of chat, to everybody
status                 how the server is
quit                   tell everybody that it closes, and end
WHO is a number of the list, or a name, in quotes if it has blanks."""


class Console:
    """Answers commands. Knows no terminal."""

    def __init__(self, simulation: Simulation, quit: Callable[[], None], now: Callable[[], float]) -> None:
        self._network, self._simulation, self._bans = simulation.network, simulation, simulation.bans
        self._quit, self._now = quit, now
        self._began = now()
        self._commands: dict[str, Callable[[str], str]] = {
            "list": self._list,
            "kick": self._kick,
            "ban": self._ban,
            "unban": self._unban,
            "bans": lambda _: "\n".join(self._bans.banned) or "nobody is banned",
            "say": self._say,
            "status": self._status,
            "quit": self._end,
            "help": lambda _: HELP,
        }

    def answer(self, line: str) -> str:
        """Do what a line says; what to print, which is empty for an empty line."""
        verb, _, rest = line.strip().partition(" ")
        if not verb:
            return ""
        command = self._commands.get(verb.lower())
        if command is None:
            return f"there is no command {verb!r:.30}: help lists them"
        return command(rest.strip())

    def _list(self, _: str) -> str:
        now = self._now()
        lines = [
            f"{each.handle or 'greets':>7}  {each.called!r:<18}  {each.peer}  {now - each.since:.0f} s"
            for each in self._simulation.reception.sessions
        ]
        return "\n".join(lines) or "nobody is here"

    def _kick(self, rest: str) -> str:
        found, reason, problem = self._find(rest, "kick")
        for session in found:
            self._bans.kick(origin(session.peer), reason)
        return problem or self._throw_out(found, "kicked", reason)

    def _ban(self, rest: str) -> str:
        where, _, reason = rest.partition(" ")
        origins = [read_origin(where)]
        if not origins[0]:
            found, reason, problem = self._find(rest, "ban")
            if problem:
                return problem
            origins = list(dict.fromkeys(origin(session.peer) for session in found))
        problems = [self._bans.ban(each) for each in origins]
        found = [session for session in self._simulation.reception.sessions if origin(session.peer) in origins]
        lines = [f"banned: {', '.join(origins)}", self._throw_out(found, "banned", reason), *problems]
        return "\n".join(filter(None, lines))

    def _unban(self, rest: str) -> str:
        where = read_origin(rest)
        if not where:
            return f"{rest!r:.60} is no address: unban ADDRESS, as bans lists them"
        return self._bans.unban(where) or f"not banned: {where}"

    def _say(self, rest: str) -> str:
        try:
            line = clean_chat(rest)
        except ValueError as error:
            return f"not said: {error}"
        self._network.announce(line)
        return f"said: {line}"

    def _status(self, _: str) -> str:
        sessions = list(self._simulation.reception.sessions)
        playing = sum(session.net_id is not None for session in sessions)
        watching = sum(bool(session.watch) for session in sessions)
        away = len(self._simulation.seats) - playing
        return (
            f"up {self._now() - self._began:.0f} s; {playing} playing, {away} away, {watching} watching, "
            f"{len(sessions) - playing - watching} greeting; {len(self._bans.banned)} banned\n{self._simulation.times}"
        )

    def _end(self, _: str) -> str:
        self._quit()
        return "closing"

    def _find(self, rest: str, verb: str) -> tuple[list[Session], str, str]:
        """Who is meant, for what reason; and what is wrong with the command, else empty."""
        try:
            who, *words = shlex.split(rest)
        except ValueError:  # also for none at all
            return [], "", f'{verb} whom? A number of the list, or a name: {verb} 7, {verb} Ann, {verb} "Ann 2"'
        reason = " ".join(words)[:REASON_LIMIT]
        # A number is never a name, or whoever is called 7 could have another thrown out.
        sessions = [session for session in self._simulation.reception.sessions if session.handle]
        if HANDLE.fullmatch(who):
            found = [session for session in sessions if session.handle == who.lower()]
        else:
            found = [session for session in sessions if seen(session.called) == seen(who)]
        if len(found) > 1:
            several = ", ".join(f"{each.handle} ({each.called})" for each in found)
            return [], "", f"{who!r:.40} could be {several}: {verb} which number?"
        return found, reason, "" if found else f"nobody here is {who!r:.40}"

    def _throw_out(self, found: list[Session], what: str, reason: str) -> str:
        lines = []
        for session in found:
            lines.append(f"{what}: {session.label}")
            session.end(f"you were {what}" + (f": {reason}" if reason else ""))
        if what == "kicked":
            lines.append(f"their address stays out for {KICK_SECONDS:.0f} s")
        return "\n".join(lines)


def serve_console(console: Console) -> None:
    """Read standard input until it ends, and print answers. Needs a running asyncio loop."""
    loop = asyncio.get_running_loop()

    def handle(line: str, done: threading.Event) -> None:
        try:
            answer = console.answer(line)
            if answer:
                with contextlib.suppress(OSError):  # a terminal that is gone is no reason not to serve
                    print(answer, flush=True)  # noqa: T201
        finally:
            done.set()

    def read() -> None:
        # Not sys.stdin.readline(): its lock would be held when Python ends, which is fatal.
        rest = b""
        with contextlib.suppress(OSError, RuntimeError):  # the latter: the loop has ended meanwhile
            while data := os.read(sys.stdin.fileno(), LINE_BYTES):
                *lines, rest = (rest + data).split(b"\n")
                rest = rest[:LINE_BYTES]
                for line in lines:
                    done = threading.Event()
                    loop.call_soon_threadsafe(handle, line.decode(errors="replace"), done)
                    done.wait()  # so that a pipe that says much waits, and not the loop
            log.info("the console's input has ended; the server goes on")

    threading.Thread(target=read, name="console", daemon=True).start()
