"""How often one session may say something that is for everybody: what is too fast is dropped, and a flood ends it."""

from typing import Final

from net.server.limits.bucket import Bucket
from net.wire.errors import RemoteProtocolError

FLOOD: Final = 20  # dropped, with no pause for a burst in between: no person goes on that long


class Pace:
    """A token bucket that fills again with time, and how much was dropped."""

    def __init__(self, what: str, burst: int, per_second: float, now: float) -> None:
        """`what` there may be a flood of, for the reason."""
        self._what = what
        self._bucket = Bucket(burst, per_second, now)
        self._dropped = 0  # since the bucket was last full
        self._told = False  # that the bucket is empty, since it last was not

    def allows(self, now: float) -> bool:
        """Whether one more is taken in. Raises RemoteProtocolError for a flood."""
        if self._bucket.left(now) == self._bucket.burst:
            self._dropped = 0
        if self._bucket.take(1.0, now):
            self._told = False
            return True
        self._dropped += 1
        if self._dropped > FLOOD:
            raise RemoteProtocolError(f"a flood of {self._what}: more than {FLOOD} too fast")
        return False

    def warns(self) -> bool:
        """Whether the one who was too fast is to be told so: once, until something is taken in again."""
        told, self._told = self._told, True
        return not told
