"""What the soak stands on: the real server, processes of bots that are killed and replaced, and a look at all of them.

Every child ends with the `with` of its Soak, and by itself where whoever holds its standard input is gone.
"""

import asyncio
import contextlib
import json
import random
import re
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any, Final

from game.tag import TAG
from net.client.connector import Connector, goodbye_seconds
from net.defaults import HOLD_SECONDS, SILENCE_SECONDS
from net.io import walltime
from net.io.address import Address
from tests.benchmarks.capacity_stage import given_up
from tests.benchmarks.child import Child
from tests.benchmarks.grounds import grounds
from tests.benchmarks.soak_crowd import LAST_SECONDS
from tests.benchmarks.trend import Samples

PROCESSES: Final = 4  # of bots; the first is never killed, so that its memory can be watched as well
KILL_EVERY: Final = 20.0  # seconds, mean, from one process that is killed to the next
KILLS: Final = 2  # at least, about, however short the soak is
TILES: Final = {"area": 20_000, "all": 1_000}  # of floor
SAMPLE_SECONDS: Final = 1.0
TELL_SECONDS: Final = 10.0
SPARE_SEATS: Final = 28  # so that those who were killed and are still held do not keep others out
SETTLE_SECONDS: Final = SILENCE_SECONDS + HOLD_SECONDS + 10.0  # until nobody is left, if nobody is
PROBE_SECONDS: Final = 10.0

# Of bots, but that they were behind: they are suspended on purpose.
WARNING: Final = re.compile(r"(WARNING|ERROR)(?!.* ticks up)")

# What bots count, each on its own. Whatever a process that is killed has not told of yet is missing.
SEEN: Final = (
    "arrivals", "joins", "joins_anew", "watches", "resumes", "leaves", "vanishes", "cuts", "hangs", "suspensions",
    "warnings_of_bots", "left_tasks", "left_worlds", "left_descriptors",
)  # fmt: skip


class Soak:
    """A server, its crowd, and what is known of both; leaving the `with` ends all of them."""

    def __init__(
        self, folder: Path, bots: int, visible: str, seconds: float, seed: int, joined: float, hold_seconds: float
    ) -> None:
        self.samples, self.client_samples = Samples(), Samples()
        self.kills = 0
        self.faults: list[str] = []
        self._folder, self._bots, self._seconds, self._seed = folder, bots, seconds, seed
        self._stay = joined
        self._rng = random.Random(seed)
        self._finished: list[Child] = []  # processes of bots that are no more
        self._stack = contextlib.ExitStack()
        arena = folder / "arena.txt"
        arena.write_text(grounds(TILES[visible]))
        arguments = ["main.py", "--server", "--host", "127.0.0.1", "--port", "0", "--with-parent", "--no-advertise"]
        arguments += ["--max-players", str(bots + SPARE_SEATS), "--visible", visible, "--arena", str(arena)]
        arguments += ["--hold-seat", str(hold_seconds)]
        self._max_players = bots + SPARE_SEATS
        self.server = self._child(*arguments)
        self._crowds: list[Child] = []
        self._port = 0

    def __enter__(self) -> "Soak":
        return self

    def __exit__(self, *error: object) -> None:
        self._stack.close()

    def run(self) -> dict[str, Any]:
        """All of it; returns the line of figures."""
        self._port = self.server.port()
        before = self.server.descriptors()
        for number in range(min(PROCESSES, self._bots)):
            self._crowds.append(self._crowd(number))
        self._play()
        tally = self._send_away()
        after, left = self._settle(before)
        used = self.server.used()
        log_bytes = self.server.log.stat().st_size
        code = self.server.end()
        return self._line(tally, before, after, left, used.user + used.system, log_bytes, code)

    def _play(self) -> None:
        began = now = time.monotonic()
        kill_every = min(KILL_EVERY, self._seconds / KILLS)
        kill_at = began + kill_every
        tell_at = began + TELL_SECONDS
        while now - began < self._seconds:
            time.sleep(SAMPLE_SECONDS)
            now = time.monotonic()
            if not self.server.alive:
                raise RuntimeError(f"the server is gone: {self.server.lines()[-5:]}")
            self.samples.take(now - began, self.server.rss_mb(), self.server.descriptors())
            known = _last(self._crowds[0])
            if "rss_mb" in known:
                self.client_samples.take(now - began, known["rss_mb"], known["descriptors"])
            if now >= kill_at and len(self._crowds) > 1:
                kill_at = now + kill_every * self._rng.uniform(0.5, 1.5)
                self._kill(self._rng.randrange(1, len(self._crowds)))
            if now >= tell_at:
                tell_at = now + TELL_SECONDS
                self._tell(now - began)
            for number, crowd in enumerate(self._crowds):
                if not crowd.alive:
                    self.faults.append(f"bots ended by themselves: {crowd.lines()[-1:]}")
                    self._finished.append(crowd)
                    self._crowds[number] = self._crowd(number)

    def _kill(self, number: int) -> None:
        self.kills += 1
        self._crowds[number].kill()
        self._finished.append(self._crowds[number])
        self._crowds[number] = self._crowd(number)

    def _send_away(self) -> Counter[str]:
        """Let all bots go; what all of them have seen."""
        for crowd in self._crowds:
            crowd.let_go()
        for crowd in self._crowds:
            if crowd.wait(3 * LAST_SECONDS) is None:
                self.faults.append("bots do not end")
            if crowd.end():
                self.faults.append(f"bots ended in a bad way: {crowd.lines()[-1:]}")
        tally: Counter[str] = Counter()
        for crowd in self._finished + self._crowds:
            tally.update({key: value for key, value in _last(crowd).items() if isinstance(value, int)})
            said = [line for line in crowd.lines() if not line.startswith("{")]
            if any("Traceback" in line for line in said):
                self.faults.append(f"bots: {said[-1]}")
            tally["warnings_of_bots"] += sum(bool(WARNING.search(line)) for line in said)
        return tally

    def _settle(self, before: int) -> tuple[int, int]:
        """Wait until the server holds nobody any more, or ought not to: its descriptors and seats that are left."""
        limit = time.monotonic() + SETTLE_SECONDS
        while True:
            left, descriptors = asyncio.run(_taken(self._port, self._max_players)), self.server.descriptors()
            if not (left or descriptors > before) or time.monotonic() > limit:
                return descriptors, left
            time.sleep(0.3)

    def _line(
        self, tally: Counter[str], before: int, after: int, left: int, cpu: float, log_bytes: int, code: int
    ) -> dict[str, Any]:
        log = self.server.lines()
        told = Counter(found[1] for line in log if (found := re.search(r" (join|back|away|leave|watch|chat): ", line)))
        warnings = Counter(re.sub(r"[\d.]+", "N", line.partition("WARNING ")[2]) for line in log if "WARNING" in line)
        tracebacks = sum("Traceback" in line for line in log)
        desyncs = sum("differs from us" in line for line in log)
        server, client = self.samples.report(), self.client_samples.report()
        minutes = self._seconds / 60
        line: dict[str, Any] = {
            "minutes": round(minutes, 2),
            "bots": self._bots,
            "seed": self._seed,
            "server": {**server, "cpu": round(cpu / self._seconds, 3), "exit_code": code},
            "client": client,
            "descriptors_before": before,
            "descriptors_after": after,
            "players_left": left,
            "mirror_checks": tally["mirror_checks"],
            "mirror_mismatches": max(tally["mirror_mismatches"], desyncs),
            "processes_killed": self.kills,
            **{key: tally[key] for key in SEEN},
            "failed": _kinds(tally, "failed: "),
            "corrections": _kinds(tally, "correction: "),
            "log_bytes_per_minute": round(log_bytes / minutes),
            "log_bytes_per_event": round(log_bytes / max(1, sum(told.values())), 1),
            "server_told": dict(sorted(told.items())),
            "server_warnings": dict(warnings.most_common(8)),
            "ticks_given_up": given_up(log),
            "tracebacks": tracebacks,
        }
        return line

    def _crowd(self, number: int) -> Child:
        """A process with its share of the bots, each time with others."""
        bots = self._bots // PROCESSES + (number < self._bots % PROCESSES)
        seed = self._rng.randrange(1 << 30)
        deadline = self._seconds + 60  # by then it has been told to end
        words = map(str, (self._port, bots, seed, self._stay, deadline))
        return self._child("-m", "tests.benchmarks.soak_crowd", *words)

    def _child(self, *arguments: str) -> Child:
        return self._stack.enter_context(Child(None, self._folder, *arguments))

    def _tell(self, seconds: float) -> None:
        known: Counter[str] = Counter()
        for crowd in self._finished + self._crowds:
            known.update({key: value for key, value in _last(crowd).items() if isinstance(value, int)})
        playing = sum(_last(crowd).get("playing", 0) for crowd in self._crowds)
        text = f"{seconds:6.0f} s: {self.samples.rss_mb[-1]:.1f} MB, {self.samples.descriptors[-1]} descriptors; "
        text += (
            f"{playing} playing, {known['joins']} joins, {known['resumes']} resumes, {self.kills} processes killed; "
        )
        text += f"{known['mirror_checks']} checks, {known['mirror_mismatches']} mismatches"
        print(text, file=sys.stderr, flush=True)


def _kinds(tally: Counter[str], prefix: str) -> dict[str, int]:
    """What was counted under names that begin so, by what follows."""
    return {key.removeprefix(prefix): number for key, number in sorted(tally.items()) if key.startswith(prefix)}


def _last(crowd: Child) -> dict[str, Any]:
    """The last whole line of figures that a process of bots has printed."""
    for line in reversed(crowd.lines()):
        with contextlib.suppress(json.JSONDecodeError):  # killed in the middle of it, or no figures
            if isinstance(figures := json.loads(line), dict):
                return figures
    return {}


async def _taken(port: int, max_players: int) -> int:
    """How many other seats the server thinks are taken, as it tells one more who joins."""
    session, news = Connector(TAG, Address("127.0.0.1", port), "Probe", 0, walltime.now, draws=False), asyncio.Event()
    try:
        async with asyncio.timeout(PROBE_SECONDS):
            session.entered = lambda play: news.set()
            await news.wait()
        assert session.play is not None
        assert session.play.joined is not None
        return max_players - 1 - session.play.joined.free_seats
    finally:
        session.leave()
        await asyncio.sleep(goodbye_seconds(None))
