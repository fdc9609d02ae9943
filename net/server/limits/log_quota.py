"""Lines of the log that others can cause: so many a second, so many bytes a day, and the rest as a number.

Whoever can make a server write a line can fill its disk with them, slowly as well. What is left out is counted, and the
count is said before the next line that passes. Is told the time.
"""

import json
import logging
import traceback
from collections.abc import Callable
from typing import Final

from net.io.terminal import is_printable
from net.server.limits.rate_limits import Bucket

LINES_PER_SECOND: Final = 5.0  # for a while: a terminal that can still be read
LINES_AT_ONCE: Final = 100  # browsers, a scanner of ports, a table full of friends who leave
BYTES_PER_SECOND: Final = 500.0  # for ever: 43 MB a day
BYTES_AT_ONCE: Final = 100_000  # 500 lines: a full server that empties, and a lively hour's chat
AROUND_BYTES: Final = 130  # of a line, beyond its message: time, level and logger, as JSON has them, and its end
AROUND_TRACEBACK_BYTES: Final = 5  # of each of its lines, as text
SPELLED_BYTES: Final = 12  # of one character that is spelled out


class LogQuota:
    """Passes lines on to a logger, as long as there are not too many."""

    def __init__(
        self,
        log: logging.Logger,
        now: Callable[[], float],
        lines_at_once: int = LINES_AT_ONCE,
        lines_per_second: float = LINES_PER_SECOND,
    ) -> None:
        self.left_out = 0  # lines, since the last one that passed
        self._log, self._now = log, now
        self._lines = Bucket(lines_at_once, lines_per_second, now())
        self._bytes = Bucket(BYTES_AT_ONCE, BYTES_PER_SECOND, now())

    def info(self, text: str, *arguments: object) -> None:
        """As a logger has it."""
        self.log(logging.INFO, text, *arguments)

    def warning(self, text: str, *arguments: object) -> None:
        """As a logger has it."""
        self.log(logging.WARNING, text, *arguments)

    def exception(self, text: str, *arguments: object) -> None:
        """As a logger has it: with the traceback of what is being handled."""
        self.log(logging.ERROR, text, *arguments, exc_info=True)

    def log(self, level: int, text: str, *arguments: object, exc_info: bool = False) -> None:
        """As a logger has it."""
        if not self._log.isEnabledFor(level):
            return
        if not self._passes(text, arguments, exc_info):
            self.left_out += 1
            return
        if self.left_out:
            self._log.warning("%d lines like the next one were left out: there were too many", self.left_out)
            self.left_out = 0
        self._log.log(level, text, *arguments, exc_info=exc_info)

    def _passes(self, text: str, arguments: tuple[object, ...], exc_info: bool) -> bool:
        now = self._now()
        if self._lines.left(now) < 1 or self._bytes.left(now) < AROUND_BYTES:  # else a flood would have to be spelled
            return False
        size = AROUND_BYTES + _size(text % arguments if arguments else text)
        if exc_info:
            size += sum(AROUND_TRACEBACK_BYTES + _size(line) for line in traceback.format_exc().split("\n"))
        if self.left_out:
            size += 2 * AROUND_BYTES  # the line that says so
        return self._bytes.take(size, now) and self._lines.take(1.0, now)


def _size(text: str) -> int:
    """The most bytes that it takes in a log: as JSON, which is never shorter than the line for people. Is fast."""
    return len(json.dumps(text)) if is_printable(text) else SPELLED_BYTES * len(text)
