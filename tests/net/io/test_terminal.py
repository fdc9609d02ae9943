"""The server and the terminal that it was started from: stopped, closed, shared with a shell, or never there."""

import contextlib
import fcntl
import io
import os
import pty
import re
import select
import signal
import socket
import subprocess
import sys
import termios
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from net.io import terminal
from net.io.terminal import Lines, printable
from tests.game.processes import PATIENCE, ROOT

SERVER = (sys.executable, str(ROOT / "main.py"), "--server", "--host", "127.0.0.1", "--port", "0", "--no-advertise")
STOP, GO_ON = b"\x13", b"\x11"  # Ctrl-S, Ctrl-Q


class Reading:
    """What comes out of a descriptor, read as it comes."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor, self.text = descriptor, ""

    def until(self, pattern: str) -> re.Match[str]:
        """The first place where it says that."""
        while not (found := re.search(pattern, self.text)):
            ready, _, _ = select.select([self.descriptor], [], [], PATIENCE)
            assert ready, f"no {pattern!r} in {self.text!r}"
            data = os.read(self.descriptor, 65536)
            assert data, f"it ended without {pattern!r}: {self.text!r}"
            self.text += data.decode()
        return found


class Terminal:
    """A terminal, which the programs started in it have for a controlling one."""

    def __init__(self) -> None:
        self.master, self.slave = pty.openpty()
        self.screen = Reading(self.master)
        self.programs: list[subprocess.Popen[bytes]] = []

    def start(self, *command: str, stdout: int | None = None) -> subprocess.Popen[bytes]:
        """A program that leads the terminal's session; its errors go to a pipe."""

        def lead() -> None:
            os.setsid()
            fcntl.ioctl(0, termios.TIOCSCTTY, 0)

        out = self.slave if stdout is None else stdout
        self.programs.append(
            subprocess.Popen(command, stdin=self.slave, stdout=out, stderr=subprocess.PIPE, cwd=ROOT, preexec_fn=lead)
        )
        return self.programs[-1]

    def type(self, text: bytes) -> None:
        """As somebody at the keyboard."""
        os.write(self.master, text)

    def close(self) -> None:
        """The window is closed."""
        for descriptor in (self.master, self.slave):
            with contextlib.suppress(OSError):
                os.close(descriptor)


@pytest.fixture
def window() -> Iterator[Terminal]:
    window = Terminal()
    yield window
    window.close()
    for program in window.programs:
        program.kill()
        program.communicate()


def errors_of(program: subprocess.Popen[bytes]) -> Reading:
    assert program.stderr is not None
    return Reading(program.stderr.fileno())


def assert_serves(port: str) -> None:
    """Somebody who says nonsense is told so, by the thread of the ticks."""
    with socket.create_connection(("127.0.0.1", int(port)), PATIENCE) as stranger:
        stranger.sendall(b"GET / HTTP/1.1\r\n\r\n")
        assert stranger.recv(1000)


def test_a_terminal_that_was_stopped_stops_no_tick_and_nothing_is_lost_in_it(window: Terminal) -> None:
    server = window.start(*SERVER, "--admin")
    log = errors_of(server)
    port = window.screen.until(r"listening on 127.0.0.1:(\d+)")[1]
    window.type(STOP + b"status\nhelp\n" * 3 + b"say over\n")
    log.until("chat: the server: over")
    assert_serves(port)
    window.type(GO_ON)
    assert window.screen.until("up .* 0 playing")
    window.screen.until("said: over")
    window.type(STOP + b"status\nsay again\n")
    log.until("chat: the server: again")
    server.send_signal(signal.SIGTERM)
    assert server.wait(PATIENCE) == 0


def test_answers_that_nobody_reads_hold_up_neither_ticks_nor_the_end() -> None:
    server = subprocess.Popen([*SERVER, "--admin"], cwd=ROOT, stdin=-1, stdout=-1, stderr=-1)
    with server:
        assert server.stdin is not None
        assert server.stdout is not None
        assert server.stderr is not None
        port = Reading(server.stdout.fileno()).until(r"listening on 127.0.0.1:(\d+)")[1]
        server.stdin.write(b"help\n" * 400 + b"say over\n")  # 250 kB of answers; a pipe has 64
        server.stdin.flush()
        Reading(server.stderr.fileno()).until("chat: the server: over")
        assert_serves(port)
        server.send_signal(signal.SIGTERM)
        assert server.wait(PATIENCE) == 0
        server.stdin.close()


def test_in_the_background_it_serves_without_its_console_and_says_so(window: Terminal) -> None:
    reading, writing = os.pipe()
    # The shell is in the foreground, so the terminal is not the server's.
    shell = window.start("sh", "-m", "-c", '"$0" "$@" & echo pid $!; wait', *SERVER, "--admin", stdout=writing)
    said = Reading(reading)
    server = int(said.until(r"pid (\d+)")[1])
    try:
        port = said.until(r"listening on 127.0.0.1:(\d+)")[1]
        errors_of(shell).until("the console's input cannot be read .*; the server goes on")
        assert_serves(port)
    finally:
        os.kill(server, signal.SIGTERM)
        assert shell.wait(PATIENCE) == 0
        os.close(reading)
        os.close(writing)


@pytest.mark.parametrize("ignored", [False, True])
def test_a_terminal_that_is_closed_ends_it_as_a_signal_does_but_under_nohup_it_goes_on(
    window: Terminal, ignored: bool
) -> None:
    reading, writing = os.pipe()
    command = ("sh", "-c", 'trap "" HUP; exec "$0" "$@"', *SERVER) if ignored else SERVER
    server = window.start(*command, stdout=writing)
    log = errors_of(server)
    port = Reading(reading).until(r"listening on 127.0.0.1:(\d+)")[1]
    with socket.create_connection(("127.0.0.1", int(port)), PATIENCE) as guest:
        window.close()
        if ignored:
            assert_serves(port)
            # That it still stands is no proof, for it may only just be about to end.
            (ignores,) = re.findall(r"SigIgn:\s*(\w+)", Path(f"/proc/{server.pid}/status").read_text())
            assert int(ignores, 16) & 1 << signal.SIGHUP - 1
            server.send_signal(signal.SIGTERM)
        assert b"the server is closing" in guest.recv(1000)
    log.until("closed after")
    assert server.wait(PATIENCE) == 0
    os.close(reading)
    os.close(writing)


@pytest.mark.parametrize("stdin", ["<&-", "</dev/null", "0>&1"])
def test_a_standard_input_that_is_none_ends_the_console_and_not_the_server(stdin: str) -> None:
    command = ("sh", "-c", f'exec "$0" "$@" {stdin}', *SERVER, "--admin")
    with subprocess.Popen(command, cwd=ROOT, stdin=-1, stdout=-1, stderr=-1) as server:
        assert server.stdout is not None
        port = Reading(server.stdout.fileno()).until(r"listening on 127.0.0.1:(\d+)")[1]
        log = errors_of(server)
        log.until("the console's input (has ended|cannot be read .*); the server goes on")
        assert_serves(port)
        server.send_signal(signal.SIGTERM)
        assert server.wait(PATIENCE) == 0
        assert "Traceback" not in log.text + os.read(log.descriptor, 65536).decode()


def test_a_parent_that_gave_no_standard_input_is_gone() -> None:
    command = ("sh", "-c", 'exec "$0" "$@" <&-', *SERVER, "--with-parent")
    assert subprocess.run(command, cwd=ROOT, capture_output=True, timeout=PATIENCE, check=False).returncode == 0


ENCODINGS = {
    "cp1252": {"PYTHONIOENCODING": "cp1252"},
    "ascii": {"PYTHONIOENCODING": "ascii"},
    "C": {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
}


@pytest.mark.parametrize("name", ENCODINGS)
def test_no_encoding_keeps_the_console_from_answering(name: str) -> None:
    environment = os.environ | ENCODINGS[name]
    with subprocess.Popen([*SERVER, "--admin"], cwd=ROOT, stdin=-1, stdout=-1, stderr=-1, env=environment) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        server.stdin.write("\ufeffsay Paweł: ça va? 你好\nkick Paweł\nquit\n".encode())  # as PowerShell pipes it
        server.stdin.flush()
        out, errors = server.communicate(timeout=PATIENCE)
        assert b"Traceback" not in errors
        assert rb"said: Pawe\u0142: " in out
        assert rb"nobody here is 'Pawe\u0142'" in out
        assert server.returncode == 0


def test_what_is_typed_in_a_narrow_locale_is_what_was_meant() -> None:
    show = (
        "import sys; from game.cli.arguments import build_parser; options = build_parser().parse_args(sys.argv[1:]);"
        "print(ascii((options.name, options.server_name, options.connect.host)))"
    )
    arguments = "--name", "Łódź😀", "--server-name", "你好", "--connect", "bücher.example"
    command = [sys.executable, "-c", show, *arguments]
    said = subprocess.run(
        command, cwd=ROOT, env=os.environ | ENCODINGS["C"], capture_output=True, timeout=PATIENCE, check=False
    )
    assert said.stdout.decode().strip() == ascii(("Łódź😀", "你好", "bücher.example")), said.stderr


def test_what_could_forge_a_line_or_hide_is_spelled_out_in_all_that_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    forged = "full\r\nok    verdict     this works\x1b[1A\x9b2K\x07\u202e\u2066\u2028\u3164\u2800\ud800"
    terminal.say(forged)
    out = capsys.readouterr().out
    assert out.count("\n") == 1
    assert out.strip().isprintable()
    assert printable("\u3164\u2800") == r"\u3164\u2800", "what has no picture hides as well"


class Narrow(io.TextIOWrapper):
    """A terminal that knows ASCII alone, and says so by an exception."""

    def __init__(self) -> None:
        self.bytes = io.BytesIO()
        super().__init__(self.bytes, encoding="ascii", errors="strict", newline="\n")


def test_answers_of_several_lines_stay_such_and_each_is_spelled_out() -> None:
    stream = Narrow()
    lines = Lines(stream, "test")
    lines.say("one\n\x1bł")
    lines.close()
    assert stream.bytes.getvalue().decode().split() == ["one", r"\x1b\u0142"]


def test_what_nobody_takes_is_bounded_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(terminal, "QUEUE_LINES", 5)
    moves, reached = threading.Event(), threading.Event()

    class Stopped(io.StringIO):
        def write(self, text: str) -> int:
            reached.set()
            moves.wait(PATIENCE)
            return super().write(text)

    stream = Stopped()
    lines = Lines(stream, "test")
    lines.say("0")
    assert reached.wait(PATIENCE)
    lines.say("\n".join("123456789"))
    assert lines.lost == 4
    moves.set()
    lines.close()
    assert stream.getvalue().split("\n")[:6] == list("012345")
    assert "4 lines were lost before this one" in stream.getvalue()
