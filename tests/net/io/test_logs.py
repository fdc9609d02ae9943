"""The log: what strangers say forges nothing in it, and where it cannot be written the server goes on."""

import io
import json
import logging
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import datetime

import pytest

from net.io import terminal
from net.io.logs import FORMATS, JsonFormatter, LinesHandler, TextFormatter
from net.io.terminal import printable
from tests.game.processes import PATIENCE, ROOT, port_of, programs

FORGED = "Ann\r\n12:00:00 INFO join: 'Bob'\x1b[2J\x9b1m\x07\x00\u2028\u2029\x85\u202egnp\ud800"


class Disk(io.StringIO):
    """A stream that can be full, and that can stand still."""

    def __init__(self) -> None:
        super().__init__()
        self.full: Exception | None = None
        self.moves = threading.Event()
        self.moves.set()
        self.reached = threading.Event()  # somebody is about to write

    def write(self, text: str) -> int:
        self.reached.set()
        self.moves.wait(10)
        if self.full is not None:
            raise self.full
        return super().write(text)


def handler_of(disk: Disk, layout: str = "text") -> LinesHandler:
    handler = LinesHandler(disk)
    handler.setFormatter(FORMATS[layout]())
    return handler


def soon(done: Callable[[], bool]) -> None:
    """Wait for the handler's thread."""
    limit = time.monotonic() + PATIENCE
    while not done():
        assert time.monotonic() < limit
        time.sleep(0.001)


def record(message: str, *arguments: object, error: Exception | None = None) -> logging.LogRecord:
    exc_info = (type(error), error, error.__traceback__) if error is not None else None
    return logging.LogRecord("game.server", logging.WARNING, __file__, 1, message, arguments, exc_info)


def raised(text: str) -> Exception:
    try:
        raise ValueError(text)
    except ValueError as error:
        return error


def test_what_is_harmless_stays_as_it_is_and_all_else_is_spelled_out() -> None:
    assert printable("Ann says: “ça va?” 你好 🎉 \\n") == "Ann says: “ça va?” 你好 🎉 \\n"
    assert printable("a\nb\x1b[31m\x7f\u202e\u2028\ud800") == r"a\nb\x1b[31m\x7f\u202e\u2028\ud800"


@pytest.mark.parametrize("layout", FORMATS)
@pytest.mark.parametrize("where", ["message", "argument", "exception"])
def test_a_stranger_can_forge_no_line(layout: str, where: str) -> None:
    match where:
        case "message":
            said = record(FORGED.replace("%", "%%"))
        case "argument":
            said = record("chat: %s", FORGED)
        case _:
            said = record("a fault", error=raised(FORGED))
    text = FORMATS[layout]().format(said)
    assert "gnp" in text
    for line in text.split("\n"):
        assert line.isprintable(), line
    more = text.splitlines()[1:]
    assert all(line.startswith(" ") for line in more)
    assert more == [] or (layout == "text" and where == "exception")


def test_a_line_of_text_is_the_time_the_level_and_the_message_and_a_traceback_is_indented_under_it() -> None:
    first, *rest = TextFormatter().format(record("on fire: %d", 3, error=raised("hot"))).splitlines()
    assert first[2] == first[5] == ":"
    assert first.endswith(" WARNING on fire: 3")
    assert rest[0] == "    Traceback (most recent call last):"
    assert rest[-1] == "    ValueError: hot"


def test_a_line_of_json_has_everything_by_name() -> None:
    said = json.loads(JsonFormatter().format(record("on fire: %d", 3, error=raised("hot\x1b"))))
    assert list(said) == ["ts", "level", "logger", "message", "exc"]
    when = datetime.fromisoformat(said["ts"])
    assert when.utcoffset() is not None
    assert not when.utcoffset()
    assert (said["level"], said["logger"], said["message"]) == ("warning", "game.server", "on fire: 3")
    assert said["exc"].startswith("Traceback")
    assert said["exc"].endswith("ValueError: hot\\x1b")
    assert "exc" not in json.loads(JsonFormatter().format(record("calm")))


@pytest.mark.parametrize("fault", [OSError(28, "No space left on device"), ValueError("I/O operation on closed file")])
def test_lines_that_cannot_be_written_are_counted_and_told_of_as_soon_as_one_can_be(fault: Exception) -> None:
    disk = Disk()
    handler = handler_of(disk)
    disk.full = fault
    for n in range(3):
        handler.handle(record("lost %d", n))
    soon(lambda: handler.lost == 3)
    disk.full = None
    handler.handle(record("written"))
    handler.close()
    lines = [line.split(" ", 2)[2] for line in disk.getvalue().splitlines()]
    assert lines == ["written", "3 lines of the log were lost before this one: nobody took them"]


def test_a_stream_that_stands_still_holds_nobody_up_and_costs_only_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(terminal, "QUEUE_LINES", 5)
    disk = Disk()
    disk.moves.clear()
    handler = handler_of(disk)
    handler.handle(record("0"))
    assert disk.reached.wait(PATIENCE)  # the thread has the first, and stands
    for n in range(1, 10):
        handler.handle(record("%d", n))
    assert handler.lost == 4
    disk.moves.set()
    soon(lambda: disk.getvalue().count("\n") >= 6)
    handler.close()
    assert [line[-1] for line in disk.getvalue().splitlines()][:6] == list("012345")


def test_a_line_that_cannot_be_formatted_says_so_and_raises_nothing() -> None:
    disk = Disk()
    handler = handler_of(disk)
    handler.handle(record("%d lines", "three\n"))
    handler.close()
    assert "a line of game.server could not be formatted: TypeError" in disk.getvalue()
    assert disk.getvalue().count("\n") == 1
    assert handler.lost == 0


def test_where_there_is_no_stream_nothing_is_written_and_nothing_breaks() -> None:
    handler = LinesHandler(None)
    handler.handle(record("for nobody"))
    handler.close()
    assert handler.lost == 0


def test_a_server_logs_json_when_asked_and_every_line_of_it_is_an_object() -> None:
    with programs() as start:
        server = start("--server", "--port", "0", "--host", "127.0.0.1", "--log-format", "json")
        bots = start("--bots", "1", "--connect", f"127.0.0.1:{port_of(server)}", "--seconds", "0.3")
        assert bots.wait() == 0
        server.wait_for("leave:")
        assert server.end() == 0
        lines = [json.loads(line) for line in server.lines if line.startswith("{")]
    assert sum(line["message"].startswith("join: 'Bot 1'") for line in lines) == 1
    assert len(lines) == len(server.lines) - 2  # but for what a person or a parent reads: where it listens


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="/dev/full is Linux's")
def test_a_full_disk_for_all_that_it_says_does_not_stop_a_server() -> None:
    script = (
        "import main, sys; sys.exit(main.main(['--server', '--host', '127.0.0.1', '--port', '0', '--with-parent']))"
    )
    with open("/dev/full", "w") as full:
        server = subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, stdin=-1, stdout=full, stderr=full)
        try:
            with pytest.raises(subprocess.TimeoutExpired):
                server.wait(0.7)
            assert server.stdin is not None
            server.stdin.close()
            assert server.wait(20) == 0
        finally:
            server.kill()
            server.wait()


def test_an_error_stream_that_nobody_reads_holds_up_no_end() -> None:
    script = (
        "import logging; from net.io import logs; logs.set_up('info', 'text')\n"
        "for n in range(3000): logging.info('x' * 100)\n"
    )
    program = subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, stderr=subprocess.PIPE)
    try:
        assert program.wait(PATIENCE) == 0
    finally:
        program.kill()
        program.communicate()
