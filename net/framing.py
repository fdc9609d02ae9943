"""Messages in a stream of bytes: a length before each, checked before anything is buffered for it.

TCP hands over bytes in pieces of any size; `Deframer` gives back whole payloads whatever the pieces were.
"""

from collections.abc import Iterator
from typing import Final

from net.errors import NotOurProtocolError

LENGTH_BYTES: Final = 4  # big endian, counts the payload alone


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
        buffer = self._buffer
        length = len(data) - LENGTH_BYTES
        if not buffer and 0 < length <= self._limit and length == int.from_bytes(data[:LENGTH_BYTES], "big"):
            yield data[LENGTH_BYTES:]  # one message and no more, as it mostly is: nothing is buffered
            return
        buffer += data
        start = 0
        try:
            while len(buffer) - start >= LENGTH_BYTES:
                length = int.from_bytes(buffer[start : start + LENGTH_BYTES], "big")
                if not 0 < length <= self._limit:
                    raise NotOurProtocolError(
                        f"a message of {length} bytes, where 1 to {self._limit} are allowed (begins with "
                        f"{bytes(buffer[start : start + 16])!r})"
                    )
                end = start + LENGTH_BYTES + length
                if len(buffer) < end:
                    break
                payload = bytes(buffer[start + LENGTH_BYTES : end])
                start = end
                yield payload
        finally:
            del buffer[:start]
