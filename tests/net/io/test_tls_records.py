"""TLS records that no honest peer sends, against either end of ours: partial, empty, of a handshake that is over."""

import gc
import ssl
import weakref
from collections.abc import Callable

import pytest

from net.io.certificates import server_tls, trusting_context
from net.io.tls import MAX_BARREN_RECORDS, MAX_HELD_BYTES, TlsPipe, secured
from net.wire.pipe import GuardedPipe, Pipe
from tests.certificates import SERVER
from tests.tls13 import (
    ALERT,
    APPLICATION,
    CLOSE_NOTIFY,
    HANDSHAKE,
    KEY_UPDATE,
    TICKET,
    USER_CANCELED,
    TlsPeer,
)


class Wire:
    """A Pipe into a list."""

    name = "wire"
    unsent = 0

    def __init__(self) -> None:
        self.data = bytearray()
        self.closed = False

    def write(self, data: bytes) -> bool:
        self.data += data
        return True

    def close(self) -> None:
        self.closed = True

    def read(self) -> bytes:
        data = bytes(self.data)
        self.data.clear()
        return data


class Ear:
    """A Receiver that meters what comes, and lets through so much of it."""

    def __init__(self) -> None:
        self.heard = bytearray()
        self.ends: list[str] = []
        self.metered_sizes: list[int] = []
        self.patience = 1 << 30  # calls of `metered`
        self.pipe: GuardedPipe | None = None

    def metered(self, size: int) -> bool:
        self.metered_sizes.append(size)
        return len(self.metered_sizes) <= self.patience

    def hear(self, data: bytes) -> None:
        self.heard += data

    def received(self, data: bytes) -> None:
        """Of a client's end, which meters nothing."""
        self.heard += data

    def lost(self, reason: str) -> None:
        self.ends.append(reason)
        if self.pipe is not None:
            self.pipe.close()


class Scene:
    """Our end, whichever it is, behind its handshake, and a peer that says what it likes."""

    def __init__(self, end: str) -> None:
        self.wire, self.ear = Wire(), Ear()
        self.peer = TlsPeer(
            trusting_context() if end == "server" else server_tls(*SERVER).context, is_client=end == "server"
        )
        if end == "server":
            self.pipe = secured(lambda pipe: self.ear, server_tls(*SERVER).context, b"plain")(self.wire)
            self.pipe.received(self.peer.take(b""))
        else:
            self.pipe = TlsPipe(self.wire, trusting_context(), "127.0.0.1")
            self.pipe.receiver = self.ear
            self.pipe.start()
        while data := self.peer.take(self.wire.read()):
            self.pipe.received(data)
        assert self.peer.shaken
        self.ear.metered_sizes.clear()

    def answered(self) -> bytes:
        """What our end has said since, as the peer reads it."""
        self.peer.heard.clear()
        self.peer.take(self.wire.read())
        return bytes(self.peer.heard)


@pytest.fixture(params=["server", "client"])
def scene(request: pytest.FixtureRequest) -> Scene:
    return Scene(request.param)


def test_what_is_said_into_a_half_told_handshake_message_waits_for_its_end(scene: Scene) -> None:
    scene.pipe.received(scene.peer.record(KEY_UPDATE[:4], HANDSHAKE))
    assert not scene.pipe.write(b"one ")
    assert not scene.pipe.write(b"two ")
    assert scene.pipe.unsent == 8
    assert scene.answered() == b""
    scene.pipe.received(scene.peer.record(KEY_UPDATE[4:], HANDSHAKE))
    scene.peer.rekey()
    assert scene.pipe.unsent == 0
    assert scene.pipe.write(b"three")
    assert scene.answered() == b"one two three"
    scene.pipe.received(scene.peer.record(b"and on"))
    assert scene.ear.heard == b"and on"
    assert scene.ear.ends == []


@pytest.mark.parametrize(("end", "message"), [("server", KEY_UPDATE), ("client", KEY_UPDATE), ("client", TICKET)])
def test_who_never_ends_its_handshake_message_ends_its_own_connection(end: str, message: bytes) -> None:
    for size in range(1, len(message)):
        scene = Scene(end)
        scene.pipe.received(scene.peer.record(message[:size], HANDSHAKE))
        for _ in range(MAX_HELD_BYTES // 1000 + 1):
            scene.pipe.write(bytes(1000))
        if size < 4:  # of which OpenSSL makes nothing yet
            assert scene.ear.ends == []
            continue
        assert scene.ear.ends == ["the other side began a TLS message and did not end it"]
        assert scene.wire.closed
        assert scene.pipe.unsent == 0


def test_to_close_within_a_half_told_message_is_no_fault(scene: Scene) -> None:
    scene.pipe.received(scene.peer.record(KEY_UPDATE[:4], HANDSHAKE))
    scene.pipe.write(b"last words")
    scene.pipe.close()
    assert scene.wire.closed
    scene.pipe.received(scene.peer.record(KEY_UPDATE[4:], HANDSHAKE))
    assert scene.ear.ends == []


def test_nothing_else_may_stand_within_a_half_told_message(scene: Scene) -> None:
    scene.pipe.received(scene.peer.record(KEY_UPDATE[:4], HANDSHAKE) + scene.peer.record(b"hello"))
    assert scene.ear.ends == ["the encryption failed: UNEXPECTED_RECORD"]
    assert scene.ear.heard == b""


def test_honest_records_are_heard_however_they_are_cut_joined_and_padded(scene: Scene) -> None:
    peer = scene.peer
    stream = b"".join(
        (
            peer.record(b"a"),
            peer.record(b"b", padding=300),
            peer.key_update(),
            peer.record(b"c" * 500),
            peer.record(b""),
            peer.key_update(answered=True),
            peer.record(b"d"),
        )
    )
    scene.pipe.received(stream)
    assert scene.ear.heard == b"ab" + b"c" * 500 + b"d"
    scene.pipe.write(b"heard")
    assert scene.answered() == b"heard"
    scene.ear.heard.clear()
    for byte in b"".join((peer.record(b"a"), peer.key_update(), peer.record(b"b", padding=30))):
        scene.pipe.received(bytes([byte]))
    assert scene.ear.heard == b"ab"
    assert scene.ear.ends == []


def test_many_key_updates_are_honest_only_to_a_limit(scene: Scene) -> None:
    before = scene.pipe._barren
    for number in range(MAX_BARREN_RECORDS - before):
        scene.pipe.received(scene.peer.key_update(answered=number % 2 == 0))
    scene.pipe.received(scene.peer.record(b"still here"))
    assert scene.ear.heard == b"still here"
    assert scene.ear.ends == []
    scene.pipe.received(scene.peer.key_update())
    assert scene.ear.ends == ["the other side sent too many TLS records with nothing in them"]
    assert before < 10, "the handshake itself takes a few"


def barren(peer: TlsPeer, number: int) -> bytes:
    """Records that bring nothing, of all kinds that OpenSSL bears for a while."""
    match number % 12:
        case 0:
            return peer.record(b"")
        case 1 | 2 if number < 40:
            return peer.record(USER_CANCELED, ALERT)
        case _:
            return peer.key_update(answered=number % 2 == 0)


@pytest.mark.parametrize("make", [barren, lambda peer, number: peer.key_update()], ids=["of all kinds", "key updates"])
def test_work_for_records_with_nothing_in_them_is_bounded_within_one_read(
    scene: Scene, make: Callable[[TlsPeer, int], bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    advances = 0
    advance = TlsPipe._advance

    def counted(pipe: TlsPipe) -> None:
        nonlocal advances
        advances += 1
        advance(pipe)

    monkeypatch.setattr(TlsPipe, "_advance", counted)
    scene.pipe.received(b"".join(make(scene.peer, number) for number in range(150)))
    assert len(scene.ear.ends) == 1
    assert 0 < advances <= MAX_BARREN_RECORDS + 1
    assert len(scene.wire.data) < 100 * MAX_BARREN_RECORDS, "and so are the answers to it"


def test_tickets_of_a_hostile_server_are_bounded_as_well() -> None:
    scene = Scene("client")
    tickets = TICKET + TICKET
    scene.pipe.received(scene.peer.record(tickets, HANDSHAKE) + scene.peer.record(b"hello"))
    assert scene.ear.heard == b"hello"
    for _ in range(MAX_BARREN_RECORDS):
        scene.pipe.received(scene.peer.record(TICKET, HANDSHAKE))
    assert scene.ear.ends == ["the other side sent too many TLS records with nothing in them"]


def test_raw_bytes_are_metered_before_anything_is_made_of_them() -> None:
    scene = Scene("server")
    data = scene.peer.record(b"one") + scene.peer.record(b"two") + scene.peer.key_update() + scene.peer.record(b"three")
    scene.pipe.received(data[:30])
    scene.pipe.received(data[30:])
    assert sum(scene.ear.metered_sizes) == len(data)
    assert scene.ear.metered_sizes == [30, len(data) - 30, 0, 0], "each further record of a read is one more"
    assert scene.ear.heard == b"onetwothree"
    scene.ear.patience = len(scene.ear.metered_sizes) + 2
    scene.pipe.received(b"".join(scene.peer.record(b"%d" % n) for n in range(9)))
    assert scene.ear.heard == b"onetwothree01", "then it has had enough"
    scene.pipe.received(scene.peer.record(b"more"))
    assert scene.ear.heard == b"onetwothree01"


def test_raw_bytes_are_metered_before_and_within_the_handshake_too() -> None:
    ear, wire = Ear(), Wire()
    pipe = secured(lambda pipe: ear, server_tls(*SERVER).context, b"plain")(wire)
    hello = TlsPeer(trusting_context()).take(b"")
    for byte in hello:
        pipe.received(bytes([byte]))
    assert ear.metered_sizes == [1] * len(hello)
    assert wire.data, "it answers"
    ear.patience = 0
    pipe = secured(lambda pipe: ear, server_tls(*SERVER).context, b"plain")(wire)
    wire.data.clear()
    pipe.received(hello)
    assert not wire.data


@pytest.mark.parametrize(
    ("plain", "kind"),
    [
        (b"", HANDSHAKE),
        (b"", ALERT),
        (b"\2\x28", ALERT),
        (b"\1", ALERT),
        (b"\x01\0\0\0", HANDSHAKE),
        (b"\x0b\0\0\x04\0\0\0\0", HANDSHAKE),
        (b"\x18\0\0\x01\x02", HANDSHAKE),
        (b"\x18\xff\xff\xff", HANDSHAKE),
        (KEY_UPDATE + KEY_UPDATE, HANDSHAKE),
        (b"\1", 20),
        (b"?", 99),
    ],
)
def test_a_record_that_cannot_be_ends_the_connection_once_with_a_reason(scene: Scene, plain: bytes, kind: int) -> None:
    scene.pipe.received(scene.peer.record(b"sound"))
    scene.pipe.received(scene.peer.record(plain, kind) + scene.peer.record(b"behind"))
    scene.pipe.received(scene.peer.record(b"behind"))
    scene.pipe.write(b"more")
    assert scene.ear.heard == b"sound"
    assert len(scene.ear.ends) == 1
    assert scene.ear.ends[0]
    assert scene.wire.closed


@pytest.mark.parametrize(
    "data",
    [
        b"\x17\x03\x03\x00\x20" + bytes(32),
        b"\x14\x03\x03\x00\x01\x01",
        b"\x17\x03\x03\xff\xff",
        b"\x17\x03\x03\x00\x00",
        b"GET / HTTP/1.1\r\n",
        b"\x16\x03\x03\x00\x04\x18\0\0\1",
    ],
)
def test_what_is_not_sealed_ends_the_connection(scene: Scene, data: bytes) -> None:
    scene.pipe.received(data)
    assert len(scene.ear.ends) == 1
    scene.pipe.write(b"more")
    scene.pipe.received(scene.peer.record(b"behind"))
    assert scene.ear.heard == b""


def test_an_end_in_the_middle_of_a_read_is_the_end_of_it(scene: Scene) -> None:
    peer = scene.peer
    scene.pipe.received(peer.record(b"before") + peer.record(CLOSE_NOTIFY, ALERT) + peer.record(b"behind", APPLICATION))
    assert scene.ear.heard == b"before"
    assert scene.ear.ends == ["the other side closed the connection"]


class Torn(Wire):
    """A wire that raises."""

    def __init__(self) -> None:
        super().__init__()
        self.torn = False

    def write(self, data: bytes) -> bool:
        if self.torn:
            raise ssl.SSLError("whatever")
        return super().write(data)

    def close(self) -> None:
        super().close()
        if self.torn:
            raise OSError(9, "Bad file descriptor")


@pytest.mark.parametrize("act", ["write", "received", "close"])
def test_a_pipe_under_it_that_raises_is_a_loss(act: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.net.io.test_tls_records.Wire", Torn)
    scene = Scene("server")
    assert isinstance(scene.wire, Torn)
    scene.wire.torn = True
    if act == "write":
        scene.pipe.write(b"hello")
    elif act == "received":
        scene.pipe.received(scene.peer.record(b"\2\x28\0", ALERT))  # which is answered by an alert
    else:
        scene.pipe.close()
        return
    assert len(scene.ear.ends) == 1
    scene.pipe.write(b"more")
    assert scene.pipe.unsent == 0


@pytest.mark.parametrize("ends", ["handshake", "lost", "closed", "fault", "closed and lost"])
def test_what_a_connection_held_is_free_as_soon_as_it_is_over(ends: str) -> None:
    """Without the garbage collector, which a server has look only when 100,000 objects have come together."""
    gc.collect()
    gc.disable()
    try:
        ears, wire = [Ear()], Wire()

        def accept(pipe: Pipe) -> Ear:
            ear = ears[0]
            ear.pipe = GuardedPipe(pipe, ear)  # as a session holds its pipe
            return ear

        pipe = secured(accept, server_tls(*SERVER).context, b"")(wire)
        peer = TlsPeer(trusting_context())
        pipe.received(peer.take(b""))
        if ends != "handshake":
            pipe.received(peer.take(wire.read()))
        match ends:
            case "fault":
                pipe.received(b"\x17\x03\x03\x00\x20" + bytes(32))
                assert pipe.fault is not None
            case "closed":
                assert ears[0].pipe is not None
                ears[0].pipe.close()
            case _:
                if ends == "closed and lost":
                    pipe.close()
                pipe.lost("the connection was reset")
        tls, whole = weakref.ref(pipe._tls), weakref.ref(pipe)
        del pipe
        ears.clear()
        assert whole() is None
        assert tls() is None
    finally:
        gc.enable()
