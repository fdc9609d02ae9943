"""Asks which server answers at an address, and how fast it does. Believes any certificate: nothing secret is said."""

import asyncio
import socket
from collections.abc import Callable
from typing import NamedTuple

from net.address import Address
from net.certificates import trusting_context
from net.connection import ClientConnection
from net.errors import RemoteProtocolError
from net.messages import VERSION, Identity, Query
from net.pipe import Pipe, Receiver
from net.tls import TlsPipe
from net.transport import DialError, connect


class Answer(NamedTuple):
    """Somebody is there."""

    seconds: float  # that it took to take the connection
    server_id: str  # empty where it did not say who it is


async def identify(address: Address, seconds: float, now: Callable[[], float]) -> Answer | None:
    """Who answers at an address that is a number; None where nobody takes a connection within so many seconds."""
    found = socket.getaddrinfo(*address, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    asking = _Asking(address)
    began = connected = now()
    try:
        async with asyncio.timeout(seconds):
            await connect(address, list(found), asking.begin)
            connected = now()
            return Answer(connected - began, await asking.answer)
    except DialError:
        return None
    except TimeoutError:
        return Answer(connected - began, "") if connected > began else None
    finally:
        asking.close()


class _Asking:
    """A Receiver, for one answer."""

    def __init__(self, address: Address) -> None:
        self.answer: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._address = address
        self._connection = ClientConnection()
        self._pipe: Pipe | None = None

    def begin(self, under: Pipe) -> Receiver:
        """The connection stands."""
        if not self._address.tls:
            self._ask(under)
            return self
        pipe = self._pipe = TlsPipe(under, trusting_context(), self._address.host)
        pipe.receiver, pipe.secured = self, lambda: self._ask(pipe)
        pipe.start()
        return pipe

    def received(self, data: bytes) -> None:
        """As a Receiver has it."""
        try:
            for message in self._connection.receive(data):
                self._settle(message.server_id if isinstance(message, Identity) else "")
        except RemoteProtocolError:
            self._settle("")

    def lost(self, reason: str) -> None:
        """As a Receiver has it."""
        self._settle("")

    def close(self) -> None:
        """It has been answered, or nobody waits any more."""
        self.answer.cancel()
        if self._pipe is not None:
            self._pipe.close()

    def _ask(self, pipe: Pipe) -> None:
        self._pipe = pipe
        pipe.write(self._connection.send(Query(VERSION)))

    def _settle(self, server_id: str) -> None:
        if not self.answer.done():
            self.answer.set_result(server_id)
