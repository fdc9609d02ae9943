"""What a server tells of itself: the right numbers, at no cost to the game, and nothing where nobody asked."""

import contextlib
import json
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.client import HTTPConnection

import pytest
from prometheus_client.parser import text_string_to_metric_families

from game.server import metrics
from game.server.metrics import MOST_REQUESTS, MOST_THREADS, REQUEST_SECONDS, STALE_SECONDS, MetricsServer
from game.tag import TAG
from net.client.client_session import REPORT_SECONDS
from net.conditioner.link import Conditions
from net.io.address import Address
from net.server.limits.connection_limiter import ConnectionLimiter
from net.server.session import UNEXPLAINED_AT_ONCE
from net.wire.codec import MAX_REPORTED
from net.wire.messages import VERSION, Hello, Report, Resync, Steer
from tests.game.processes import PATIENCE, ROOT, port_of, programs
from tests.harness import Stage, Stranger, Walker


class Watched(Stage):
    """A stage that others look on at."""

    def __init__(self) -> None:
        super().__init__(max_players=3)
        self.lines_lost = 0
        simulation = self.simulation
        self.metrics = MetricsServer(
            Address("127.0.0.1", 0), simulation.stats, simulation.times, lambda: self.lines_lost, self.clock
        )

    def get(self, path: str) -> tuple[int, str]:
        """Status and text of a page."""
        connection = HTTPConnection(*self.metrics.address, timeout=10)
        connection.request("GET", path)
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return answer.status, text

    def samples(self) -> dict[str, float]:
        """Each sample of a scrape, under its name and what is in its labels."""
        status, text = self.get("/metrics")
        assert status == 200
        return {
            " ".join([sample.name, *sample.labels.values()]): sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
        }


@pytest.fixture
def stage() -> Iterator[Watched]:
    stage = Watched()
    yield stage
    stage.metrics.close()


def hello(stage: Stage, name: str = "Eve", version: int = VERSION) -> Stranger:
    stranger = Stranger(stage)
    stranger.say(Hello(version, TAG.registry().schema_hash, name, 1))
    return stranger


def test_players_sessions_bytes_and_refusals_are_those_of_the_game(stage: Watched) -> None:
    ann, bob = stage.join("Ann"), stage.join("Bob")
    stage.settle()
    Stranger(stage)  # says nothing yet, and has no seat
    hello(stage, version=VERSION + 1)
    hello(stage, name="\n")
    stage.run(2)
    hello(stage)
    hello(stage)  # the fourth of three
    stage.run(4)
    said = stage.samples()
    assert said["pgn_players"] == 3
    assert said["pgn_sessions"] == 4
    assert said["pgn_connections_total"] == 7
    refused = {key.split()[1]: n for key, n in said.items() if key.startswith("pgn_refusals_total ") and n}
    assert refused == {"version": 1, "name": 1, "full": 1}
    heard = sum(len(player.tap.data) for player in (ann, bob))
    assert heard < said["pgn_sent_bytes_total"] < heard + 5000  # the strangers had little
    assert said["pgn_received_bytes_total"] > 200


def test_who_is_refused_at_the_door_is_counted_with_the_others(stage: Watched) -> None:
    limiter = ConnectionLimiter(2, 1, stage.clock, stage.simulation.stats.refusals)
    assert limiter.enter("192.0.2.1") is None
    assert limiter.enter("192.0.2.1") is not None
    assert limiter.enter("192.0.2.2") is None
    assert limiter.enter("192.0.2.3") is not None
    assert limiter.enter("192.0.2.4") is not None
    said = stage.samples()
    assert said["pgn_refusals_total connections of one address"] == 1
    assert said["pgn_refusals_total connections"] == 2
    assert said["pgn_refusals_total full"] == 0


def test_ticks_their_systems_and_the_gaps_between_frames_are_counted(stage: Watched) -> None:
    stage.join("Ann")
    stage.run(120)
    said = stage.samples()
    assert said["pgn_tick_seconds_count"] == 120
    assert said["pgn_tick_seconds_bucket +Inf"] == 120
    systems = {key.split()[1] for key in said if key.startswith("pgn_system_seconds_total ")}
    assert {"IntentSystem", "MovementSystem", "CollisionSystem", "NetworkSystem"} <= systems
    assert 59 <= said["pgn_frame_gap_seconds_count"] <= 61
    assert said["pgn_frame_gap_seconds_sum"] == pytest.approx(2.0, abs=0.1)
    assert said["pgn_frame_gap_seconds_bucket 0.036"] == said["pgn_frame_gap_seconds_count"]
    stage.hiccup(30, given_up=True)
    stage.run(4)
    late = stage.samples()
    assert late["pgn_frame_gap_seconds_bucket 0.5"] == late["pgn_frame_gap_seconds_count"] - 1


def test_surprises_are_counted_by_kind_once_whoever_hears_of_them(stage: Watched) -> None:
    ann, bob = stage.join("Ann"), stage.join("Bob")
    stage.settle()
    before = stage.samples()
    walker = Walker(ann, 3)
    stage.run(200, walker)
    stage.place(bob.net_id, 2000, 2000)
    stage.run(4)
    after = stage.samples()
    more = {kind: after[f"pgn_surprises_total {kind}"] - before[f"pgn_surprises_total {kind}"] for kind in SURPRISED}
    assert more == {"intent": stage.intent(ann.net_id).count, "body": 1, "spawned": 0, "gone": 0, "changed": 0}
    assert more["intent"] > 5
    assert before["pgn_surprises_total spawned"] == 2


SURPRISED = ("intent", "body", "spawned", "gone", "changed")


def test_late_intents_faults_resyncs_and_lost_lines_are_counted(stage: Watched) -> None:
    eve, mallory = hello(stage), hello(stage, "Mallory")
    stage.run(10)
    assert not any(stage.samples()[name] for name in TROUBLES)
    eve.say(Steer(3, 1))  # long past
    eve.say(Resync(2))
    mallory.near.write(b"\xff" * 8)
    stage.lines_lost = 7
    stage.run(10)
    said = stage.samples()
    assert said["pgn_late_intents_total"] == 1
    assert said["pgn_resyncs_total"] == 1
    assert said["pgn_faults_total theirs"] == 1
    assert said["pgn_faults_total ours"] == 0
    assert said["pgn_lost_log_lines_total"] == 7


TROUBLES = (
    "pgn_late_intents_total",
    "pgn_resyncs_total",
    "pgn_faults_total theirs",
    "pgn_skipped_writes_total",
    "pgn_lost_log_lines_total",
)


def test_clients_report_their_corrections_and_the_server_adds_them_up(stage: Watched) -> None:
    players = stage.join("Ann", Conditions(latency=0.05)), stage.join("Bob")
    stage.settle()
    for step in range(1, 6):
        for player in players[: 1 + step % 2]:
            stage.place(player.net_id, 1000 * step, 600 * player.net_id)
        stage.run(30)
    stage.run(60 * round(REPORT_SECONDS + 1))
    said = stage.samples()
    assert said["pgn_corrections_total"] == sum(player.play.causes.total() for player in players) >= 8
    assert said["pgn_unexplained_corrections_total"] == 0


def test_a_liar_adds_no_more_corrections_than_a_client_can_have_had(stage: Watched) -> None:
    liar = hello(stage)
    stage.run(60)
    for _ in range(20):
        liar.say(Report(MAX_REPORTED, MAX_REPORTED))
    stage.run(4)
    said = stage.samples()
    assert 25 <= said["pgn_corrections_total"] <= 35, "a second's frames"
    assert said["pgn_unexplained_corrections_total"] == UNEXPLAINED_AT_ONCE
    for _ in range(60):
        stage.run(60)
        liar.say(Report(1, MAX_REPORTED))
    said = stage.samples()
    assert said["pgn_corrections_total"] <= 35 + 60
    assert said["pgn_unexplained_corrections_total"] <= UNEXPLAINED_AT_ONCE + 7


def test_two_reports_that_a_stall_brings_at_once_count_both(stage: Watched) -> None:
    honest = hello(stage)
    stage.run(60 * 4)
    honest.say(Report(50, 0))
    honest.say(Report(40, 1))
    stage.run(4)
    said = stage.samples()
    assert said["pgn_corrections_total"] == 90
    assert said["pgn_unexplained_corrections_total"] == 1


def test_a_client_that_takes_nothing_is_seen_in_the_skipped_writes() -> None:
    stage = Stage(max_unsent=200)
    ann, slow = stage.join("Ann"), stage.join("Slow", Conditions(buffer=200))
    stage.settle()
    assert stage.simulation.stats.skipped == 0
    slow.near.reading = False
    stage.run(280, Walker(ann, 5, mean_ticks=1.0))
    assert slow.far.unsent
    assert stage.simulation.stats.skipped > 10


def test_health_is_good_while_ticks_come_and_bad_when_they_stop_or_the_server_closes(stage: Watched) -> None:
    stage.join("Ann")
    stage.run(10)
    status, text = stage.get("/health")
    assert status == 200
    assert json.loads(text) == {"status": "ok", "tick": 10, "seconds_since_tick": 0, "players": 1, "sessions": 1}
    stage.clock.time += STALE_SECONDS - 0.1
    assert stage.get("/health")[0] == 200
    stage.clock.time += 0.2
    status, text = stage.get("/health")
    assert status == 503
    assert json.loads(text)["status"] == "stuck"
    stage.run(1)
    assert stage.get("/health")[0] == 200
    stage.close()
    status, text = stage.get("/health?verbose")
    assert status == 503
    assert json.loads(text)["status"] == "closing"


def test_other_pages_are_not_there(stage: Watched) -> None:
    assert stage.get("/etc/passwd")[0] == 404


def test_clients_that_are_slow_shut_nobody_out_however_many(stage: Watched) -> None:
    with contextlib.ExitStack() as stack:
        slow = []
        for number in range(3 * MOST_REQUESTS):
            sock = stack.enter_context(socket.create_connection(stage.metrics.address, PATIENCE))
            sock.sendall(b"GET /health HTTP/1.0\r\nX: ")
            slow.append(sock)
            if number % MOST_REQUESTS in (7, MOST_REQUESTS - 1):
                assert stage.get("/health")[0] == 200
        assert slow[0].recv(1) == b"", "the oldest had to go"
        assert threading.active_count() < MOST_THREADS + 20
        slow[-1].sendall(b"1\r\n\r\n")
        assert slow[-1].recv(100).startswith(b"HTTP/1.0 200"), "and the latest is still served"


def test_a_request_has_its_time_all_in_all_whatever_bytes_come_meanwhile(
    stage: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(metrics._Handler, "timeout", 10 * PATIENCE)  # of one read, which is another limit
    with socket.create_connection(stage.metrics.address, PATIENCE) as slow:
        assert stage.get("/health")[0] == 200  # so the other has been let in, in its turn
        for letter in b"GET /health":
            slow.sendall(bytes([letter]))
            stage.clock.time += REQUEST_SECONDS / 11.5
        with socket.create_connection(stage.metrics.address, PATIENCE) as other:
            stage.get("/health")
            stage.clock.time += REQUEST_SECONDS / 11
            assert slow.recv(1) == b""
            other.sendall(b"GET /health HTTP/1.0\r\n\r\n")
            assert other.recv(100).startswith(b"HTTP/1.0 "), "whose time began later"


def traffic(watched: bool) -> bytes:
    """All that one client hears in a match of two."""
    stage = Watched() if watched else Stage(max_players=3)
    ann, bob = stage.join("Ann"), stage.join("Bob", Conditions(latency=0.05, jitter=0.02), seed=4)
    walkers = Walker(ann, 1), Walker(bob, 2)

    def walk(tick: int) -> None:
        for walker in walkers:
            walker(tick)

    for _ in range(6):
        stage.run(50, walk)
        if isinstance(stage, Watched):
            stage.samples()
    assert bob.compared > 30
    if isinstance(stage, Watched):
        stage.metrics.close()
    return bytes(bob.tap.data)


def test_the_wire_is_the_same_to_the_byte_whether_or_not_somebody_looks_on() -> None:
    alone = traffic(False)
    assert traffic(True) == alone
    assert len(alone) > 1000


def test_a_server_without_metrics_imports_nothing_for_them() -> None:
    check = (
        "import sys, main, game.server.app\n"
        "from net.server.simulation import Simulation\n"
        "assert main.main(['--server', '--host', 'nowhere.invalid.example']) == 2\n"
        "assert not {'prometheus_client', 'http.server', 'game.server.metrics'} & set(sys.modules)\n"
        "sys.modules['prometheus_client'] = None\n"
        "assert main.main(['--server', '--host', '127.0.0.1', '--port', '0', '--metrics', '0']) == 2"
    )
    result = subprocess.run([sys.executable, "-c", check], cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    last = result.stderr.splitlines()[-1]
    assert last == "argument --metrics: it needs a package that is not here: python -m pip install prometheus-client"


def test_the_real_server_tells_where_its_metrics_are_and_they_move() -> None:
    with programs() as start:
        server = start("--server", "--port", "0", "--host", "127.0.0.1", "--metrics", "0")
        port = port_of(server)
        where = server.wait_for("metrics at http://127.0.0.1:").rpartition(":")[2].partition("/")[0]
        bots = start("--bots", "2", "--connect", f"127.0.0.1:{port}", "--seconds", "0.5")
        assert bots.wait() == 0
        connection = HTTPConnection("127.0.0.1", int(where), timeout=10)
        connection.request("GET", "/metrics")
        text = connection.getresponse().read().decode()
        connection.close()
        assert "\npgn_connections_total 2.0\n" in text
        assert "\nprocess_resident_memory_bytes " in text or sys.platform != "linux"
        assert server.end() == 0


def test_a_port_for_metrics_that_is_in_use_is_one_line_that_says_so() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, programs() as start:
        port = taken.getsockname()[1]
        server = start("--server", "--port", "0", "--host", "127.0.0.1", "--metrics", str(port))
        assert server.wait() == 2
    assert len(server.lines) == 1
    assert server.lines[0].startswith(f"argument --metrics: cannot listen on 127.0.0.1:{port}: ")
    assert "in use" in server.lines[0]
