"""One end of a conversation, sans-IO: bytes in, messages out, and the order in which they may come.

No socket, no clock, no world. A Hello comes first, then the answer to it: a Welcome, which opens the connection, or a
Refused, which closes it, as a Goodbye does at any time and a Benched or Moved once it is open. In the place of the
Hello there may be a Query, to which the Identity is the answer and the end. Before its answer the server may ask once
for a password, by a Challenge that a Proof has to follow. What else may be said depends on whether the Hello was that
of a player or of a spectator.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from enum import Enum, auto
from typing import Final, Generic, TypeVar, get_args

from net.wire.codec import (
    FROM_CLIENT_LIMIT,
    FROM_SERVER_LIMIT,
    MAX_MILLITICK,
    decode_from_client,
    decode_from_server,
    encode,
    encode_pong,
)
from net.wire.errors import LocalProtocolError, RemoteProtocolError
from net.wire.framing import Deframer, frame
from net.wire.messages import (
    Benched,
    Challenge,
    FromClient,
    FromServer,
    Goodbye,
    Hello,
    Identity,
    Look,
    Message,
    Moved,
    Private,
    Profile,
    Proof,
    Query,
    Refused,
    Report,
    Request,
    Say,
    Steer,
    Welcome,
)


class State(Enum):
    """How far the conversation is."""

    GREETING = auto()  # the client's Hello, or its Query, is next
    IDENTITY = auto()  # the server's answer to a Query is next
    ANSWER = auto()  # the server's answer to it is next
    PROOF = auto()  # or its Challenge, to which the client's Proof is next
    VERDICT = auto()  # the server's answer to that is next, and no other Challenge
    OPEN = auto()
    BROKEN = auto()  # the peer broke the protocol: nothing is heard any more, and only a Goodbye may be said
    CLOSED = auto()


# What follows is looked at for each message. To Python 3.11, to name a State or to look for one in a set takes longer
# than all else here: so there are names for some, and tuples.
_CLOSED: Final = State.CLOSED
_DEAF: Final[tuple[State, ...]] = (State.BROKEN, State.CLOSED)
# Where a message may stand, whoever says it; what is not here belongs into an open connection.
_ITS_TURN: Final = {
    Hello: (State.GREETING,),
    Query: (State.GREETING,),
    Identity: (State.IDENTITY,),
    Challenge: (State.ANSWER,),
    Proof: (State.PROOF,),
    Welcome: (State.ANSWER, State.VERDICT),
    Refused: (State.ANSWER, State.VERDICT),
}
_OPEN: Final = (State.OPEN,)
_LEADS_TO: Final = {
    Hello: State.ANSWER,
    Query: State.IDENTITY,
    Identity: State.CLOSED,
    Challenge: State.PROOF,
    Proof: State.VERDICT,
    Welcome: State.OPEN,
    Refused: State.CLOSED,
    Benched: State.CLOSED,
    Moved: State.CLOSED,
    Goodbye: State.CLOSED,
}

_NOT_WHERE: Final = {
    Steer: True,
    Say: True,
    Profile: True,
    Report: True,
    Request: True,
    Private: True,
    Benched: True,
    Look: False,
}  # whether it is one who watches

_SENT_BYTES: Final = 8  # of MAX_MILLITICK in msgpack, behind the byte that says that it is so long

In = TypeVar("In", bound=Message)
Out = TypeVar("Out", bound=Message)


class _Connection(Generic[In, Out]):
    def __init__(
        self,
        limit: int,
        decode: Callable[[bytes], In],
        says: tuple[type, ...],
        said_limit: int,
        hear: Callable[[bytes], Out],
    ) -> None:
        """`limit` and `decode` are for what we hear, `said_limit` and `hear` the peer's for what we say."""
        self.state = State.GREETING
        self.watches = False  # whether the client only looks on, as its Hello says
        self._deframer = Deframer(limit)
        self._decode = decode
        self._says = frozenset(says)
        self._said_limit, self._hear = said_limit, hear

    @property
    def closed(self) -> bool:
        """Whether nothing more can be said."""
        return self.state is _CLOSED

    @property
    def deaf(self) -> bool:
        """Whether nothing more is heard."""
        return self.state in _DEAF

    def receive(self, data: bytes) -> Iterator[In]:
        """Yield the messages that `data` completes, however it was cut.

        Raises RemoteProtocolError where the peer breaks a rule, after what was sound before it; whatever still comes is
        ignored then.
        """
        if self.state in _DEAF:
            return
        try:
            for payload in self._deframer.feed(data):
                message = self._decode(payload)
                self._take_turn(message, RemoteProtocolError)
                yield message
                if self.state is _CLOSED:
                    return
        except RemoteProtocolError:
            self.state = State.BROKEN
            raise

    def send(self, message: Out) -> bytes:
        """The bytes to write. Raises LocalProtocolError for what may not be said now, not by us, or not at all."""
        if self.closed or type(message) not in self._says:
            where = "on a closed connection" if self.closed else "is the other side's to say"
            raise LocalProtocolError(f"{type(message).__name__} {where}")
        payload = self._sound(message)
        self._take_turn(message, LocalProtocolError)
        return frame(payload)

    def _sound(self, message: Out) -> bytes:
        """The payload of what a peer of our version takes: by its own checks."""
        try:
            payload = encode(message)
            if isinstance(message, Welcome):  # whose map is an arena's: to check one of a million tiles takes 20 ms
                self._hear(encode(replace(message, arena=())))
            else:
                self._hear(payload)
        except (RemoteProtocolError, ValueError, OverflowError) as fault:
            raise LocalProtocolError(f"not to be said: {message!r:.100}: {fault}") from None
        if len(payload) > self._said_limit:
            raise LocalProtocolError(f"not to be said: {len(payload)} bytes of {type(message).__name__}")
        return payload

    def _take_turn(self, message: Message, fault: type[Exception]) -> None:
        kind = type(message)
        if kind is not Goodbye and self.state not in _ITS_TURN.get(kind, _OPEN):
            raise fault(f"{kind.__name__} is out of turn: the connection is at {self.state.name}")
        if _NOT_WHERE.get(kind) is self.watches:
            why = "a spectator only looks" if self.watches else "a player looks where its body is"
            raise fault(f"{kind.__name__} is out of turn: {why}")
        if isinstance(message, Hello):
            self.watches = message.watch
        elif isinstance(message, Welcome) and self.watches is not (message.net_id == 0):
            raise fault(f"a welcome as {message.net_id} to {'a spectator' if self.watches else 'a player'}")
        self.state = _LEADS_TO.get(kind, self.state)


class ServerConnection(_Connection[FromClient, FromServer]):
    """The server's end."""

    def __init__(self) -> None:
        says = get_args(FromServer)
        super().__init__(FROM_CLIENT_LIMIT, decode_from_client, says, FROM_SERVER_LIMIT, decode_from_server)

    def begin_pong(self, time: int, received: int) -> bytes:
        """A Pong but for its last bytes, `end_pong` of when it is sent: nothing else is to be done in that moment."""
        return frame(encode_pong(time, received, MAX_MILLITICK))[:-_SENT_BYTES]

    @staticmethod
    def end_pong(sent: int) -> bytes:
        """What comes behind `begin_pong`; `sent` in milliticks."""
        return sent.to_bytes(_SENT_BYTES, "big")


class ClientConnection(_Connection[FromServer, FromClient]):
    """The client's end."""

    def __init__(self) -> None:
        says = get_args(FromClient)
        super().__init__(FROM_SERVER_LIMIT, decode_from_server, says, FROM_CLIENT_LIMIT, decode_from_client)
