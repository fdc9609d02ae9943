"""Bytes as decisions: what a fuzzer mutates becomes what a target does next. Never ends before its reader asks.

A decision is a byte or two, in order, so that a byte changed somewhere changes one decision and leaves the others.
"""


class Script:
    """Reads decisions from bytes; when they run out, all further ones are 0."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def __bool__(self) -> bool:
        return self._at < len(self._data)

    def below(self, limit: int) -> int:
        """A number from 0 to limit - 1 (which is at most 256)."""
        return self.bytes(1)[0] % limit

    def number(self) -> int:
        """Any number that a message may hold, small ones mostly, and some that it may not."""
        kind = self.below(256)
        if kind < 200:
            return kind - 20
        size = kind % 8 + 1
        return int.from_bytes(self.bytes(size), "big", signed=kind % 2 == 0)

    def bytes(self, size: int) -> bytes:
        """So many bytes, as they are."""
        found = self._data[self._at : self._at + size]
        self._at += size
        return found.ljust(size, b"\0")

    def text(self) -> str:
        """Any text, mostly a short one."""
        kind = self.below(256)
        if kind < 128:
            return f"t{kind % 8}"
        return self.bytes(kind % 40).decode("utf-16-be" if kind % 2 else "latin-1", errors="replace")
