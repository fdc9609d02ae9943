"""The codec: every message survives the way there and back, and nothing else gets in, for any reason but one."""

import math
import tracemalloc
from collections.abc import Callable, Iterator
from typing import Any

import msgpack
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from net.inputs import MOST_ACTIONS
from net.wire.codec import (
    FROM_CLIENT_LIMIT,
    FROM_SERVER_LIMIT,
    INTENT_CODES,
    MAX_CELL,
    MAX_CELL_TILES,
    MAX_COORDINATE,
    MAX_INT,
    MAX_MILLITICK,
    MAX_REPORTED,
    MAX_TICK,
    TEXT_LIMIT,
    decode_from_client,
    decode_from_server,
    encode,
    join_cells,
)
from net.wire.errors import NotOurProtocolError, RemoteProtocolError
from net.wire.messages import (
    ANY_COLOR,
    MAGIC,
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
    Moved,
    Ping,
    Pong,
    Private,
    Profile,
    Proof,
    Query,
    Refusal,
    Refused,
    Report,
    Request,
    Resync,
    Said,
    Say,
    Section,
    Snapshot,
    Steer,
    Welcome,
)
from net.wire.tile_map import MAX_SIDE

quick = settings(derandomize=True, deadline=None, max_examples=150)

ticks = st.integers(0, MAX_TICK)
milliticks = st.integers(0, MAX_MILLITICK)
net_ids = st.integers(1, MAX_INT)
rates = st.integers(1, 1000)
coordinates = st.integers(-MAX_COORDINATE, MAX_COORDINATE)
whole = st.integers(-MAX_INT, MAX_INT)
indices = st.integers(0, MAX_INT)
digits = st.text("0123456789abcdef", min_size=32, max_size=32)
server_ids = st.text("0123456789abcdef", min_size=16, max_size=16)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=TEXT_LIMIT)
values = st.lists(st.one_of(whole, st.booleans(), texts), max_size=4).map(tuple)
entities = st.tuples(net_ids, st.lists(st.tuples(indices, values), max_size=4).map(tuple))
cells = st.integers(0, MAX_CELL)
bodies = st.tuples(net_ids, coordinates, coordinates, coordinates, coordinates, indices)
changes = st.tuples(net_ids, indices, st.none() | values)


def rows(of: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """A short tuple of these."""
    return st.lists(of, max_size=4).map(tuple)


@st.composite
def frames(draw: st.DrawFn) -> Frame:
    """Any frame; its intents began at or before its tick, by no more than their code can say."""
    tick = draw(ticks)
    back = st.integers(0, min(tick, MAX_INT // INTENT_CODES))
    deeds = st.just(0) | st.integers(2, 2 * MOST_ACTIONS - 1)
    intents = st.tuples(back.map(lambda ago: tick - ago), net_ids, st.integers(0, INTENT_CODES - 1), deeds)
    checksum = st.none() | st.integers(0, (1 << 32) - 1)
    sections = st.builds(
        Section,
        cells,
        st.lists(intents, max_size=4),
        st.lists(bodies, max_size=4),
        st.lists(net_ids, max_size=4),
        st.lists(entities, max_size=4),
        st.lists(changes, max_size=4),
        checksum,
        st.lists(st.tuples(indices, back.map(lambda ago: tick - ago), values), max_size=3),
    )
    return Frame(tick, draw(rows(sections)))


colors = st.integers(ANY_COLOR, 0xFFFFFF)
messages_from_client: st.SearchStrategy[FromClient] = st.one_of(
    st.builds(Query, indices),
    st.builds(Hello, st.just(VERSION), texts, texts, colors, texts, st.booleans()),
    st.builds(Steer, ticks, st.integers(0, INTENT_CODES - 1), st.integers(0, MOST_ACTIONS - 1)),
    st.builds(Request, indices, values),
    st.builds(Ping, milliticks),
    st.builds(Resync, ticks),
    st.builds(Say, texts),
    st.builds(Profile, texts, colors),
    st.builds(Look, coordinates, coordinates),
    st.builds(Report, st.integers(0, MAX_REPORTED), st.integers(0, MAX_REPORTED)),
    st.builds(Proof, digits, st.builds(str.__add__, digits, digits)),
    st.builds(Goodbye, texts),
)
messages_from_server: st.SearchStrategy[FromServer] = st.one_of(
    st.builds(Challenge, digits, digits),
    st.builds(Identity, indices, server_ids),
    st.builds(
        Welcome,
        indices,
        ticks,
        st.integers(1, 1000),
        st.integers(1, 1000),
        st.integers(0, MAX_CELL_TILES),
        rows(st.text("#.", max_size=MAX_SIDE)),
        st.one_of(st.just(""), digits),
        indices,
        server_ids,
    ),
    st.builds(Refused, st.sampled_from(Refusal), st.integers(0, MAX_INT), texts, rows(texts)),
    st.builds(Snapshot, ticks, rows(cells), rows(st.tuples(cells, rows(entities)))),
    frames(),
    st.builds(Pong, milliticks, milliticks, milliticks),
    st.builds(Said, indices, texts),
    st.builds(Benched, texts),
    st.builds(Moved, texts, texts),
    st.builds(Private, ticks, indices, values),
    st.builds(Goodbye, texts),
)

# One of each, with something in every list. What a server says of components here is of this game's shape.
SAMPLES_FROM_CLIENT: tuple[FromClient, ...] = (
    Hello(VERSION, "0123456789abcdef", "Ann", 0xF5A623, "00112233445566778899aabbccddeeff", True),
    Steer(120, 3),
    Ping(123_456),
    Resync(600),
    Say("over here!"),
    Profile("Bo", 0x56B4E9),
    Profile("Bo", ANY_COLOR),
    Request(3, (2, "red", True)),
    Steer(120, 3, 77),
    Look(-544, 1056),
    Report(3, 0),
    Proof("0123456789abcdef" * 2, "0123456789abcdef" * 4),
    Query(VERSION),
    Goodbye("left"),
)
SAMPLES_FROM_SERVER: tuple[FromServer, ...] = (
    Welcome(7, 118, 60, 2, 16, ("###", "#.#", "###"), "00112233445566778899aabbccddeeff", 3, "0123456789abcdef"),
    Identity(VERSION, "0123456789abcdef"),
    Refused(Refusal.FULL, VERSION, "the server is full", ("Position(x: int, y: int)",)),
    Snapshot(120, (6, 17), ((0, ()), (9, ((7, ((0, (544, 1056)), (4, ("Ann",)), (5, (False,)))),)))),
    Frame(
        122,
        (
            Section(
                9,
                [(121, 7, 3, 0), (122, 9, 0, 75)],
                [(9, 600, 700, -64, 64, 7)],
                [4, 5],
                [(10, ((0, (544, 1056)), (1, (0, 0))))],
                [(7, 4, ("Bob",)), (7, 5, None)],
                0xDEADBEEF,
            ),
            Section(10, checksum=0),
            Section(11, events=[(0, 121, (7,)), (3, 122, ())]),
        ),
    ),
    Pong(123_456, 122_500, 123_000),
    Said(7, "over here!"),
    Benched("you did nothing for 180 s"),
    Moved("football", "football comes next"),
    Private(120, 2, (7,)),
    Goodbye("the server is closing"),
    Challenge("0123456789abcdef" * 2, "fedcba9876543210" * 2),
)
SAMPLES: list[tuple[Message, Callable[[bytes], Message]]] = [
    *((message, decode_from_client) for message in SAMPLES_FROM_CLIENT),
    *((message, decode_from_server) for message in SAMPLES_FROM_SERVER),
]
each_sample = pytest.mark.parametrize(
    ("message", "decode"), SAMPLES, ids=[f"{decode.__name__}-{type(message).__name__}" for message, decode in SAMPLES]
)
each_end = pytest.mark.parametrize("decode", [decode_from_client, decode_from_server])


@quick
@given(messages_from_client)
def test_everything_that_a_client_can_say_is_understood_as_it_was_meant(message: FromClient) -> None:
    assert decode_from_client(encode(message)) == message


@quick
@given(messages_from_server)
def test_everything_that_a_server_can_say_is_understood_as_it_was_meant(message: FromServer) -> None:
    assert decode_from_server(encode(message)) == message


@each_sample
def test_a_sample_of_each_message_survives_the_way_there_and_back(
    message: Message, decode: Callable[[bytes], Message]
) -> None:
    assert decode(encode(message)) == message


def test_the_samples_are_of_every_message_that_there_is() -> None:
    assert {type(message) for message in SAMPLES_FROM_CLIENT} == set(FromClient.__args__)
    assert {type(message) for message in SAMPLES_FROM_SERVER} == set(FromServer.__args__)


def test_true_and_one_stay_apart_in_the_values_of_a_component() -> None:
    said = Snapshot(1, (), ((0, ((1, ((0, (True, 1, 0, False)),)),)),))
    heard = decode_from_server(encode(said))
    assert isinstance(heard, Snapshot)
    ((_, ((_, given_values),)),) = heard.entities
    assert [type(value) for value in given_values] == [bool, int, int, bool]


def test_an_intent_of_the_same_tick_costs_its_net_id_and_one_byte() -> None:
    nothing = len(encode(Frame(1000, (Section(0),))))
    assert len(encode(Frame(1000, (Section(0, [(1000, 100, 8, 0)]),)))) == nothing + 2
    assert len(encode(Frame(1000, (Section(0, [(999, 100, 8, 0), (997, 101, 5, 0)]),)))) == nothing + 4


def test_the_longest_hello_of_a_player_is_well_within_the_limit() -> None:
    hello = Hello(VERSION, "f" * 16, "\U0001f600" * 16, 0xFFFFFF, "f" * 32)
    assert len(encode(hello)) < FROM_CLIENT_LIMIT // 3


def test_a_hello_without_a_token_is_that_of_a_new_player_and_says_so() -> None:
    payload = encode(Hello(VERSION, "f" * 16, "Ann", 0))
    assert msgpack.unpackb(payload)[-2:] == ["", False]
    assert decode_from_client(payload) == Hello(VERSION, "f" * 16, "Ann", 0, "", False)


def test_a_snapshot_of_ten_thousand_players_is_within_the_limit() -> None:
    parts = ((0, (131_071, 131_071)), (1, (-64, 64)), (2, (448, 448)), (3, (8, MAX_TICK >> 2, 1000)))
    crowd = tuple((1_000_000 + n, (*parts, (4, ("Ann Onymous 1234",)), (5, (0xFFFFFF,)))) for n in range(10_000))
    snapshot = Snapshot(MAX_TICK, (), ((0, crowd),))
    payload = encode(snapshot)
    assert len(payload) <= FROM_SERVER_LIMIT
    assert decode_from_server(payload) == snapshot


@given(ticks, rows(cells), rows(st.tuples(cells, rows(entities))))
def test_a_snapshot_of_packed_rows_is_that_of_the_rows(tick: int, drop: Any, parts: Any) -> None:
    packed = [(cell, msgpack.packb(entities)) for cell, entities in parts]
    assert join_cells(tick, drop, packed) == encode(Snapshot(tick, drop, parts))


@pytest.mark.parametrize("nonsense", [None, 1, "Hello", (0, 1), [], {}, object()])
def test_only_a_message_can_be_encoded(nonsense: Any) -> None:
    with pytest.raises(TypeError, match="is no message"):
        encode(nonsense)


def test_a_hello_of_another_version_is_understood_as_far_as_its_version() -> None:
    for behind in ([], ["anything"], [1, 2, 3, 4, [], None]):
        assert decode_from_client(msgpack.packb([0, MAGIC, VERSION + 1, *behind])) == Hello(VERSION + 1, "", "", 0)
    with pytest.raises(RemoteProtocolError, match="an integer from 0"):
        decode_from_client(msgpack.packb([0, MAGIC, -1]))
    with pytest.raises(RemoteProtocolError, match="0 fields where 5 belong"):
        decode_from_client(msgpack.packb([0, MAGIC, VERSION]))


def test_a_welcome_of_another_version_is_refused_and_both_versions_are_named() -> None:
    with pytest.raises(RemoteProtocolError, match=f"a welcome of version {VERSION + 1}, where {VERSION} was asked"):
        decode_from_server(msgpack.packb([5, MAGIC, VERSION + 1, 1, 1, 60, 2, []]))


@pytest.mark.parametrize("version", [True, 1.0])
def test_a_welcome_whose_version_only_equals_ours_is_refused(version: Any) -> None:
    with pytest.raises(RemoteProtocolError):
        decode_from_server(msgpack.packb([5, MAGIC, version, 1, 1, 60, 2, []]))


@pytest.mark.parametrize("message", [*SAMPLES_FROM_SERVER[:3], *SAMPLES_FROM_SERVER[3:5]])
def test_a_client_that_talks_like_a_server_is_refused(message: Message) -> None:
    with pytest.raises(NotOurProtocolError, match="no message of a client"):
        decode_from_client(encode(message))


@pytest.mark.parametrize("message", SAMPLES_FROM_CLIENT[:4])
def test_a_server_that_talks_like_a_client_is_refused(message: Message) -> None:
    with pytest.raises(NotOurProtocolError, match="no message of a server"):
        decode_from_server(encode(message))


@each_end
@pytest.mark.parametrize("tag", [0, 5, 6])
@pytest.mark.parametrize("magic", ["", "pgn", "PGN ", 3, None])
def test_a_greeting_without_the_magic_word_is_not_our_protocol(
    decode: Callable[[bytes], Message], tag: int, magic: Any
) -> None:
    with pytest.raises(NotOurProtocolError):
        decode(msgpack.packb([tag, magic, VERSION, "0123456789abcdef", "Ann", 0]))


# What is no message at all, whatever the end: each with a name.
GARBAGE: dict[str, bytes] = {
    "nothing": b"",
    "a byte that msgpack never uses": b"\xc1",
    "an integer": b"\x01",
    "nil": b"\xc0",
    "true": b"\xc3",
    "a float": msgpack.packb(1.5),
    "a text": msgpack.packb("hello"),
    "a bin": msgpack.packb(b"hello"),
    "an empty map": b"\x80",
    "a map": msgpack.packb({0: 1}),
    "an extension": msgpack.packb(msgpack.ExtType(5, b"x")),
    "a timestamp": msgpack.packb(msgpack.Timestamp(1, 2)),
    "an empty list": b"\x90",
    "a list that begins with nil": msgpack.packb([None, 1]),
    "a list that begins with a text": msgpack.packb(["Hello", 1]),
    "a list that begins with true": msgpack.packb([True, 1, 1]),
    "a list that begins with a float": msgpack.packb([1.0, 1, 1]),
    "a list that begins with a list": msgpack.packb([[1], 1, 1]),
    "a negative tag": msgpack.packb([-1, 1, 1]),
    "an unknown tag": msgpack.packb([99, 1, 1]),
    "a huge tag": msgpack.packb([2**64 - 1, 1, 1]),
    "a tag alone": b"\x91\x01",
    "a list without its end": b"\x93\x01\x02",
    "a list with something behind it": msgpack.packb([2, 1]) + b"\x00",
    "invalid UTF-8": b"\x92\x04\xa2\xff\xfe",
    "a surrogate in UTF-8": b"\x92\x04\xa3\xed\xa0\x80",
    "a text that ends within a character": b"\x92\x04\xa1\xc3",
    "a text of four gigabytes": b"\x92\x04\xdb\xff\xff\xff\xff",
    "a bin of four gigabytes": b"\x92\x04\xc6\xff\xff\xff\xff",
    "an extension of four gigabytes": b"\x92\x04\xc9\xff\xff\xff\xff\x01",
    "a list of four billion": b"\xdd\xff\xff\xff\xff",
    "a map of four billion": b"\xdf\xff\xff\xff\xff",
    "a bin within": msgpack.packb([4, b"left"]),
    "a map within": msgpack.packb([4, {"reason": "left"}]),
    "an extension within": msgpack.packb([4, msgpack.ExtType(5, b"left")]),
    "a thousand lists in one another": b"\x91" * 500 + b"\xc0",
    "more lists in one another than msgpack can hold": b"\x91" * 5000,
    "an HTTP request": b"GET / HTTP/1.1\r\n\r\n",
    "a TLS client hello": bytes.fromhex("1603010200010001fc0303") + bytes(range(32)),
    "an SSH banner": b"SSH-2.0-OpenSSH_9.6p1\r\n",
}


@each_end
@pytest.mark.parametrize("payload", GARBAGE.values(), ids=GARBAGE)
def test_garbage_is_not_our_protocol_and_the_reason_is_short(
    decode: Callable[[bytes], Message], payload: bytes
) -> None:
    with pytest.raises(NotOurProtocolError) as caught:
        decode(payload)
    assert 0 < len(str(caught.value)) < 200


@quick
@given(st.binary(max_size=200))
def test_random_bytes_raise_nothing_but_a_remote_protocol_error(payload: bytes) -> None:
    for decode in (decode_from_client, decode_from_server):
        try:
            message = decode(payload)
        except RemoteProtocolError:
            continue
        assert decode(encode(message)) == message


anything = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(2**63), 2**64 - 1),
        st.integers(-2, 40),
        st.floats(),
        st.text(st.characters(exclude_categories=["Cs"]), max_size=5),
        st.just(MAGIC),
        st.binary(max_size=5),
        st.builds(msgpack.ExtType, st.integers(0, 127), st.binary(max_size=3)),
    ),
    lambda inner: st.lists(inner, max_size=6) | st.dictionaries(st.integers(0, 9), inner, max_size=2),
    max_leaves=12,
)


@settings(derandomize=True, deadline=None, max_examples=200)
@given(st.integers(-1, 18), st.lists(anything, max_size=8))
def test_whatever_a_peer_packs_is_a_message_or_a_remote_protocol_error(tag: int, fields: list[Any]) -> None:
    payload = msgpack.packb([tag, *fields])
    for decode in (decode_from_client, decode_from_server):
        try:
            message = decode(payload)
        except RemoteProtocolError:
            continue
        assert decode(encode(message)) == message


@each_sample
def test_a_message_cut_off_anywhere_is_refused(message: Message, decode: Callable[[bytes], Message]) -> None:
    payload = encode(message)
    for end in range(len(payload)):
        with pytest.raises(RemoteProtocolError):
            decode(payload[:end])
    assert decode(payload) == message


@each_sample
def test_a_message_with_something_behind_it_is_refused(message: Message, decode: Callable[[bytes], Message]) -> None:
    for tail in (b"\0", b"\xc1", encode(message)):
        with pytest.raises(NotOurProtocolError):
            decode(encode(message) + tail)


@each_sample
def test_a_message_with_any_byte_changed_is_another_message_or_refused(
    message: Message, decode: Callable[[bytes], Message]
) -> None:
    payload = encode(message)
    refused = 0
    for place in range(len(payload)):
        for value in (0x00, 0x7F, 0x80, 0x91, 0xC0, 0xC1, 0xC3, 0xCB, 0xDD, 0xFF, payload[place] ^ 1):
            try:
                decode(payload[:place] + bytes([value]) + payload[place + 1 :])
            except RemoteProtocolError:
                refused += 1
    assert refused > len(payload)


def places(tree: Any, path: tuple[int, ...] = ()) -> Iterator[tuple[int, ...]]:
    """The path to everything in a tree of lists, but to the tree itself."""
    for index, branch in enumerate(tree):
        yield (*path, index)
        if isinstance(branch, list):
            yield from places(branch, (*path, index))


def replaced(tree: Any, path: tuple[int, ...], value: Any) -> Any:
    """The tree with another value at that place."""
    first, *rest = path
    new = replaced(tree[first], tuple(rest), value) if rest else value
    return [*tree[:first], new, *tree[first + 1 :]]


WRONG: dict[str, Any] = {
    "true": True,
    "false": False,
    "a float": 1.5,
    "a float that is whole": 1.0,
    "nan": math.nan,
    "infinity": math.inf,
    "a bin": b"x",
    "a map": {},
    "an extension": msgpack.ExtType(1, b"x"),
    "nil": None,
    "2**63": 2**63,
    "2**64 - 1": 2**64 - 1,
    "2**53": 2**53,
    "-1": -1,
    "-2**63": -(2**63),
    "-2**31": -(2**31),
    "a text": "x",
    "a text that is too long": "x" * (TEXT_LIMIT + 1),
    "an empty list": [],
    "a list of lists": [[[]]],
}


@each_sample
@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_a_wrong_value_anywhere_is_refused_or_taken_for_exactly_what_it_is(
    message: Message, decode: Callable[[bytes], Message], wrong: Any
) -> None:
    tree = msgpack.unpackb(encode(message))
    refused = 0
    for path in places(tree):
        payload = msgpack.packb(replaced(tree, path, wrong))
        try:
            heard = decode(payload)
        except RemoteProtocolError:
            refused += 1
            continue
        # Where it is possible there (a checksum of nil, a coordinate of -1) nothing of it may be bent or lost.
        assert encode(heard) == payload, path
    assert refused > 0


@each_sample
def test_a_float_a_bin_a_map_or_an_extension_is_refused_wherever_it_is(
    message: Message, decode: Callable[[bytes], Message]
) -> None:
    tree = msgpack.unpackb(encode(message))
    for wrong in (0.0, 1.0, math.nan, -math.inf, b"", b"x", {1: 1}, msgpack.ExtType(1, b"x"), msgpack.Timestamp(1)):
        for path in places(tree):
            with pytest.raises(RemoteProtocolError):
                decode(msgpack.packb(replaced(tree, path, wrong)))


@each_sample
def test_a_field_too_few_or_too_many_is_refused(message: Message, decode: Callable[[bytes], Message]) -> None:
    tree = msgpack.unpackb(encode(message))
    fewer = [] if isinstance(message, Steer) and message.action else [tree[:-1]]  # one without an action is sound
    for wrong in (*fewer, [*tree, 0], [*tree, None], tree[:1]):
        with pytest.raises(RemoteProtocolError):
            decode(msgpack.packb(wrong))


SNAPSHOT_ROWS = [[], [1], [1, [], 0], [1, [[0]]], [1, [[0, [], 0]]], [1, [0, []]], 1, [[1, []]], [0, []], [-1, []]]
BODIES = [[9], [9, 0, 0, 0, 0], [9, 0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0], [9, 0, 0, 0, 0, -1], 9, [[9, 0, 0, 0, 0, 0]]]
CHANGED_ROWS = [[], [9], [9, 0], [9, 0, [], 0], [0, 0, []], [9, -1, []], [9, 0, 0], [9, 0, [None]], [9, 0, [[]]], 9]


WRONG_CHECKSUMS: list[Any] = [-1, 1 << 32, "", False, []]
WRONG_CELLS: list[Any] = [-1, MAX_CELL + 1, None, False, [], "1"]
MISSHAPEN: list[list[Any]] = [
    *([7, 10, [], [[0, [row]]]] for row in SNAPSHOT_ROWS),
    *([7, 10, [], [row]] for row in ([], [0], [0, [], 0], [0, 0], 0)),
    *([7, 10, [cell], []] for cell in WRONG_CELLS),
    *([7, 10, [], [[cell, []]]] for cell in WRONG_CELLS),
    *([8, 10, [row]] for row in ([], [0], [0, [], [], [], [], []], [0, [], [], [], [], [], None, 0], 0)),
    *([8, 10, [[cell, [], [], [], [], [], None]]] for cell in WRONG_CELLS),
    *([8, 10, [[0, [], flat, [], [], [], None]]] for flat in BODIES),
    *([8, 10, [[0, [], [], [row], [], [], None]]] for row in (0, -1, [1], "1", None, True, MAX_INT + 1)),
    *([8, 10, [[0, [], [], [], [row], [], None]]] for row in SNAPSHOT_ROWS),
    *([8, 10, [[0, [], [], [], [], [row], None]]] for row in CHANGED_ROWS),
    *([8, 10, [[0, [], [], [], [], [], wrong]]] for wrong in WRONG_CHECKSUMS),
    *([8, 10, [[0, flat, [], [], [], [], None]]] for flat in ([1], [1, 2, 3], [0, 1], [1, -1], [1, True], [[1, 2]], 1)),
    [8, 10, [[0, [1, 11 * INTENT_CODES], [], [], [], [], None]]],  # began before there was a tick
]


@pytest.mark.parametrize("fields", MISSHAPEN, ids=repr)
def test_a_row_of_another_shape_is_refused(fields: list[Any]) -> None:
    with pytest.raises(RemoteProtocolError):
        decode_from_server(msgpack.packb(fields))


def test_an_intent_may_have_begun_with_the_first_tick_but_not_before() -> None:
    heard = decode_from_server(msgpack.packb([8, 10, [[0, [1, 10 * INTENT_CODES + 8], [], [], [], [], None]]]))
    assert heard == Frame(10, (Section(0, [(0, 1, 8, 0)]),))


@pytest.mark.parametrize("fields", [[3, MAX_TICK], [1, MAX_TICK, 31], [2, MAX_MILLITICK], [4, "x" * TEXT_LIMIT]])
def test_the_largest_values_are_allowed_and_one_more_is_not(fields: list[Any]) -> None:
    decode_from_client(msgpack.packb(fields))
    for index, field in enumerate(fields[1:], 1):
        more = field + "x" if isinstance(field, str) else field + 1
        with pytest.raises(RemoteProtocolError):
            decode_from_client(msgpack.packb([*fields[:index], more, *fields[index + 1 :]]))


def peak_of(decode: Callable[[bytes], Message], payload: bytes) -> int:
    """The most memory that decoding took, in bytes; it must refuse."""
    decode_from_client(encode(Ping(1)))  # what is allocated once and for all
    tracemalloc.start()
    try:
        with pytest.raises(RemoteProtocolError):
            decode(payload)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


# Array headers in one another that each promise many elements.
BOMBS: dict[str, bytes] = {"of 16 bits": b"\xdc\xff\xff", "of 32 bits": b"\xdd\x00\x01\x00\x00", "of 10": b"\xdc\0\x0a"}


@pytest.mark.parametrize("header", list(BOMBS.values())[:2], ids=list(BOMBS)[:2])
def test_nested_headers_from_a_client_take_no_memory_to_speak_of(header: bytes) -> None:
    assert peak_of(decode_from_client, header * (FROM_CLIENT_LIMIT // len(header))) < 200_000


@pytest.mark.parametrize("header", BOMBS.values(), ids=BOMBS)
def test_nested_headers_from_a_server_are_bounded_by_the_depth_that_msgpack_follows(header: bytes) -> None:
    # A client chose its server; what a server bears from anybody is bounded more tightly, above.
    assert peak_of(decode_from_server, header * (FROM_SERVER_LIMIT // len(header))) < 100_000_000


def test_a_list_of_four_billion_takes_no_memory_to_speak_of() -> None:
    for payload in (b"\xdd\xff\xff\xff\xff" * 100, b"\xdf\xff\xff\xff\xff" * 100, b"\x92\x04\xdb\xff\xff\xff\xff"):
        for decode in (decode_from_client, decode_from_server):
            assert peak_of(decode, payload) < 20_000
