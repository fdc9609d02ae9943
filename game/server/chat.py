"""Who may say what in the chat, and how often. Knows no connection and no world."""

from typing import Final, NamedTuple

from game.rules import clean_chat
from game.server.bucket import Bucket
from net.errors import RemoteProtocolError

BURST: Final = 4  # lines that can be said at once; as many as one reads at a glance
LINES_PER_SECOND: Final = 1.0  # beyond the burst: faster than anybody types for long
FLOOD: Final = 20  # lines dropped, with no pause for a burst in between: no person goes on that long

TOO_FAST: Final = "you talk too fast: that line was dropped, wait a moment"


class Heard(NamedTuple):
    """What becomes of a line; either may be empty."""

    line: str  # for everybody
    notice: str  # for the speaker alone


class Voice:
    """One session's right to speak: a token bucket that fills again with time."""

    def __init__(self, now: float) -> None:
        self._bucket = Bucket(BURST, LINES_PER_SECOND, now)
        self._dropped = 0  # since the bucket was last full
        self._told = False  # that the bucket is empty, since it last was not

    def say(self, text: str, now: float) -> Heard:
        """Take in a line. Raises RemoteProtocolError for a flood of them."""
        if self._bucket.left(now) == BURST:
            self._dropped = 0
        if not self._bucket.take(1.0, now):  # also for a line that cannot be said: that it cannot is an answer
            return self._drop()
        self._told = False
        try:
            return Heard(clean_chat(text), "")
        except ValueError as error:
            return Heard("", f"not said: {error}")

    def _drop(self) -> Heard:
        self._dropped += 1
        if self._dropped > FLOOD:
            raise RemoteProtocolError(f"a flood of chat: more than {FLOOD} lines too fast")
        told, self._told = self._told, True
        return Heard("", "" if told else TOO_FAST)
