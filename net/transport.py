"""TCP by asyncio, for both ends, and the only place that knows sockets: OS errors become reasons that people can read.

Nothing here blocks: name resolution runs in a thread that nobody waits for.
"""

import asyncio
import contextlib
import errno
import socket
import threading
from collections.abc import Callable
from typing import Any, ClassVar, Final

from net.address import Address
from net.listener import Gate, Listener, OpenGate
from net.pipe import Pipe, Receiver

CONNECT_SECONDS: Final = 10.0  # an address that answers at all does so within a few round trips
CLOSE_SECONDS: Final = 2.0  # to take what is still unsent; then the connection is cut off
READ_BYTES: Final = 32 * 1024  # at once, of one peer: however much it sends, the others' turn comes within microseconds
CLOSE_BYTES: Final = 64 * 1024  # that are still read of a peer meanwhile, so that our last words reach it
RECEIVE_BUFFER: Final = 32 * 1024  # bytes that the kernel holds of each client for us: a client says 100 a second
MAX_CLOSING: Final = 512  # connections in that state; beyond, the one that has been so for longest is cut off
BACKLOG: Final = 1024  # connections that the kernel may hold for us: hundreds of people may come at once

# Bytes that the system may hold for us beyond what is on its way; else it takes megabytes for a peer that reads
# nothing, and `unsent` stays 0 for minutes. It bounds no rate: whoever acknowledges is sent the next ones at once.
KERNEL_UNSENT: Final = 16 * 1024


class DialError(Exception):
    """The server could not be reached; the message says at which step (`fact`) and what may help (`advice`)."""

    def __init__(self, fact: str, advice: str) -> None:
        super().__init__(f"{fact}; {advice}")
        self.fact, self.advice = fact, advice


class ListenError(Exception):
    """The server cannot listen there; the message says why and what to try."""


class _Stream(asyncio.BufferedProtocol):
    """A socket as a Pipe."""

    # One for all: what is read into it is taken out of it before anybody else reads.
    _buffer: ClassVar[memoryview] = memoryview(bytearray(READ_BYTES))

    def __init__(
        self,
        accept: Callable[[Pipe], Receiver],
        closing: "dict[_Stream, None] | None" = None,
        left: Callable[[], None] = lambda: None,
        hears_on: bool = False,
    ) -> None:
        """`closing`: those of the same listener that are being closed; `left` is called when the socket is gone.

        `hears_on`: whether the receiver wants what still comes behind its `close`, until the peer has closed, too.
        """
        self._hears_on = hears_on
        self._accept = accept
        self._closing: dict[_Stream, None] = {} if closing is None else closing
        self._left = left
        self._transport: asyncio.Transport | None = None
        self._receiver: Receiver | None = None
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
        self._receiver = self._accept(self)

    def get_buffer(self, sizehint: int) -> memoryview:
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        assert self._receiver is not None
        if self._closed:
            self._after_close += nbytes
            if self._after_close > CLOSE_BYTES:
                self._cut_off()
            if not self._hears_on:
                return
        self._receiver.received(bytes(self._buffer[:nbytes]))

    def connection_lost(self, error: Exception | None) -> None:
        assert self._receiver is not None
        if self._deadline is not None:
            self._deadline.cancel()
        self._closing.pop(self, None)
        self._left()
        self._receiver.lost(_why(error) if isinstance(error, OSError) else "the other side closed the connection")

    @property
    def unsent(self) -> int:
        return self._transport.get_write_buffer_size() if self._transport else 0

    def write(self, data: bytes) -> None:
        if self._transport is not None and not self._closed and not self._transport.is_closing():
            self._transport.write(data)

    def close(self) -> None:
        if self._transport is not None and not self._closed and not self._transport.is_closing():
            self._closed = True
            # Half a close, and the other half when the peer has closed too: to close at once, with something of the
            # peer's still unread, would reset the connection and take our last words back off the wire.
            try:
                self._transport.write_eof()
            except OSError:  # the peer has reset it already
                self._transport.abort()
            self._deadline = asyncio.get_running_loop().call_later(CLOSE_SECONDS, self._transport.abort)
            self._closing[self] = None
            if len(self._closing) > MAX_CLOSING:
                next(iter(self._closing))._cut_off()

    def _cut_off(self) -> None:
        self._closing.pop(self, None)
        if self._transport is not None:
            self._transport.abort()


async def listen(host: str | None, port: int, accept: Callable[[Pipe], Receiver], gate: Gate | None = None) -> Listener:
    """Accept connections on one address, or on every one of this machine where `host` is None. Raises ListenError.

    `gate` says who may come in; without one, everybody may.
    """
    try:
        sock = _listening_socket(host, port)
    except (OSError, UnicodeError) as error:
        raise ListenError(_why_not_listen(host, port, error)) from None
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)  # those that it accepts inherit it
    closing: dict[_Stream, None] = {}
    return Listener(sock, lambda left: _Stream(accept, closing, left), gate or OpenGate())


def _listening_socket(host: str | None, port: int) -> socket.socket:
    if host is None or host == "::":
        if socket.has_dualstack_ipv6():
            try:
                return socket.create_server(("::", port), family=socket.AF_INET6, dualstack_ipv6=True, backlog=BACKLOG)
            except OSError as error:
                if host or error.errno not in (errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL):
                    raise
        host = host or "0.0.0.0"
    family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
    return socket.create_server((host, port), family=family, backlog=BACKLOG)


def bound_address(server: asyncio.Server | Listener) -> Address:
    """Where a server listens, with the port that it was given for port 0."""
    host, port, *_ = server.sockets[0].getsockname()
    return Address(host, port)


async def resolve(address: Address) -> list[tuple[Any, ...]]:
    """All socket addresses of a server, as getaddrinfo gives them. Raises DialError. Can be cancelled at any time."""
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[list[tuple[Any, ...]]] = loop.create_future()

    def settle(result: list[tuple[Any, ...]] | None, error: Exception | None) -> None:
        if not answer.done():
            answer.set_result(result or []) if error is None else answer.set_exception(error)

    def look_up() -> None:
        result: list[tuple[Any, ...]] | None = None
        fault: Exception | None = None
        try:
            result = list(socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError):
            fault = DialError(f"unknown host: nobody knows the name {address.host!r}", "check the spelling")
        try:
            loop.call_soon_threadsafe(settle, result, fault)
        except RuntimeError:
            return  # the loop has ended meanwhile: nobody waits any more

    # A daemon thread of our own: the loop's executor would be waited for at exit, for as long as the resolver likes.
    threading.Thread(target=look_up, name="resolve", daemon=True).start()
    return await answer


async def connect(address: Address, found: list[tuple[Any, ...]], accept: Callable[[Pipe], Receiver]) -> None:
    """Connect to the first of the resolved addresses that answers. Raises DialError with the last one's reason."""
    loop = asyncio.get_running_loop()
    reason = DialError(f"unknown host: {address.host!r} has no address", "check the spelling")
    for family, kind, protocol, _, target in found:
        try:
            sock = socket.socket(family, kind, protocol)
        except OSError as error:  # a family that this machine does not have
            reason = _why_not_connect(address, error)
            continue
        sock.setblocking(False)
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                await loop.sock_connect(sock, target)
            await loop.create_connection(lambda: _Stream(accept, hears_on=True), sock=sock)
            return
        except TimeoutError:
            sock.close()
            reason = DialError(
                f"timed out: {address} did not answer within {CONNECT_SECONDS:.0f} s",
                "is the address right, and does a firewall let the port through?",
            )
        except OSError as error:
            sock.close()
            reason = _why_not_connect(address, error)
        except BaseException:
            sock.close()
            raise
    raise reason


def friends_address(port: int) -> Address | None:
    """The address under which machines on the same network reach this one, None where there is no network."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # a documentation address: UDP's connect picks a route and sends nothing
            host = probe.getsockname()[0]
        except OSError:
            return None
    return None if host.startswith("127.") else Address(host, port)


def _why(error: OSError) -> str:
    match error.errno:
        case errno.ECONNRESET | errno.EPIPE | errno.ECONNABORTED:
            return "the connection was reset"
        case errno.ETIMEDOUT:
            return "the network did not deliver any more"
        case errno.ENETDOWN | errno.ENETUNREACH | errno.EHOSTUNREACH:
            return "the network is gone"
    return error.strerror or str(error)


def _why_not_connect(address: Address, error: OSError) -> DialError:
    match error.errno:
        case errno.ECONNREFUSED:
            return DialError(f"refused: nothing listens at {address}", "is the server running, and is the port right?")
        case errno.ENETUNREACH | errno.EHOSTUNREACH | errno.ENETDOWN | errno.EADDRNOTAVAIL:
            return DialError(f"unreachable: there is no way from here to {address}", "is this machine on the network?")
        case errno.ETIMEDOUT:  # the system's own patience was shorter than ours
            return DialError(
                f"timed out: {address} did not answer",
                "is the address right, and does a firewall let the port through?",
            )
    return DialError(f"could not connect to {address}: {error.strerror or error}", "is the address that of the server?")


def _why_not_listen(host: str | None, port: int, error: OSError | UnicodeError) -> str:
    where = f"port {port}" if host is None else f"{host}, port {port}"
    match getattr(error, "errno", None):
        case errno.EADDRINUSE:
            return (
                f"cannot listen on {where}: it is in use; is a server running already? "
                f"Try --port {port + 1 if port < 65535 else 0}, or --port 0 for any free one"
            )
        case errno.EACCES:
            return f"cannot listen on {where}: not permitted; try a port of 1024 or more, such as --port 5000"
        case errno.EADDRNOTAVAIL:
            return f"cannot listen on {where}: this machine has no such address; leave --host away to use all"
    if isinstance(error, socket.gaierror | UnicodeError):
        return f"cannot listen on {where}: --host {host} is no address of this machine; leave it away to use all"
    return f"cannot listen on {where}: {error}"
