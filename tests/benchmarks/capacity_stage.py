"""What the cases of the capacity benchmark stand on: a server on its core, a crowd on another, figures of a window."""

import contextlib
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from net.client.clock import quantile
from tests.benchmarks.child import Child, Used, share
from tests.benchmarks.load import Load
from tests.benchmarks.window import Window

COMING_PER_SECOND: Final = 200
BASELINE_SECONDS: Final = 10.0
SATURATED: Final = 0.9  # of a core; from here on, the load is what is measured
GIVEN_UP: Final = re.compile(r"gives (\d+) ticks up")


class Bench:
    """Where to run, and how: the cores, the folder for files, the options."""

    def __init__(self, folder: Path, visible: str, seconds: float, tiles: int, priority: int) -> None:
        self.folder, self.visible, self.seconds, self.priority = folder, visible, seconds, priority
        self.tiles = tiles  # of floor for each player
        cores = sorted(os.sched_getaffinity(0))
        self.server_core, self.load_core = cores[0], cores[-1]

    @contextlib.contextmanager
    def stage(self, players: int, arena: str) -> Iterator[tuple[Child, Load]]:
        """A server for that many players, and a crowd that is still empty; both end with the `with`."""
        path = self.folder / "arena.txt"
        path.write_text(arena)
        arguments = ["main.py", "--server", "--host", "127.0.0.1", "--port", "0", "--with-parent"]
        arguments += ["--max-players", str(players), "--arena", str(path)]
        arguments += ["--visible", self.visible] if self.visible != "all" else []
        with (
            Child(self.server_core, self.folder, *arguments, priority=self.priority) as server,
            contextlib.closing(Load(server.port())) as load,
        ):
            yield server, load

    def baseline(self, players: int, tapes: list[list[tuple[int, int]]]) -> dict[str, Any]:
        """The plain loop's figures for the bytes of a run."""
        seconds = min(self.seconds, BASELINE_SECONDS)
        tape = self.folder / "tape.json"
        tape.write_text(json.dumps(tapes))
        arguments = ["-m", "tests.benchmarks.plain_loop", str(players), str(seconds + 60), str(tape)]
        with (
            Child(self.server_core, self.folder, *arguments, priority=self.priority) as loop,
            contextlib.closing(Load(loop.port(), plain=True)) as load,
        ):
            load.add(players, 10 * COMING_PER_SECOND)
            load.arrive(players)
            before = loop.used()
            window = load.run(seconds)
            after = loop.used()
            count = sum(client.counts for client in load.here)
        return {
            **share(before, after),
            "gap_ms": window.gaps.report(),
            "bytes_per_s": round(window.bytes / count / window.seconds),
            "load_cpu": round(window.cpu, 3),
        }


def figures(server: Child, load: Load, window: Window, before: Used, after: Used) -> dict[str, Any]:
    """What every case reports of a window."""
    here, count = load.here, max(1, sum(client.counts for client in load.here))
    turned = window.turned & {client.net_id for client in here}
    late, lines = window.lateness(), server.lines()
    told = window.intents + window.bodies + window.others
    return {
        "seconds": round(window.seconds, 2),
        "connected": len(here),
        "lost": len(load.lost),
        "server": share(before, after),
        "rss_mb": server.rss_mb(),
        "gap_ms": window.gaps.report(),
        "tick_rate": round(window.tick_rate(), 2),
        "frames_per_s": round(window.frames / count / window.seconds, 2),
        "ticks_late": sum(late_by > 1 for late_by in late),
        "ticks_late_p99": round(quantile(late, 0.99), 2),
        "ticks_given_up": given_up(lines[before.lines : after.lines]),
        "ticks_given_up_before": given_up(lines[: before.lines]),
        "bytes_per_s": round(window.bytes / count / window.seconds),
        "bytes_per_surprise": round(window.sampled_bytes / told, 2) if told else None,
        "bytes_per_intent": round(window.intent_bytes / window.intents, 2) if window.intents else None,
        "intents_per_frame": round(window.intents / max(1, window.sampled_frames), 2),
        "bodies_per_frame": round(window.bodies / max(1, window.sampled_frames), 2),
        "moving": round(len(turned) / max(1, len(here)), 3),
        "load_cpu": round(window.cpu, 3),
        "load_saturated": window.cpu > SATURATED,
    }


def given_up(lines: list[str]) -> int:
    """How many ticks a server says that it did not simulate."""
    return sum(int(found[1]) for line in lines if (found := GIVEN_UP.search(line)))
