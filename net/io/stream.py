"""A TCP connection by asyncio, as a Pipe and what speaks to a Receiver; the end of it becomes a reason to read."""

import asyncio
import contextlib
import errno
import logging
import socket
from collections.abc import Callable
from typing import Any, ClassVar, Final

from net.io.address import Address
from net.io.reader import Reader
from net.wire.pipe import Pipe, Receiver

log = logging.getLogger(__name__)

CLOSE_SECONDS: Final = 2.0  # to take what is still unsent; then the connection is cut off
READ_BYTES: Final = 32 * 1024  # at once, of one peer: however much it sends, the others' turn comes within microseconds
CLOSE_BYTES: Final = 64 * 1024  # that are still read of a peer meanwhile, so that our last words reach it
MAX_CLOSING: Final = 512  # connections in that state; beyond, the one that has been so for longest is cut off

# Bytes that the system may hold for us beyond what is on its way; else it takes megabytes for a peer that reads
# nothing, and `unsent` stays 0 for minutes. It bounds no rate: whoever acknowledges is sent the next ones at once.
KERNEL_UNSENT: Final = 16 * 1024


class Stream(asyncio.BufferedProtocol):
    """A socket as a Pipe."""

    # One for all: what is read into it is taken out of it before anybody else reads.
    _buffer: ClassVar[memoryview] = memoryview(bytearray(READ_BYTES))

    def __init__(
        self,
        accept: Callable[[Pipe], Receiver],
        closing: "dict[Stream, None] | None" = None,
        left: Callable[[], None] = lambda: None,
        hears_on: bool = False,
        sock: socket.socket | None = None,
        reader: Reader | None = None,
    ) -> None:
        """`closing`: those of the same listener that are being closed; `left` is called when the socket is gone.

        `hears_on`: whether the receiver wants what still comes behind its `close`, until the peer has closed, too.
        `sock`: the socket of the transport, where it may be written to directly; `reader`: and who says when there is
        something to read from it.
        """
        self._hears_on = hears_on
        self._accept = accept
        self._closing: dict[Stream, None] = {} if closing is None else closing
        self._left = left
        self._transport: asyncio.Transport | None = None
        self._sock, self._reader = sock, reader
        self._flows = False  # what is written goes to the socket, for the transport holds nothing back
        self._receiver: Receiver | None = None
        self._error: OSError | None = None  # that ended it, where we came to know it first
        self._closed = False
        self._deadline: asyncio.TimerHandle | None = None
        self._after_close = 0  # bytes
        self.name = "?"

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        # A frame must not wait for the last one's acknowledgement. (asyncio sets this by itself only on sockets whose
        # protocol number was given; an accepted one has none.)
        sock = transport.get_extra_info("socket")
        with contextlib.suppress(OSError):  # the peer has reset it already: the loss follows
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if hasattr(socket, "TCP_NOTSENT_LOWAT"):  # Windows has no such thing
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, KERNEL_UNSENT)
        peer: Any = transport.get_extra_info("peername")
        self.name = str(Address(peer[0], peer[1])) if peer else "?"
        self._flows = self._sock is not None
        try:
            self._receiver = self._accept(self)
        except Exception:
            log.exception("the connection from %s could not be accepted", self.name)
            self._cut_off()
            return
        if self._reader is not None and self._sock is not None:
            transport.pause_reading()
            self._reader.add(self._sock.fileno(), self._hear)

    def _hear(self) -> None:
        assert self._sock is not None
        try:
            size = self._sock.recv_into(self._buffer)
        except BlockingIOError:
            return
        except OSError as error:  # the system tells it once, so asyncio would not come to know it
            self._error = error.with_traceback(None)  # which would hold us, and so itself
            self._cut_off()
            return
        if size:
            self.buffer_updated(size)
        elif self._transport is not None:  # the end, which is asyncio's affair
            self._stop_hearing()
            self._transport.resume_reading()

    def _stop_hearing(self) -> None:
        if self._reader is not None and self._sock is not None:
            self._reader.remove(self._sock.fileno())

    def get_buffer(self, sizehint: int) -> memoryview:
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        if self._closed:
            self._after_close += nbytes
            if self._after_close > CLOSE_BYTES:
                self._cut_off()
            if not self._hears_on:
                return
        if self._receiver is None:
            return
        try:
            self._receiver.received(bytes(self._buffer[:nbytes]))
        except Exception:  # whatever it is, it is no other connection's trouble; the receiver is told by `lost`
            log.exception("what came from %s could not be handled", self.name)
            self._cut_off()

    def connection_lost(self, error: Exception | None) -> None:
        error = error or self._error
        self._stop_hearing()
        self._flows, self._transport = False, None
        if self._deadline is not None:
            self._deadline.cancel()
        self._closing.pop(self, None)
        self._left()
        receiver, self._receiver = self._receiver, None  # which holds us: nothing but a full collection would part us
        if receiver is not None:
            receiver.lost(_why(error) if isinstance(error, OSError) else "the other side closed the connection")

    @property
    def unsent(self) -> int:
        if self._flows or self._transport is None:
            return 0
        unsent = self._transport.get_write_buffer_size()
        self._flows = not unsent and not self._closed and self._sock is not None
        return unsent

    def write(self, data: bytes) -> bool:
        if self._flows:
            assert self._sock is not None
            # Twice as fast as asyncio's way to the same call, which is taken for what the system does not take at once.
            try:
                sent = self._sock.send(data)
            except OSError:  # if it is worse than being full, asyncio comes to know it, too
                sent = 0
            if sent == len(data):
                return True
            self._flows = False
            data = data[sent:]
        if self._transport is not None and not self._closed and not self._transport.is_closing():
            self._transport.write(data)
        return not self.unsent

    def close(self) -> None:
        if self._transport is not None and not self._closed and not self._transport.is_closing():
            self._closed, self._flows = True, False
            # Half a close, and the other half when the peer has closed too: to close at once, with something of the
            # peer's still unread, would reset the connection and take our last words back off the wire.
            try:
                self._transport.write_eof()
            except OSError:  # the peer has reset it already
                self._cut_off()
            self._deadline = asyncio.get_running_loop().call_later(CLOSE_SECONDS, self._cut_off)
            self._closing[self] = None
            if len(self._closing) > MAX_CLOSING:
                next(iter(self._closing))._cut_off()

    def _cut_off(self) -> None:
        self._closing.pop(self, None)
        self._stop_hearing()
        if self._transport is not None:
            self._transport.abort()


def _why(error: OSError) -> str:
    match error.errno:
        case errno.ECONNRESET | errno.EPIPE | errno.ECONNABORTED:
            return "the connection was reset"
        case errno.ETIMEDOUT:
            return "the network did not deliver any more"
        case errno.ENETDOWN | errno.ENETUNREACH | errno.EHOSTUNREACH:
            return "the network is gone"
    return error.strerror or str(error)
