"""The real programs over real TCP: a server, clients with a (dummy) window, one killed, one refused, mirrors equal."""

import json
import re
import signal
from pathlib import Path

from tests.game.processes import Program, port_of, programs


def checksums(program: Program) -> dict[int, str]:
    """What a program computed of the world, by tick."""
    found = (re.search(r"tick (\d+): checksum ([0-9a-f]{8})", line) for line in list(program.lines))
    return {int(match[1]): match[2] for match in found if match}


def test_a_server_and_three_windows_one_killed_one_refused_and_equal_mirrors(tmp_path: Path) -> None:
    with programs() as start:
        server = start("--server", "--port", "0", "--host", "127.0.0.1", "--max-players", "5", "--log-level", "debug")
        address = f"127.0.0.1:{port_of(server)}"

        def window(name: str, where: str = address) -> Program:
            home = str(tmp_path / name)
            return start(
                "--connect", where, "--name", name, "--log-level", "debug", PYGAME_NETWORKING_CONFIG_DIR=home
            )  # fmt: skip

        ann, bob, cid = window("Ann"), window("Bob"), window("Cid")
        server.wait_for("join:", 3)
        bots = start("--bots", "2", "--connect", address, "--seconds", "60", "--seed", "4")
        server.wait_for("join:", 5)
        late = window("Late")
        server.wait_for("refused: the server is full: 5 of 5 players")
        for program in (ann, bob, cid):
            program.wait_for("checksum", 3)

        cid.end(signal.SIGKILL)
        server.wait_for("leave: 'Cid'")
        seen = len(checksums(ann))
        ann.wait_for("checksum", seen + 2)
        bob.wait_for("checksum", seen + 2)

        truth = checksums(server)
        for program in (ann, bob, cid):
            held = checksums(program)
            assert len(held) >= 3
            assert held == {tick: truth[tick] for tick in held}
            assert not any("mirror differs" in line or "Traceback" in line for line in program.lines)
        assert len(set(truth.values())) > 5, "the world did change: bots walk in it"

        assert late.process.poll() is None  # it shows why, and lets one try again
        for program in (ann, bob, late):
            assert program.end() == 0
            assert not any("Traceback" in line for line in program.lines)
        server.wait_for("leave: 'Ann'")
        server.wait_for("leave: 'Bob'")
        assert bots.process.poll() is None
        assert server.end() == 0
        assert not any("Traceback" in line or "ERROR" in line for line in server.lines)


def test_bots_report_one_line_of_json_with_exact_mirrors() -> None:
    with programs() as start:
        server = start("--server", "--port", "0", "--host", "127.0.0.1")
        bots = start("--bots", "8", "--connect", f"127.0.0.1:{port_of(server)}", "--seconds", "4", "--seed", "2")
        assert bots.wait() == 0
        lines = [line for line in bots.lines if line.startswith("{")]
        assert len(lines) == 1
        report = json.loads(lines[0])
    assert (report["bots"], report["connected"], report["mirror_mismatches"]) == (8, 8, 0)
    assert report["mirror_checks"] >= 8
    assert report["frames"] > 8 * 20
    assert report["turns"] > 8
    assert report["bytes_in_per_s"] > 100
    assert "unexplained" not in report["corrections_by_cause"]


def test_bots_on_a_simulated_network_have_its_round_trip_exact_mirrors_and_say_goodbye() -> None:
    with programs() as start:
        server = start("--server", "--port", "0", "--host", "127.0.0.1")
        address = f"127.0.0.1:{port_of(server)}"
        bots = start("--bots", "3", "--connect", address, "--seconds", "5", "--simulate", "latency=200,jitter=5")
        assert bots.wait() == 0
        report = json.loads(bots.wait_for('"bots": 3'))
        assert report["round_trip_ms"] >= 190
        assert report["mirror_checks"] >= 3
        assert report["mirror_mismatches"] == 0
        server.wait_for("said goodbye", 3)  # it went the slow way too


def test_four_bots_play_a_round_of_tag_and_each_ends_with_the_servers_scoreboard() -> None:
    with programs() as start:
        server = start("--server", "--port", "0", "--host", "127.0.0.1", "--round-seconds", "3")
        address = f"127.0.0.1:{port_of(server)}"
        # The countdown takes 3 s, the podium stands for 10 s, and they leave while it does.
        bots = start("--bots", "4", "--connect", address, "--seconds", "10", "--seed", "3")
        over = server.wait_for("round 1 is over: ")
        report = json.loads(bots.wait_for('"bots": 4'))
        assert bots.wait() == 0
        assert server.end() == 0
        assert not any("round 2" in line for line in server.lines)
    truth = {name: int(score) for name, score in re.findall(r"'(Bot \d)' ([0-9]+)", over)}
    assert set(truth) == set(report["scores"]) == {"Bot 1", "Bot 2", "Bot 3", "Bot 4"}
    for name, board in report["scores"].items():
        assert board == truth, f"{name} holds another scoreboard"
    assert len(set(truth.values())) > 1, "somebody was it"
    assert max(truth.values()) <= 3 * 60
    assert (report["rounds"], report["mirror_mismatches"]) == (1, 0)
    assert report["tags"] >= 1
