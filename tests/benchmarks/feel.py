"""How a match feels on a network, as figures: eight people for a minute on each profile, on the stepped clock.

`python -m tests.benchmarks.feel [--profiles lan,wifi,...] [--seconds 60] [--fps 60] [--compare]` prints one JSON line a
profile; with `--compare` also one for each improvement that is left out, so that one sees what it is worth.
Deterministic: the same on every machine. Lengths are in pixels, ticks are a sixtieth of a second.
"""

import argparse
import contextlib
import itertools
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any
from unittest.mock import patch

from ecs.arena import Arena
from ecs.components import UNITS_PER_PIXEL
from ecs.movement.step import DIRECTIONS, motion_at
from game.arenas import DEFAULT_ARENA, load_arena
from net.client import client_session as client
from net.client import clock, interpolation_system, reconciliation_system
from net.client.clock import SAFETY_TICKS, SLEW, quantile
from net.client.corrections import Cause
from net.client.interpolation_system import HALF_LIFE
from net.conditioner.conditions import PROFILES, Conditions
from net.wire.pipe import GuardedPipe
from tests.benchmarks.feel_stage import FeelStage, Key, Picture, Uplink, distance, truth
from tests.harness import HALL, Player, Walker

PEOPLE = 8
SETTLING_TICKS = 300  # before anything is counted: clocks, leads and delays have found their places
UNDER_WAY_TICKS = 150  # an intent that was written so long before may still come late when everything is counted
EXACT = 1 / UNITS_PER_PIXEL  # a world unit, in pixels
EAST = DIRECTIONS.index((1, 0))
FIXED_DELAY = 6.0  # ticks, 100 ms, as many games have it
FIXED_LEAD = 3.0
DISPLAYS = (30.0, 59.94, 75.0, 144.0, 500.0)  # frames a second; what is called 60 beats against our 60 ticks
IMPROVEMENTS = ("delay", "lead", "pushes", "fading", "riding")


@contextlib.contextmanager
def without(*improvements: str) -> Iterator[None]:
    """As if these had never been made.

    `delay`: others are shown 100 ms behind the fastest frame, whatever the jitter; `lead`: we run 50 ms ahead of what
    the median message needs; `pushes`: those around us are not predicted with us; `fading`: an error is corrected at
    once; `riding`: a ping has a segment of its own, four times a second.
    """

    def fixed_delay(ages: Iterable[float]) -> float:
        return min(ages) + FIXED_DELAY - 2

    def fixed_lead(travels: Iterable[float]) -> float:
        return quantile(travels, 0.5) + FIXED_LEAD - SAFETY_TICKS

    changes: dict[str, list[tuple[object, str, object]]] = {
        "delay": [(interpolation_system, "nearly_all", fixed_delay)],
        "lead": [(clock, "nearly_all", fixed_lead)],
        "pushes": [(reconciliation_system, "NEIGHBOURS", 0)],
        "fading": [(interpolation_system, "HALF_LIFE", 0.001)],
        "riding": [(client, "PING_SECONDS", 0.25), (client, "RIDE_SECONDS", 0.25)],
    }
    with contextlib.ExitStack() as stack:
        for module, name, value in (change for improvement in improvements for change in changes[improvement]):
            stack.enter_context(patch.object(module, name, value))
        yield


@dataclass(slots=True)
class Figures:
    """What is counted over a match."""

    errors: list[float] = field(default_factory=list)  # of others, against the truth at the shown time, pixels
    ages: list[float] = field(default_factory=list)  # how many ticks behind the server others are shown
    largest_jump: float = 0.0
    over_bound: int = 0  # jumps above what the bound allows
    frozen: int = 0  # the truth moves, the picture stands though it knows of somebody who goes


def fastest(stage: FeelStage, since: int) -> float:
    """The farthest that the server moved anybody in one tick, in pixels: a push is faster than a walk."""
    steps = [0.0]
    for tick in range(since + 1, stage.simulation.tick):
        then = stage.places(tick)
        steps.extend(distance(then[it], place) for it, place in stage.places(tick + 1).items() if it in then)
    return max(steps)


def judge(stage: FeelStage, pictures: list[Picture], figures: Figures, since: int) -> None:
    """Hold what was drawn against the truth.

    The bound of a jump: what the body itself moves at most, on a clock 5 % fast, and what fades of an error.
    """
    top = fastest(stage, since) * 60 * (1 + SLEW)
    last: dict[int, Picture] = {}
    for picture in pictures:
        before = last.get(picture.player.net_id)
        last[picture.player.net_id] = picture
        figures.ages.append(picture.server - picture.shown_tick)
        for net_id, drawn in picture.others.items():
            right = truth(stage, net_id, picture.shown_tick)
            if right is None:
                continue
            figures.errors.append(distance(drawn.at, right))
            if before is None or net_id not in before.others:
                continue
            elapsed = picture.time - before.time
            jump = distance(drawn.at, before.others[net_id].at)
            figures.largest_jump = max(figures.largest_jump, jump)
            fade = 0.5 ** (elapsed / HALF_LIFE)
            fading = 2**0.5 * drawn.error / UNITS_PER_PIXEL * (1 / fade - 1)
            figures.over_bound += jump > top * elapsed + fading + 2 * EXACT
            was = truth(stage, net_id, before.shown_tick)
            would = truth(stage, net_id, before.shown_tick + 60 * elapsed)
            goes_on = was is not None and would is not None and distance(was, would) > 0.5
            stands = picture.stands or picture.shown_tick == before.shown_tick
            figures.frozen += stands and drawn.going and goes_on and jump < EXACT


@dataclass(frozen=True, slots=True)
class Tally:
    """What counters stood at."""

    intents: int
    late: int
    turns: int

    @classmethod
    def of(cls, players: list[Player], walkers: list[Walker]) -> "Tally":
        """As of now."""
        predictions = [player.joined.reconciliation.prediction for player in players]
        return cls(
            sum(prediction.acked for prediction in predictions if prediction),
            sum(prediction.late_intents for prediction in predictions if prediction),
            sum(walker.turns for walker in walkers),
        )

    def __sub__(self, other: "Tally") -> "Tally":
        return Tally(
            self.intents - other.intents,
            self.late - other.late,
            self.turns - other.turns,
        )


def play(
    profile: Conditions,
    seconds: int,
    fps: float = 60.0,
    arena: Arena | None = None,
    people: int = PEOPLE,
) -> dict[str, Any]:
    """One match; what it felt like."""
    stage = FeelStage(arena or load_arena(DEFAULT_ARENA), fps)
    players = [stage.join(f"P{n}", profile, seed=n + 1) for n in range(people)]
    uplinks = [Uplink(player.near) for player in players]
    for player, uplink in zip(players, uplinks, strict=True):
        player.play._pipe = GuardedPipe(uplink, player.play)
    walkers = [Walker(player, seed) for seed, player in enumerate(players)]
    behind_before = 0
    for tick in range(SETTLING_TICKS):
        if tick == SETTLING_TICKS - UNDER_WAY_TICKS:
            behind_before = sum(uplink.behind for uplink in uplinks)
        for walker in walkers:
            walker(stage.simulation.tick)
        stage.tick([])
    for player in players:
        player.corrections.clear()
        player.pushes = 0
        player.tap.data.clear()
    before, began = Tally.of(players, walkers), stage.simulation.tick
    pictures: list[Picture] = []
    motion = motion_at(stage.settings.arena, 60)
    keys = [Key(player, motion) for player in players]
    for _ in range(60 * seconds):
        for walker, key in zip(walkers, keys, strict=True):
            walker(stage.simulation.tick)
            key.watch()
        first = len(pictures)
        stage.tick(pictures)
        for picture in pictures[first:]:
            keys[players.index(picture.player)].see(picture)
    figures = Figures()
    judge(stage, pictures, figures, began)
    counted = Tally.of(players, walkers) - before
    corrections = [correction for player in players for correction in player.corrections]
    stays = [player.joined for player in players]
    minutes = seconds / 60 * people
    return {
        "seconds": seconds,
        "fps": fps,
        "round_trip_ms": round(1000 * quantile((joined.clock.round_trip for joined in stays), 0.5)),
        "lead_ticks": round(quantile((joined.clock.lead for joined in stays), 0.5), 1),
        "key_to_screen_frames": max(key.longest for key in keys),
        "keys": sum(key.presses for key in keys),
        "corrections_per_minute": round(len(corrections) / minutes, 1),
        "corrections": {
            cause.value: spread([c.size / UNITS_PER_PIXEL for c in corrections if c.cause is cause])
            for cause in Cause
            if any(c.cause is cause for c in corrections)
        },
        "unexplained": sum(correction.cause is Cause.UNEXPLAINED for correction in corrections),
        "intents": counted.intents,
        "late_intents": counted.late,
        "intents_behind_a_loss": sum(uplink.behind for uplink in uplinks) - behind_before,
        "remote_error": spread(figures.errors),
        "largest_jump": round(figures.largest_jump, 1),
        "jumps_over_bound": figures.over_bound,
        "frozen_share": round(figures.frozen / max(1, len(figures.errors)), 5),
        "age_ticks": spread(figures.ages),
        "mirror_checks": sum(joined.mirror.checks for joined in stays),
        "mirror_mismatches": sum(joined.mirror.mismatches for joined in stays),
        "walked": round(walked(stage, began)),
        "turns": counted.turns,
        "pushes": players[0].pushes,  # of anybody, a drawn frame, as its mirror computed them
    }


def spread(values: list[float]) -> dict[str, float]:
    """The median, the 99th percentile and the largest."""
    return {
        "n": len(values),
        "median": round(quantile(values, 0.5), 2),
        "p99": round(quantile(values, 0.99), 2),
        "max": round(max(values, default=0.0), 2),
    }


def walked(stage: FeelStage, since: int) -> float:
    """How far all together have walked, in pixels."""
    total = 0.0
    for tick in range(since + 1, stage.simulation.tick):
        then = stage.places(tick)
        total += sum(distance(then[it], place) for it, place in stage.places(tick + 1).items() if it in then)
    return total


def recovery(profile: Conditions) -> int:
    """Ticks from the end of a stall of a second, both ways, until all that one player sees is exact again."""
    stage = FeelStage(load_arena(DEFAULT_ARENA))
    calm = replace(profile, loss=0.0, outage_every=0.0)
    players = [stage.join(f"P{n}", calm, seed=n + 1) for n in range(3)]
    walkers = [Walker(player, seed) for seed, player in enumerate(players)]
    pictures: list[Picture] = []

    def go_on(ticks: int) -> None:
        for _ in range(ticks):
            for walker in walkers:
                walker(stage.simulation.tick)
            stage.tick(pictures)

    go_on(SETTLING_TICKS)
    ann = players[0]
    ann.near.reading = ann.far.reading = False
    go_on(60)
    ann.near.reading = ann.far.reading = True
    pictures.clear()
    ann.compared = 0
    go_on(240)
    own = [picture for picture in pictures if picture.player is ann]
    exact = 0
    for number, picture in enumerate(own):
        places = [(drawn.at, truth(stage, net_id, picture.shown_tick)) for net_id, drawn in picture.others.items()]
        wrong = any(right is not None and distance(at, right) > EXACT for at, right in places)
        exact = 0 if wrong else exact + 1
        if exact == 15 and ann.compared > 10:
            return number - 14
    return len(own)


def wobble(profile: Conditions, fps: float, seed: int = 1) -> dict[str, float]:
    """How unevenly a steady walk is drawn: the standard deviation of its speed from frame to frame, in percent."""
    stage = FeelStage(HALL)
    ann, bob = (stage.join(name, replace(profile, loss=0.0, outage_every=0.0), seed) for name in ("Ann", "Bob"))
    for _ in range(SETTLING_TICKS):
        stage.tick([])
    stage.place(ann.net_id, 600, 600)
    stage.place(bob.net_id, 600, 6000)
    stage.frame_seconds = 1 / fps
    pictures: list[Picture] = []
    for tick in range(150):
        if tick == 30:
            ann.controls.steer(EAST)
            bob.controls.steer(EAST)
        stage.tick(pictures if tick >= 75 else [])
    seen = [picture for picture in pictures if picture.player is ann]
    speeds: dict[str, list[float]] = {"own": [], "remote": []}
    for before, after in itertools.pairwise(seen):
        elapsed = after.time - before.time
        assert before.own is not None
        assert after.own is not None
        speeds["own"].append(distance(before.own, after.own) / elapsed)
        speeds["remote"].append(distance(before.others[bob.net_id].at, after.others[bob.net_id].at) / elapsed)
    assert min(map(min, speeds.values())) > 100, "they do walk"
    return {who: round(100 * deviation(values) / 240, 2) for who, values in speeds.items()}


def deviation(values: list[float]) -> float:
    """The standard deviation."""
    mean = sum(values) / len(values)
    return float((sum((value - mean) ** 2 for value in values) / len(values)) ** 0.5)


def main() -> None:
    """Print all profiles."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--profiles", default=",".join(PROFILES))
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--fps", type=float, default=60.0)
    parser.add_argument("--compare", action="store_true", help="leave out one improvement after the other as well")
    options = parser.parse_args()
    for name in options.profiles.split(","):
        profile = PROFILES[name]
        figures = play(profile, options.seconds, options.fps)
        figures["recovery_ticks"] = recovery(profile)
        figures["wobble_percent"] = {fps: wobble(profile, fps) for fps in DISPLAYS}
        print(json.dumps({"profile": name, **figures}), flush=True)
        for improvement in IMPROVEMENTS if options.compare else ():
            with without(improvement):
                figures = play(profile, options.seconds, options.fps)
            print(json.dumps({"profile": name, "without": improvement, **figures}), flush=True)


if __name__ == "__main__":
    main()
