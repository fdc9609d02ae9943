"""Accepts connections, as fast as they come and never faster than the rest of the program bears.

asyncio's own server makes a transport for everybody who connects, and where the system has no file descriptor left it
looks away for a second while nobody is told anything. Here a Gate is asked first, so that a refusal costs a few system
calls, and a descriptor is kept in reserve, so that there is one to refuse with.

Knows no protocol: what is said to whom, the gate says.
"""

import asyncio
import contextlib
import errno
import os
import socket
from collections.abc import Callable
from typing import Final, Protocol

ACCEPTS: Final = 4  # at once; then the rest of the program has its turn, for
BREATH_SECONDS: Final = 0.002  # so 2,000 a second at most: to refuse so many costs a sixth of a core, and no more
PAUSE_SECONDS: Final = 0.1  # from look to look while there are no descriptors
OUT_OF_RESOURCES: Final = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})


class Gate(Protocol):
    """Who decides about connections. Each `enter` that answers None is followed by one `leave`, in the end."""

    def enter(self, host: str) -> bytes | None:
        """Somebody connects from there: None to let them in, else what to say before closing."""

    def leave(self, host: str) -> None:
        """One of those who were let in is gone."""

    def exhausted(self) -> bytes:
        """Somebody connected, and the system has no descriptor left for it: what to say before closing."""


class OpenGate:
    """Lets everybody in."""

    def enter(self, host: str) -> bytes | None:
        """As a Gate has it."""
        return None

    def leave(self, host: str) -> None:
        """As a Gate has it."""

    def exhausted(self) -> bytes:
        """As a Gate has it."""
        return b""


class Listener:
    """A listening socket of the running loop.

    `make(socket, left)` gives the protocol of an accepted connection, which calls `left` once.
    """

    def __init__(
        self,
        sock: socket.socket,
        make: Callable[[socket.socket, Callable[[], None]], asyncio.BaseProtocol],
        gate: Gate,
        closed: Callable[[], None] = lambda: None,
    ) -> None:
        """`closed` is called once, when it has been closed."""
        sock.setblocking(False)
        self.sockets = (sock,)
        self._sock, self._make, self._gate, self._closed = sock, make, gate, closed
        self._loop = asyncio.get_running_loop()
        self._reserve = _spare_descriptor()
        self._setting_up: set[asyncio.Task[None]] = set()  # at most those of one turn of the loop
        self._accepting = self._loop.create_task(self._accept())
        self._accepting.add_done_callback(_report)

    def close(self) -> None:
        """Accept nobody any more; who is in stays in. A second time does nothing."""
        if self._sock.fileno() < 0:
            return
        self._accepting.cancel()
        with contextlib.suppress(NotImplementedError):  # Windows: there nothing watches the socket from outside
            self._loop.remove_reader(self._sock)
        self._sock.close()
        self._closed()
        if self._reserve is not None:
            os.close(self._reserve)
            self._reserve = None

    async def _accept(self) -> None:
        while True:
            for _ in range(ACCEPTS):
                await self._accept_one()
            await asyncio.sleep(BREATH_SECONDS)  # meanwhile the kernel keeps who comes, or has them try again

    async def _accept_one(self) -> None:
        try:
            sock, address = await self._loop.sock_accept(self._sock)
        except OSError as error:
            # Else it is that one that is gone already (ECONNABORTED and the like); the next one may be well.
            if error.errno in OUT_OF_RESOURCES:
                await self._refuse_with_reserve()
            return
        host = str(address[0])
        try:
            words = self._gate.enter(host)
        except BaseException:
            sock.close()
            raise
        if words is not None:
            _refuse(sock, words)
            return
        task = self._loop.create_task(self._serve(sock, host))
        self._setting_up.add(task)
        task.add_done_callback(self._setting_up.discard)
        task.add_done_callback(_report)

    async def _serve(self, sock: socket.socket, host: str) -> None:
        left = _Once(lambda: self._gate.leave(host))
        try:
            await self._loop.connect_accepted_socket(lambda: self._make(sock, left), sock)
        except BaseException as error:
            left()
            sock.close()
            if not isinstance(error, OSError):  # else it was reset meanwhile
                raise

    async def _refuse_with_reserve(self) -> None:
        """Give the reserve away for a moment, to refuse whoever waits."""
        refused = False
        if self._reserve is not None:
            os.close(self._reserve)
            with contextlib.suppress(OSError):
                _refuse(self._sock.accept()[0], self._gate.exhausted())
                refused = True
        self._reserve = _spare_descriptor()
        # Without descriptors the system says so even where nobody waits, and somebody may have taken the reserve
        # meanwhile: to look again at once would be a spin.
        if not refused or self._reserve is None:
            await asyncio.sleep(PAUSE_SECONDS)


class _Once:
    """Calls something the first time."""

    def __init__(self, act: Callable[[], None]) -> None:
        self._act: Callable[[], None] | None = act

    def __call__(self) -> None:
        act, self._act = self._act, None
        if act is not None:
            act()


def _refuse(sock: socket.socket, words: bytes) -> None:
    """Say it if that needs no waiting, and close: whoever is refused costs nothing any more."""
    with sock, contextlib.suppress(OSError):
        sock.setblocking(False)
        sock.send(words)


def _report(task: asyncio.Task[None]) -> None:
    """A fault of ours must not end unread in a task that nobody waits for."""
    if not task.cancelled() and (error := task.exception()) is not None:
        task.get_loop().call_exception_handler({"message": "fault of a listener", "exception": error, "task": task})


def _spare_descriptor() -> int | None:
    try:
        return os.open(os.devnull, os.O_RDONLY)
    except OSError:
        return None
