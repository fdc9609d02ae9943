"""Who hits, at which ping: perfect aim at what one's own screen shows, and what that costs those who are hit.

    python -m tests.benchmarks.fairness [--throws N]

Snowball, stepped by hand, so the figures are the same on every machine. In each lane of a hall one stands and throws,
and another walks up and down and turns when they like. The thrower aims where a ball meets them if they go on as the
screen shows them just now. Prints one line of JSON for each round trip of the throwers: how many of the throws hit, and
how far from there, in pixels and milliseconds, who was hit stood on their own screen. `--no-rewind`: the same with the
server judging its own present, for comparison.
"""

import argparse
import json
import math
import random
from collections.abc import Callable, Iterable
from dataclasses import replace
from statistics import mean
from typing import Any

import esper

from ecs.angles import angle_of
from ecs.arena import TILE, Arena
from ecs.components import UNITS_PER_PIXEL, NetID
from game.snowball import SNOWBALL
from game.snowball.components import HEARTS, MOST_SNOW, Health, Hit, Snow
from net.client.components import Shown
from net.conditioner.link import Conditions
from net.past import REWIND_SECONDS
from net.rounds import Score
from net.rules import RuleContext
from net.testing import Player, Stage

ROUND_TRIPS = (0.0, 0.05, 0.1, 0.2, 0.3)
VICTIMS = Conditions(latency=0.025)  # theirs is always the same: 50 ms there and back
LANES, LANE = 8, 11  # tiles of height each, with its wall
FAR = 8 * TILE  # from the thrower to the lane's walker
PAUSE = 45  # ticks from one throw to the next, at least: no two balls of one thrower are in the air
SPEED = 128  # world units a tick of a ball
TURN_TICKS = (40, 110)  # how long a walker goes one way


class Refill(esper.Processor):
    """Nobody runs out of snow or hearts, and no match ends; remembers how each ball was thrown."""

    def __init__(self, context: RuleContext, rewinds: bool) -> None:
        self._context, self._rewinds = context, rewinds
        self.lags: dict[int, int] = {}  # NetID of the thrower -> of the last ball, in halves of a tick

    def process(self, tick: int) -> None:
        for press in self._context.presses:
            self.lags[press.net_id] = press.state.lag
        for _, (bearer, *parts) in esper.get_components(NetID, Snow, Health, Score):
            wholes: list[Any] = [Snow(MOST_SNOW), Health(HEARTS), Score()]
            for component, full in zip(parts, wholes, strict=True):
                if component != full:
                    for name in full.__dataclass_fields__:
                        setattr(component, name, getattr(full, name))
                    self._context.surprises.change(bearer.id, type(component))


class Lane:
    """One who throws, and one who walks."""

    def __init__(self, stage: Stage, number: int, conditions: Conditions) -> None:
        self.thrower = stage.join(f"T{number}", conditions, seed=number)
        self.walker = stage.join(f"W{number}", VICTIMS, seed=100 + number)
        self.throws = self.hits = 0
        self.pixels: list[float] = []
        self.milliseconds: list[float] = []
        self._rng = random.Random(number)
        self._stage, self._top = stage, number * LANE
        self._turn = self._ready = 0
        self._way = 1
        self._last: tuple[float, float] | None = None

    def begin(self) -> None:
        middle = (self._top + LANE // 2) * TILE
        self._stage.place(self.thrower.net_id, TILE + 32, middle)
        self._stage.place(self.walker.net_id, TILE + 32 + FAR, middle)

    def __call__(self, tick: int) -> None:
        if tick >= self._turn:
            self._turn = tick + self._rng.randint(*TURN_TICKS)
            self._way = 5 if self._way == 1 else 1
            self.walker.controls.steer(self._way)
        self.thrower.controls.release("throw")
        shown = self._shown(self.thrower, self.walker), self._shown(self.thrower, self.thrower)
        if shown[0] is not None and shown[1] is not None:
            (x, y), (own_x, own_y) = shown[0], shown[1]
            speed = y - self._last[1] if self._last is not None else 0.0
            self._last = x, y
            if tick >= self._ready:
                self._ready = tick + PAUSE + self._rng.randint(0, 20)
                self.throws += 1
                self.thrower.controls.point({"aim": _aim(x - own_x, y - own_y, speed)})
                self.thrower.controls.press("throw")

    def hit(self, tick: int, lag: int) -> None:
        """The walker was hit in that tick, by one who saw others so late."""
        self.hits += 1
        lag = min(lag, 2 * round(REWIND_SECONDS * 60))
        x, y = self._at(tick)
        was_x, was_y = self._at(tick - lag // 2)
        self.pixels.append(math.hypot(x - was_x, y - was_y) / UNITS_PER_PIXEL)
        self.milliseconds.append(lag / 2 * 1000 / 60)

    def _at(self, tick: int) -> tuple[int, int]:
        """Where the walker was at the end of a tick."""
        (components,) = (row for net_id, row in self._stage.history[tick] if net_id == self.walker.net_id)
        x, y = map(int, dict(components)[0])
        return x, y

    @staticmethod
    def _shown(player: Player, who: Player) -> tuple[float, float] | None:
        with player.play.world as world:
            entity = world.entity(who.net_id)
            shown = esper.try_component(entity, Shown) if entity is not None else None
        return (shown.x, shown.y) if shown is not None else None


def _aim(dx: float, dy: float, speed: float) -> int:
    """The angle at which a ball meets who is there and goes on up or down so fast."""
    ticks = math.hypot(dx, dy) / SPEED
    for _ in range(4):
        ticks = math.hypot(dx, dy + speed * ticks) / SPEED
    return angle_of(dx, dy + speed * ticks)


def hall() -> Arena:
    """A lane below the other, with a wall between them."""
    width = 2 + FAR // TILE + 3
    lane = ["#" * width, *["#" + "." * (width - 2) + "#"] * (LANE - 1)]
    return Arena((*(lane * LANES), "#" * width))


def measure(round_trip: float, throws: int, rewinds: bool = True) -> dict[str, object]:
    """One case."""
    systems: list[Refill] = []

    def rules(context: RuleContext) -> Iterable[esper.Processor]:
        systems.append(Refill(context, rewinds))
        return [*SNOWBALL.rules(context), systems[-1]]

    game = replace(SNOWBALL, rules=rules)
    if not rewinds:
        game = replace(game, inputs=replace(SNOWBALL.inputs, rewinds=False))
    stage = Stage(game, hall(), seed=1)
    stage.compare_ticks = 1 << 30  # what is measured here is another thing
    lanes = [Lane(stage, number, Conditions(latency=round_trip / 2)) for number in range(LANES)]
    stage.run(240)
    for lane in lanes:
        lane.begin()
    stage.run(30)
    of_thrower: dict[int, Callable[[int, int], None]] = {lane.thrower.net_id: lane.hit for lane in lanes}

    def happened(event: object, tick: int) -> None:
        if isinstance(event, Hit) and event.by in of_thrower:
            of_thrower[event.by](tick, systems[0].lags[event.by])

    lanes[0].walker.play.happened = happened

    def each(tick: int) -> None:
        for lane in lanes:
            lane(tick)

    while sum(lane.throws for lane in lanes) < throws:
        stage.run(60, each)
        for tick in [tick for tick in stage.history if tick < stage.simulation.tick - 200]:
            del stage.history[tick]
    stage.run(60)
    thrown, hits = sum(lane.throws for lane in lanes), sum(lane.hits for lane in lanes)
    pixels = [each for lane in lanes for each in lane.pixels] or [0.0]
    milliseconds = [each for lane in lanes for each in lane.milliseconds] or [0.0]
    stage.close()
    return {
        "round_trip_ms": round(1000 * round_trip),
        "rewinds": rewinds,
        "throws": thrown,
        "hits": hits,
        "share": round(hits / thrown, 4),
        "victim_pixels": {"mean": round(mean(pixels), 1), "max": round(max(pixels), 1)},
        "victim_ms": {"mean": round(mean(milliseconds), 1), "max": round(max(milliseconds), 1)},
        "bound_ms": round(1000 * REWIND_SECONDS),
    }


def main() -> None:
    """Measure all cases."""
    parser = argparse.ArgumentParser(description="Hit rates by round trip, with perfect aim at one's own screen.")
    parser.add_argument("--throws", type=int, default=2000, help="of each case, at least (default %(default)s)")
    parser.add_argument("--no-rewind", action="store_true", help="judge the server's present instead")
    options = parser.parse_args()
    for round_trip in ROUND_TRIPS:
        print(json.dumps(measure(round_trip, options.throws, not options.no_rewind)), flush=True)


if __name__ == "__main__":
    main()
