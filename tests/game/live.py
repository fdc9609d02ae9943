"""A server of ours on a real socket, in this process, and ways to wait for what a session does."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any

from game.server.app import WITHOUT_TLS
from game.tag import TAG
from net.client.connector import Connector, Phase
from net.game import Game
from net.io import walltime
from net.io.address import Address, TlsAddress
from net.io.certificates import ServerTls
from net.io.tls import secured
from net.io.transport import bound_address, listen
from net.server.simulation import ServerSettings, Simulation
from tests.harness import HALL

PATIENCE = 20.0  # seconds, before a test gives up; nothing here takes a tenth of it


@contextlib.asynccontextmanager
async def live_server(
    port: int = 0,
    settings: ServerSettings | None = None,
    tls: ServerTls | None = None,
    host: str = "127.0.0.1",
    game: Game = TAG,
) -> AsyncIterator[tuple[Simulation, Address]]:
    """A ticking server; with `tls`, one that encrypts."""
    stop = asyncio.Event()
    settings = settings or ServerSettings(HALL)
    simulation = Simulation(game, settings, walltime.now)
    accept = secured(simulation.accept, tls.context, WITHOUT_TLS) if tls else simulation.accept
    server = await listen(host, port, accept)
    ticking = asyncio.create_task(walltime.every_tick(settings.tick_rate, simulation.advance, stop))
    try:
        address = bound_address(server)
        yield simulation, TlsAddress(*address) if tls else address
    finally:
        stop.set()
        await ticking
        server.close()
        simulation.close("the test is over")


@contextlib.asynccontextmanager
async def answering(answer: bytes, hang_up: bool = True) -> AsyncIterator[Address]:
    """Some other server, that says `answer` to whoever connects."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(answer)
        with contextlib.suppress(OSError):
            await writer.drain()
            if not hang_up:
                await reader.read()
        writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    try:
        yield bound_address(server)
    finally:
        server.close()


@contextlib.contextmanager
def mute_port() -> Iterator[Address]:
    """An address where nobody answers: its queue of connections is full, so the kernel drops what comes."""
    with contextlib.ExitStack() as stack:
        full = stack.enter_context(socket.socket())
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for _ in range(3):
            filler = stack.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex(full.getsockname())
        yield Address(*full.getsockname())


def free_port() -> int:
    """A port at which nothing listens just now."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


async def until(done: Callable[[], bool]) -> None:
    """Let the loop run until `done`."""
    async with asyncio.timeout(PATIENCE):
        while not done():  # noqa: ASYNC110 - what is waited for happens inside the server, which tells nobody
            await asyncio.sleep(0.003)


async def frames_until(session: Connector, done: Callable[[], bool]) -> int:
    """Draw frames until `done`; how many it took."""
    frames = 0
    async with asyncio.timeout(PATIENCE):
        while not done():
            session.update()
            frames += 1
            await asyncio.sleep(0.003)
    return frames


async def ended(session: Connector) -> str:
    """Why it could not join."""
    await frames_until(session, lambda: session.phase is Phase.FAILED)
    return session.message


def run(test: Awaitable[None]) -> None:
    """Run a test that awaits."""

    async def bounded() -> None:
        async with asyncio.timeout(2 * PATIENCE):
            await test
            loop: Any = asyncio.get_running_loop()
            await until(lambda: len(loop._selector.get_map()) == 1)  # the loop's own: no socket was left open

    asyncio.run(bounded())
