"""Whether a server can stay up: a hundred bots that come and go in every way there is, and what is left of them.

`python -m tests.benchmarks.soak --minutes M [--bots 100] [--visible area|all] [--seed 0]` prints one line of JSON, and
on standard error how it goes on; its exit code is 1 where something is wrong, which the line names under `faults`.

The bots are real clients in a few processes (`soak_crowd`); one of these is killed with SIGKILL now and then, and
followed by another. Where everybody sees everybody each bot computes everybody: a hundred would need more cores than
most machines have, so by default they walk in an arena so large that they see a part of it. Linux alone: /proc is read.
"""

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

from net.defaults import HOLD_SECONDS
from tests.benchmarks.soak_stage import Soak

MOST_MB_PER_HOUR: Final = 30.0  # of memory, beyond doubt; below that, ten minutes tell nothing from nothing
MEMORY_MINUTES: Final = 5.0  # that a run must take to say anything of memory: it is still being filled for a while
MOST_LOG_BYTES: Final = 250  # for each time that somebody comes, goes or talks: two lines and a half


def main(arguments: list[str] | None = None) -> dict[str, Any]:
    """Print the line; returns it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=1.0, help="that the bots play (default %(default)s)")
    parser.add_argument("--bots", type=int, default=100, help="default %(default)s")
    parser.add_argument("--visible", choices=("area", "all"), default="area", help="as main.py has it")
    parser.add_argument("--seed", type=int, default=0, help="of who does what when")
    parser.add_argument("--stay", type=float, default=8.0, help="seconds, mean, until a bot does something rash")
    parser.add_argument("--hold-seat", type=float, default=HOLD_SECONDS, help="as main.py has it")
    options = parser.parse_args(arguments)
    whole = options.bots, options.visible, 60 * options.minutes, options.seed, options.stay, options.hold_seat
    with tempfile.TemporaryDirectory() as folder, Soak(Path(folder), *whole) as soak:
        line = soak.run()
    line["faults"] = soak.faults + faults(line)
    print(json.dumps(line), flush=True)
    return line


def faults(line: dict[str, Any]) -> list[str]:
    """What is wrong with a run, in words; empty where nothing is."""
    checks = {
        "no mirror was compared with the server": not line["mirror_checks"],
        "mirrors differ": line["mirror_mismatches"],
        "nobody joined, came back or was killed": not (line["joins"] and line["resumes"] and line["processes_killed"]),
        "the server holds connections of nobody": line["descriptors_after"] > line["descriptors_before"],
        "the server holds seats of nobody": line["players_left"],
        "clients hold what is over": line["left_tasks"] or line["left_worlds"] or line["left_descriptors"] > 0,
        "the server did not end well": line["server"]["exit_code"],
        "there are tracebacks in the server's log": line["tracebacks"],
        "corrections are unexplained": line["corrections"].get("unexplained"),
        "the server's log is long": line["log_bytes_per_event"] > MOST_LOG_BYTES,
    }
    for who in ("server", "client") if line["minutes"] >= MEMORY_MINUTES else ():
        least = line[who]["rss_mb"]["at_least_per_hour"]
        checks[f"the {who}'s memory grows by at least {least} MB an hour"] = (least or 0.0) > MOST_MB_PER_HOUR
    return [what for what, wrong in checks.items() if wrong]


if __name__ == "__main__":
    sys.exit(1 if main()["faults"] else 0)
