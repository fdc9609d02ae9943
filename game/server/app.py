"""The server as a program: a socket, a clock, signals, and lines for the one who hosts it."""

import asyncio
import contextlib
import gc
import logging
import os
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from game.server.advertising import Advertiser
from game.server.console import Console, serve_console
from game.server.playlist import Playlist
from game.server.worlds import Worlds
from net.game import Game
from net.io import logs, terminal, walltime
from net.io.address import Address, TlsAddress
from net.io.certificates import ServerTls
from net.io.descriptors import allow_connections
from net.io.lan import Advert
from net.io.terminal import Lines
from net.io.tls import secured, spelled
from net.io.transport import ListenError, bound_address, friends_address, listen
from net.server.limits.bans import Bans
from net.server.limits.connection_limiter import SPARE_CONNECTIONS, ConnectionLimiter
from net.server.simulation import ServerSettings, Simulation, WornOutError
from net.wire.codec import encode
from net.wire.framing import frame
from net.wire.messages import VERSION, Goodbye

if TYPE_CHECKING:
    from game.server.metrics import MetricsServer

log = logging.getLogger(__name__)

GARBAGE: Final = 100_000  # objects more than there were, after which cycles are looked for: 10 MB
HOST_ENDED: Final = "the host ended the game"  # they played on it, and have left
FAREWELL_SECONDS: Final = 0.3  # for the last words to leave; they are a few bytes a client
ENDING_SIGNALS: Final = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")  # the last is Windows', which has no SIGHUP
# For a client that knows TLS, and was not told that this server does.
WITHOUT_TLS: Final = frame(
    encode(Goodbye("this server takes encrypted connections alone: put tls:// before its address"))
)


@dataclass(frozen=True, slots=True)
class Service:
    """How a server meets the world."""

    host: str | None  # the one address to listen on; None: all
    port: int
    with_parent: bool = False  # end when standard input ends
    advertised_as: str | None = None  # what the local network is told that it is called; None: it is not told of it
    metrics: Address | None = None  # where others can look on
    tls: ServerTls | None = None  # the certificate to show; None: nothing is encrypted
    bans: Bans | None = None  # whom not to let in
    admin: bool = False  # whether standard input has commands


def serve(game: Game, settings: ServerSettings, service: Service, others: Sequence[Game] = ()) -> int:
    """Run until a signal, a command, or the end of the parent. Returns the exit code.

    `others`: games that players can vote for after a round, in all of their arenas.

    0: it was told to end; 1: it failed, and the log says how; 2: it cannot run like that, and a line says why.
    """
    out = Lines(sys.stdout, "output")
    try:
        playlist = Playlist(game, settings.arena, others)
        return asyncio.run(_serve(playlist, settings, service, out))
    except ListenError as error:
        terminal.complain(str(error))
        return 2
    finally:
        out.close()


async def _serve(playlist: Playlist, settings: ServerSettings, service: Service, out: Lines) -> int:
    stop = asyncio.Event()
    terminal.call_on_signals(ENDING_SIGNALS, stop.set)
    if service.with_parent:
        _stop_with_parent(stop)
    worlds = Worlds(playlist, settings, walltime.now, service.bans or Bans(walltime.now), walltime.spent)
    tls, stats = service.tls, worlds.simulation.stats
    watch = _watch(worlds.simulation, service.metrics) if service.metrics is not None else None
    connections = allow_connections(settings.max_players + SPARE_CONNECTIONS)
    gc.collect()
    gc.freeze()  # what is there now stays: not to be looked at again, at each full collection, in the middle of a tick
    gc.set_threshold(GARBAGE)  # so much is made and gone within a tick, to be looked through in the midst of it
    limiter = ConnectionLimiter(connections, settings.max_per_address, walltime.now, stats.refusals)
    accept = secured(worlds.accept, tls.context, WITHOUT_TLS) if tls else worlds.accept
    server = await listen(service.host, service.port, accept, limiter)
    address = TlsAddress(*bound_address(server)) if tls else bound_address(server)
    out.say(f"listening on {address}")
    friends = friends_address(address.port) if service.host in (None, "::", "0.0.0.0") else address
    if friends is not None and tls:
        friends = TlsAddress(*friends)
    if friends is not None:
        out.say(f"friends on your network join with: python main.py --connect {friends}")
    if tls:
        out.say(f"the fingerprint of its certificate is {spelled(tls.fingerprint)}")
    if watch is not None:
        out.say(f"metrics at http://{watch.address}/metrics")
    out.settle()  # before the log says anything
    advertiser = None
    if service.advertised_as is not None:
        name = service.advertised_as
        locks = tls is not None, bool(settings.password)

        def advert() -> Advert:
            return Advert(
                name,
                len(worlds.simulation.seats),
                settings.max_players,
                VERSION,
                *locks,
                worlds.simulation.server_id,
                playlist.game.name,
            )

        advertiser = Advertiser(address, advert)
        advertiser.start()
    console = Console(worlds.simulation, stop.set, walltime.now, worlds.move_on)
    if service.admin:
        serve_console(console, out)

    def follow() -> None:
        console.follow(worlds.simulation)
        if watch is not None:
            watch.follow(worlds.simulation.times)

    worlds.changed = follow
    failed, farewell = False, HOST_ENDED if service.with_parent else "the server is closing"
    try:
        await walltime.every_tick(settings.tick_rate, worlds.advance, stop, worlds.busy)
    except WornOutError as end:
        log.critical("the server ends, to be started anew: %s", end)
        failed, farewell = True, "the server has to start anew"
    except Exception:
        # A world of which a tick is half done is nobody's truth any more: it ends, and whoever started us starts anew.
        log.exception("tick %d failed, so the server ends", worlds.simulation.tick)
        failed, farewell = True, "the server failed and ends; its log says why"
    server.close()
    try:
        worlds.simulation.close(farewell)
    except Exception:
        log.exception("the end failed as well")
        failed = True
    await asyncio.gather(asyncio.sleep(FAREWELL_SECONDS), advertiser.close() if advertiser else asyncio.sleep(0))
    log.info("closed after %s", worlds.simulation.times)
    if watch is not None:
        watch.close()
    return 1 if failed else 0


def _watch(simulation: Simulation, address: Address) -> "MetricsServer":
    """Let others look on. Raises ListenError."""
    try:
        from game.server.metrics import MetricsServer

        watch = MetricsServer(address, simulation.stats, simulation.times, logs.lost, walltime.now)
    except ImportError as error:
        if error.name is None or error.name.partition(".")[0] != "prometheus_client":
            raise
        hint = "it needs a package that is not here: python -m pip install prometheus-client"
        raise ListenError(f"argument --metrics: {hint}") from None
    except OSError as error:
        reason = f"cannot listen on {address}: {error.strerror or error}"
        raise ListenError(f"argument --metrics: {reason}; try another port, or 0 for any free one") from None
    return watch


def _stop_with_parent(stop: asyncio.Event) -> None:
    """Whoever started us holds the other end of our standard input; it closes however they die."""
    loop = asyncio.get_running_loop()

    def wait() -> None:
        # Not sys.stdin.read(): its lock would be held when Python ends, which is fatal.
        with contextlib.suppress(OSError):
            while sys.stdin is not None and os.read(sys.stdin.fileno(), 4096):
                pass
        with contextlib.suppress(RuntimeError):  # the loop has ended by itself meanwhile
            loop.call_soon_threadsafe(stop.set)

    threading.Thread(target=wait, name="parent", daemon=True).start()
