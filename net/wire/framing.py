"""Messages in a stream of bytes: a length before each, checked before anything is buffered for it.

TCP hands over bytes in pieces of any size; `Deframer` gives back whole payloads whatever the pieces were.
"""

from collections.abc import Iterator
from struct import Struct
from typing import Final

from net.wire.errors import NotOurProtocolError

LENGTH_BYTES: Final = 4  # big endian, counts the payload alone
_LENGTH: Final = Struct(">I")


def frame(payload: bytes) -> bytes:
    """The payload with its length before it, as it goes onto the wire."""
    return len(payload).to_bytes(LENGTH_BYTES, "big") + payload


class Deframer:
    """Turns chunks of a stream into payloads of at most `limit` bytes; buffers less than `limit` + a chunk."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Yield each payload that `data` completes. Raises NotOurProtocolError for a length past the limit or of 0."""
        # What is whole is cut out of the chunk; only what is not is kept, and then all goes through the buffer.
        source: bytes | bytearray = data
        if self._buffer:
            self._buffer += data
            source = self._buffer
        start, size = 0, len(source)
        try:
            while size - start >= LENGTH_BYTES:
                (length,) = _LENGTH.unpack_from(source, start)
                if not 0 < length <= self._limit:
                    raise NotOurProtocolError(
                        f"a message of {length} bytes, where 1 to {self._limit} are allowed (begins with "
                        f"{bytes(source[start : start + 16])!r})"
                    )
                end = start + LENGTH_BYTES + length
                if size < end:
                    break
                payload = bytes(source[start + LENGTH_BYTES : end])
                start = end
                yield payload
        finally:
            if source is self._buffer:
                del self._buffer[:start]
            elif start < size:
                self._buffer += data[start:]
