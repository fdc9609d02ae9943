"""What is logged, as lines for people or as JSON for machines; what strangers said cannot forge any of it.

Lines are written by a thread of their own, from a bounded queue: a disk that is full, a pipe that nobody reads, a
terminal that was stopped with Ctrl-S costs lines, which are counted, and never a tick. Knows nothing of the game.
"""

import contextlib
import json
import logging
import queue
import sys
import threading
from datetime import UTC, datetime
from typing import Final, TextIO

log = logging.getLogger(__name__)

QUEUE_LINES: Final = 10_000  # some 2 MB: minutes of a busy server's log, for whoever takes it to come back
CLOSE_SECONDS: Final = 0.5  # for the last lines to be written; whoever takes none must not hold up the end


def printable(text: str) -> str:
    """The text in one line, with whatever could end it, hide, or move a cursor spelled out, as in a literal."""
    return text if text.isprintable() else "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


class TextFormatter(logging.Formatter):
    """A line for people. A traceback follows it indented: nothing else begins with a space."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(message)s", "%H:%M:%S")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's name
        return printable(super().formatMessage(record))

    def formatException(self, ei: object) -> str:  # noqa: N802 - logging's name
        return "\n".join("    " + printable(line) for line in super().formatException(ei).split("\n"))  # type: ignore[arg-type]


class JsonFormatter(logging.Formatter):
    """An object a line: ts (ISO 8601, UTC), level, logger, message, and exc where there is a traceback."""

    def format(self, record: logging.LogRecord) -> str:
        said = {
            "ts": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": printable(record.getMessage()),
        }
        if record.exc_info:
            said["exc"] = "\n".join(printable(line) for line in self.formatException(record.exc_info).split("\n"))
        return json.dumps(said)


FORMATS: Final[dict[str, type[logging.Formatter]]] = {"text": TextFormatter, "json": JsonFormatter}


class LinesHandler(logging.Handler):
    """Hands lines to a stream, by way of a queue and a thread, and never waits for it."""

    def __init__(self, stream: TextIO | None) -> None:
        super().__init__()
        self._stream = stream  # None where there is none, as under pythonw
        self._crowded_out = 0  # lines for which the queue had no room
        self._not_taken = 0  # lines that the stream did not take; two counts, for each is one thread's
        self._lines: queue.Queue[str | None] = queue.Queue(QUEUE_LINES)
        self._writer = threading.Thread(target=self._write, name="log", daemon=True)
        self._writer.start()

    @property
    def lost(self) -> int:
        """How many lines were not written."""
        return self._crowded_out + self._not_taken

    def emit(self, record: logging.LogRecord) -> None:
        """As a Handler has it. A line that cannot be formatted is a fault of ours, and says so itself."""
        try:
            line = self.format(record)
        except Exception as error:  # noqa: BLE001 - whatever it is, nobody else can say it
            line = f"a line of {record.name} could not be formatted: {printable(repr(error))}"
        try:
            self._lines.put_nowait(line)
        except queue.Full:
            self._crowded_out += 1

    def close(self) -> None:
        """Write what is there, if that can be done soon. `logging` calls it at exit."""
        with contextlib.suppress(queue.Full):
            self._lines.put_nowait(None)
            self._writer.join(CLOSE_SECONDS)
        super().close()

    def _write(self) -> None:
        told = 0
        while (line := self._lines.get()) is not None:
            try:
                if self._stream is not None:
                    self._stream.write(line + "\n")
                    self._stream.flush()
            except (OSError, ValueError):  # a full disk, a reader that is gone; a stream that was closed
                self._not_taken += 1
                continue
            if told != (lost := self.lost):
                log.warning("%d lines of the log were lost before this one: nobody took them", lost - told)
                told = lost


def set_up(level: str, layout: str) -> None:
    """Log to standard error from now on; `layout` is one of FORMATS. Where a log was set up before, that stays."""
    if not logging.getLogger().handlers:
        handler = LinesHandler(sys.stderr)
        handler.setFormatter(FORMATS[layout]())
        logging.basicConfig(level=level.upper(), handlers=[handler])


def lost() -> int:
    """How many lines were not written since `set_up`."""
    return sum(handler.lost for handler in logging.getLogger().handlers if isinstance(handler, LinesHandler))
