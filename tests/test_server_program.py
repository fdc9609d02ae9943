"""`python main.py --server` as somebody who hosts it meets it."""

import errno
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from game.cli import main
from game.cli.arguments import build_parser
from game.cli.options import FOR, KINDS, WHO
from tests.game.processes import ROOT, port_of, programs


def run_to_its_end(*arguments: str) -> tuple[int, list[str]]:
    with programs() as start:
        program = start(*arguments)
        return program.wait(), program.lines


def test_it_says_where_it_listens_in_one_line_and_what_friends_type() -> None:
    with programs() as start:
        server = start("--server", "--port", "0", "--host", "127.0.0.1")
        port = int(port_of(server))
        assert server.lines[0] == f"listening on 127.0.0.1:{port}"
        with socket.create_connection(("127.0.0.1", port), 5):
            pass
        everywhere = start("--server", "--port", "0")
        port_of(everywhere)
        with socket.create_connection(("127.0.0.1", int(port_of(everywhere))), 5):
            pass


def test_from_one_address_come_so_many_and_who_is_one_too_many_reads_why() -> None:
    with programs() as start:
        server = start("--server", "--port", "0", "--host", "127.0.0.1", "--max-per-address", "2")
        there = ("127.0.0.1", int(port_of(server)))
        guests = [socket.create_connection(there, 5, source_address=("127.0.0.2", 0)) for _ in range(2)]
        with socket.create_connection(there, 5, source_address=("127.0.0.2", 0)) as third:
            assert b"2 connections from one address are allowed" in third.recv(4096)
        server.wait_for("refused at the door: 127.0.0.2")
        bots = start("--bots", "3", "--connect", f"127.0.0.1:{there[1]}", "--seconds", "1")
        assert bots.wait() == 0, "this machine itself is not counted"
        for guest in guests:
            guest.close()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_cleanly_and_clients_are_told(number: int) -> None:
    with programs() as start:
        server = start("--server", "--port", "0", "--host", "127.0.0.1")
        bots = start("--bots", "2", "--connect", f"127.0.0.1:{port_of(server)}", "--seconds", "60")
        server.wait_for("join:", 2)
        assert server.end(number) == 0
        assert not any("Traceback" in line for line in server.lines)
        assert sum("leave:" in line and "the server is closing" in line for line in server.lines) == 2
        assert bots.process.poll() is None  # they wait for it to come back


def test_a_port_in_use_is_one_clear_line_with_what_to_try() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, lines = run_to_its_end("--server", "--host", "127.0.0.1", "--port", str(port))
    assert code == 2
    assert len(lines) == 1
    assert f"port {port}: it is in use" in lines[0]
    assert "--port" in lines[0]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--server", "--port", "70000"], ["--port", "70000", "0 to 65535"]),
        (["--server", "--max-players", "none"], ["--max-players", "none"]),
        (["--server", "--max-players", "5001"], ["--max-players", "5000 at most"]),
        (["--server", "--max-players", "4901", "--tick-rate", "240"], ["--max-players", "240", "4900 at most"]),
        (["--server", "--max-per-address", "0"], ["--max-per-address", "'0'", "1 to"]),
        (["--server", "--tick-rate", "60", "--send-rate", "45"], ["--send-rate", "multiple"]),
        (["--server", "--arena", "nowhere.txt"], ["--arena", "nowhere.txt"]),
        (["--server", "--connect", "localhost"], ["--server", "--connect"]),
        (["--connect", "a b"], ["--connect", "'a b'", "no host name"]),
        (["--connect", "localhost:99999"], ["99999", "no port"]),
        (["--connect", "[::1"], ["bracket"]),
        (["--connect", "localhost", "--name", "x" * 40], ["--name", "at most 16"]),
        (["--connect", "localhost", "--color", "mauvish"], ["--color", "mauvish", "#RRGGBB"]),
        (["--connect", "localhost", "--simulate", "5g"], ["--simulate", "'5g'", "wifi", "satellite", "latency="]),
        (["--connect", "localhost", "--simulate", "latency=9,jiter=3"], ["--simulate", "'jiter'", "jitter", "wifi"]),
        (["--connect", "localhost", "--simulate", "rate=fast"], ["--simulate", "'fast'", "rate=256k", "wifi"]),
        (["--server", "--simulate", "wifi"], ["--simulate", "clients"]),
        (["--server", "--server-name", "x" * 40], ["--server-name", "at most 32"]),
        (["--server", "--max-spectators", "-1"], ["--max-spectators", "0 to 10000"]),
        (["--spectate"], ["--spectate", "--connect"]),
        (["--spectate", "--connect", "localhost", "--bots", "1"], ["--spectate", "bots"]),
        (["--doctor", "localhost", "--server"], ["--doctor"]),
        (["--doctor", "a b"], ["--doctor", "'a b'", "no host name"]),
        (["--bots", "3"], ["--bots", "--connect"]),
        (["--bots", "3", "--server"], ["--bots", "--server", "a program for each"]),
        (["--bots", "3", "--connect", "localhost", "--name", "Ann"], ["--name", "a person", "omit it"]),
        (["--connect", "localhost", "--seconds", "5"], ["--seconds", "--bots"]),
        (["--connect", "localhost", "--port", "5000"], ["--port", "--server"]),  # typed, though it is the default
        (["--metrics", "9100"], ["--metrics", "--server"]),
        (["--server", "--color", "red"], ["--color", "a person"]),
        (["--server", "--no-advertise", "--server-name", "Home"], ["--no-advertise", "--server-name"]),
        (["--server", "--metrics", "70000"], ["--metrics", "'70000'", "0.0.0.0:9100"]),
        (["--server", "--metrics", ":9100"], ["--metrics", "':9100'", "0.0.0.0:9100"]),
        (["--server", "--metrics", "0.0.0.0"], ["--metrics", "'0.0.0.0'", "0.0.0.0:9100"]),
        (["--server", "--metrics", "a b:9100"], ["--metrics", "'a b'", "no host name"]),
        (["--server", "--log-format", "xml"], ["--log-format", "xml", "json"]),
        (["--sever"], ["unrecognized arguments: --sever"]),
        (["--server", "--na\nme\x1b[2J"], ["unrecognized", r"--na\nme\x1b[2J"]),
        (["--port"], ["--port", "expected one argument"]),
        (["--server", "--arena", "."], ["--arena", "directory"]),
        (["--server", "--arena", sys.executable], ["--arena", "cannot read the arena"]),
        (["--bots", "3", "--connect", "localhost", "--seconds", "-1"], ["--seconds", "-1"]),
    ],
)
def test_wrong_arguments_are_one_line_that_names_them_and_what_is_possible(
    arguments: list[str], words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        main.main(arguments)
    assert caught.value.code == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("main.py: error: ")
    assert all(word in line for word in [*words, "--help"]), line


def test_a_wrong_argument_ends_the_program_without_a_traceback() -> None:
    code, lines = run_to_its_end("--server", "--bots", "3")
    assert code == 2
    assert lines == [
        "main.py: error: --server cannot be combined with --bots: start a program for each (--help lists all options)"
    ]


def test_a_server_of_ones_own_arena_serves_it(tmp_path: Path) -> None:
    arena = tmp_path / "tiny.txt"
    arena.write_text("######\n#....#\n#....#\n######\n")
    with programs() as start:
        server = start("--server", "--port", "0", "--host", "127.0.0.1", "--arena", str(arena), "--max-players", "3")
        bots = start("--bots", "4", "--connect", f"127.0.0.1:{port_of(server)}", "--seconds", "1.5")
        assert bots.wait() == 1
        report = bots.wait_for('"bots": 4')
        assert '"connected": 3' in report
        assert "the server is full: 3 of 3 players are there" in report
        server.wait_for("refused: the server is full")


def test_it_ends_with_its_parent_when_told_to() -> None:
    with programs() as start:
        server = start("--server", "--port", "0", "--host", "127.0.0.1", "--with-parent")
        port_of(server)
        assert server.process.stdin is not None
        server.process.stdin.close()  # as when the parent dies, however it does
        assert server.wait() == 0


def test_it_needs_neither_a_display_nor_pygame() -> None:
    check = (
        "import sys; sys.modules['pygame'] = None; sys.modules['pygame_gui'] = None; sys.argv[0] = 'main.py'\n"
        "import main, game.server.app, game.bots\n"
        "assert main.main(['--server', '--host', 'nowhere.invalid.example']) == 2"
    )
    result = subprocess.run([sys.executable, "-c", check], cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    assert "--host nowhere.invalid.example is no address" in result.stderr


def test_a_port_that_needs_rights_is_one_line_that_names_another(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def forbid(*arguments: object, **options: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(socket, "create_server", forbid)  # whether we may is up to the machine that tests
    assert main.main(["--server", "--port", "80", "--no-advertise"]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert lines == ["cannot listen on port 80: not permitted; try a port of 1024 or more, such as --port 5000"]


def test_every_option_is_for_somebody_and_whom_it_is_for_is_known() -> None:
    known = {name for names in FOR.values() for name in names}
    for_all = {"game", "log_level", "log_format", "seed", "password", "password_file", *KINDS}
    assert set(vars(build_parser().parse_args([]))) == known | for_all
    assert not known & for_all
    assert WHO.keys() == FOR.keys()
