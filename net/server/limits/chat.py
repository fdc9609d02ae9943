"""Who may say what in the chat, and how often. Knows no connection and no world."""

from typing import Final, NamedTuple

from net.server.limits.bucket import Bucket
from net.server.limits.pace import Pace
from net.wire.texts import clean_chat

BURST: Final = 4  # lines that can be said at once; as many as one reads at a glance
LINES_PER_SECOND: Final = 1.0  # beyond the burst: faster than anybody types for long

# Of what one session says, so much is written to the log; all sessions together have a quota as well.
LOGGED_AT_ONCE: Final = 10  # lines: a conversation
LOGGED_PER_SECOND: Final = 0.1  # for as long as it goes on; nobody's chatter may crowd the others out of the log

TOO_FAST: Final = "you talk too fast: that line was dropped, wait a moment"


class Heard(NamedTuple):
    """What becomes of a line; either may be empty."""

    line: str  # for everybody
    notice: str  # for the speaker alone


class ChatRateLimit:
    """One session's right to speak."""

    def __init__(self, now: float) -> None:
        self._pace = Pace("chat", BURST, LINES_PER_SECOND, now)
        self._logged = Bucket(LOGGED_AT_ONCE, LOGGED_PER_SECOND, now)

    def say(self, text: str, now: float) -> Heard:
        """Take in a line. Raises RemoteProtocolError for a flood of them."""
        if not self._pace.allows(now):  # also for a line that cannot be said: that it cannot is an answer
            return Heard("", TOO_FAST if self._pace.warns() else "")
        try:
            return Heard(clean_chat(text), "")
        except ValueError as error:
            return Heard("", f"not said: {error}")

    def is_logged(self, now: float) -> bool:
        """Whether the line that was just said goes to the log as well."""
        return self._logged.take(1.0, now)
