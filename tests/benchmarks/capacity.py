"""How many people one core carries: the real server on one core, a light crowd on another, one JSON line a case.

`python -m tests.benchmarks.capacity [--players 100,500,1000,2000] [--visible all|area] [--seconds 20] [--plot]`, and
instead of the crowd that walks: `--slow-reader`, `--storm`, `--rush`, `--idle`. Linux, at least two cores, and quiet
ones: what others took of the server's core is in the line (`others_on_core`).
"""

import argparse
import contextlib
import gc
import json
import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from game.rules import TICK_RATE
from net.clock import quantile
from tests.benchmarks.child import Child, Used, pin, share
from tests.benchmarks.grounds import grounds
from tests.benchmarks.load import Load, Steering, Window, wander

TILES_EACH: Final = 12  # of floor for each player where everybody sees everybody: a dense crowd, full of pushes
LARGEST: Final = 1 << 16  # tiles: as large as an arena may be, where people see what is near
COMING_PER_SECOND: Final = 200
SETTLING_SECONDS: Final = 2.0  # after the last one came, before anything is counted
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
        with Child(self.server_core, self.folder, *arguments, priority=self.priority) as server:
            with contextlib.closing(Load(server.port())) as load:
                yield server, load

    def baseline(self, players: int, tapes: list[list[tuple[int, int]]]) -> dict[str, Any]:
        """The plain loop's figures for the bytes of a run."""
        seconds = min(self.seconds, BASELINE_SECONDS)
        tape = self.folder / "tape.json"
        tape.write_text(json.dumps(tapes))
        arguments = ["-m", "tests.benchmarks.plain_loop", str(players), str(seconds + 60), str(tape)]
        with Child(self.server_core, self.folder, *arguments, priority=self.priority) as loop:
            with contextlib.closing(Load(loop.port(), plain=True)) as load:
                load.add(players, 10 * COMING_PER_SECOND)
                load.arrive(players)
                load.run(0.5)
                before = loop.used()
                window = load.run(seconds)
                after = loop.used()
        gaps = window.gaps.report()
        return {**share(before, after), "gap_ms": gaps, "load_cpu": round(window.cpu, 3)}


def figures(server: Child, load: Load, window: Window, before: Used, after: Used) -> dict[str, Any]:
    """What every case reports of a window."""
    here, count = load.here, sum(client.counts for client in load.here)
    late = window.lateness()
    told = window.intents + window.bodies + window.others
    return {
        "connected": len(here),
        "lost": len(load.lost),
        "server": share(before, after),
        "rss_mb": server.rss_mb(),
        "gap_ms": window.gaps.report(),
        "tick_rate": round(window.tick_rate(), 2),
        "frames_per_s": round(window.frames / max(1, count) / window.seconds, 2),
        "ticks_late": sum(late_by > 1 for late_by in late),
        "ticks_late_p99": round(quantile(late, 0.99), 2),
        "ticks_given_up": given_up(server.lines()),
        "bytes_per_s": round(window.bytes / max(1, count) / window.seconds),
        "bytes_per_surprise": round(window.sampled_bytes / told, 2) if told else None,
        "bytes_per_intent": round(window.intent_bytes / window.intents, 2) if window.intents else None,
        "intents_per_frame": round(window.intents / max(1, window.sampled_frames), 2),
        "bodies_per_frame": round(window.bodies / max(1, window.sampled_frames), 2),
        "moving": round(len(window.turned) / max(1, len(here)), 3),
        "load_cpu": round(window.cpu, 3),
        "load_saturated": window.cpu > SATURATED,
    }


def given_up(lines: list[str]) -> int:
    """How many ticks a server says that it did not simulate."""
    return sum(int(found[1]) for line in lines if (found := GIVEN_UP.search(line)))


def crowd(bench: Bench, players: int, steering: Steering = wander) -> dict[str, Any]:
    """The main case: that many people walk about; then the same bytes from a plain loop."""
    arena = grounds(bench.tiles * players)
    with bench.stage(players, arena) as (server, load):
        load.add(players, COMING_PER_SECOND, steering)
        load.arrive(players, patience=30 + players / COMING_PER_SECOND)
        load.run(SETTLING_SECONDS)
        before = server.used()
        window = load.run(bench.seconds)
        line = figures(server, load, window, before, server.used())
    baseline = bench.baseline(players, list(window.tape.values()))
    ratio = round(line["server"]["cpu"] / baseline["cpu"], 2) if baseline["cpu"] else None
    return {**line, "baseline": baseline, "cpu_ratio": ratio}


def main(arguments: list[str] | None = None) -> None:
    """Print all cases."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--players", default="100,500,1000,2000", help="cases, separated by commas")
    parser.add_argument("--visible", choices=("all", "area"), default="all", help="as main.py has it")
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--tiles", type=int, help="of floor for each player (default: 12; as many as can be for area)")
    parser.add_argument("--nice", type=int, default=0, help="priority of all programs; below 0 needs root")
    options = parser.parse_args(arguments)
    gc.freeze()
    gc.disable()  # the load makes no cycles, and must not stop to look for any
    with tempfile.TemporaryDirectory() as folder:
        tiles = options.tiles or (TILES_EACH if options.visible == "all" else LARGEST)
        bench = Bench(Path(folder), options.visible, options.seconds, tiles, options.nice)
        if bench.priority:
            with contextlib.suppress(PermissionError):  # it leads one already
                os.setsid()
        pin(bench.load_core, bench.priority)
        for players in map(int, options.players.split(",")):
            head = {"case": "crowd", "players": players, "visible": bench.visible, "tiles": tiles, "seconds": bench.seconds}
            print(json.dumps({**head, **crowd(bench, players)}), flush=True)


if __name__ == "__main__":
    main()
