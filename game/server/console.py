"""The host's console: lines in, lines out, while the server runs. There is no prompt, so that the log garbles nothing.

It reads standard input, whether that is a terminal or a pipe, in a thread of its own; commands run in the loop, one
after the other, between ticks. What takes long, to write a file or to a terminal that stands still, other threads do.
"""

import asyncio
import logging
import os
import re
import select
import shlex
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from typing import Final, NamedTuple

from net.io.terminal import Lines
from net.server.limits.bans import KICK_SECONDS, read_origin
from net.server.limits.origin import origin
from net.server.names import seen
from net.server.session import Session
from net.server.simulation import Simulation
from net.wire.texts import clean_chat

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
next [GAME [ARENA]]    play that from now on; by itself, what is next on the list
say TEXT               a line of chat, to everybody
status                 how the server is
quit                   tell everybody that it closes, and end
WHO is a number of the list, or a name, in quotes if it has blanks."""


class Person(NamedTuple):
    """Somebody who is in, or whose seat is held."""

    handle: str  # the number of the list
    name: str
    origin: str
    session: Session | None  # None: they are away


class Console:
    """Answers commands. Knows no terminal."""

    def __init__(
        self,
        simulation: Simulation,
        quit: Callable[[], None],
        now: Callable[[], float],
        move_on: Callable[[Sequence[str]], str] = lambda words: "there is nothing else to play here",
    ) -> None:
        """`move_on` lets something else be played, and says what to tell the host of it."""
        self.follow(simulation)
        self._quit, self._now, self._move_on = quit, now, move_on
        self._began = now()
        self._commands: dict[str, Callable[[str], str]] = {
            "list": self._list,
            "kick": self._kick,
            "ban": self._ban,
            "unban": self._unban,
            "bans": lambda _: "\n".join(self._bans.banned) or "nobody is banned",
            "say": self._say,
            "next": lambda rest: self._move_on(rest.split()),
            "status": self._status,
            "quit": self._end,
            "help": lambda _: HELP,
        }

    def follow(self, simulation: Simulation) -> None:
        """From now on, commands are about that world."""
        self._network, self._simulation, self._bans = simulation.network, simulation, simulation.bans

    def answer(self, line: str) -> str:
        """Do what a line says; what to print, which is empty for an empty line."""
        verb, _, rest = line.strip().partition(" ")
        if not verb:
            return ""
        command = self._commands.get(verb.lower())
        if command is None:
            return f"there is no command {verb!r:.30}: help lists them"
        return command(rest.strip())

    def save(self) -> str:
        """Write down what commands changed; what went wrong, else empty. It waits, so it is for another thread."""
        return self._bans.save()

    def _list(self, _: str) -> str:
        now = self._now()
        lines = [
            f"{each.handle or 'greets':>7}  {each.called!r:<18}  {each.peer}  {now - each.since:.0f} s"
            for each in self._simulation.admission.sessions
        ]
        away = self._simulation.seats.away()
        lines += [f"{net_id:>7}  {name!r:<18}  {where}  away" for net_id, name, where in away]
        return "\n".join(lines) or "nobody is here"

    def _kick(self, rest: str) -> str:
        person, reason, problem = self._find(rest, "kick")
        if person is None:
            return problem
        self._bans.kick(person.origin, reason)
        return self._throw_out([person], "kicked", reason)

    def _ban(self, rest: str) -> str:
        where, _, reason = rest.partition(" ")
        where = read_origin(where)
        if not where:
            person, reason, problem = self._find(rest, "ban")
            if person is None:
                return problem
            where = person.origin
        self._bans.ban(where)
        found = [person for person in self._people() if person.origin == where]
        lines = [f"banned: {where}", self._throw_out(found, "banned", reason)]
        return "\n".join(filter(None, lines))

    def _unban(self, rest: str) -> str:
        where = read_origin(rest)
        if not where:
            return f"{rest!r:.60} is no address: unban ADDRESS, as bans lists them"
        self._bans.unban(where)
        return f"not banned: {where}"

    def _say(self, rest: str) -> str:
        try:
            line = clean_chat(rest)
        except ValueError as error:
            return f"not said: {error}"
        self._network.announce(line)
        return f"said: {line}"

    def _status(self, _: str) -> str:
        sessions = list(self._simulation.admission.sessions)
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

    def _people(self) -> list[Person]:
        """Everybody who has a name or greets, and those who are away."""
        people = [Person(s.handle, s.called, origin(s.peer), s) for s in self._simulation.admission.sessions]
        return people + [
            Person(str(net_id), name, where, None) for net_id, name, where in self._simulation.seats.away()
        ]

    def _find(self, rest: str, verb: str) -> tuple[Person | None, str, str]:
        """Who is meant, for what reason; and what is wrong with the command, else empty."""
        try:
            who, *words = shlex.split(rest)
        except ValueError:  # also for none at all
            return None, "", f'{verb} whom? A number of the list, or a name: {verb} 7, {verb} Ann, {verb} "Ann 2"'
        reason = " ".join(words)[:REASON_LIMIT]
        people = [person for person in self._people() if person.handle]
        # A number is never a name, or whoever is called 7 could have another thrown out.
        if HANDLE.fullmatch(who):
            found = [person for person in people if person.handle == who.lower()]
        else:
            found = [person for person in people if seen(person.name) == seen(who)]
        if len(found) > 1:
            several = ", ".join(f"{person.handle} ({person.name})" for person in found)
            return None, "", f"{who!r:.40} could be {several}: {verb} which number?"
        return (found[0], reason, "") if found else (None, "", f"nobody here is {who!r:.40}")

    def _throw_out(self, found: list[Person], what: str, reason: str) -> str:
        lines = []
        for person in found:
            words = f"you were {what}" + (f": {reason}" if reason else "")
            if person.session is None:
                lines.append(f"{what}: {person.name!r} ({person.handle}), who is away")
                self._simulation.admission.give_up(int(person.handle), words)
            else:
                lines.append(f"{what}: {person.session.label}")
                person.session.end(words)
        if what == "kicked":
            lines.append(f"their address stays out for {KICK_SECONDS:.0f} s")
        return "\n".join(lines)


def serve_console(console: Console, out: Lines) -> None:
    """Read standard input until it ends, and say answers there. Needs a running asyncio loop."""
    loop = asyncio.get_running_loop()

    def handle(line: str, answer: "Future[str]") -> None:
        try:
            answer.set_result(console.answer(line))
        except Exception:
            log.exception("the command %r failed", line)
            answer.set_result("that failed: the log says how")

    def read() -> None:
        try:
            for line in _lines_of_stdin():
                answer: Future[str] = Future()
                loop.call_soon_threadsafe(handle, line, answer)
                # To wait for it here makes a pipe that says much wait, and not the loop.
                for said in (answer.result(), console.save()):
                    if said:
                        out.say(said)
            log.info("the console's input has ended; the server goes on")
        except OSError as error:  # as when it runs in the background: the terminal is another program's then
            log.warning("the console's input cannot be read (%s); the server goes on", error.strerror or error)
        except RuntimeError:  # the loop has ended meanwhile
            pass

    threading.Thread(target=read, name="console", daemon=True).start()


def _lines_of_stdin() -> Iterator[str]:
    """Each line, as soon as it is there; its beginning, where it is too long. Raises OSError."""
    if sys.stdin is None:  # it was closed before we began
        return
    # Not sys.stdin.readline(): its lock would be held when Python ends, which is fatal.
    descriptor, rest = sys.stdin.fileno(), b""
    while True:
        try:
            data = os.read(descriptor, LINE_BYTES)
        except BlockingIOError:  # somebody who shares the terminal has made it so
            select.select((descriptor,), (), ())
            continue
        *lines, rest = (rest + data).split(b"\n")
        rest = rest[:LINE_BYTES]
        if not data and rest:  # a last line without an end
            lines.append(rest)
        yield from (line.decode("utf-8-sig", "replace") for line in lines)  # PowerShell begins with a byte order mark
        if not data:
            return
