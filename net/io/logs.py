"""What is logged, as lines for people or as JSON for machines; what strangers said cannot forge any of it.

Lines are written by a thread of their own, from a bounded queue: a disk that is full, a pipe that nobody reads, a
terminal that was stopped with Ctrl-S costs lines, which are counted, and never a tick. Knows nothing of the game.
"""

import json
import logging
import sys
import threading
from datetime import UTC, datetime
from types import TracebackType
from typing import Final, TextIO

from net.io.terminal import Lines, printable

log = logging.getLogger(__name__)


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
        self._lines = Lines(stream, "log", self._of_lost)

    @property
    def lost(self) -> int:
        """How many lines were not written."""
        return self._lines.lost

    def emit(self, record: logging.LogRecord) -> None:
        """As a Handler has it. A line that cannot be formatted is a fault of ours, and says so itself."""
        try:
            line = self.format(record)
        except Exception as error:  # noqa: BLE001 - whatever it is, nobody else can say it
            line = f"a line of {record.name} could not be formatted: {printable(repr(error))}"
        self._lines.put(line)

    def _of_lost(self, lost: int) -> str:
        text = "%d lines of the log were lost before this one: nobody took them"
        return self.format(log.makeRecord(log.name, logging.WARNING, __file__, 0, text, (lost,), None))

    def close(self) -> None:
        """Write what is there, if that can be done soon. `logging` calls it at exit."""
        self._lines.close()
        super().close()


def set_up(level: str, layout: str) -> None:
    """Log to standard error from now on; `layout` is one of FORMATS. Where a log was set up before, that stays."""
    if not logging.getLogger().handlers:
        handler = LinesHandler(sys.stderr)
        handler.setFormatter(FORMATS[layout]())
        logging.basicConfig(level=level.upper(), handlers=[handler])
        sys.excepthook = _log_uncaught
        threading.excepthook = lambda args: _log_uncaught(args.exc_type, args.exc_value, args.exc_traceback)


def lost() -> int:
    """How many lines were not written since `set_up`."""
    return sum(handler.lost for handler in logging.getLogger().handlers if isinstance(handler, LinesHandler))


def _log_uncaught(kind: type[BaseException], error: BaseException | None, traceback: TracebackType | None) -> None:
    """What nobody caught: its message may have a peer's words, which are spelled out in the log alone."""
    if not issubclass(kind, KeyboardInterrupt):
        log.critical("not caught", exc_info=(kind, error or kind(), traceback))
