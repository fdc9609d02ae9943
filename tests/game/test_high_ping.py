"""High ping: 200 ms round trip, 50 ms jitter, stalls of 400 ms, in pieces of a few bytes; nobody feels it."""

import esper
import pytest

from ecs.arena import TILE, Arena, parse_arena
from ecs.components import NetID
from ecs.movement.step import DIRECTIONS, motion_at
from net.client.clock import SLEW
from net.client.components import Shown
from net.client.corrections import Cause
from net.client.interpolation_system import HALF_LIFE, TELEPORT
from net.conditioner.link import Conditions
from tests.harness import HALL, TICK, Player, Stage, Walker

BAD = Conditions(latency=0.1, jitter=0.05, stall=0.4, stall_every=50, largest_chunk=9)
PILLARS = parse_arena("\n".join(["#" * 40, *(["#" + "." * 38 + "#", "#...##" + "...##." * 5 + "..##"] * 10), "#" * 40]))
LANES = parse_arena("\n".join(["#" * 40, *([*["#" + "." * 38 + "#"] * 5, "#" * 40] * 4)]))
EAST, NORTH = DIRECTIONS.index((1, 0)), DIRECTIONS.index((0, -1))


def shown(player: Player) -> dict[int, Shown]:
    with player.play.world:
        found = esper.get_components(NetID, Shown)
        return {net_id.id: Shown(at.x, at.y, at.error_x, at.error_y) for _, (net_id, at) in found}


def test_ones_own_player_reacts_in_the_frame_of_the_key_press() -> None:
    stage = Stage()
    ann = stage.join("Ann", BAD)
    stage.settle(240)
    for key in ("left", "down", "right", "up"):
        before = shown(ann)[ann.net_id]
        ann.controls.press(key)
        stage.run(1)
        after = shown(ann)[ann.net_id]
        assert (after.x, after.y) != (before.x, before.y), f"{key} did nothing in its frame"
        sign = {"left": before.x - after.x, "right": after.x - before.x, "up": before.y - after.y}
        assert sign.get(key, after.y - before.y) > 0
        ann.controls.release(key)
        stage.run(60)
    stage.close()


@pytest.mark.parametrize("direction", range(1, 9))
def test_steady_movement_along_and_into_walls_is_never_corrected(direction: int) -> None:
    stage = Stage(PILLARS)
    ann = stage.join("Ann", BAD, seed=direction)
    stage.settle(240)
    start = stage.at(ann.net_id)
    ann.controls.steer(direction)
    stage.run(60)  # the first intent may be late on such a network; what follows is steady
    ann.corrections.clear()
    stage.run(400)
    assert ann.corrections == []
    assert ann.play.causes[Cause.UNEXPLAINED] == 0
    assert stage.at(ann.net_id) != start
    assert stage.intent(ann.net_id).count == 1


@pytest.mark.parametrize("latency", [0.0, 0.03, 0.25])
def test_on_a_steady_network_of_any_latency_nothing_is_ever_corrected(latency: float) -> None:
    stage = Stage(PILLARS)
    ann = stage.join("Ann", Conditions(latency=latency))
    stage.settle(240)
    walker = Walker(ann, seed=3)
    stage.run(1200, walker)
    assert walker.turns > 30
    assert ann.corrections == []
    assert stage.intent(ann.net_id).count > 25
    assert ann.compared > 100


@pytest.mark.parametrize("arena", [LANES, HALL], ids=["each in a lane", "pushing each other"])
def test_nobody_is_drawn_jumping_on_such_a_network(arena: Arena) -> None:
    stage = Stage(arena)
    players = [stage.join(f"P{n}", BAD, seed=n) for n in range(4)]
    stage.settle(300)
    for n, player in enumerate(players):
        stage.place(player.net_id, (10 + n) * TILE, (2 + 6 * n) * TILE)
    stage.run(120)
    walkers = [Walker(player, seed) for seed, player in enumerate(players)]
    fade = 0.5 ** (TICK / HALF_LIFE)
    jumps: list[tuple[float, float]] = []  # on one axis: how far in one frame, and how much of that was fading error
    before = [shown(player) for player in players]
    began = stage.simulation.tick
    for _ in range(900):
        for walker in walkers:
            walker(stage.simulation.tick)
        stage.run(1)
        for player, then in zip(players, before, strict=True):
            now = shown(player)
            for net_id in now.keys() & then.keys() - {player.net_id}:
                a, b = then[net_id], now[net_id]
                for moved, error in ((b.x - a.x, b.error_x), (b.y - a.y, b.error_y)):
                    assert abs(error) < TELEPORT
                    jumps.append((abs(moved), abs(error) / fade * (1 - fade)))
        before = [shown(player) for player in players]

    # The bound: what the body itself moved in a tick, on a clock at most 5 % fast, plus what fades of the error;
    # what has faded to less than a unit is dropped.
    top_speed = motion_at(arena, 60).top_speed
    fastest = fastest_tick(stage, began)
    assert fastest == top_speed if arena is LANES else fastest <= 2 * top_speed  # who is pushed is faster for a tick
    dropped = 1 / fade  # an error that has faded below a world unit is dropped
    assert all(moved <= fastest * (1 + SLEW) + max(fading, dropped) for moved, fading in jumps)
    assert sum(moved for moved, _ in jumps) > 4 * 50 * TILE
    assert max(fading for _, fading in jumps) > 30, "no guess was ever wrong: this network proves nothing"
    assert all(walker.turns > 25 for walker in walkers)
    assert all(player.play.causes[Cause.UNEXPLAINED] == 0 for player in players)
    assert all(player.joined.mirror.mismatches == 0 for player in players)


def fastest_tick(stage: Stage, since: int) -> int:
    """The farthest that the server moved anybody on one axis in one tick."""
    fastest = 0
    for tick in range(since + 1, stage.simulation.tick):
        for (_, now), (_, then) in zip(stage.history[tick + 1], stage.history[tick], strict=True):
            for a, b in zip(dict(then)[0], dict(now)[0], strict=True):
                fastest = max(fastest, abs(int(b) - int(a)))
    return fastest


def test_a_tap_between_two_ticks_acts_on_both_sides() -> None:
    stage = Stage()
    ann = stage.join("Ann", Conditions(latency=0.1))
    stage.settle(240)
    start = stage.at(ann.net_id)
    ann.controls.press("right")
    ann.controls.release("right")
    stage.run(120)
    assert stage.at(ann.net_id)[0] > start[0]
    assert stage.intent(ann.net_id).count == 2
    assert ann.corrections == []


def test_a_late_intent_is_corrected_once_and_says_so() -> None:
    stage = Stage()
    ann = stage.join("Ann", Conditions(latency=0.05))
    stage.settle(240)
    ann.controls.steer(NORTH)
    stage.run(30)
    ann.far.reading = False  # the way up stalls for a third of a second
    ann.controls.steer(EAST)
    stage.run(20)
    ann.far.reading = True
    stage.run(120)
    assert {correction.cause for correction in ann.corrections} == {Cause.LATE}
    assert max(correction.ticks for correction in ann.corrections) >= 10
    settled = len(ann.corrections)
    stage.run(240)
    assert len(ann.corrections) == settled
    prediction = ann.joined.reconciliation.prediction
    assert prediction is not None
    assert (prediction.body.x, prediction.body.y) == stage.at(ann.net_id) or prediction.body.vx
