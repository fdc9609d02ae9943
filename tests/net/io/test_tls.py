"""TLS around a pipe, over links in memory: what passes it, how it ends, and what a foul peer can do to it."""

import ssl
from collections.abc import Callable

import pytest

from net.conditioner.link import PERFECT, Conditions, link
from net.io.certificates import ServerTls, client_context, server_tls, trusting_context
from net.io.tls import TlsPipe, fingerprint, read_fingerprint, secured, spelled
from net.wire.pipe import GuardedPipe, Pipe
from tests.certificates import CA, OTHER, SERVER
from tests.harness import Clock

SAID = b"over here!" * 5000
TLS = server_tls(*SERVER)
PLAIN_WORDS = b"\0\0\0\x05plain"


class Ear:
    """Hears, and remembers the end."""

    def __init__(self) -> None:
        self.pipe: Pipe | None = None
        self.heard = bytearray()
        self.ends: list[str] = []

    def received(self, data: bytes) -> None:
        self.heard += data

    def lost(self, reason: str) -> None:
        self.ends.append(reason)


class Pair:
    """A client and a server at the ends of a link, and all that passes it."""

    def __init__(self, context: ssl.SSLContext, tls: ServerTls = TLS, conditions: Conditions = PERFECT) -> None:
        self.clock = Clock()
        self.near, self.far = link(self.clock, conditions)
        self.client_ear, self.server_ear = Ear(), Ear()
        self.wire: list[bytes] = []
        self.spoil: Callable[[bytes], bytes] = lambda data: data  # what becomes of what the client writes
        write = self.near.write

        def tapped(data: bytes) -> bool:
            self.wire.append(data)
            return write(self.spoil(data))

        self.near.write = tapped  # type: ignore[method-assign]
        self.client = TlsPipe(self.near, context, "127.0.0.1")
        self.client.receiver = self.client_ear
        self.near.receiver = self.client
        self.shaken = 0
        self.client.secured = self._shaken

        def accept(pipe: Pipe) -> Ear:
            self.server_ear.pipe = pipe
            return self.server_ear

        self.server = secured(accept, tls.context, PLAIN_WORDS)(self.far)
        self.far.receiver = self.server

    def run(self, seconds: float = 3.0) -> None:
        for _ in range(round(seconds * 20)):
            self.clock.time += 0.05
            self.near.deliver()
            self.far.deliver()

    def _shaken(self) -> None:
        self.shaken += 1


def open_pair(conditions: Conditions = PERFECT) -> Pair:
    pair = Pair(client_context(CA), conditions=conditions)
    pair.client.start()
    pair.run()
    assert pair.shaken == 1
    return pair


@pytest.mark.parametrize(
    "conditions",
    [PERFECT, Conditions(latency=0.1, jitter=0.03), Conditions(largest_chunk=3)],
    ids=["whole", "far", "in crumbs"],
)
def test_what_is_said_arrives_in_order_and_cannot_be_read_on_the_way(conditions: Conditions) -> None:
    pair = open_pair(conditions)
    for at in range(0, len(SAID), 7000):
        pair.client.write(SAID[at : at + 7000])
    pair.server.write(SAID[::-1])
    pair.run()
    assert pair.server_ear.heard == SAID
    assert pair.client_ear.heard == SAID[::-1]
    assert b"over here" not in b"".join(pair.wire)
    assert pair.client.fingerprint == TLS.fingerprint
    assert pair.server.fingerprint == "", "a client shows none"
    assert pair.client.name == pair.near.name


def test_nothing_is_said_before_the_handshake_is_over() -> None:
    pair = Pair(client_context(CA))
    pair.client.write(b"early")
    pair.server.write(b"early")
    assert pair.wire == []
    pair.client.start()
    pair.run()
    pair.client.write(b"late")
    pair.run()
    assert pair.server_ear.heard == b"late"
    assert pair.client_ear.heard == b""


@pytest.mark.parametrize("closer", ["client", "server"])
def test_last_words_arrive_and_then_the_end_once(closer: str) -> None:
    pair = open_pair()
    pipe, ear = (pair.client, pair.server_ear) if closer == "client" else (pair.server, pair.client_ear)
    pipe.write(SAID)
    pipe.close()
    pipe.close()
    pipe.write(b"too late")
    pair.run()
    assert ear.heard == SAID
    assert ear.ends == ["the other side closed the connection"]


def test_a_connection_that_is_cut_ends_once_with_its_reason() -> None:
    for seconds in (0.0, 3.0):
        pair = Pair(client_context(CA))
        pair.client.start()
        pair.run(seconds)
        pair.far.lose("the connection was reset")
        pair.server.received(b"more")
        assert pair.server_ear.ends == ["the connection was reset"]


def test_what_comes_behind_the_peers_end_is_not_kept() -> None:
    pair = open_pair()
    pair.near.close = lambda: None  # type: ignore[method-assign]  # the end is said, and the socket stays open
    pair.client.close()
    pair.run()
    assert pair.server_ear.ends == ["the other side closed the connection"]
    for _ in range(100):
        pair.server.received(b"\x17\x03\x03" + bytes(1000))
    assert pair.server._incoming.pending == 0
    assert len(pair.server_ear.ends) == 1


def test_who_does_not_encrypt_is_told_in_plain_words_and_nothing_of_it_is_heard() -> None:
    pair = Pair(client_context(CA))
    told = Ear()
    pair.near.receiver = told
    pair.near.write(b"\0\0\0\x23hello")
    pair.run()
    assert told.heard == PLAIN_WORDS
    assert len(told.ends) == 1
    assert pair.server_ear.heard == b""
    assert pair.server_ear.ends == ["the other side does not encrypt"]


def test_a_client_sees_that_a_server_does_not_encrypt() -> None:
    pair = Pair(client_context(CA))
    pair.far.receiver = Ear()
    pair.client.start()
    pair.far.write(b"\0\0\0\x10\x92\x04")
    pair.run()
    assert pair.client.fault_is_plain
    assert pair.client_ear.ends == ["the other side does not encrypt"]


@pytest.mark.parametrize(
    ("context", "tls"),
    [(client_context(CA), server_tls(*OTHER)), (client_context(OTHER[0]), TLS)],
    ids=["another certificate", "another authority"],
)
def test_a_certificate_that_nobody_vouches_for_ends_it_before_a_word_is_said(
    context: ssl.SSLContext, tls: ServerTls
) -> None:
    pair = Pair(context, tls)
    pair.client.start()
    pair.run()
    assert pair.shaken == 0
    assert isinstance(pair.client.fault, ssl.SSLCertVerificationError)
    assert len(pair.client_ear.ends) == len(pair.server_ear.ends) == 1
    assert pair.server_ear.heard == b""


def test_a_certificate_for_another_host_is_not_believed() -> None:
    pair = Pair(client_context(CA))
    pair.client = TlsPipe(pair.near, client_context(CA), "example.org")
    pair.client.receiver = pair.client_ear
    pair.near.receiver = pair.client
    pair.client.start()
    pair.run()
    assert isinstance(pair.client.fault, ssl.SSLCertVerificationError)
    assert "mismatch" in pair.client.fault.verify_message


def only_1_2(context: ssl.SSLContext) -> ssl.SSLContext:
    context.minimum_version, context.maximum_version = ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_2
    return context


@pytest.mark.parametrize(
    ("context", "tls"),
    [
        (only_1_2(trusting_context()), TLS),
        (trusting_context(), server_tls(*SERVER)._replace(context=only_1_2(server_tls(*SERVER).context))),
        (client_context(CA), server_tls(*SERVER)._replace(context=only_1_2(server_tls(*SERVER).context))),
    ],
    ids=["client", "server", "server of an authority"],
)
def test_an_older_tls_than_1_3_is_refused_by_either_end(context: ssl.SSLContext, tls: ServerTls) -> None:
    pair = Pair(context, tls)
    pair.client.start()
    pair.run()
    assert pair.shaken == 0
    assert len(pair.client_ear.ends) == len(pair.server_ear.ends) == 1


def test_a_byte_that_was_changed_on_the_way_ends_it_and_what_was_changed_is_not_heard() -> None:
    for place in range(60):
        pair = open_pair()
        pair.client.write(b"sound")
        pair.run(0.2)
        pair.spoil = lambda data, at=place: data[:at] + bytes([data[at] ^ 4]) + data[at + 1 :]  # type: ignore[misc]
        pair.client.write(b"this is to be another word than the one that it was")
        pair.run(0.2)
        pair.spoil = lambda data: data
        for _ in range(100):  # a length that was changed waits for more
            pair.client.write(bytes(1000))
        pair.run(0.2)
        assert pair.server_ear.heard == b"sound"
        assert len(pair.server_ear.ends) == 1


def test_rubbish_instead_of_a_handshake_ends_it_with_a_reason() -> None:
    for rubbish in (b"\x16\x03\x01\x00\x05hello", b"\x15\x03\x03\x00\x02\x02\x28", b"\x17" * 50, b"\x16" * 20000):
        pair = Pair(client_context(CA))
        pair.far.receiver = pair.server
        pair.server.received(rubbish)
        assert len(pair.server_ear.ends) == 1
        assert pair.server_ear.ends[0].startswith("the encryption failed: ")
        pair.server.received(rubbish)
        assert pair.server._incoming.pending < 20000


def test_what_waits_is_known_as_without_encryption() -> None:
    pair = open_pair(Conditions(buffer=1000))
    assert pair.server.unsent == 0
    pair.near.reading = False
    pair.server.write(bytes(50_000))
    assert 49_000 < pair.server.unsent < 52_000


def test_a_fingerprint_is_the_one_that_openssl_prints() -> None:
    der = ssl.PEM_cert_to_DER_cert(SERVER[0].read_text().partition("\n")[2])
    assert fingerprint(der) == TLS.fingerprint
    assert spelled("ab01" * 16).startswith("AB:01:AB")
    assert read_fingerprint(spelled(TLS.fingerprint)) == read_fingerprint(TLS.fingerprint.upper()) == TLS.fingerprint
    for wrong in ("", "ab", "g" * 64, TLS.fingerprint + "00"):
        with pytest.raises(ValueError, match="is no fingerprint: 64"):
            read_fingerprint(wrong)


@pytest.mark.parametrize("fault", [ValueError(), MemoryError(), OSError(9, "Bad file descriptor"), RecursionError()])
def test_whatever_the_tls_object_raises_at_the_end_what_is_under_it_is_closed(fault: Exception) -> None:
    pair = open_pair()

    class Broken:
        def unwrap(self) -> None:
            raise fault

    pair.server._tls = Broken()  # type: ignore[assignment]
    GuardedPipe(pair.server, pair.server_ear).close()
    pair.run()
    assert pair.client_ear.ends == ["the other side closed the connection"]
