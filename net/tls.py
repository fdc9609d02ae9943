"""TLS around a pipe, for either end, sans-IO: what passes it is encrypted, and nothing passes before the handshake.

A Pipe to the one side and a Receiver to the other, as a simulated network is. It is not asyncio's, because that one
hides how much is unsent and cannot close one direction alone; here the pipe under it does both, as ever. And a server
has a session for whoever connects from the first moment on, so that a handshake that takes its time is ended by the
same limit as a Hello that does not come.

Whose certificate is good is the context's affair, and of whoever listens to `secured`.
"""

import contextlib
import hashlib
import ssl
from collections.abc import Callable
from typing import Final

from net.pipe import Pipe, Receiver

READ_BYTES: Final = 64 * 1024  # at once; a record has at most 16 kB
RECORDS: Final = range(0x14, 0x18)  # what a TLS record begins with; a message of ours begins with 0


class TlsPipe:
    """One connection."""

    def __init__(self, under: Pipe, context: ssl.SSLContext, host: str | None = None, plain_words: bytes = b"") -> None:
        """`host`: the server's name, where we are the client; `plain_words`: for a peer that knows no TLS."""
        self.receiver: Receiver | None = None  # to be set before anything can come
        self.secured: Callable[[], None] = lambda: None  # called once, before anything is heard
        self.fault: ssl.SSLError | None = None  # why the handshake failed, where it was not broken off
        self.fault_is_plain = False  # the peer knows no TLS
        self._under = under
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_side=host is None, server_hostname=host)
        self._plain_words = plain_words
        self._heard = False  # anything at all
        self._shaken = False  # the handshake is over
        self._closed = False  # by whom we are a Pipe to: nothing goes out any more
        self._ended = False  # by the pipe under us, or a fault: nothing comes in any more

    @property
    def name(self) -> str:
        """As a Pipe has it."""
        return self._under.name

    @property
    def unsent(self) -> int:
        """As a Pipe has it: of encrypted bytes, a few more than were written."""
        return self._under.unsent

    @property
    def fingerprint(self) -> str:
        """That of the peer's certificate, once the handshake is over; empty where it has shown none."""
        certificate = self._tls.getpeercert(binary_form=True)
        return fingerprint(certificate) if certificate else ""

    def start(self) -> None:
        """A client speaks first."""
        self._advance()

    def write(self, data: bytes) -> bool:
        """As a Pipe has it; before the handshake is over it does nothing, for nobody could read it."""
        if self._shaken and not self._closed and not self._ended:
            rest = memoryview(data)
            while rest:
                rest = rest[self._tls.write(rest) :]
            self._flush()
        return not self.unsent

    def close(self) -> None:
        """As a Pipe has it; the peer is told that this was the end, and no cut."""
        if self._closed:
            return
        self._closed = True
        if self._shaken and not self._ended:
            with contextlib.suppress(ssl.SSLError):  # it would like to wait for the peer's end
                self._tls.unwrap()
            self._flush()
        self._under.close()

    def received(self, data: bytes) -> None:
        """As a Receiver has it."""
        if self._ended or not data:
            return
        if not self._heard and data[0] not in RECORDS:
            self.fault_is_plain = True
            self._under.write(self._plain_words)
            self._end("the other side does not encrypt")
            return
        self._heard = True
        self._incoming.write(data)
        self._advance()

    def lost(self, reason: str) -> None:
        """As a Receiver has it."""
        if not self._ended:
            self._ended = True
            assert self.receiver is not None
            self.receiver.lost(reason)

    def _advance(self) -> None:
        """Go on with the handshake, or hear what has come; say what is to be said for that."""
        try:
            if not self._shaken:
                self._tls.do_handshake()
                self._shaken = True
                self._flush()
                self.secured()
            while not self._ended:
                chunk = self._tls.read(READ_BYTES)
                if not chunk:  # the peer said that this was the end; what comes behind would pile up, heard by nobody
                    self._end("the other side closed the connection")
                    break
                assert self.receiver is not None
                self.receiver.received(chunk)
        except ssl.SSLWantReadError:
            self._flush()
        except ssl.SSLError as error:
            self.fault = error
            self._end(f"the encryption failed: {error.reason or error}")

    def _end(self, reason: str) -> None:
        self._flush()  # an alert, that says to the peer what was wrong
        self.lost(reason)
        self.close()

    def _flush(self) -> None:
        if self._outgoing.pending:
            self._under.write(self._outgoing.read())


def secured(
    accept: Callable[[Pipe], Receiver], context: ssl.SSLContext, plain_words: bytes
) -> Callable[[Pipe], TlsPipe]:
    """`accept` for `transport.listen`, behind TLS; `plain_words` tell one who knows no TLS to come with it."""

    def accept_secured(under: Pipe) -> TlsPipe:
        pipe = TlsPipe(under, context, plain_words=plain_words)
        pipe.receiver = accept(pipe)
        return pipe

    return accept_secured


def fingerprint(certificate: bytes) -> str:
    """The SHA-256 of a certificate in its DER form, 64 hexadecimal digits."""
    return hashlib.sha256(certificate).hexdigest()


def spelled(digits: str) -> str:
    """A fingerprint as people compare it, and as openssl prints it: AB:CD:..."""
    return ":".join(digits[at : at + 2] for at in range(0, len(digits), 2)).upper()


def read_fingerprint(text: str) -> str:
    """The fingerprint that somebody typed, with or without colons. Raises ValueError."""
    digits = text.strip().lower().replace(":", "")
    if len(digits) != 64 or not set(digits) <= set("0123456789abcdef"):
        raise ValueError(f"{text!r:.40} is no fingerprint: 64 hexadecimal digits, as the server prints them")
    return digits
