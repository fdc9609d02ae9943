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
from typing import Final, Protocol, runtime_checkable

from net.wire.pipe import GuardedPipe, Pipe, Receiver

RECORDS: Final = range(0x14, 0x18)  # what a TLS record begins with; a message of ours begins with 0
HEADER_BYTES: Final = 5  # of a record; the last two are how many bytes follow
MAX_RECORD_BYTES: Final = 16 * 1024 + 256  # that may follow
# Records of one connection, the handshake's included, that bring nothing to hear: key updates, tickets, alerts, empty
# ones. They cost as much as others, and the receiver does not see them. A handshake takes 7 or so, a peer may send two
# tickets after it, and new keys every 2 ** 24 records, which takes a player a month.
MAX_BARREN_RECORDS: Final = 64
# Bytes that wait while the peer has begun a handshake message and not ended it: till then OpenSSL encrypts nothing. A
# peer that may do so ends it within a round trip; what is said meanwhile is a few frames.
MAX_HELD_BYTES: Final = 64 * 1024


@runtime_checkable
class MeteredReceiver(Receiver, Protocol):
    """A Receiver that bears only so much, and so wants to know of what is encrypted before work is done for it."""

    def metered(self, size: int) -> bool:
        """So many bytes came, of which nothing has been made yet: whether to go on. 0: another record of the same."""

    def hear(self, data: bytes) -> None:
        """As `received`, of what has been metered."""


class TlsPipe:
    """One connection. Whatever the peer sends, nothing here raises: a fault is the end of it, as `lost` tells."""

    def __init__(self, under: Pipe, context: ssl.SSLContext, host: str | None = None, plain_words: bytes = b"") -> None:
        """`host`: the server's name, where we are the client; `plain_words`: for a peer that knows no TLS."""
        self.receiver: Receiver | None = None  # to be set before anything can come
        self.secured: Callable[[], None] = _nothing  # called once, before anything is heard
        self.metered: Callable[[int], bool] = _free  # as a MeteredReceiver has it
        self.fault: ssl.SSLError | None = None  # why the handshake failed, where it was not broken off
        self.fault_is_plain = False  # the peer knows no TLS
        self._under = GuardedPipe(under, self)
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_side=host is None, server_hostname=host)
        self._plain_words = plain_words
        self._record = b""  # the beginning of one
        self._barren = 0  # records
        self._held = bytearray()  # what could not be encrypted yet
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
        return self._under.unsent + len(self._held)

    @property
    def certificate(self) -> bytes:
        """The peer's, in its DER form, once the handshake is over; empty where it has shown none."""
        return self._tls.getpeercert(binary_form=True) or b""

    @property
    def fingerprint(self) -> str:
        """That of the peer's certificate; likewise."""
        return fingerprint(self.certificate) if self.certificate else ""

    def start(self) -> None:
        """A client speaks first."""
        self._advance()

    def write(self, data: bytes) -> bool:
        """As a Pipe has it; before the handshake is over it does nothing, for nobody could read it."""
        if self._shaken and not self._closed and not self._ended:
            if self._held:
                self._hold(data)
            else:
                self._encrypt(data)
        return not self.unsent

    def close(self) -> None:
        """As a Pipe has it; the peer is told that this was the end, and no cut."""
        if self._closed:
            return
        self._closed = True
        try:
            if self._shaken and not self._ended:
                with contextlib.suppress(ssl.SSLError):  # it would like to wait for the peer's end
                    self._tls.unwrap()
                self._flush()
        finally:  # whatever the TLS object raises: the connection under it is not to stay
            self._under.close()

    def received(self, data: bytes) -> None:
        """As a Receiver has it."""
        if self._ended or not data or not self.metered(len(data)):
            return
        if not self._heard and data[0] not in RECORDS:
            self.fault_is_plain = True
            self._under.write(self._plain_words)
            self._end("the other side does not encrypt")
            return
        self._heard = True
        for number, record in enumerate(self._cut(data)):
            if self._ended or (number and not self.metered(0)):
                return
            self._incoming.write(record)
            self._advance()

    def lost(self, reason: str) -> None:
        """As a Receiver has it."""
        if not self._ended:
            self._ended = True
            receiver, self.receiver = self.receiver, None
            self.secured, self.metered = _nothing, _free
            if receiver is not None:
                receiver.lost(reason)
            self.close()

    def _cut(self, data: bytes) -> list[bytes]:
        """The records that are whole now. One that cannot be one is not waited for: OpenSSL says what is wrong."""
        records, at = [], 0
        data = self._record + data
        while len(data) >= at + HEADER_BYTES:
            size = int.from_bytes(data[at + 3 : at + HEADER_BYTES], "big")
            end = at + HEADER_BYTES + size
            if end > len(data) and size <= MAX_RECORD_BYTES and data[at] in RECORDS and data[at + 1] == 3:
                break
            records.append(data[at:end])
            at = end
        self._record = data[at:]
        return records

    def _advance(self) -> None:
        """Make of a record what it is: a step of the handshake, something to hear, or nothing that concerns others."""
        heard: bytes | None = None
        shaken = self._shaken
        try:
            if not shaken:
                self._tls.do_handshake()
                self._shaken = True
            heard = self._tls.read(MAX_RECORD_BYTES)
        except ssl.SSLWantReadError:
            pass
        except ssl.SSLError as error:
            self.fault = error.with_traceback(None)  # which would hold us, and so itself
            self._end(f"the encryption failed: {error.reason or error}")
            return
        self._flush()
        if self._shaken and not shaken:
            secured, self.secured = self.secured, _nothing
            secured()
        if heard is None:
            self._barren += 1
            if self._barren > MAX_BARREN_RECORDS:
                self._end("the other side sent too many TLS records with nothing in them")
        elif not heard:  # the peer said that this was the end; what comes behind would pile up, heard by nobody
            self._end("the other side closed the connection")
        elif self.receiver is not None:
            self.receiver.received(heard)
        if self._held and not self._closed and not self._ended:
            held, self._held = bytes(self._held), bytearray()
            self._encrypt(held)

    def _encrypt(self, data: bytes) -> None:
        rest = memoryview(data)
        try:
            while rest:
                rest = rest[self._tls.write(rest) :]
        except ssl.SSLWantReadError:
            self._hold(rest)
        except ssl.SSLError as error:
            self._end(f"the encryption failed: {error.reason or error}")
        self._flush()

    def _hold(self, data: bytes | memoryview) -> None:
        self._held += data
        if len(self._held) > MAX_HELD_BYTES:
            self._held.clear()
            self._end("the other side began a TLS message and did not end it")

    def _end(self, reason: str) -> None:
        self._flush()  # an alert, that says to the peer what was wrong
        self.lost(reason)

    def _flush(self) -> None:
        if self._outgoing.pending:
            self._under.write(self._outgoing.read())


def secured(
    accept: Callable[[Pipe], Receiver], context: ssl.SSLContext, plain_words: bytes
) -> Callable[[Pipe], TlsPipe]:
    """`accept` for `transport.listen`, behind TLS; `plain_words` tell one who knows no TLS to come with it."""

    def accept_secured(under: Pipe) -> TlsPipe:
        pipe = TlsPipe(under, context, plain_words=plain_words)
        pipe.receiver = receiver = accept(pipe)
        if isinstance(receiver, MeteredReceiver):
            pipe.receiver, pipe.metered = _Paid(receiver), receiver.metered
        return pipe

    return accept_secured


class _Paid:
    """Hands over what has been metered as raw bytes, which is not to be paid for twice."""

    def __init__(self, receiver: MeteredReceiver) -> None:
        self.received, self.lost = receiver.hear, receiver.lost


def _nothing() -> None:
    pass


def _free(size: int) -> bool:
    return True


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
