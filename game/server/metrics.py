"""A server's figures for Prometheus, and whether it is well, over HTTP from a thread of its own.

It reads the plain numbers of `Stats` and `TickTimes` and touches nothing else of the game, so neither the world nor the
wire can tell that it is there. This is the one module that needs prometheus-client, and only --metrics imports it.
"""

import contextlib
import json
import logging
import socket
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler
from itertools import accumulate
from socketserver import ThreadingTCPServer
from typing import Any, Final

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from net.io.address import Address
from net.server.stats import Histogram, Stats
from net.server.tick_times import TickTimes

log = logging.getLogger(__name__)

STALE_SECONDS: Final = 5.0  # since the last tick: far longer than a slow one, and than time that is given up
REQUEST_SECONDS: Final = 5.0  # to say what is wanted and to take the answer, all in all; a local one takes 10 ms
MOST_REQUESTS: Final = 32  # at once, each with a thread; beyond, the oldest is cut off, since it is not in a hurry
MOST_THREADS: Final = 2 * MOST_REQUESTS  # with those that were cut off just now, and are about to end
POLL_SECONDS: Final = 0.1  # so long may it take to close


class ServerCollector(Collector):
    """One server's numbers as metrics; asked anew for each scrape."""

    def __init__(self, stats: Stats, times: TickTimes, lines_lost: Callable[[], int]) -> None:
        self._stats = stats
        self.times = times
        self._lines_lost = lines_lost

    def collect(self) -> Iterator[Metric]:
        """As a Collector has it."""
        stats, times = self._stats, self.times
        yield GaugeMetricFamily("pgn_players", "Seats that are taken, held ones included.", stats.players)
        yield GaugeMetricFamily("pgn_sessions", "Open connections, seated or not.", stats.sessions)
        yield _counter("pgn_connections", "Connections that were accepted.", stats.connections)
        yield _labelled("pgn_refusals", "Clients that were not let in.", "reason", stats.refusals)
        yield _labelled(
            "pgn_faults",
            "Sessions that ended for what they said: theirs, it broke the protocol; ours, it broke the server.",
            "whose",
            {"theirs": stats.faults, "ours": stats.our_faults},
        )
        yield _counter("pgn_received_bytes", "Bytes from clients.", stats.received)
        yield _counter("pgn_sent_bytes", "Bytes to clients.", stats.sent)
        yield _labelled("pgn_surprises", "What frames told, once for everybody.", "kind", stats.surprises)
        yield _counter("pgn_skipped_writes", "Writes left out for clients that had not taken the last.", stats.skipped)
        yield _counter("pgn_late_intents", "Intents that came late: each is a correction seen.", stats.late_intents)
        yield _counter("pgn_corrections", "Corrections that clients report.", stats.corrections)
        yield _counter("pgn_unexplained_corrections", "... without a cause: a bug, or a liar.", stats.unexplained)
        yield _counter("pgn_resyncs", "Clients' checksums that did not match.", stats.resyncs)
        yield _histogram("pgn_tick_seconds", "How long ticks took.", stats.ticks)
        yield _histogram("pgn_frame_gap_seconds", "From one turn to write to clients to the next.", stats.gaps)
        yield _counter("pgn_late_ticks", "Ticks that began when the next was due already.", times.late)
        yield _labelled("pgn_system_seconds", "Time that systems took.", "system", times.seconds)
        yield _counter("pgn_lost_log_lines", "Lines of the log that nobody took.", self._lines_lost())


class MetricsServer:
    """/metrics and /health at one address, from its making to `close`. Raises OSError where it cannot listen."""

    def __init__(
        self, address: Address, stats: Stats, times: TickTimes, lines_lost: Callable[[], int], now: Callable[[], float]
    ) -> None:
        registry = CollectorRegistry(auto_describe=False)
        self._collector = ServerCollector(stats, times, lines_lost)
        registry.register(self._collector)
        ProcessCollector(registry=registry)  # memory, processor time, descriptors
        pages = {
            "/metrics": lambda: (200, CONTENT_TYPE_LATEST, generate_latest(registry)),
            "/health": lambda: _health(stats, now()),
        }
        self._server = _Server(address, partial(_Handler, pages), now)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(POLL_SECONDS,), daemon=True)
        self._thread.start()

    def follow(self, times: TickTimes) -> None:
        """There is another world, whose ticks take such times."""
        self._collector.times = times

    @property
    def address(self) -> Address:
        """Where it listens, with the port that it was given for port 0."""
        host, port = self._server.server_address[:2]
        return Address(str(host), port)

    def close(self) -> None:
        """Stop; takes a tenth of a second."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


Page = Callable[[], tuple[int, str, bytes]]  # status, content type, content


class _Handler(BaseHTTPRequestHandler):
    timeout = REQUEST_SECONDS  # for each read; for all of them see the server
    server_version = "pygame-networking"
    sys_version = ""

    def __init__(self, pages: dict[str, Page], *arguments: Any) -> None:
        self._pages = pages
        super().__init__(*arguments)

    def do_GET(self) -> None:
        page = self._pages.get(self.path.partition("?")[0])
        status, kind, content = page() if page else (404, "text/plain", b"there are /metrics and /health\n")
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:
        log.debug("metrics: %s: " + format, self.client_address[0], *args)


class _Server(ThreadingTCPServer):  # not http.server's own, which asks the name service who we are
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    request_queue_size = MOST_REQUESTS  # with the 5 of socketserver, who comes with many others waits for a second

    def __init__(
        self, address: Address, handler: Callable[..., BaseHTTPRequestHandler], now: Callable[[], float]
    ) -> None:
        self._now = now
        self._room = threading.Semaphore(MOST_THREADS)
        self._lock = threading.Lock()
        self._requests: dict[socket.socket, float] = {}  # since when, the oldest first; each has a thread of its own
        self.address_family, _, _, _, where = socket.getaddrinfo(*address, type=socket.SOCK_STREAM)[0]
        super().__init__((str(where[0]), address.port), handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        if not self._room.acquire(blocking=False):
            self.shutdown_request(request)
            return
        with self._lock:
            self._requests[request] = self._now()
            if len(self._requests) > MOST_REQUESTS:
                self._cut_off(next(iter(self._requests)))
        try:
            super().process_request(request, client_address)
        except RuntimeError:  # the system has no thread left
            self._done(request)
            raise

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._done(request)

    def _done(self, request: socket.socket) -> None:
        with self._lock:
            self._requests.pop(request, None)
        self._room.release()

    def service_actions(self) -> None:
        """Called now and then: whoever has had all of their time is cut off, whatever bytes came meanwhile."""
        with self._lock:
            for request, since in list(self._requests.items()):
                if self._now() - since >= REQUEST_SECONDS:
                    self._cut_off(request)

    def _cut_off(self, request: socket.socket) -> None:
        """Its thread, which may wait for it, closes it."""
        del self._requests[request]
        with contextlib.suppress(OSError):
            request.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        log.debug("metrics: a request of %s failed", client_address[0], exc_info=True)


def _health(stats: Stats, now: float) -> tuple[int, str, bytes]:
    """200 as long as ticks come and the server means to go on, else 503."""
    since = now - stats.ticked
    status = "closing" if stats.closing else "stuck" if since > STALE_SECONDS else "ok"
    said = {
        "status": status,
        "tick": stats.tick,
        "seconds_since_tick": round(since, 3),
        "players": stats.players,
        "sessions": stats.sessions,
    }
    return (200 if status == "ok" else 503), "application/json", json.dumps(said).encode() + b"\n"


def _counter(name: str, text: str, value: float) -> Metric:
    return CounterMetricFamily(name, text, value)


def _labelled(name: str, text: str, label: str, values: dict[str, Any]) -> Metric:
    metric = CounterMetricFamily(name, text, labels=(label,))
    for key, value in list(values.items()):  # at once: the game may add a key meanwhile
        metric.add_metric((key,), value)
    return metric


def _histogram(name: str, text: str, spread: Histogram) -> Metric:
    bounds = [*(str(bound) for bound in spread.bounds), "+Inf"]
    upto = list(zip(bounds, accumulate(list(spread.counts)), strict=True))
    return HistogramMetricFamily(name, text, upto, spread.sum)
