"""The protocol, sans-IO: messages, their bytes, their framing, and the order in which they may be said.

Knows msgpack; knows no socket, no clock, no event loop and no world.
"""

from net.wire.connection import ClientConnection, ServerConnection, State
from net.wire.errors import LocalProtocolError, NotOurProtocolError, RemoteProtocolError
from net.wire.framing import Deframer, frame
from net.wire.messages import VERSION
from net.wire.pipe import Pipe, Receiver

__all__ = [
    "VERSION",
    "ClientConnection",
    "Deframer",
    "LocalProtocolError",
    "NotOurProtocolError",
    "Pipe",
    "Receiver",
    "RemoteProtocolError",
    "ServerConnection",
    "State",
    "frame",
]
