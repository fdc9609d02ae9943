"""The server as a program: a socket, a clock, signals, and lines for the one who hosts it."""

import asyncio
import contextlib
import logging
import os
import signal
import sys
import threading
from typing import Final

from game import walltime
from game.lan import Advert
from game.server.advertising import Advertiser
from game.server.bans import Bans
from game.server.console import Console, serve_console
from game.server.simulation import ServerSettings, Simulation
from net.address import TlsAddress
from net.certificates import ServerTls
from net.codec import encode
from net.framing import frame
from net.messages import VERSION, Goodbye
from net.tls import secured, spelled
from net.transport import ListenError, bound_address, friends_address, listen

log = logging.getLogger(__name__)

FAREWELL_SECONDS: Final = 0.3  # for the last words to leave; they are a few bytes a client
# For a client that knows TLS, and was not told that this server does.
WITHOUT_TLS: Final = frame(
    encode(Goodbye("this server takes encrypted connections alone: put tls:// before its address"))
)


def serve(
    settings: ServerSettings,
    host: str | None,
    port: int,
    with_parent: bool,
    advertised_as: str | None = None,
    tls: ServerTls | None = None,
    bans: Bans | None = None,
    admin: bool = False,
) -> int:
    """Run until a signal comes, or, `with_parent`, until standard input ends. Returns the exit code.

    `advertised_as` is what the local network is told that this server is called; None: it is not told of it. `tls` is
    the certificate to show; None: nothing is encrypted. `bans`: whom not to let in. `admin`: whether standard input has
    commands.
    """
    try:
        asyncio.run(_serve(settings, host, port, with_parent, advertised_as, tls, bans, admin))
    except ListenError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 1
    return 0


async def _serve(
    settings: ServerSettings,
    host: str | None,
    port: int,
    with_parent: bool,
    advertised_as: str | None,
    tls: ServerTls | None,
    bans: Bans | None,
    admin: bool,
) -> None:
    stop = asyncio.Event()
    _stop_on_signals(stop)
    if with_parent:
        _stop_with_parent(stop)
    simulation = Simulation(settings, walltime.now, bans=bans)
    accept = secured(simulation.accept, tls.context, WITHOUT_TLS) if tls else simulation.accept
    server = await listen(host, port, accept)
    address = TlsAddress(*bound_address(server)) if tls else bound_address(server)
    print(f"listening on {address}", flush=True)  # noqa: T201
    friends = friends_address(address.port) if host in (None, "::", "0.0.0.0") else address
    if friends is not None and tls:
        friends = TlsAddress(*friends)
    if friends is not None:
        print(f"friends on your network join with: python main.py --connect {friends}", flush=True)  # noqa: T201
    if tls:
        print(f"the fingerprint of its certificate is {spelled(tls.fingerprint)}", flush=True)  # noqa: T201
    advertiser = None
    if advertised_as is not None:
        name = advertised_as
        locks = tls is not None, bool(settings.password)

        def advert() -> Advert:
            return Advert(name, len(simulation.seats), settings.max_players, VERSION, *locks)

        advertiser = Advertiser(address, advert)
        advertiser.start()
    if admin:
        serve_console(Console(simulation, stop.set, walltime.now))
    await walltime.every_tick(settings.tick_rate, simulation.advance, stop)
    server.close()
    simulation.close("the server is closing")
    await asyncio.gather(asyncio.sleep(FAREWELL_SECONDS), advertiser.close() if advertiser else asyncio.sleep(0))
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
