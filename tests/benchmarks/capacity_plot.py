"""Draws what the capacity benchmark measured: assets/docs/capacity.png.

`python -m tests.benchmarks.capacity_plot FILE...` draws the lines of earlier runs.
"""

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

PICTURE: Final = Path(__file__).parent.parent.parent / "assets" / "docs" / "capacity.png"

# What others need, by the table of issue 4 ("Scale: a thousand people in one world on one core"): players to CPU of one
# core, and kB a second for each client at 800. Measured there on the same kind of machine (two cores of a virtual
# machine, the load on the other one), everybody seeing everybody at 30 Hz; not measured again by this benchmark.
REFERENCES: Final = {
    "a C loop that only writes": ({100: 0.04, 200: 0.07, 400: 0.14, 800: 0.26}, None),
    "the original: a thread a client, pickle": ({100: 0.99, 200: 1.0}, None),
    "PodSixNet": ({100: 0.40, 200: 0.99, 400: 1.0}, None),
    "websockets broadcast, msgpack": ({100: 0.27, 200: 0.45, 400: 0.83, 800: 0.99}, None),
    "Colyseus (Node)": ({100: 0.16, 200: 0.23, 400: 0.41, 800: 0.73}, 260),
    "asyncio + msgpack, packed once": ({100: 0.17, 200: 0.32, 400: 0.47, 800: 0.87}, 301),
    "uvloop + msgpack, packed once": ({100: 0.08, 200: 0.14, 400: 0.23, 800: 0.45}, 301),
}
STYLES: Final = (  # colour and marker of each of them
    ("#bbbbbb", "."),
    ("#000000", "v"),
    ("#999999", "^"),
    ("#CC79A7", "D"),
    ("#E69F00", "s"),
    ("#D55E00", "o"),
    ("#56B4E9", "x"),
)
OURS: Final = {"all": ("#0072B2", "everybody sees everybody"), "area": ("#009E73", "everybody sees what is near")}


def plot(lines: Iterable[dict[str, Any]], picture: Path = PICTURE) -> None:
    """Draw CPU and bytes for each client against players; lines of other cases than the crowd are left out."""
    from matplotlib.figure import Figure  # here: each start of the tests would wait for a second otherwise

    crowds = sorted((line for line in lines if line["case"] == "crowd"), key=lambda line: int(line["players"]))
    figure = Figure(figsize=(11, 5.6), layout="constrained")
    cpu, traffic = figure.subplots(1, 2)
    for (color, marker), (name, (points, kilobytes)) in zip(STYLES, REFERENCES.items(), strict=True):
        cpu.plot(points.keys(), points.values(), color=color, marker=marker, markersize=4, linewidth=1, label=name)
        if kilobytes:
            traffic.plot([800], [kilobytes], color=color, marker=marker, linestyle="")
    for visible, (color, who) in OURS.items():
        ours = [line for line in crowds if line["visible"] == visible]
        if ours:
            players = [line["players"] for line in ours]
            used, loop = ([line[what]["cpu"] for line in ours] for what in ("server", "baseline"))
            kilobytes_each = [line["bytes_per_s"] / 1000 for line in ours]
            cpu.plot(players, used, color=color, marker="o", linewidth=2.5, label=f"this server, {who}")
            cpu.plot(players, loop, color=color, linestyle="--", label="a plain loop that writes those bytes")
            traffic.plot(players, kilobytes_each, color=color, marker="o", linewidth=2.5)
    cpu.set(ylabel="CPU of one core", ylim=(0, 1.05))
    traffic.set(ylabel="kB a second to each client", yscale="log", ylim=(1, 500))
    for axes in (cpu, traffic):
        axes.set(xlabel="players", xlim=(0, None))
        axes.grid(alpha=0.3)
        axes.spines[["top", "right"]].set_visible(False)
    figure.legend(loc="outside lower center", ncols=3, fontsize=9, frameon=False)
    figure.savefig(picture, dpi=110)


if __name__ == "__main__":
    plot(json.loads(text) for name in sys.argv[1:] for text in Path(name).read_text().splitlines())
