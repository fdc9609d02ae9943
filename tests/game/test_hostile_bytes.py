"""Anything may come out of a socket: that connection is closed with a reason for the log, and nobody else notices."""

import asyncio
import contextlib
import logging
import random
import tracemalloc

import esper
import msgpack
import pytest

from ecs.components import Intent, NetID
from game.tag import TAG
from net.client.connector import Connector, Phase
from net.io import walltime
from net.io.address import Address
from net.server.simulation import ServerSettings, Simulation
from net.wire.codec import FROM_CLIENT_LIMIT, encode
from net.wire.framing import frame
from net.wire.messages import VERSION, FromClient, Hello, Ping, Steer
from tests.game.live import frames_until, live_server, run, until
from tests.harness import HALL

HELLO = frame(encode(Hello(VERSION, TAG.registry().schema_hash, "Mallory", 1)))
NESTED = b"\x91" * (FROM_CLIENT_LIMIT - 1) + b"\x90"

POISON = {
    "http": b"GET / HTTP/1.1\r\nHost: example.org\r\n\r\n",
    "tls": bytes.fromhex("16030100c6010000c20303") + bytes(200),
    "ssh": b"SSH-2.0-OpenSSH_9.2\r\n",
    "zeros": bytes(64),
    "ones": b"\xff" * 64,
    "an oversized length": (FROM_CLIENT_LIMIT + 1).to_bytes(4, "big"),
    "deep nesting": frame(NESTED),
    "wide header": frame(b"\xdd\xff\xff\xff\xff"),
    "a huge string": frame(b"\xdb\xff\xff\xff\xffabc"),
    "nan": frame(msgpack.packb([1, float("nan"), 3])),
    "an extension": frame(msgpack.packb([1, msgpack.ExtType(5, b"x"), 3])),
    "a timestamp": frame(msgpack.packb([1, msgpack.Timestamp(5), 3])),
    "a map": frame(msgpack.packb({1: 2})),
    "bytes": frame(msgpack.packb([1, b"12", 3])),
    "a huge integer": frame(msgpack.packb([1, 2**64 - 1, 3])),
    "a negative integer": frame(msgpack.packb([1, -(2**63), 3])),
    "a bool": frame(msgpack.packb([True, 2, 3])),
    "nothing": frame(msgpack.packb([])),
    "two values": frame(msgpack.packb([4, "x"]) + b"\x01"),
    "broken utf-8": frame(b"\x92\x04\xa2\xff\xfe"),
    "a cut payload": frame(msgpack.packb([4, "hello"])[:-2]),
    "an unknown tag": frame(msgpack.packb([99, 1])),
}


def count_of_newest(simulation: Simulation) -> int:
    """How many intents of the one who came last have been applied."""
    with simulation.world:
        counts = {net_id.id: intent.count for _, (net_id, intent) in esper.get_components(NetID, Intent)}
        return counts[max(counts)] if counts else 0


async def answer_to(address: Address, data: bytes, piece: int) -> bytes:
    """Send data in pieces; what came back until the server closed."""
    reader, writer = await asyncio.open_connection(address.host, address.port)
    with contextlib.suppress(ConnectionError):
        for start in range(0, len(data), piece):
            writer.write(data[start : start + piece])
            await writer.drain()
            await asyncio.sleep(0)
    answer = b""
    with contextlib.suppress(ConnectionError):
        answer = await reader.read()
    writer.close()
    with contextlib.suppress(ConnectionError):
        await writer.wait_closed()
    return answer


@pytest.mark.parametrize("seated", [False, True], ids=["before the hello", "in the game"])
def test_poison_ends_its_own_connection_with_a_reason_and_nothing_else(
    seated: bool, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)

    async def test() -> None:
        async with live_server() as (simulation, address):
            ann = Connector(TAG, address, "Ann", 1, walltime.now)
            await frames_until(ann, lambda: ann.phase is Phase.PLAYING)
            for piece in (1, 7, 1 << 16):
                for name, data in POISON.items():
                    before = len(caplog.records)
                    ann.update()
                    answer = await asyncio.wait_for(answer_to(address, (HELLO if seated else b"") + data, piece), 15)
                    assert b"broke the protocol" in answer, name
                    lines = [record.getMessage() for record in caplog.records[before:]]
                    assert sum("broke the protocol" in line for line in lines) == 1, name
            assert len(simulation.seats) == 1
            assert ann.phase is Phase.PLAYING
            frames = ann.play.traffic.frames if ann.play else 0
            assert await frames_until(ann, lambda: ann.play is not None and ann.play.traffic.frames > frames)
            ann.leave()

    run(test())
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


def test_a_truncated_message_is_waited_for_and_then_forgotten() -> None:
    async def test() -> None:
        async with live_server() as (simulation, address):
            _, writer = await asyncio.open_connection(address.host, address.port)
            writer.write(HELLO[:-1])
            await writer.drain()
            await asyncio.sleep(0.05)
            assert len(simulation.seats) == 0
            writer.write(HELLO[-1:])
            await until(lambda: len(simulation.seats) == 1)
            writer.write(HELLO[:3])
            writer.close()
            await until(lambda: len(simulation.seats) == 0)

    run(test())


def test_many_messages_in_one_read_and_single_bytes_mean_the_same() -> None:
    async def test() -> None:
        async with live_server(settings=ServerSettings(HALL, hold_seconds=0)) as (simulation, address):
            wants: list[FromClient] = [Steer(0, 3), Ping(1), Steer(0, 0), Ping(2)]
            said = b"".join(frame(encode(message)) for message in wants)
            for piece in (len(said), 1):
                _, writer = await asyncio.open_connection(address.host, address.port)
                writer.write(HELLO)
                await until(lambda: len(simulation.seats) == 1)
                for start in range(0, len(said), piece):
                    writer.write(said[start : start + piece])
                    await writer.drain()
                    await asyncio.sleep(0)
                await until(lambda: count_of_newest(simulation) == 2)
                writer.close()
                await until(lambda: len(simulation.seats) == 0)

    run(test())


def test_garbage_moves_no_memory() -> None:
    rng = random.Random(5)

    async def test() -> None:
        async with live_server() as (simulation, address):
            await answer_to(address, POISON["zeros"], 64)
            tracemalloc.start()
            before, _ = tracemalloc.get_traced_memory()
            for _ in range(150):
                await asyncio.wait_for(answer_to(address, b"\0\0\1\0" + rng.randbytes(300), 400), 15)
            await asyncio.sleep(0.05)
            now, peak = tracemalloc.get_traced_memory()
            tracemalloc.stop()
            assert peak - before < 4_000_000
            assert now - before < 400_000
            assert len(simulation.seats) == 0

    run(test())
