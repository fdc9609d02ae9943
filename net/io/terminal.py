"""Lines to a terminal, a pipe or a file: what a peer said forges none of them, and no encoding refuses one.

Whoever must not wait writes through `Lines`, a bounded queue with a thread; all others use `say` and `complain`. Knows
nothing of the game, nor what the lines say.
"""

import asyncio
import contextlib
import os
import queue
import select
import signal
import sys
import threading
from collections.abc import Callable, Iterable
from typing import Final, TextIO

from net.wire.texts import HIDDEN

QUEUE_LINES: Final = 10_000  # some 2 MB: minutes of a busy server's log, for whoever takes it to come back
CLOSE_SECONDS: Final = 0.5  # for the last lines to be written; whoever takes none must not hold up the end


def printable(text: str) -> str:
    """The text in one line, with whatever could end it, hide, or move a cursor spelled out, as in a literal."""
    if is_printable(text):
        return text
    return "".join(c if c.isprintable() and not HIDDEN.match(c) else ascii(c)[1:-1] for c in text)


def is_printable(text: str) -> bool:
    """Whether nothing in it has to be spelled out."""
    return text.isprintable() and not HIDDEN.search(text)


def say(line: str) -> None:
    """Write a line to standard output, and wait until it is taken.

    Where nobody takes it (a full disk, a pipe whose reader is gone) it is lost. Not for whoever has a tick to keep.
    """
    _write(sys.stdout, printable(line))


def complain(line: str) -> None:
    """Likewise to standard error: why the program ends."""
    _write(sys.stderr, printable(line))


def ignore_job_control() -> None:
    """Go on in the background: a program that reads or writes its terminal from there is stopped otherwise.

    Reading raises OSError instead. Only for the main thread, and once nobody is to be asked anything any more.
    """
    for name in ("SIGTTIN", "SIGTTOU"):  # Windows has neither
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)


def call_on_signals(names: Iterable[str], then: Callable[[], object]) -> None:
    """Call that in the running loop when one of these signals comes, where the system has it.

    But not for SIGHUP under nohup: whoever started us wants us to go on when the terminal is closed.
    """
    loop = asyncio.get_running_loop()
    for name in names:
        number = getattr(signal, name, None)
        if number is None or (name == "SIGHUP" and signal.getsignal(number) is signal.SIG_IGN):
            continue
        try:
            loop.add_signal_handler(number, then)
        except NotImplementedError:  # Windows
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(then))


class Lines:
    """Hands lines to a stream by way of a queue and a thread, and never waits for it. What is lost is counted."""

    def __init__(self, stream: TextIO | None, name: str, of_lost: Callable[[int], str] | None = None) -> None:
        """`name` is the thread's. No stream, as under pythonw: nothing is written.

        `of_lost` makes the line that tells how many were lost, once one could be written again.
        """
        self._stream = stream
        self._of_lost = of_lost or "{} lines were lost before this one: nobody took them".format
        self._crowded_out = 0  # lines for which the queue had no room
        self._not_taken = 0  # lines that the stream did not take; two counts, for each is one thread's
        self._lines: queue.Queue[str | threading.Event | None] = queue.Queue(QUEUE_LINES)
        self._writer = threading.Thread(target=self._write, name=name, daemon=True)
        self._writer.start()

    @property
    def lost(self) -> int:
        """How many lines were not written."""
        return self._crowded_out + self._not_taken

    def say(self, text: str) -> None:
        """Write these lines as soon as that can be; what moves a cursor in them is spelled out."""
        for line in text.split("\n"):
            self.put(printable(line))

    def put(self, lines: str) -> None:
        """Likewise, of text that is known to be harmless; all at once, or nothing of it."""
        try:
            self._lines.put_nowait(lines)
        except queue.Full:
            self._crowded_out += 1

    def settle(self) -> None:
        """Wait until what is there has been written, but not for long."""
        written = threading.Event()
        with contextlib.suppress(queue.Full):
            self._lines.put_nowait(written)
            written.wait(CLOSE_SECONDS)

    def close(self) -> None:
        """Write what is there, if that can be done soon; afterwards nothing is written."""
        try:
            self._lines.put(None, timeout=CLOSE_SECONDS / 2)
        except queue.Full:  # nobody takes anything
            return
        self._writer.join(CLOSE_SECONDS / 2)

    def _write(self) -> None:
        told = 0
        line: str | threading.Event | None = ""
        while line is not None:
            line = self._lines.get()
            if isinstance(line, threading.Event):
                line.set()
            elif line is not None and not _write(self._stream, line):
                self._not_taken += 1
            elif told != (lost := self.lost) and self._lines.empty():  # so it stands where they are missing
                _write(self._stream, self._of_lost(lost - told))
                told = lost


def _write(stream: TextIO | None, lines: str) -> bool:
    """Write, and wait until it is taken; False where that cannot be."""
    if stream is None:
        return True
    try:
        encoding = stream.encoding or "utf-8"
        data = (lines + os.linesep).encode(encoding, "backslashreplace")
        buffer = getattr(stream, "buffer", None)
        if buffer is None:  # a stream of text alone
            stream.write(data.decode(encoding))
            stream.flush()
            return True
        stream.flush()
        # Not through the buffer: whoever waits in there for a reader holds its lock, which is fatal when Python ends.
        raw = getattr(buffer, "raw", buffer)
        while data:
            taken = raw.write(data)
            if taken is None:  # somebody who shares the terminal has made it non-blocking
                select.select((), (raw,), ())
                continue
            data = data[taken:]
    except (OSError, ValueError, LookupError):  # a full disk, a reader that is gone; a stream that was closed
        return False
    return True
