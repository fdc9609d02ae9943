"""One end of a conversation, sans-IO: bytes in, messages out, and the order in which they may come.

No socket, no clock, no world. Each end begins in GREETING; a Welcome opens the connection, a Refused or a Goodbye
closes it.
"""

from collections.abc import Callable, Iterator
from enum import Enum, auto
from typing import Generic, TypeVar

from net.codec import (
    FROM_CLIENT_LIMIT,
    FROM_SERVER_LIMIT,
    decode_from_client,
    decode_from_server,
    encode,
)
from net.errors import LocalProtocolError, RemoteProtocolError
from net.framing import Deframer, frame
from net.messages import (
    FromClient,
    FromServer,
    Goodbye,
    Hello,
    Message,
    Refused,
    Welcome,
)


class State(Enum):
    """How far the conversation is."""

    GREETING = auto()  # the client's Hello, and the server's answer to it
    OPEN = auto()
    BROKEN = auto()  # the peer broke the protocol: nothing is heard any more, and only a Goodbye may be said
    CLOSED = auto()


In = TypeVar("In", bound=Message)
Out = TypeVar("Out", bound=Message)


class _Connection(Generic[In, Out]):
    _greetings_in: tuple[type, ...]
    _greetings_out: tuple[type, ...]

    def __init__(self, limit: int, decode: Callable[[bytes], In]) -> None:
        self.state = State.GREETING
        self._deframer = Deframer(limit)
        self._decode = decode

    @property
    def closed(self) -> bool:
        """Whether nothing more can be said."""
        return self.state is State.CLOSED

    def receive(self, data: bytes) -> Iterator[In]:
        """Yield the messages that `data` completes, however it was cut.

        Raises RemoteProtocolError where the peer breaks a rule, after what was sound before it; whatever still comes is
        ignored then.
        """
        if self.state in (State.BROKEN, State.CLOSED):
            return
        try:
            for payload in self._deframer.feed(data):
                message = self._decode(payload)
                self._expect(message, self._greetings_in, RemoteProtocolError)
                self._went(message)
                yield message
                if self.closed:
                    return
        except RemoteProtocolError:
            self.state = State.BROKEN
            raise

    def send(self, message: Out) -> bytes:
        """The bytes to write. Raises LocalProtocolError for what may not be said now."""
        if self.closed:
            raise LocalProtocolError(f"{type(message).__name__} on a closed connection")
        self._expect(message, self._greetings_out, LocalProtocolError)
        self._went(message)
        return frame(encode(message))

    def _expect(self, message: Message, greetings: tuple[type, ...], fault: type[Exception]) -> None:
        if isinstance(message, Goodbye):
            return
        if isinstance(message, greetings) != (self.state is State.GREETING):
            raise fault(f"{type(message).__name__} is out of turn: the connection is {self.state.name.lower()}")

    def _went(self, message: Message) -> None:
        if isinstance(message, Welcome):
            self.state = State.OPEN
        elif isinstance(message, Refused | Goodbye):
            self.state = State.CLOSED


class ServerConnection(_Connection[FromClient, FromServer]):
    """The server's end."""

    _greetings_in = (Hello,)
    _greetings_out = (Welcome, Refused)

    def __init__(self) -> None:
        super().__init__(FROM_CLIENT_LIMIT, decode_from_client)


class ClientConnection(_Connection[FromServer, FromClient]):
    """The client's end."""

    _greetings_in = (Welcome, Refused)
    _greetings_out = (Hello,)

    def __init__(self) -> None:
        super().__init__(FROM_SERVER_LIMIT, decode_from_server)
