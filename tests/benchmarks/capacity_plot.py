"""Draws what the capacity benchmark measured: assets/docs/capacity.png.

`python -m tests.benchmarks.capacity_plot FILE...` draws the lines of earlier runs.
"""

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from matplotlib.figure import Figure

PICTURE: Final = Path(__file__).parent.parent.parent / "assets" / "docs" / "capacity.png"

# What others need, by the table of issue 4 ("Scale: a thousand people in one world on one core"): players to CPU of one
# core, and kB a second for each client at 800. Measured there on the same kind of machine (two cores of a virtual
# machine, the load on the other one), everybody seeing everybody at 30 Hz; not measured again by this benchmark.
REFERENCES: Final = {
    "PodSixNet": ({100: 0.40, 200: 0.99}, None),
    "websockets broadcast, msgpack": ({100: 0.27, 200: 0.45, 400: 0.83, 800: 0.99}, None),
    "Colyseus (Node)": ({100: 0.16, 200: 0.23, 400: 0.41, 800: 0.73}, 260),
    "asyncio + msgpack, packed once": ({100: 0.17, 200: 0.32, 400: 0.47, 800: 0.87}, 301),
    "uvloop + msgpack, packed once": ({100: 0.08, 200: 0.14, 400: 0.23, 800: 0.45}, 301),
}
OURS: Final = {"all": "#0072B2", "area": "#009E73"}
THEIRS: Final = ("#999999", "#CC79A7", "#E69F00", "#D55E00", "#56B4E9")


def plot(lines: Iterable[dict[str, Any]], picture: Path = PICTURE) -> None:
    """Draw CPU and bytes for each client against players; lines of other cases than the crowd are left out."""
    crowds = sorted((line for line in lines if line["case"] == "crowd"), key=lambda line: int(line["players"]))
    figure = Figure(figsize=(11, 4.6), layout="constrained")
    cpu, traffic = figure.subplots(1, 2)
    for color, (name, (points, kilobytes)) in zip(THEIRS, REFERENCES.items(), strict=True):
        cpu.plot(points.keys(), points.values(), color=color, marker=".", linewidth=1, label=name)
        if kilobytes:
            traffic.plot([800], [kilobytes], color=color, marker="o", linestyle="", label=name)
    for visible, color in OURS.items():
        ours = [line for line in crowds if line["visible"] == visible]
        if not ours:
            continue
        players = [line["players"] for line in ours]
        what = "this server, " + ("everybody sees everybody" if visible == "all" else "everybody sees what is near")
        loop = [line["baseline"]["cpu"] for line in ours]
        cpu.plot(players, [line["server"]["cpu"] for line in ours], color=color, marker="o", linewidth=2.5, label=what)
        cpu.plot(players, loop, color=color, linestyle="--", linewidth=1, label="a loop that writes the same bytes")
        traffic.plot(
            players, [line["bytes_per_s"] / 1000 for line in ours], color=color, marker="o", linewidth=2.5, label=what
        )
    cpu.set(ylabel="CPU of one core", ylim=(0, 1.05))
    traffic.set(ylabel="kB a second to each client", yscale="log")
    for axes in (cpu, traffic):
        axes.set(xlabel="players")
        axes.grid(alpha=0.3)
        axes.legend(fontsize=8)
        axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(picture, dpi=110)


if __name__ == "__main__":
    plot(json.loads(text) for name in sys.argv[1:] for text in Path(name).read_text().splitlines())
