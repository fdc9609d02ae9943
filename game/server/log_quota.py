"""Lines of the log that strangers can cause: so many a second, and the rest as a number. Is told the time.

Whoever can make a server write a line can fill its disk with them. What is left out is counted, and the count is said
before the next line that passes.
"""

import logging
from collections.abc import Callable
from typing import Final

from game.server.bucket import Bucket

LINES_PER_SECOND: Final = 5.0  # of about 100 bytes: at most 45 MB a day, however many come
LINES_AT_ONCE: Final = 100  # 10 kB: browsers, a scanner of ports, a table full of friends who leave


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
        self._bucket = Bucket(lines_at_once, lines_per_second, now())

    def info(self, text: str, *arguments: object) -> None:
        """As a logger has it."""
        self.log(logging.INFO, text, *arguments)

    def warning(self, text: str, *arguments: object) -> None:
        """As a logger has it."""
        self.log(logging.WARNING, text, *arguments)

    def log(self, level: int, text: str, *arguments: object) -> None:
        """As a logger has it."""
        if not self._log.isEnabledFor(level):
            return
        if not self._bucket.take(1.0, self._now()):
            self.left_out += 1
            return
        if self.left_out:
            self._log.warning("%d lines like the next one were left out: there were too many", self.left_out)
            self.left_out = 0
        self._log.log(level, text, *arguments)
