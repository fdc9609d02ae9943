"""Lines that strangers cause: at, below and above the limit, and what becomes of the rest."""

import logging

import pytest

from net.io.logs import FORMATS
from net.server.limits.log_quota import BYTES_AT_ONCE, BYTES_PER_SECOND, LogQuota
from net.server.limits.rate_limits import LOGGED_AT_ONCE, LOGGED_PER_SECOND
from net.wire.messages import VERSION, Hello, Ping, Say
from tests.harness import Clock, Stage, Stranger

log = logging.getLogger("strangers")


@pytest.fixture(autouse=True)
def everything(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "strangers")


def test_a_burst_passes_and_the_rest_is_a_number_before_the_next_line(caplog: pytest.LogCaptureFixture) -> None:
    clock = Clock()
    quota = LogQuota(log, clock, lines_at_once=3, lines_per_second=2.0)
    for n in range(3):
        quota.info("line %d", n)
    assert caplog.messages == ["line 0", "line 1", "line 2"]
    for n in range(3, 10):
        quota.info("line %d", n)
    clock.time += 0.49
    quota.warning("too soon")
    assert len(caplog.messages) == 3
    assert quota.left_out == 8
    clock.time += 0.02
    quota.warning("now")
    assert caplog.messages[3:] == ["8 lines like the next one were left out: there were too many", "now"]
    assert quota.left_out == 0


def test_what_is_not_logged_costs_no_line(caplog: pytest.LogCaptureFixture) -> None:
    quota = LogQuota(log, Clock(), lines_at_once=1)
    caplog.set_level(logging.WARNING, "strangers")
    quota.info("nobody reads this")
    quota.warning("this")
    assert caplog.messages == ["this"]


class Disk(logging.Handler):
    """Counts the bytes that a log takes, in the larger of its layouts."""

    def __init__(self) -> None:
        super().__init__()
        self.bytes = 0
        self.lines: list[str] = []
        self._layouts = [layout() for layout in FORMATS.values()]

    def emit(self, record: logging.LogRecord) -> None:
        line = max((layout.format(record).encode("utf-8", "backslashreplace") for layout in self._layouts), key=len)
        self.bytes += len(line) + 1
        self.lines.append(record.getMessage())


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Disk:
    """Where all lines go, and nowhere else: they are many."""
    disk = Disk()
    for name in ("strangers", "net"):
        logger = logging.getLogger(name)
        monkeypatch.setattr(logger, "handlers", [disk])
        monkeypatch.setattr(logger, "propagate", False)
        monkeypatch.setattr(logger, "level", logging.INFO)
        logger.manager._clear_cache()  # type: ignore[attr-defined]  # of what is logged at all
    return disk


DAY = 86400
CLAIMED = 45_000_000  # bytes a day, by net/SECURITY.md


@pytest.mark.parametrize(
    ("words", "faults"),
    [
        ("x" * 1500, False),
        ("\U0001f600" * 120, False),
        ("\x1b\u202e" * 50, False),
        ("line\nline " * 60, False),
        ("line\nline " * 30, True),
    ],
    ids=["plain", "wide", "escaped", "lines", "tracebacks"],
)
def test_whatever_strangers_say_the_log_takes_so_much_in_two_hours(words: str, faults: bool, disk: Disk) -> None:
    clock = Clock()
    quota = LogQuota(log, clock, lines_at_once=500, lines_per_second=50.0)
    for _ in range(DAY // 12 // 200):
        clock.time += 200
        for _ in range(100):  # more than may pass
            if faults:
                try:
                    raise ValueError(words)
                except ValueError:
                    quota.exception("what %s said broke the server", words)
            else:
                quota.info("chat: %s", words)
    assert disk.bytes < CLAIMED / 12
    assert disk.bytes > CLAIMED / 40 or not words.isprintable()
    assert len(disk.lines) > 200
    assert any("were left out" in line for line in disk.lines)


def test_sixteen_who_talk_as_fast_as_they_may_leave_room_in_the_log_for_others(
    disk: Disk,
) -> None:
    """Through sessions, the chat and all limits, as connections of one address."""
    stage = Stage()
    talkers, ann = [greeted(stage, f"T{number}") for number in range(16)], greeted(stage, "Ann")
    stage.run(10)
    disk.bytes, seconds = 0, 120
    for second in range(seconds):
        for talker in talkers:
            talker.say(Say("spam"))
        ann.say(Say(f"hello {second}") if second % 60 == 30 else Ping(second))
        stage.run(2)
        stage.clock.time += 58 / 60
    said = sum(line.startswith("chat: 'T") for line in disk.lines)
    assert 50 < said <= 16 * (LOGGED_AT_ONCE + seconds * LOGGED_PER_SECOND + 1)
    assert disk.bytes < BYTES_AT_ONCE + BYTES_PER_SECOND * seconds
    assert sum(line.startswith("chat: 'Ann'") for line in disk.lines) == 2, "all that she said"
    assert len(stage.simulation.admission.playing) == 17


def greeted(stage: Stage, name: str) -> Stranger:
    stranger = Stranger(stage)
    stranger.say(Hello(VERSION, stage.registry.schema_hash, name, 1))
    return stranger
