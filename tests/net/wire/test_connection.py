"""The order of a conversation, at both ends: who may say what when, and whose fault it is otherwise."""

from collections.abc import Callable, Iterable
from typing import Any

import msgpack
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from net.wire.codec import FROM_CLIENT_LIMIT, FROM_SERVER_LIMIT, MAX_MILLITICK, encode
from net.wire.connection import ClientConnection, ServerConnection, State
from net.wire.errors import LocalProtocolError, NotOurProtocolError, RemoteProtocolError
from net.wire.framing import frame
from net.wire.messages import (
    VERSION,
    Benched,
    Challenge,
    Frame,
    FromClient,
    FromServer,
    Goodbye,
    Hello,
    Identity,
    Look,
    Message,
    Ping,
    Pong,
    Profile,
    Proof,
    Query,
    Refusal,
    Refused,
    Report,
    Resync,
    Said,
    Say,
    Snapshot,
    Steer,
    Welcome,
)
from tests.net.wire.test_framing import STRANGERS, cut

quick = settings(derandomize=True, deadline=None, max_examples=150)

HELLO = Hello(VERSION, "0123456789abcdef", "Ann", 0xF5A623)
WELCOME = Welcome(7, 118, 60, 2, 0, ("###", "#.#", "###"), "00112233445566778899aabbccddeeff")
WATCHER = Hello(VERSION, "0123456789abcdef", "Ann", 0xF5A623, watch=True)
TO_WATCHER = Welcome(0, 118, 60, 2, 0, ("###", "#.#", "###"), "", 3)
REFUSED = Refused(Refusal.FULL, VERSION, "the server is full", ())
PLAY_OF_CLIENT: tuple[FromClient, ...] = (
    Steer(120, 3),
    Ping(123),
    Resync(60),
    Say("hi"),
    Profile("Bo", 1),
    Report(3, 0),
)
CHALLENGE = Challenge("0123456789abcdef" * 2, "fedcba9876543210" * 2)
PROOF = Proof("00112233445566778899aabbccddeeff", "0123456789abcdef" * 4)
PLAY_OF_SERVER: tuple[FromServer, ...] = (Snapshot(120, (), ()), Frame(122), Pong(123, 122_500, 123_000), Said(7, "hi"))


def wire(messages: Iterable[Message]) -> bytes:
    """The messages as they go onto the wire, whether or not they may."""
    return b"".join(frame(encode(message)) for message in messages)


def open_server() -> ServerConnection:
    """A server's end that has let the client in."""
    server = ServerConnection()
    assert list(server.receive(wire([HELLO]))) == [HELLO]
    server.send(WELCOME)
    return server


def open_client() -> ClientConnection:
    """A client's end that has been let in."""
    client = ClientConnection()
    client.send(HELLO)
    assert list(client.receive(wire([WELCOME]))) == [WELCOME]
    return client


@pytest.mark.parametrize("sent", [0, 1, 255, 1 << 32, MAX_MILLITICK])
def test_a_pong_in_two_parts_is_heard_as_one(sent: int) -> None:
    client, server = open_client(), open_server()
    begun = server.begin_pong(7, 120_000)
    assert list(client.receive(begun)) == []
    assert list(client.receive(server.end_pong(sent))) == [Pong(7, 120_000, sent)]


def test_a_whole_conversation_is_heard_at_both_ends_as_it_was_said() -> None:
    client, server = ClientConnection(), ServerConnection()
    assert (client.state, server.state) == (State.GREETING, State.GREETING)
    assert list(server.receive(client.send(HELLO))) == [HELLO]
    assert list(client.receive(server.send(WELCOME))) == [WELCOME]
    assert (client.state, server.state) == (State.OPEN, State.OPEN)
    for said in PLAY_OF_CLIENT:
        assert list(server.receive(client.send(said))) == [said]
    for told in PLAY_OF_SERVER:
        assert list(client.receive(server.send(told))) == [told]
    goodbye = Goodbye("left")
    assert list(server.receive(client.send(goodbye))) == [goodbye]
    assert client.closed
    assert server.closed


def test_who_asks_which_server_it_is_hears_that_and_no_more() -> None:
    client, server = ClientConnection(), ServerConnection()
    assert list(server.receive(client.send(Query(VERSION)))) == [Query(VERSION)]
    with pytest.raises(LocalProtocolError, match="Welcome is out of turn"):
        server.send(WELCOME)
    with pytest.raises(LocalProtocolError, match="Hello is out of turn"):
        client.send(HELLO)
    identity = Identity(VERSION, "0123456789abcdef")
    assert list(client.receive(server.send(identity))) == [identity]
    assert client.closed
    assert server.closed


def test_nobody_is_told_who_did_not_ask_and_nobody_asks_behind_a_hello() -> None:
    server = ServerConnection()
    list(server.receive(wire([HELLO])))
    with pytest.raises(LocalProtocolError, match="Identity is out of turn"):
        server.send(Identity(VERSION, "0123456789abcdef"))
    with pytest.raises(RemoteProtocolError, match="Query is out of turn"):
        list(open_server().receive(wire([Query(VERSION)])))
    with pytest.raises(RemoteProtocolError, match="Identity is out of turn"):
        list(open_client().receive(wire([Identity(VERSION, "0123456789abcdef")])))


def watching(server: ServerConnection, client: ClientConnection) -> None:
    """A spectator is let in."""
    assert list(server.receive(client.send(WATCHER))) == [WATCHER]
    assert list(client.receive(server.send(TO_WATCHER))) == [TO_WATCHER]


def test_a_spectator_hears_everything_and_says_all_that_needs_no_body() -> None:
    client, server = ClientConnection(), ServerConnection()
    watching(server, client)
    for told in PLAY_OF_SERVER:
        assert list(client.receive(server.send(told))) == [told]
    said: tuple[FromClient, ...] = (Ping(1), Resync(60), Look(-5, 900), Goodbye("left"))
    for message in said:
        assert list(server.receive(client.send(message))) == [message]
    assert server.closed


def test_to_steer_is_out_of_turn_for_a_spectator_and_to_look_for_a_player() -> None:
    for hello, welcome, message in (
        (WATCHER, TO_WATCHER, Steer(1, 1)),
        (WATCHER, TO_WATCHER, Report(1, 0)),
        (WATCHER, TO_WATCHER, Profile("Bo", 1)),
        (HELLO, WELCOME, Look(1, 1)),
    ):
        client, server = ClientConnection(), ServerConnection()
        list(server.receive(client.send(hello)))
        list(client.receive(server.send(welcome)))
        fault = f"{type(message).__name__} is out of turn"
        with pytest.raises(LocalProtocolError, match=fault):
            client.send(message)
        with pytest.raises(RemoteProtocolError, match=fault):
            list(server.receive(wire([message])))
        assert server.state is State.BROKEN


@pytest.mark.parametrize(("hello", "welcome"), [(WATCHER, WELCOME), (HELLO, TO_WATCHER)], ids=["watcher", "player"])
def test_a_welcome_as_something_else_than_was_asked_for_is_the_servers_fault(hello: Hello, welcome: Welcome) -> None:
    client, server = ClientConnection(), ServerConnection()
    list(server.receive(client.send(hello)))
    with pytest.raises(LocalProtocolError, match="a welcome as"):
        server.send(welcome)
    with pytest.raises(RemoteProtocolError, match="a welcome as"):
        list(client.receive(wire([welcome])))
    assert client.state is State.BROKEN


@pytest.mark.parametrize("answer", [WELCOME, REFUSED], ids=["welcome", "refused"])
def test_between_a_hello_and_its_answer_a_password_can_be_asked_for(answer: Welcome | Refused) -> None:
    client, server = ClientConnection(), ServerConnection()
    assert list(server.receive(client.send(HELLO))) == [HELLO]
    assert list(client.receive(server.send(CHALLENGE))) == [CHALLENGE]
    assert list(server.receive(client.send(PROOF))) == [PROOF]
    assert list(client.receive(server.send(answer))) == [answer]
    assert client.state is server.state is (State.OPEN if answer is WELCOME else State.CLOSED)


def asked() -> tuple[ClientConnection, ServerConnection]:
    """A client's end and a server's, where the proof is next."""
    client, server = ClientConnection(), ServerConnection()
    list(server.receive(client.send(HELLO)))
    list(client.receive(server.send(CHALLENGE)))
    return client, server


def test_a_server_that_asks_twice_breaks_the_protocol_so_that_a_client_answers_once() -> None:
    client, _ = asked()
    client.send(PROOF)
    with pytest.raises(RemoteProtocolError, match="Challenge is out of turn"):
        list(client.receive(wire([CHALLENGE])))
    client, _ = asked()
    with pytest.raises(RemoteProtocolError, match="Challenge is out of turn"):
        list(client.receive(wire([CHALLENGE])))
    with pytest.raises(RemoteProtocolError, match="Challenge is out of turn"):
        list(open_client().receive(wire([CHALLENGE])))


def test_a_client_proves_once_and_only_what_it_was_asked_for() -> None:
    for server in (ServerConnection(), open_server()):
        with pytest.raises(RemoteProtocolError, match="Proof is out of turn"):
            list(server.receive(wire([PROOF])))
    _, server = asked()
    with pytest.raises(RemoteProtocolError, match="Proof is out of turn"):
        list(server.receive(wire([PROOF, PROOF])))
    unasked = ServerConnection()
    with pytest.raises(RemoteProtocolError, match="Proof is out of turn"):
        list(unasked.receive(wire([HELLO, PROOF])))


@pytest.mark.parametrize("message", [HELLO, *PLAY_OF_CLIENT])
def test_who_was_asked_for_a_proof_may_say_nothing_else(message: FromClient) -> None:
    _, server = asked()
    with pytest.raises(RemoteProtocolError, match="is out of turn: the connection is at PROOF"):
        list(server.receive(wire([message])))


def test_letting_in_who_was_asked_and_has_not_answered_is_our_own_mistake() -> None:
    _, server = asked()
    with pytest.raises(LocalProtocolError, match="Welcome is out of turn"):
        server.send(WELCOME)


def test_a_refusal_closes_both_ends() -> None:
    client, server = ClientConnection(), ServerConnection()
    assert list(server.receive(client.send(HELLO))) == [HELLO]
    assert list(client.receive(server.send(REFUSED))) == [REFUSED]
    assert client.closed
    assert server.closed


@pytest.mark.parametrize("make", [ServerConnection, open_server])
def test_a_client_may_say_goodbye_at_any_time(make: Callable[[], ServerConnection]) -> None:
    server = make()
    assert list(server.receive(wire([Goodbye("changed my mind")]))) == [Goodbye("changed my mind")]
    assert server.closed


@pytest.mark.parametrize("make", [ClientConnection, open_client])
def test_a_server_may_say_goodbye_at_any_time(make: Callable[[], ClientConnection]) -> None:
    client = make()
    assert list(client.receive(wire([Goodbye("closing")]))) == [Goodbye("closing")]
    assert client.closed


def test_a_player_who_is_benched_hears_nothing_more_and_a_spectator_cannot_be() -> None:
    benched = Benched("you did nothing")
    client, server = open_client(), open_server()
    assert list(client.receive(server.send(benched))) == [benched]
    assert client.closed
    assert server.closed
    client, server = ClientConnection(), ServerConnection()
    watching(server, client)
    with pytest.raises(LocalProtocolError, match="Benched is out of turn"):
        server.send(benched)
    with pytest.raises(RemoteProtocolError, match="Benched is out of turn"):
        list(client.receive(wire([benched])))
    client = ClientConnection()
    client.send(HELLO)
    with pytest.raises(RemoteProtocolError, match="Benched is out of turn"):
        list(client.receive(wire([benched])))


@pytest.mark.parametrize("message", PLAY_OF_CLIENT)
def test_a_client_that_plays_before_it_was_let_in_is_out_of_turn(message: FromClient) -> None:
    server = ServerConnection()
    with pytest.raises(RemoteProtocolError, match=f"{type(message).__name__} is out of turn.*GREETING"):
        list(server.receive(wire([message])))
    assert server.state is State.BROKEN


def test_a_client_that_says_hello_again_is_out_of_turn() -> None:
    server = open_server()
    with pytest.raises(RemoteProtocolError, match="Hello is out of turn: the connection is at OPEN"):
        list(server.receive(wire([HELLO])))
    assert server.state is State.BROKEN


def test_a_client_that_does_not_wait_for_the_welcome_is_out_of_turn_but_its_hello_is_heard() -> None:
    server, heard = ServerConnection(), list[FromClient]()
    with pytest.raises(RemoteProtocolError, match="Steer is out of turn"):
        heard.extend(server.receive(wire([HELLO, Steer(1, 1)])))
    assert heard == [HELLO]


@pytest.mark.parametrize("message", PLAY_OF_SERVER)
def test_a_server_that_tells_of_the_world_before_the_welcome_is_out_of_turn(message: FromServer) -> None:
    client = ClientConnection()
    client.send(HELLO)
    with pytest.raises(RemoteProtocolError, match=f"{type(message).__name__} is out of turn.*ANSWER"):
        list(client.receive(wire([message])))
    assert client.state is State.BROKEN


@pytest.mark.parametrize("message", [WELCOME, REFUSED])
def test_a_server_that_answers_a_hello_twice_is_out_of_turn(message: FromServer) -> None:
    client = open_client()
    with pytest.raises(RemoteProtocolError, match=f"{type(message).__name__} is out of turn.*OPEN"):
        list(client.receive(wire([message])))
    assert client.state is State.BROKEN


@pytest.mark.parametrize("message", PLAY_OF_CLIENT)
def test_playing_before_the_welcome_is_our_own_mistake(message: FromClient) -> None:
    client = ClientConnection()
    with pytest.raises(LocalProtocolError, match=f"{type(message).__name__} is out of turn.*GREETING"):
        client.send(message)
    assert client.state is State.GREETING
    assert client.send(HELLO)


@pytest.mark.parametrize("message", PLAY_OF_SERVER)
def test_telling_of_the_world_before_the_welcome_is_our_own_mistake(message: FromServer) -> None:
    server = ServerConnection()
    with pytest.raises(LocalProtocolError, match=f"{type(message).__name__} is out of turn.*GREETING"):
        server.send(message)
    assert server.state is State.GREETING


def test_greeting_again_once_the_connection_is_open_is_our_own_mistake_and_does_no_harm() -> None:
    client, server = open_client(), open_server()
    with pytest.raises(LocalProtocolError, match="Hello is out of turn"):
        client.send(HELLO)
    for greeting in (WELCOME, REFUSED):
        with pytest.raises(LocalProtocolError, match="is out of turn"):
            server.send(greeting)
    assert list(server.receive(client.send(Steer(1, 1)))) == [Steer(1, 1)]
    assert list(client.receive(server.send(Frame(120)))) == [Frame(120)]


def test_saying_hello_twice_before_the_answer_is_our_own_mistake() -> None:
    client = ClientConnection()
    client.send(HELLO)
    with pytest.raises(LocalProtocolError):
        client.send(HELLO)


def test_welcoming_who_has_not_said_hello_is_our_own_mistake() -> None:
    with pytest.raises(LocalProtocolError):
        ServerConnection().send(WELCOME)


@pytest.mark.parametrize("end", [Goodbye("left"), REFUSED])
def test_nothing_more_can_be_said_on_a_closed_connection(end: FromServer) -> None:
    server = ServerConnection()
    assert list(server.receive(wire([HELLO]))) == [HELLO]
    server.send(end)
    for message in (WELCOME, Frame(1), Goodbye("again")):
        with pytest.raises(LocalProtocolError, match=f"{type(message).__name__} on a closed connection"):
            server.send(message)


def test_whatever_comes_on_a_closed_connection_is_ignored_sound_or_not() -> None:
    server = open_server()
    server.send(Goodbye("closing"))
    assert list(server.receive(wire([Steer(1, 1)]))) == []
    assert list(server.receive(b"GET / HTTP/1.1\r\n\r\n")) == []


def test_what_comes_behind_a_goodbye_in_the_same_read_is_ignored_sound_or_not() -> None:
    for behind in (wire([Steer(2, 2)]), b"\xff" * 50):
        server = open_server()
        said: list[FromClient] = [Steer(1, 1), Goodbye("left")]
        assert list(server.receive(wire(said) + behind)) == said
        assert server.closed


def test_who_closes_while_handling_a_message_hears_no_more_of_the_same_read() -> None:
    server, heard = open_server(), list[FromClient]()
    for message in server.receive(wire([Steer(1, 1), Steer(2, 2), Steer(3, 3)])):
        heard.append(message)
        if message == Steer(2, 2):
            server.send(Goodbye("enough"))
    assert heard == [Steer(1, 1), Steer(2, 2)]


def test_a_server_may_answer_a_hello_while_it_handles_it_and_hears_what_follows() -> None:
    server, heard = ServerConnection(), list[FromClient]()
    for message in server.receive(wire([HELLO, Steer(1, 1)])):
        heard.append(message)
        if message == HELLO:
            server.send(WELCOME)
    assert heard == [HELLO, Steer(1, 1)]


BAD: dict[str, bytes] = {
    "a length past the limit": b"\xff\xff\xff\xff",
    "a length of zero": b"\0\0\0\0",
    "no msgpack": frame(b"\xc1"),
    "true for a tick": frame(msgpack.packb([1, True, 1])),
    "an unknown tag": frame(msgpack.packb([99])),
    "out of turn": wire([HELLO]),
}


@quick
@given(
    st.lists(st.sampled_from(PLAY_OF_CLIENT), max_size=10),
    st.sampled_from(sorted(BAD.values())),
    st.binary(max_size=20),
    st.lists(st.integers(0, 500), max_size=12),
)
def test_what_was_sound_before_a_bad_message_is_heard_however_it_was_cut(
    said: list[FromClient], bad: bytes, behind: bytes, places: list[int]
) -> None:
    server, heard, faults = open_server(), list[FromClient](), 0
    for chunk in cut(wire(said) + bad + behind, places):
        try:
            heard.extend(server.receive(chunk))
        except RemoteProtocolError:
            faults += 1
    assert heard == said
    assert faults == 1  # and silence afterwards
    assert server.state is State.BROKEN


@quick
@given(st.lists(st.sampled_from(PLAY_OF_SERVER), max_size=20), st.lists(st.integers(0, 500), max_size=20))
def test_a_client_hears_the_same_however_the_stream_was_cut(told: list[FromServer], places: list[int]) -> None:
    client, said = ClientConnection(), [WELCOME, *told, Goodbye("closing")]
    client.send(HELLO)
    heard = [message for chunk in cut(wire(said), places) for message in client.receive(chunk)]
    assert heard == said


def test_a_client_hears_the_same_byte_by_byte() -> None:
    client, said = ClientConnection(), [WELCOME, *PLAY_OF_SERVER * 20, Goodbye("closing")]
    client.send(HELLO)
    heard = [message for byte in wire(said) for message in client.receive(bytes([byte]))]
    assert heard == said


@pytest.mark.parametrize("greeting", STRANGERS.values(), ids=STRANGERS)
@pytest.mark.parametrize("make", [ServerConnection, ClientConnection])
def test_a_stranger_is_told_apart_from_one_of_us_who_broke_a_rule(make: Callable[[], Any], greeting: bytes) -> None:
    connection = make()
    with pytest.raises(NotOurProtocolError):
        list(connection.receive(greeting))
    assert connection.state is State.BROKEN
    other = make()
    with pytest.raises(RemoteProtocolError) as caught:
        list(other.receive(wire([Steer(1, 1) if make is ServerConnection else Frame(1)])))
    assert not isinstance(caught.value, NotOurProtocolError)


def test_each_end_takes_messages_up_to_the_limit_of_the_other() -> None:
    with pytest.raises(NotOurProtocolError, match=f"1 to {FROM_CLIENT_LIMIT} are allowed"):
        list(open_server().receive((FROM_CLIENT_LIMIT + 1).to_bytes(4, "big")))
    with pytest.raises(NotOurProtocolError, match=f"1 to {FROM_SERVER_LIMIT} are allowed"):
        list(open_client().receive((FROM_SERVER_LIMIT + 1).to_bytes(4, "big")))
    assert list(open_server().receive(FROM_CLIENT_LIMIT.to_bytes(4, "big"))) == []
    assert list(open_client().receive(FROM_SERVER_LIMIT.to_bytes(4, "big"))) == []


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD)
def test_after_a_fault_of_the_peer_a_goodbye_can_be_said_and_then_nothing(bad: bytes) -> None:
    server = open_server()
    with pytest.raises(RemoteProtocolError):
        list(server.receive(bad))
    goodbye = Goodbye("broke the protocol")
    assert list(open_client().receive(server.send(goodbye))) == [goodbye]
    assert server.closed
    with pytest.raises(LocalProtocolError):
        server.send(goodbye)


@pytest.mark.parametrize("make", [ServerConnection, open_server])
@pytest.mark.parametrize(
    "message",
    [
        WELCOME,
        REFUSED,
        Frame(1),
    ],
)
def test_after_a_fault_of_the_peer_anything_but_a_goodbye_is_our_own_mistake(
    make: Callable[[], ServerConnection], message: FromServer
) -> None:
    server = make()
    with pytest.raises(RemoteProtocolError):
        list(server.receive(b"\0\0\0\0"))
    with pytest.raises(LocalProtocolError):
        server.send(message)
