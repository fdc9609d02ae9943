"""Collisions decided on the server: walls that both sides know, and players who push each other."""

import random

import pytest

from ecs.arena import TILE, parse_arena
from ecs.components import Position, Size, Velocity
from ecs.movement.step import DIRECTIONS, Body, motion_at
from net.client.corrections import Cause
from net.conditioner.link import Conditions
from net.wire.messages import Frame
from tests.ecs.arenas import overlapping
from tests.game.test_invariants import heard
from tests.harness import CORRIDOR, HALL, Player, Stage, Walker

EAST, WEST = DIRECTIONS.index((1, 0)), DIRECTIONS.index((-1, 0))
MAZE = parse_arena(
    """
    ####################
    #....#.....#.......#
    #.##.#.###.#.#####.#
    #.#......#...#...#.#
    #.#.####.###.#.#.#.#
    #......#.....#.#...#
    ####################
    """.replace(" ", "")
)


def bodies(stage: Stage) -> dict[int, Body]:
    """Everybody on the server."""
    found = {}
    with stage.simulation.world as world:
        kinds = [stage.registry.kind(component).index for component in (Position, Velocity, Size)]
        for net_id in world.net_ids():
            rows = dict(stage.registry.describe(world, net_id)[1])
            (x, y), (vx, vy), (w, h) = (rows[index] for index in kinds)
            found[net_id] = Body(int(x), int(y), int(vx), int(vy), int(w), int(h))
    return found


def two_in_a_corridor(latency: float) -> tuple[Stage, Player, Player]:
    stage = Stage(CORRIDOR)
    ann = stage.join("Ann", Conditions(latency=latency))
    bob = stage.join("Bob", Conditions(latency=latency))
    stage.settle()
    stage.place(ann.net_id, 5 * TILE, TILE + 32)
    stage.place(bob.net_id, 9 * TILE, TILE + 32)
    stage.run(60)
    for player in (ann, bob):
        player.corrections.clear()
    return stage, ann, bob


@pytest.mark.parametrize("latency", [0.0, 0.1])
def test_two_who_push_into_each_other_in_a_corridor_stand_still_in_the_same_place_every_time(latency: float) -> None:
    ends = []
    for _ in range(2):
        stage, ann, bob = two_in_a_corridor(latency)
        ann.controls.steer(EAST)
        bob.controls.steer(WEST)
        stage.run(90)
        met = stage.at(ann.net_id), stage.at(bob.net_id)
        computed: dict[int, set[int]] = {ann.net_id: set(), bob.net_id: set()}
        for _ in range(120):
            stage.run(1)
            for player in (ann, bob):
                computed[player.net_id].add(player.joined.mirror.touched.get(player.net_id, player.net_id))
            assert (stage.at(ann.net_id), stage.at(bob.net_id)) == met
        assert met[0][0] + 448 <= met[1][0], "they do not overlap"
        assert met[0][0] > 5 * TILE + 100
        assert met[1][0] < 9 * TILE - 100
        ends.append(met)
        for player, other in ((ann, bob), (bob, ann)):
            causes = {(correction.cause, correction.by) for correction in player.corrections}
            assert causes <= {(Cause.PUSHED, other.net_id)}
            assert other.net_id in computed[player.net_id], "each computes who pushes it"
            told = [row for message in heard(player) if isinstance(message, Frame) for row in message.bodies]
            assert not any(row[-1] for row in told), "and is told of no push"
        stage.close()
    assert ends[0] == ends[1]


def test_nobody_passes_through_somebody_who_stands_there() -> None:
    stage, ann, bob = two_in_a_corridor(0.05)
    start = stage.at(bob.net_id)[0]
    ann.controls.steer(EAST)
    for _ in range(450):
        stage.run(1)
        assert overlapping(bodies(stage)) == []
        assert stage.at(ann.net_id)[0] < stage.at(bob.net_id)[0]
    assert stage.at(bob.net_id)[0] == 29 * TILE - 448, "pushed along, up to the wall"
    assert start < stage.at(bob.net_id)[0]
    assert stage.at(ann.net_id)[0] == 29 * TILE - 2 * 448


@pytest.mark.parametrize("latency", [0.02, 0.1])
def test_to_push_somebody_who_stands_there_is_predicted_without_any_correction(latency: float) -> None:
    stage, ann, bob = two_in_a_corridor(latency)
    start = stage.at(bob.net_id)[0]
    ann.controls.steer(EAST)
    stage.run(240)
    assert stage.at(bob.net_id)[0] > start + 2 * TILE
    assert ann.corrections == []


def test_who_is_pushed_by_surprise_is_corrected_and_told_by_whom() -> None:
    stage, ann, bob = two_in_a_corridor(0.1)
    stage.place(bob.net_id, 5 * TILE + 500, TILE + 32)
    stage.run(60)
    bob.corrections.clear()
    ann.controls.steer(EAST)  # bob will hear of it when he has been pushed already
    stage.run(60)
    assert {(correction.cause, correction.by) for correction in bob.corrections} == {(Cause.PUSHED, ann.net_id)}
    assert sum(correction.dx for correction in bob.corrections) > 0
    stage.run(30)
    settled = len(bob.corrections)
    stage.run(60)
    assert len(bob.corrections) == settled, "once heard, it is predicted"


@pytest.mark.parametrize("arena", [HALL, MAZE], ids=["hall", "maze"])
def test_in_a_crowd_nobody_is_in_a_wall_or_in_anybody_or_faster_than_allowed(arena: object) -> None:
    assert arena in (HALL, MAZE)
    stage = Stage(HALL if arena is HALL else MAZE, seed=3)
    players = [stage.join(f"P{n}", Conditions(latency=0.02 * n)) for n in range(8)]
    stage.settle()
    walkers = [Walker(player, n, mean_ticks=40) for n, player in enumerate(players)]
    rng = random.Random(1)
    top = motion_at(stage.settings.arena, 60).top_speed
    moved = pushes = 0
    before = bodies(stage)
    for _ in range(450):
        for walker in rng.sample(walkers, len(walkers)):
            walker(stage.simulation.tick)
        stage.run(1)
        pushes += len(players[0].joined.mirror.touched)
        now = bodies(stage)
        assert overlapping(now) == []
        for net_id, body in now.items():
            assert stage.settings.arena.is_free(body.x, body.y, body.w, body.h)
            assert max(abs(body.vx), abs(body.vy)) <= top
            # One's own step, and at worst as much again for each of the passes that set the pushed apart.
            assert abs(body.x - before[net_id].x) + abs(body.y - before[net_id].y) <= 5 * top
            moved += abs(body.x - before[net_id].x)
        before = now
    assert pushes > 5
    assert moved > 50 * TILE
    assert all(player.play.causes[Cause.UNEXPLAINED] == 0 for player in players)
    assert all(player.joined.mirror.mismatches == 0 for player in players)


def test_at_the_slowest_tick_rate_top_speed_does_not_tunnel() -> None:
    stage = Stage(MAZE, tick_rate=2, send_rate=2)  # 120 pixels a tick: almost four tiles
    ann = stage.join("Ann")
    stage.run(400)
    walker = Walker(ann, 5, mean_ticks=3)
    places = set()
    for _ in range(300):
        walker(stage.simulation.tick)
        stage.run(1)
        body = bodies(stage)[ann.net_id]
        assert stage.settings.arena.is_free(body.x, body.y, body.w, body.h)
        places.add((body.x // TILE, body.y // TILE))
    assert len(places) > 10


@pytest.mark.parametrize("first", ["pushes", "stands"])
def test_a_row_of_three_who_push_each_other_is_predicted_by_each_of_them(first: str) -> None:
    stage = Stage(CORRIDOR)
    players = [stage.join(name, Conditions(latency=0.1)) for name in ("Ann", "Bob", "Cem")]
    stage.settle()
    for n, player in enumerate(players):
        stage.place(player.net_id, 3 * TILE + n * 520, TILE + 32)
    stage.run(30)
    pusher = players[0] if first == "pushes" else players[1]
    for player in players:
        player.corrections.clear()
    start = stage.at(players[2].net_id)
    for _ in range(240):
        pusher.controls.steer(EAST)
        players[0].controls.steer(EAST)
        stage.run(1)
    assert stage.at(players[2].net_id)[0] > start[0] + 30, "the last of them was pushed"
    # That others begin to walk is a surprise; what comes of it is none.
    assert [len(player.corrections) <= 2 for player in players] == [True] * 3
    stage.close()
