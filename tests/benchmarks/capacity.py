"""How many people one core carries: the real server on one core, a light crowd on another, one JSON line a case.

`python -m tests.benchmarks.capacity [--players 100,500,1000,2000] [--visible all|area] [--seconds 20] [--plot]`, and
instead of the crowd that walks: `--slow-reader`, `--storm`, `--rush`, `--idle`. Linux, two cores or more, quiet ones:
what others took of the server's core is in the line (`others_on_core`), and `--nice` holds them off.
"""

import argparse
import contextlib
import gc
import json
import os
import resource
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.benchmarks.capacity_cases import LARGEST, crowd, idle, rush, slow_reader, storm
from tests.benchmarks.capacity_stage import Bench
from tests.benchmarks.child import pin

TILES_EACH = 12  # of floor for each player where everybody sees everybody: a dense crowd, full of pushes
CASES = {  # what to run, and for how many players where that is not said
    "crowd": (crowd, "100,500,1000,2000"),
    "slow_reader": (slow_reader, "500"),
    "storm": (storm, "500"),
    "rush": (rush, "300"),
    "idle": (idle, "1000"),
}


def main(arguments: list[str] | None = None) -> list[dict[str, Any]]:
    """Print all cases; returns them."""
    options = _parser().parse_args(arguments)
    case, default = CASES[options.case]
    tiles = options.tiles or (TILES_EACH if options.visible == "all" else LARGEST)
    lines = []
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder), options.visible, options.seconds, tiles, options.nice)
        with alone(bench.load_core, bench.priority):
            for players in map(int, (options.players or default).split(",")):
                head = {"case": options.case, "players": players, "visible": options.visible, "tiles": tiles}
                lines.append({**head, **case(bench, players)})
                print(json.dumps(lines[-1]), flush=True)
    if options.plot:
        from tests.benchmarks.capacity_plot import plot

        plot(lines)
    return lines


@contextlib.contextmanager
def alone(core: int, priority: int) -> Iterator[None]:
    """Make this process a good measure: on its own core, undisturbed by its own garbage collector.

    It may open as many files as can be allowed, and so may what it starts: each player is one, on either side.
    """
    cores, collects = os.sched_getaffinity(0), gc.isenabled()
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    gc.disable()  # the load makes no cycles, and must not stop to look for any
    if priority:
        with contextlib.suppress(PermissionError):  # it leads a session already
            os.setsid()
    pin(core, priority)
    try:
        yield
    finally:
        os.sched_setaffinity(0, cores)
        if collects:
            gc.enable()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--players", help="so many, or several numbers separated by commas")
    parser.add_argument("--visible", choices=("all", "area"), default="all", help="as main.py has it")
    parser.add_argument("--seconds", type=float, default=20.0, help="that are measured (default %(default)s)")
    parser.add_argument("--tiles", type=int, help="of floor for each player (default: 12; as many as can be for area)")
    parser.add_argument("--nice", type=int, default=0, help="priority of all programs; below 0 needs root")
    parser.add_argument("--plot", action="store_true", help="draw assets/docs/capacity.png")
    for case in CASES:
        if case != "crowd":
            flag = f"--{case.replace('_', '-')}"
            parser.add_argument(flag, dest="case", action="store_const", const=case, help=f"the case {case!r} alone")
    parser.set_defaults(case="crowd")
    return parser


if __name__ == "__main__":
    main()
