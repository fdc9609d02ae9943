"""The server as a program: a socket, a clock, signals, and lines for the one who hosts it."""

import asyncio
import contextlib
import gc
import logging
import os
import signal
import sys
import threading
from typing import Final

from game import walltime
from game.server.simulation import ServerSettings, Simulation
from net.transport import ListenError, bound_address, friends_address, listen

log = logging.getLogger(__name__)

FAREWELL_SECONDS: Final = 0.3  # for the last words to leave; they are a few bytes a client


def serve(settings: ServerSettings, host: str | None, port: int, with_parent: bool) -> int:
    """Run until a signal comes, or, `with_parent`, until standard input ends. Returns the exit code."""
    allow_many_files()
    try:
        asyncio.run(_serve(settings, host, port, with_parent))
    except ListenError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 1
    return 0


def allow_many_files() -> None:
    """Each client is an open file; the usual limit is 1,024 of them, and whoever asks may have more."""
    try:
        import resource  # not on Windows
    except ImportError:
        return
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(OSError, ValueError):  # macOS calls the most unlimited, and refuses it
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


async def _serve(settings: ServerSettings, host: str | None, port: int, with_parent: bool) -> None:
    stop = asyncio.Event()
    _stop_on_signals(stop)
    if with_parent:
        _stop_with_parent(stop)
    simulation = Simulation(settings, walltime.now)
    gc.collect()
    gc.freeze()  # what is there now stays: not to be looked at again, at each full collection, in the middle of a tick
    server = await listen(host, port, simulation.accept)
    address = bound_address(server)
    print(f"listening on {address}", flush=True)  # noqa: T201
    friends = friends_address(address.port) if host in (None, "::", "0.0.0.0") else address
    if friends is not None:
        print(f"friends on your network join with: python main.py --connect {friends}", flush=True)  # noqa: T201
    await walltime.every_tick(settings.tick_rate, simulation.advance, stop)
    server.close()
    simulation.close("the server is closing")
    await asyncio.sleep(FAREWELL_SECONDS)
    log.info("closed after %s", simulation.times)


def _stop_on_signals(stop: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        try:
            loop.add_signal_handler(number, stop.set)
        except NotImplementedError:  # Windows
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(stop.set))


def _stop_with_parent(stop: asyncio.Event) -> None:
    """Whoever started us holds the other end of our standard input; it closes however they die."""
    loop = asyncio.get_running_loop()

    def wait() -> None:
        # Not sys.stdin.read(): its lock would be held when Python ends, which is fatal.
        with contextlib.suppress(OSError):
            while os.read(sys.stdin.fileno(), 4096):
                pass
        with contextlib.suppress(RuntimeError):  # the loop has ended by itself meanwhile
            loop.call_soon_threadsafe(stop.set)

    threading.Thread(target=wait, name="parent", daemon=True).start()
