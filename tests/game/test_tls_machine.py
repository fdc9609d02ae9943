"""Any sequence of TLS records against a server with a player on it, and against a client: each byte is a decision.

Whole, cut and coalesced, empty, padded, of the handshake behind the handshake, alerts and rubbish; what an honest peer
may do, it may do, and whatever else it does ends its own connection alone. The decisions are those of the fuzz targets.
"""

import asyncio
import gc
import logging
import socket
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from game.server.app import WITHOUT_TLS
from game.tag import TAG
from net.client.connector import Connector, Phase
from net.client.credentials import Credentials
from net.io.address import Address, TlsAddress
from net.io.certificates import server_tls, trusting_context
from net.io.tls import MAX_BARREN_RECORDS, TlsPipe, secured
from net.io.walltime import now
from net.server.limits.rate_limits import BURST_SECONDS, FREE_BYTES, PER_TICK
from net.wire.codec import encode
from net.wire.framing import frame
from net.wire.messages import VERSION, Hello, Ping, Steer
from tests.certificates import SERVER
from tests.fuzz.server_stage import REGISTRY, TICK, ServerStage
from tests.fuzz.tls_targets import Foe, tls_client, tls_server
from tests.game.live import ended, frames_until, live_server, run, until
from tests.game.processes import port_of, programs
from tests.tls13 import HANDSHAKE, KEY_UPDATE, TICKET, TlsPeer

quick = settings(derandomize=True, deadline=None, max_examples=60)
decisions = st.binary(min_size=3, max_size=60)
TLS = server_tls(*SERVER)


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    logging.disable()
    yield
    logging.disable(logging.NOTSET)


@quick
@given(decisions)
@example(b"\1\1\x08\0\3\1\1\0\0\0\0")  # a KeyUpdate begun, and a tick
def test_whatever_records_a_stranger_sends_a_server_whoever_plays_notices_nothing(data: bytes) -> None:
    tls_server(data)


@quick
@given(decisions)
def test_whatever_records_a_server_sends_our_client_has_a_reason_for_its_end(data: bytes) -> None:
    tls_client(data)


# Over real sockets.


@contextmanager
def dialled(address: Address) -> Iterator[tuple[socket.socket, TlsPeer]]:
    """A connection whose handshake is over, and who may say what it likes on it."""
    peer = TlsPeer(trusting_context())
    with socket.create_connection(address[:2], timeout=10) as sock:
        sock.sendall(peer.take(b""))
        while not peer.shaken:
            sock.sendall(peer.take(sock.recv(1 << 16)))
        yield sock, peer


def is_closed(sock: socket.socket) -> bool:
    """Whether the other side closes it, whatever it says before that."""
    try:
        while sock.recv(1 << 16):
            pass
    except ConnectionResetError:
        pass
    except TimeoutError:
        return False
    return True


def test_half_a_key_update_of_a_stranger_does_not_end_a_server_of_players() -> None:
    with programs() as start:
        server = start(
            *(
                "--server",
                "--host",
                "127.0.0.1",
                "--no-advertise",
                "--port",
                "0",
                "--tls",
                str(SERVER[0]),
                str(SERVER[1]),
            )
        )
        address = Address("127.0.0.1", int(port_of(server)))
        with dialled(address) as (sock, peer):
            sock.sendall(peer.record(KEY_UPDATE[:4], HANDSHAKE))
            with dialled(address) as (other, second):  # and one that is told something then
                other.sendall(second.record(KEY_UPDATE[:4], HANDSHAKE))
                other.shutdown(socket.SHUT_WR)
                assert is_closed(other)
            bots = start(
                *("--bots", "2", "--connect", f"tls://127.0.0.1:{address.port}", "--seconds", "1.5"),
                *("--tls-fingerprint", TLS.fingerprint),
            )
            assert bots.wait() == 0
            assert '"mirror_mismatches": 0' in bots.wait_for('"bots": 2')
            assert is_closed(sock), "it has not said hello in time"
        assert server.end() == 0
        assert not any("Traceback" in line or "ERROR" in line for line in server.lines)


def test_half_a_ticket_of_a_server_ends_a_clients_stay_and_not_the_client() -> None:
    async def test() -> None:
        peer = TlsPeer(server_tls(*SERVER).context, is_client=False)

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            while not peer.shaken:
                writer.write(peer.take(await reader.read(1 << 16)))
            while not peer.heard:
                peer.take(await reader.read(1 << 16))
            writer.write(peer.record(TICKET[:4], HANDSHAKE))
            await asyncio.sleep(0.05)
            writer.close()

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        host, port = server.sockets[0].getsockname()[:2]
        session = Connector(
            TAG, TlsAddress(host, port), "Ann", 0, now, credentials=Credentials(fingerprint=TLS.fingerprint)
        )
        assert "hung up" in await ended(session)
        server.close()

    run(test())


def test_a_flood_of_key_updates_is_counted_and_cut_off_and_players_play_on() -> None:
    async def test() -> None:
        async with live_server(tls=TLS) as (simulation, address):
            session = Connector(TAG, address, "Ann", 0, now, credentials=Credentials(fingerprint=TLS.fingerprint))
            await frames_until(session, lambda: session.phase is Phase.PLAYING)
            before = simulation.stats.received
            reader, writer = await asyncio.open_connection(*address[:2])
            peer = TlsPeer(trusting_context())
            writer.write(peer.take(b""))
            while not peer.shaken:
                writer.write(peer.take(await reader.read(1 << 16)))
            flood = b"".join(peer.key_update() for _ in range(2 * MAX_BARREN_RECORDS))
            writer.write(flood)
            while await reader.read(1 << 16):
                pass
            writer.close()
            assert simulation.stats.received - before >= len(flood)
            play = session.play
            assert play is not None
            assert play.joined is not None
            checks = play.joined.mirror.checks
            await frames_until(session, lambda: play.joined is not None and play.joined.mirror.checks > checks)
            assert play.ending is None
            assert play.joined.mirror.mismatches == 0
            session.leave()

    run(test())


@pytest.mark.parametrize("encrypts", [False, True], ids=["plain", "encrypted"])
@pytest.mark.parametrize("words", ["half a hello", "all of it", "rubbish"])
def test_a_connection_that_is_over_is_free_at_once_with_all_that_it_held(encrypts: bool, words: str) -> None:
    """Without the garbage collector: a server has it look only when 100,000 objects have come together."""

    async def test() -> None:
        async with live_server(tls=TLS if encrypts else None) as (simulation, address):
            said = (
                TlsPeer(trusting_context()).take(b"")
                if encrypts
                else frame(encode(Hello(VERSION, REGISTRY.schema_hash, "Eve", 1)))
            )
            if words != "all of it":
                said = said[:-9] if words == "half a hello" else said[:9] + b"\xff" * 600
            _, writer = await asyncio.open_connection(*address[:2])
            await until(lambda: bool(simulation.admission.sessions))
            session = next(iter(simulation.admission.sessions))
            pipe: Any = session.pipe
            while hasattr(pipe, "_under"):
                pipe = pipe._under
            over = [weakref.ref(session), weakref.ref(pipe)]
            received = simulation.stats.received
            del session, pipe
            writer.write(said)
            await until(lambda: simulation.stats.received > received)
            writer.transport.abort()
            await until(lambda: not any(ref() for ref in over))

    gc.collect()
    gc.disable()
    try:
        run(test())
    finally:
        gc.enable()


# What TLS costs is paid for, and an honest player can afford it.


def behind_tls(stage: ServerStage) -> Foe:
    """A player over TLS, let in."""
    foe = Foe(trusting_context(), is_client=True)
    foe.receiver = secured(stage.simulation.accept, TLS.context, WITHOUT_TLS)(foe)
    foe.send(foe.peer.take(b""))
    foe.send(foe.peer.record(frame(encode(Hello(VERSION, REGISTRY.schema_hash, "Eve", 1)))))
    stage.run(2)
    return foe


def test_an_intent_in_each_tick_each_in_a_record_and_a_read_of_its_own_is_not_too_much() -> None:
    stage = ServerStage()
    foe = behind_tls(stage)
    for number in range(round(2 * BURST_SECONDS / TICK)):
        foe.send(foe.peer.record(frame(encode(Steer(stage.simulation.tick + 1, 1 + number % 8)))))
        stage.run(1)
    assert not foe.closed
    assert stage.simulation.stats.faults == 0
    stage.simulation.world.close()


def test_of_many_small_records_in_one_read_no_more_are_opened_than_are_paid_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stage = ServerStage()
    foe = behind_tls(stage)
    opened = 0
    advance = TlsPipe._advance

    def counted(pipe: TlsPipe) -> None:
        nonlocal opened
        opened += 1
        advance(pipe)

    monkeypatch.setattr(TlsPipe, "_advance", counted)
    pings = 100 * frame(encode(Ping(1)))
    flood = b"".join(foe.peer.record(pings[at : at + 1]) for at in range(700))
    before = stage.simulation.stats.received
    foe.send(flood)
    assert foe.closed
    assert stage.simulation.stats.faults == 1
    assert stage.simulation.stats.received == before + len(flood), "it is counted though nothing was made of most of it"
    burst = BURST_SECONDS * PER_TICK / TICK
    assert burst / 4 < opened < burst - len(flood) / FREE_BYTES
    stage.run(2)
    stage.check()
    stage.simulation.world.close()


def test_raw_bytes_are_paid_for_before_the_handshake_is_over() -> None:
    stage = ServerStage()
    foe = Foe(trusting_context(), is_client=True)
    foe.receiver = secured(stage.simulation.accept, TLS.context, WITHOUT_TLS)(foe)
    before = stage.simulation.stats.received
    for _ in range(3):
        foe.send(b"\x16\x03\x01\x40\0" + b"\1\1\0\0" + bytes(16 * 1024 - 4))  # a ClientHello that never ends
    assert foe.closed
    assert stage.simulation.stats.received >= before + 3 * 16 * 1024
    assert stage.simulation.stats.faults <= 1
    stage.check()
    stage.simulation.world.close()
