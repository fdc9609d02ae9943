"""Framing: the same payloads come out however the stream was cut, and no length past the limit is buffered for."""

import itertools
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from net.wire.errors import NotOurProtocolError
from net.wire.framing import LENGTH_BYTES, Deframer, frame

LIMIT = 300
payloads = st.lists(st.binary(min_size=1, max_size=LIMIT), max_size=12)
quick = settings(derandomize=True, deadline=None, max_examples=150)


def cut(data: bytes, places: list[int]) -> list[bytes]:
    """The data in pieces, cut at these places (taken modulo its length)."""
    ends = sorted({place % (len(data) + 1) for place in places} | {len(data)})
    return [data[start:end] for start, end in itertools.pairwise([0, *ends])]


def feed_all(deframer: Deframer, chunks: list[bytes]) -> list[bytes]:
    """Every payload that the chunks complete."""
    return [payload for chunk in chunks for payload in deframer.feed(chunk)]


def test_the_length_is_four_bytes_big_endian_and_counts_the_payload_alone() -> None:
    assert frame(b"abc") == b"\0\0\0\x03abc"
    assert len(frame(bytes(258))) == LENGTH_BYTES + 258
    assert frame(bytes(258))[:4] == b"\0\0\x01\x02"


@quick
@given(payloads)
def test_what_was_framed_comes_out_whole_when_it_arrives_in_one_piece(given_payloads: list[bytes]) -> None:
    stream = b"".join(map(frame, given_payloads))
    assert list(Deframer(LIMIT).feed(stream)) == given_payloads


@quick
@given(payloads)
def test_what_was_framed_comes_out_whole_when_it_arrives_byte_by_byte(given_payloads: list[bytes]) -> None:
    stream = b"".join(map(frame, given_payloads))
    assert feed_all(Deframer(LIMIT), [bytes([byte]) for byte in stream]) == given_payloads


@quick
@given(payloads, st.lists(st.integers(0, 5000), max_size=20))
def test_what_was_framed_comes_out_whole_wherever_it_was_cut(given_payloads: list[bytes], places: list[int]) -> None:
    stream = b"".join(map(frame, given_payloads))
    chunks = cut(stream, places)
    assert b"".join(chunks) == stream
    assert feed_all(Deframer(LIMIT), chunks) == given_payloads


@quick
@given(st.binary(min_size=1, max_size=LIMIT), st.binary(min_size=1, max_size=LIMIT), st.data())
def test_the_tail_of_a_next_message_waits_for_its_rest(first: bytes, second: bytes, data: st.DataObject) -> None:
    stream = frame(second)
    at = data.draw(st.integers(0, len(stream) - 1))
    deframer = Deframer(LIMIT)
    assert list(deframer.feed(frame(first) + stream[:at])) == [first]
    assert list(deframer.feed(stream[at:])) == [second]


def test_fifty_messages_in_one_read_are_fifty_messages() -> None:
    given_payloads = [bytes([n]) * (n + 1) for n in range(50)]
    assert list(Deframer(LIMIT).feed(b"".join(map(frame, given_payloads)))) == given_payloads


@pytest.mark.parametrize("end", range(len(frame(b"truncated"))))
def test_a_truncated_message_is_nothing_until_its_rest_comes(end: int) -> None:
    stream = frame(b"truncated")
    deframer = Deframer(LIMIT)
    assert list(deframer.feed(stream[:end])) == []
    assert list(deframer.feed(b"")) == []
    assert list(deframer.feed(stream[end:])) == [b"truncated"]


def test_a_message_of_exactly_the_limit_is_allowed_and_one_byte_more_is_not() -> None:
    assert list(Deframer(LIMIT).feed(frame(bytes(LIMIT)))) == [bytes(LIMIT)]
    with pytest.raises(NotOurProtocolError, match=f"{LIMIT + 1} bytes, where 1 to {LIMIT} are allowed"):
        list(Deframer(LIMIT).feed(frame(bytes(LIMIT + 1))))


def test_a_length_of_zero_is_refused() -> None:
    with pytest.raises(NotOurProtocolError, match="a message of 0 bytes"):
        list(Deframer(LIMIT).feed(frame(b"")))


STRANGERS = {
    "an HTTP request": b"GET / HTTP/1.1\r\nHost: localhost:5000\r\n\r\n",
    "an HTTP answer": b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n",
    "a TLS client hello": bytes.fromhex("1603010200010001fc0303") + bytes(range(32)),
    "an SSH banner": b"SSH-2.0-OpenSSH_9.6p1 Ubuntu-3ubuntu13\r\n",
    "an SMTP greeting": b"220 mail.example.org ESMTP\r\n",
}


@pytest.mark.parametrize("limit", [512, 1 << 20])
@pytest.mark.parametrize("greeting", STRANGERS.values(), ids=STRANGERS)
def test_another_protocol_is_recognised_by_its_first_four_bytes_and_quoted(greeting: bytes, limit: int) -> None:
    deframer = Deframer(limit)
    assert list(deframer.feed(greeting[:3])) == []
    with pytest.raises(NotOurProtocolError) as caught:
        list(deframer.feed(greeting[3:]))
    assert repr(greeting[:16]) in str(caught.value)


@quick
@given(payloads, st.sampled_from([b"\0\0\0\0", b"\xff\xff\xff\xff", b"GET "]), st.lists(st.integers(0, 5000)))
def test_sound_messages_before_a_bad_length_still_come_out_however_it_was_cut(
    given_payloads: list[bytes], bad: bytes, places: list[int]
) -> None:
    deframer, got, faults = Deframer(LIMIT), list[bytes](), 0
    try:
        for chunk in cut(b"".join(map(frame, given_payloads)) + bad, places):
            for payload in deframer.feed(chunk):
                got.append(payload)
    except NotOurProtocolError:
        faults += 1
    assert got == given_payloads
    assert faults == 1


def test_a_claim_of_four_gigabytes_allocates_nothing() -> None:
    tracemalloc.start()
    try:
        with pytest.raises(NotOurProtocolError):
            list(Deframer(1 << 20).feed(b"\xff\xff\xff\xff" + bytes(1000)))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 20_000


def test_the_buffer_holds_no_more_than_a_message_and_a_chunk_however_long_the_stream_is() -> None:
    message = frame(bytes(1000)) + frame(bytes(24))
    deframer = Deframer(1000)
    count = 0
    tracemalloc.start()
    try:
        for _ in range(2000):
            count += sum(1 for _ in deframer.feed(message))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert count == 4000
    assert peak < 50_000  # 2 MB went through


def test_who_stops_listening_in_the_middle_of_a_chunk_gets_the_rest_with_the_next() -> None:
    deframer = Deframer(LIMIT)
    listening = deframer.feed(frame(b"one") + frame(b"two") + frame(b"three")[:5])
    assert next(listening) == b"one"
    del listening
    assert list(deframer.feed(frame(b"three")[5:])) == [b"two", b"three"]


def test_a_payload_does_not_change_when_more_comes() -> None:
    deframer = Deframer(LIMIT)
    (payload,) = deframer.feed(frame(b"kept"))
    list(deframer.feed(frame(b"other")))
    assert type(payload) is bytes
    assert payload == b"kept"
