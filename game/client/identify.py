"""Asks which server answers at an address, and how fast it does. Believes any certificate: nothing secret is said."""

import asyncio
import socket
from collections.abc import Callable
from typing import Final, NamedTuple

from net.io.address import Address
from net.io.certificates import trusting_context
from net.io.happy_eyeballs import first_to_answer
from net.wire.connection import ClientConnection
from net.wire.errors import RemoteProtocolError
from net.wire.messages import VERSION, Identity, Query

READ_BYTES: Final = 4096  # an Identity has 28


class Answer(NamedTuple):
    """Somebody is there."""

    seconds: float  # that it took to take the connection
    server_id: str  # empty where it did not say who it is


async def identify(address: Address, seconds: float, now: Callable[[], float]) -> Answer | None:
    """Who answers at an address that is a number; None where nobody takes a connection within so many seconds."""
    began, answer = now(), None
    try:
        found = socket.getaddrinfo(*address, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
        async with asyncio.timeout(seconds):
            sock, _ = await first_to_answer(found, seconds)
            answer = Answer(now() - began, "")
            with sock:
                return answer._replace(server_id=await _ask(sock, address))
    except* (OSError, RemoteProtocolError):  # no answer in time, or one of somebody else
        pass
    return answer


async def _ask(sock: socket.socket, address: Address) -> str:
    """The server's id; empty where the other end hangs up first."""
    context, host = (trusting_context(), address.host) if address.tls else (None, None)
    reader, writer = await asyncio.open_connection(sock=sock, ssl=context, server_hostname=host)
    try:
        connection = ClientConnection()
        writer.write(connection.send(Query(VERSION)))
        while data := await reader.read(READ_BYTES):
            for message in connection.receive(data):
                return message.server_id if isinstance(message, Identity) else ""
    finally:
        writer.transport.abort()  # there is nothing more to say, and nothing of ours is left behind
    return ""
