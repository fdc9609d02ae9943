"""What a connection stands on, whatever carries its bytes: a TCP socket in production, a `link` in tests."""

import logging
from typing import Protocol

log = logging.getLogger(__name__)


class Pipe(Protocol):
    """Where bytes are written to. Nothing here blocks or awaits."""

    @property
    def name(self) -> str:
        """The peer's address, for the log."""

    @property
    def unsent(self) -> int:
        """Bytes that were written and that the network has not taken yet."""

    def write(self, data: bytes) -> bool:
        """Send, in order, whole; after `close` or a loss it does nothing. Returns whether nothing is unsent now."""

    def close(self) -> None:
        """Send what is written, then close; a peer that takes nothing is cut off after a while."""


class Receiver(Protocol):
    """Who hears what comes out of a pipe."""

    def received(self, data: bytes) -> None:
        """The next bytes of the stream, in a chunk of any size."""

    def lost(self, reason: str) -> None:
        """The stream has ended, for a reason that a person can read. Called once, last."""


class GuardedPipe:
    """A Pipe that never raises: an exception of the one under it ends that connection, and the receiver is told.

    Closed or failed, it lets go of both, so that no cycle keeps what a connection held: a TLS object is large.
    """

    __slots__ = ("_receiver", "_under")

    def __init__(self, under: Pipe, receiver: Receiver) -> None:
        self._under: Pipe = under
        self._receiver: Receiver | None = receiver

    @property
    def name(self) -> str:
        """As a Pipe has it; "?" where that cannot be said. Also after the end."""
        try:
            return self._under.name
        except Exception:
            log.exception("a connection could not say where it comes from")
            return "?"

    @property
    def unsent(self) -> int:
        """As a Pipe has it."""
        try:
            return self._under.unsent
        except Exception:  # noqa: BLE001 - whatever it is, it is logged, and no other connection's trouble
            self._fail()
            return 0

    def write(self, data: bytes) -> bool:
        """As a Pipe has it. The receiver may hear of a loss before this returns."""
        try:
            return self._under.write(data)
        except Exception:  # noqa: BLE001 - as above
            self._fail()
            return False

    def close(self) -> None:
        """As a Pipe has it."""
        under, self._under, self._receiver = self._under, _Closed(self.name), None
        try:
            under.close()
        except Exception:
            log.exception("the connection to %s could not be closed", self.name)

    def _fail(self) -> None:
        log.exception("the connection to %s failed", self.name)
        receiver = self._receiver
        self.close()
        if receiver is not None:
            receiver.lost("the connection failed, for a reason that is in the log of this end")


class _Closed:
    """A Pipe that was closed."""

    unsent = 0

    def __init__(self, name: str) -> None:
        self.name = name

    def write(self, data: bytes) -> bool:
        return True

    def close(self) -> None:
        pass
