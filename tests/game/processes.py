"""The real program, `main.py`, as child processes that always end."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
PATIENCE = 30.0  # seconds, before a test gives up


class Program:
    """One running `main.py`, and what it has printed so far."""

    def __init__(self, *arguments: str, **environment: str) -> None:
        self.lines: list[str] = []  # of both streams
        self.process = subprocess.Popen(
            [sys.executable, str(ROOT / "main.py"), *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={**os.environ, "SDL_VIDEODRIVER": "dummy", "SDL_AUDIODRIVER": "dummy", **environment},
            cwd=ROOT,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def wait_for(self, text: str, count: int = 1) -> str:
        """The `count`-th line that has this text in it, once it is there."""
        limit = time.monotonic() + PATIENCE
        while True:
            found = [line for line in self.lines if text in line]
            if len(found) >= count:
                return found[count - 1]
            over = not self._reader.is_alive() or time.monotonic() > limit
            assert not over, f"no {text!r} among:\n" + "\n".join(self.lines[-40:])
            time.sleep(0.01)

    def end(self, number: int = signal.SIGTERM) -> int:
        """Send a signal and wait; returns the exit code."""
        self.process.send_signal(number)
        return self.wait()

    def wait(self) -> int:
        """Wait for the end; returns the exit code."""
        code = self.process.wait(PATIENCE)
        self._reader.join(PATIENCE)
        return code

    def close(self) -> None:
        """End it however it is."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(PATIENCE)
        self._reader.join(PATIENCE)
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))


@contextlib.contextmanager
def programs() -> Iterator[type[Program]]:
    """Inside the `with`, start `Program`s; at its end none is left."""
    started: list[Program] = []

    class Started(Program):
        def __init__(self, *arguments: str, **environment: str) -> None:
            super().__init__(*arguments, **environment)
            started.append(self)

    try:
        yield Started
    finally:
        for program in started:
            program.close()


def port_of(server: Program) -> str:
    """Where a server says that it listens."""
    return server.wait_for("listening on ").rsplit(":", 1)[1]
