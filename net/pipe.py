"""What a connection stands on, whatever carries its bytes: a TCP socket in production, a `link` in tests."""

from typing import Protocol


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
