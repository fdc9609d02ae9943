"""A program on a core of its own: started, read, measured from outside, and ended by its pid whatever happens.

Linux alone: it reads /proc.
"""

import contextlib
import os
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Final, NamedTuple

ROOT: Final = Path(__file__).parent.parent.parent
PATIENCE: Final = 30.0  # seconds to begin to listen
END_SECONDS: Final = 10.0  # to end after SIGTERM; then it is killed
CLOCK_TICKS: Final = os.sysconf("SC_CLK_TCK")


class Used(NamedTuple):
    """What has been used up to a moment."""

    when: float
    user: float  # seconds, of the program
    system: float
    core: float  # seconds that the core was busy, or all of them together, whoever made them so
    lines: int  # that it had printed


class Child:
    """A running Python program, a server (which prints `listening on HOST:PORT`) say; leaving the `with` ends it."""

    def __init__(self, core: int | None, folder: Path, *arguments: str, priority: int = 0) -> None:
        """`core`: to run on, alone as far as we can; None: wherever the system likes."""
        self.core = core
        self.log = folder / f"{time.monotonic_ns()}.log"  # a file: a pipe that is read late would hold the program up
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, *arguments],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=ROOT,
                start_new_session=True,  # Linux shares a core out by session, and only then by priority
            )
        if core is not None:
            pin(core, priority, self._process.pid)

    def __enter__(self) -> "Child":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.end()

    def port(self) -> int:
        """Where it listens, once it does. Raises RuntimeError with what it said where it does not."""
        limit = time.monotonic() + PATIENCE
        while self._process.poll() is None and time.monotonic() < limit:
            for line in self.lines():
                if line.startswith("listening on "):
                    return int(line.rsplit(":", 1)[1])
            time.sleep(0.02)
        raise RuntimeError(f"the server does not listen: {self.lines()[-5:]}")

    def lines(self) -> list[str]:
        """What it has printed so far, on both streams."""
        return self.log.read_text(encoding="utf-8", errors="replace").splitlines()

    def used(self) -> Used:
        """What it and its core have used so far."""
        fields = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(") ")[2].split()
        cpu = "cpu " if self.core is None else f"cpu{self.core} "  # of all cores, or of one
        core = next(line for line in Path("/proc/stat").read_text().splitlines() if line.startswith(cpu))
        user, nice, system, _idle, _iowait, irq, softirq, steal, *_ = map(int, core.split()[1:])
        busy = user + nice + system + irq + softirq + steal
        user_time, system_time = int(fields[11]) / CLOCK_TICKS, int(fields[12]) / CLOCK_TICKS
        return Used(time.monotonic(), user_time, system_time, busy / CLOCK_TICKS, len(self.lines()))

    def rss_mb(self) -> float:
        """Its resident memory in MB (10^6 bytes)."""
        return rss_mb(self._process.pid)

    def descriptors(self) -> int:
        """How many files and sockets it holds open."""
        return descriptors(self._process.pid)

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        return self._process.poll() is None

    def let_go(self) -> None:
        """Close its standard input, by which it knows that whoever started it is gone."""
        if self._process.stdin is not None:
            self._process.stdin.close()

    def wait(self, seconds: float) -> int | None:
        """Its exit code, None where it does not end by itself within that time."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(seconds)
        return self._process.returncode

    def kill(self) -> None:
        """End it with SIGKILL: it learns nothing of it."""
        self._process.kill()
        self._process.wait()
        self.let_go()

    def end(self) -> int:
        """Ask it to end, and make it; returns the exit code."""
        if self._process.poll() is None:
            self._process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(END_SECONDS)
        if self._process.poll() is None:
            self._process.kill()
        self.let_go()
        return self._process.wait()


def rss_mb(pid: int) -> float:
    """A process's resident memory in MB (10^6 bytes)."""
    status = Path(f"/proc/{pid}/status").read_text()
    return round(int(status.partition("VmRSS:")[2].split()[0]) * 1024 / 1e6, 1)


def descriptors(pid: int) -> int:
    """How many files and sockets a process holds open."""
    return sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir())


def share(before: Used, after: Used) -> dict[str, float]:
    """CPU per wall second between two moments: the program's, and what others took of its core."""
    wall = after.when - before.when
    user, system = (after.user - before.user) / wall, (after.system - before.system) / wall
    others = max(0.0, (after.core - before.core) / wall - user - system)
    return {
        "cpu": round(user + system, 3),
        "user": round(user, 3),
        "sys": round(system, 3),
        "others_on_core": round(others, 3),
    }


def pin(core: int, priority: int, pid: int = 0) -> None:
    """Keep a process (0: this one) on one core, at a priority as `nice` has it; it should lead a session of its own."""
    os.sched_setaffinity(pid, {core})
    if priority:
        os.setpriority(os.PRIO_PROCESS, pid, priority)
        with contextlib.suppress(OSError):  # a kernel that does not group by session has no such file
            Path(f"/proc/{pid or 'self'}/autogroup").write_text(str(priority))
