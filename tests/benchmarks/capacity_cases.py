"""The cases of the capacity benchmark: a crowd that walks, one who reads nothing, a storm, rush hour, people who stand.

Each takes a Bench and a number of players, and returns its figures as one JSON object.
"""

import random
from typing import Any, Final

from ecs.arena import MAX_SIDE, TILE
from ecs.movement.step import DIRECTIONS
from tests.benchmarks.capacity_stage import COMING_PER_SECOND, Bench, figures
from tests.benchmarks.child import Child
from tests.benchmarks.grounds import grounds
from tests.benchmarks.load import Load, Steering, stand, wander
from tests.benchmarks.window import places

SETTLING_SECONDS: Final = 12.0  # after the last one came: by then the server has tried to write each frame again
LARGEST: Final = MAX_SIDE**2  # tiles: as large as an arena may be
DEAF_SECONDS: Final = 30.0
DEAF_BUFFER: Final = 4096  # bytes that the kernel holds for the one who reads nothing: as little as it lets us ask for
STORM: Final = 200  # who come within a second, and leave within one
STORM_SECONDS: Final = 3.0  # to watch each of the two
RUSH_TILES: Final = 5  # of floor for each player: a hall whose far corner is reached while they gather
GATHERING_SECONDS: Final = 10.0
STARTING_SECONDS: Final = 1.0
STRAIGHT_SECONDS: Final = 4.0  # of walking straight on, after those
STRAIGHT_TILES: Final = 42  # what one walks in that time, at 7.5 a second, and somewhat more
EAST: Final = DIRECTIONS.index((1, 0))
NORTH, NORTH_WEST, WEST = (DIRECTIONS.index(way) for way in ((0, -1), (-1, -1), (-1, 0)))


def push(rng: random.Random) -> tuple[float, int]:
    """Steer into the corner at the north west, never quite straight."""
    return wander(rng)[0], rng.choice((NORTH_WEST, NORTH_WEST, NORTH, WEST))


def crowd(bench: Bench, players: int, steering: Steering = wander) -> dict[str, Any]:
    """That many people walk about; then a plain loop writes the same bytes."""
    with bench.stage(players, grounds(bench.tiles * players)) as (server, load):
        come(bench, load, players, steering)
        before = server.used()
        window = load.run(bench.seconds)
        line = figures(server, load, window, before, server.used())
    baseline = bench.baseline(players, list(window.tape.values()))
    ratio = round(line["server"]["cpu"] / baseline["cpu"], 2) if baseline["cpu"] else None
    return {**line, "baseline": baseline, "cpu_ratio": ratio}


def slow_reader(bench: Bench, players: int) -> dict[str, Any]:
    """One of them reads nothing for half a minute, though it still speaks; what the others and the server notice."""
    with bench.stage(players, grounds(bench.tiles * players)) as (server, load):
        load.add(1, COMING_PER_SECOND, counts=False, receive_buffer=DEAF_BUFFER)
        come(bench, load, players - 1)
        slow = load.clients[0]
        calm, rss_calm = load.run(bench.seconds), server.rss_mb()
        slow.deaf = True
        before = server.used()
        deaf, at = load.run(DEAF_SECONDS), server.used()
        line = figures(server, load, deaf, before, at)
        tick, snapshots = slow.tick, slow.snapshots
        slow.deaf = False
        load.run(2 * SETTLING_SECONDS)
        return {
            **line,
            "deaf_seconds": DEAF_SECONDS,
            "rss_mb_before": rss_calm,
            "gap_ms_before": calm.gaps.report(),
            "slow_one": {
                "ended": slow.ended,
                "snapshots": slow.snapshots - snapshots,
                "ticks_after": slow.tick - tick,
                "server_says": [text for text in server.lines() if "'Load 1'" in text and "join:" not in text],
            },
        }


def storm(bench: Bench, players: int) -> dict[str, Any]:
    """200 more come within a second, and leave within one; what the players notice."""
    with bench.stage(players + STORM, grounds(bench.tiles * (players + STORM))) as (server, load):
        come(bench, load, players)
        calm = load.run(STORM_SECONDS)
        before = server.used()
        load.add(STORM, STORM, counts=False)
        coming = load.run(STORM_SECONDS)
        came = len(load.here) - players
        load.leave(load.clients[players:], STORM)
        leaving = load.run(STORM_SECONDS)
        line = figures(server, load, leaving, before, server.used())
        return {
            **line,
            "came": came,
            "gap_ms_calm": calm.gaps.report(),
            "gap_ms_coming": coming.gaps.report(),
            "gap_ms_leaving": leaving.gaps.report(),
        }


def rush(bench: Bench, players: int) -> dict[str, Any]:
    """Everybody pushes into one corner."""
    with bench.stage(players, grounds(RUSH_TILES * players, blocks=False)) as (server, load):
        come(bench, load, players, push)
        load.run(GATHERING_SECONDS)
        rss, before = server.rss_mb(), server.used()
        window = load.run(bench.seconds)
        return {**figures(server, load, window, before, server.used()), "rss_mb_before": rss}


def idle(bench: Bench, players: int) -> dict[str, Any]:
    """Everybody stands; then most of them walk straight on, where nobody and nothing is in their way."""
    with bench.stage(players, grounds(LARGEST, blocks=False)) as (server, load):
        come(bench, load, players, stand)
        standing = _still(server, load, bench.seconds)
        ways = straight_ways(places(load.snapshot))
        for client in load.here:
            if client.net_id in ways:
                load.steer(client, ways[client.net_id])
        load.run(STARTING_SECONDS)
        straight = _still(server, load, min(bench.seconds, STRAIGHT_SECONDS))
        return {**standing, "straight_on": {**straight, "moving": round(len(ways) / players, 3)}}


def straight_ways(places: dict[int, tuple[int, int]]) -> dict[int, int]:
    """In which direction to walk, by NetID: that of one's row of the largest hall, in which all can walk for a while.

    Who stands in a row that has people near both walls is left out.
    """
    rows: dict[int, list[int]] = {}
    for x, y in places.values():
        rows.setdefault(y, []).append(x)
    far = STRAIGHT_TILES * TILE
    east = {y for y, row in rows.items() if max(row) < MAX_SIDE * TILE - far}
    west = {y for y, row in rows.items() if min(row) > far}
    return {net_id: EAST if y in east else WEST for net_id, (_, y) in places.items() if y in east | west}


def come(bench: Bench, load: Load, players: int, steering: Steering = wander) -> None:
    """Let them all come, and settle."""
    before = len(load.clients)
    load.add(players, COMING_PER_SECOND, steering)
    load.arrive(before + players)
    load.run(min(SETTLING_SECONDS, bench.seconds))


def _still(server: Child, load: Load, seconds: float) -> dict[str, Any]:
    before = server.used()
    window = load.run(seconds)
    line = figures(server, load, window, before, server.used())
    told = window.intents + window.bodies + window.others
    return {**line, "surprises_per_s": round(told / max(1, len(window.tape)) / window.seconds, 2)}
