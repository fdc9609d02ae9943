"""How TCP connections come about, at both ends: OS errors become reasons that people can read.

Nothing here blocks: name resolution runs in a thread that nobody waits for.
"""

import asyncio
import errno
import socket
import threading
from collections.abc import Callable
from functools import partial
from typing import Final

from net.io.address import Address
from net.io.happy_eyeballs import SocketAddress, first_to_answer
from net.io.listener import Gate, Listener, OpenGate
from net.io.reader import Reader
from net.io.stream import Stream
from net.wire.pipe import Pipe, Receiver

CONNECT_SECONDS: Final = 10.0  # an address that answers at all does so within a few round trips
RECEIVE_BUFFER: Final = 32 * 1024  # bytes that the kernel holds of each client for us: a client says 100 a second
BACKLOG: Final = 1024  # connections that the kernel may hold for us: hundreds of people may come at once


class DialError(Exception):
    """The server could not be reached; the message says at which step (`fact`) and what may help (`advice`)."""

    def __init__(self, fact: str, advice: str) -> None:
        super().__init__(f"{fact}; {advice}")
        self.fact, self.advice = fact, advice


class ListenError(Exception):
    """The server cannot listen there; the message says why and what to try."""


async def listen(host: str | None, port: int, accept: Callable[[Pipe], Receiver], gate: Gate | None = None) -> Listener:
    """Accept connections on one address, or on every one of this machine where `host` is None. Raises ListenError.

    `gate` says who may come in; without one, everybody may.
    """
    try:
        sock = _listening_socket(host, port)
    except (OSError, UnicodeError) as error:
        raise ListenError(_why_not_listen(host, port, error)) from None
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)  # those that it accepts inherit it
    closing: dict[Stream, None] = {}
    # Windows' loop would mind if somebody else wrote to its sockets.
    direct = isinstance(asyncio.get_running_loop(), asyncio.SelectorEventLoop)
    reader = Reader() if Reader.works() else None

    def make(accepted: socket.socket, left: Callable[[], None]) -> Stream:
        return Stream(accept, closing, left, sock=accepted if direct else None, reader=reader)

    return Listener(sock, make, gate or OpenGate(), reader.close if reader is not None else lambda: None)


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


async def resolve(address: Address) -> list[SocketAddress]:
    """All socket addresses of a server, as getaddrinfo gives them. Raises DialError. Can be cancelled at any time."""
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[list[SocketAddress]] = loop.create_future()

    def settle(result: list[SocketAddress] | None, error: Exception | None) -> None:
        if not answer.done():
            answer.set_result(result or []) if error is None else answer.set_exception(error)

    def look_up() -> None:
        result: list[SocketAddress] | None = None
        fault: Exception | None = None
        try:
            result = list(socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError) as error:
            fault = _why_not_found(address.host, error)
        except Exception as error:  # noqa: BLE001 - it is raised where somebody waits for it
            fault = error
        try:
            loop.call_soon_threadsafe(settle, result, fault)
        except RuntimeError:
            return  # the loop has ended meanwhile: nobody waits any more

    # A daemon thread of our own: the loop's executor would be waited for at exit, for as long as the resolver likes.
    threading.Thread(target=look_up, name="resolve", daemon=True).start()
    return await answer


async def connect(
    address: Address, found: list[SocketAddress], accept: Callable[[Pipe], Receiver]
) -> list[SocketAddress]:
    """Connect to whichever of the resolved addresses answers first.

    Returns the same addresses with that one in front, for the next time. Raises DialError with the reason that tells
    most, where none answers.
    """
    if not found:
        raise DialError(f"unknown host: {address.host!r} has no address", "check the spelling")
    try:
        sock, answered = await first_to_answer(found, CONNECT_SECONDS)
    except ExceptionGroup as group:
        raise _why_not_connect(address, min(group.exceptions, key=_says_little)) from None
    try:
        await asyncio.get_running_loop().create_connection(partial(Stream, accept, hears_on=True), sock=sock)
    except BaseException:
        sock.close()
        raise
    return [answered, *(other for other in found if other != answered)]


def friends_address(port: int) -> Address | None:
    """The address under which machines on the same network reach this one, None where there is no network."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # a documentation address: UDP's connect picks a route and sends nothing
            host = probe.getsockname()[0]
        except OSError:
            return None
    return None if host.startswith("127.") else Address(host, port)


def _why_not_found(host: str, error: OSError | UnicodeError) -> DialError:
    """Why a name has led to no address. That nobody could be asked says nothing about the name."""
    number = getattr(error, "errno", None)
    if number in (socket.EAI_AGAIN, socket.EAI_FAIL):
        return DialError(
            f"not looked up: nobody could be asked for the address of {host!r}",
            "is this machine on the network? If so, try again in a moment, or type the server's number, "
            "such as 192.168.1.5",
        )
    if number == getattr(socket, "EAI_NODATA", None):
        return DialError(f"unknown host: the name {host!r} is known, but has no address", "check the spelling")
    hint = "check the spelling"
    if friends_address(0) is None:  # some systems do not tell the two apart
        hint += ", and whether this machine is on a network"
    return DialError(f"unknown host: nobody knows the name {host!r}", hint)


_TELLING: Final = (errno.ECONNREFUSED, errno.ETIMEDOUT)  # a server's machine has answered, or there may be one


def _says_little(error: Exception) -> int:
    """How little an error says of the server: that this machine lacks IPv6, say, matters to nobody."""
    number = errno.ETIMEDOUT if isinstance(error, TimeoutError) else getattr(error, "errno", None)
    return _TELLING.index(number) if number in _TELLING else len(_TELLING)


def _why_not_connect(address: Address, error: Exception) -> DialError:
    if isinstance(error, TimeoutError):  # ours, or the system's, whose patience was shorter
        within = "" if error.errno else f" within {CONNECT_SECONDS:.0f} s"
        return DialError(
            f"timed out: {address} did not answer{within}",
            "is the address right, and does a firewall let the port through?",
        )
    match getattr(error, "errno", None):
        case errno.ECONNREFUSED:
            return DialError(f"refused: nothing listens at {address}", "is the server running, and is the port right?")
        case errno.ENETUNREACH | errno.EHOSTUNREACH | errno.ENETDOWN | errno.EADDRNOTAVAIL:
            return DialError(f"unreachable: there is no way from here to {address}", "is this machine on the network?")
        case errno.EACCES | errno.EPERM:
            return DialError(
                f"not permitted: this machine lets nobody connect to {address}",
                "does a firewall or another protection here forbid it?",
            )
    reason = getattr(error, "strerror", None) or error
    return DialError(f"could not connect to {address}: {reason}", "is the address that of the server?")


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
        return f"cannot listen on {where}: --host {host} is no address of this machine; omit it to use all"
    return f"cannot listen on {where}: {error}"
