"""Whether the honest notice a siege: `python -m tests.benchmarks.siege` prints one JSON line a case.

50 players play on a server which is left in peace (`quiet`); then the same while 2,000 connections never say hello, 500
never read and 200 send garbage as fast as they can, all from a few addresses (`few`), and each from one of its own
(`many`), where the limits for an address help least. Meanwhile ten more honest players come.

Linux, two cores or more, quiet ones. The attackers share the load's core, at a lower priority, for only what the honest
see is measured; how much they got done is in the line.
"""

import argparse
import contextlib
import json
import tempfile
import time
from pathlib import Path
from typing import Any, Final

from tests.benchmarks.capacity import alone
from tests.benchmarks.capacity_stage import Bench, figures
from tests.benchmarks.child import Child
from tests.benchmarks.grounds import grounds
from tests.benchmarks.load import Load

HONEST: Final = 50
NEWCOMERS: Final = 10  # honest ones who come during the siege
# Of the honest: households of five, and newcomers from all over the place.
HOMES: Final = tuple(f"127.2.0.{n // 5 + 1 if n < HONEST else n}" for n in range(HONEST + NEWCOMERS))
SILENT, MUTE, GARBAGE = 2000, 500, 200
FEW: Final = 8  # addresses
MANY: Final = SILENT + MUTE + GARBAGE
SEATS: Final = HONEST + NEWCOMERS + MUTE  # so that those who never read can all get in, if the door lets them
GATHERING_SECONDS: Final = 4.0  # for attackers to be there, before anything is counted
BELOW: Final = 5  # by how much the priority of the attackers is lower
TILES_EACH: Final = 12


def main(arguments: list[str] | None = None) -> list[dict[str, Any]]:
    """Print all cases; returns them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=15.0, help="that are measured (default %(default)s)")
    parser.add_argument("--nice", type=int, default=0, help="priority of server and honest; below 0 needs root")
    parser.add_argument("--share", type=float, default=1.0, help="of all attackers (default %(default)s)")
    options = parser.parse_args(arguments)
    lines: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder), "all", options.seconds, TILES_EACH, options.nice)
        with alone(bench.load_core, bench.priority):
            for case, addresses in (("quiet", 0), ("few", FEW), ("many", MANY)):
                line = {"case": case, **_case(bench, addresses, options.share)}
                line["p99_ratio"] = round(line["gap_ms"]["p99"] / (lines or [line])[0]["gap_ms"]["p99"], 2)
                lines.append(line)
                print(json.dumps(line), flush=True)
    return lines


def _case(bench: Bench, addresses: int, share: float) -> dict[str, Any]:
    """Play in peace where there are no addresses to attack from."""
    arena = bench.folder / "arena.txt"
    arena.write_text(grounds(TILES_EACH * SEATS))
    arguments = ["main.py", "--server", "--host", "127.0.0.1", "--port", "0", "--with-parent"]
    arguments += ["--max-players", str(SEATS), "--arena", str(arena)]
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(Child(bench.server_core, bench.folder, *arguments, priority=bench.priority))
        load = stack.enter_context(contextlib.closing(Load(server.port(), homes=HOMES)))
        load.add(HONEST, HONEST)
        load.arrive(HONEST)
        attackers = None
        if addresses:
            numbers = [round(share * number) for number in (SILENT, MUTE, GARBAGE)]
            seconds = round(GATHERING_SECONDS + bench.seconds)
            attack = ["-m", "tests.benchmarks.attackers", server.port(), seconds, addresses, *numbers]
            attackers = stack.enter_context(
                Child(bench.load_core, bench.folder, *map(str, attack), priority=bench.priority + BELOW)
            )
        load.run(GATHERING_SECONDS)
        load.add(NEWCOMERS, NEWCOMERS / bench.seconds * 2)
        before, rss = server.used(), server.rss_mb()
        window = load.run(bench.seconds)
        line = figures(server, load, window, before, server.used())
        keep = (
            "seconds",
            "lost",
            "server",
            "rss_mb",
            "gap_ms",
            "tick_rate",
            "ticks_late",
            "ticks_given_up",
            "load_cpu",
        )
        line = {key: line[key] for key in keep}
        line["dropped"] = [client.ended for client in load.clients[:HONEST] if client.ended]
        line["newcomers"] = sum(client.tick >= 0 for client in load.clients[HONEST:])
        line["turned_away"] = sorted({client.ended for client in load.clients[HONEST:] if client.ended})
        line["rss_mb_before"] = rss
        line["log_lines"] = len(server.lines())
        if attackers is not None:
            line["addresses"] = addresses
            line["attackers"] = json.loads(_last_words(attackers))
        return line


def _last_words(attackers: Child) -> str:
    limit = time.monotonic() + 20.0
    while time.monotonic() < limit:
        for text in attackers.lines():
            if text.startswith("{"):
                return text
        time.sleep(0.1)
    raise RuntimeError(f"the attackers say nothing: {attackers.lines()[-5:]}")


if __name__ == "__main__":
    main()
