"""Players against players: set apart, never into walls, never through each other, always the same."""

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecs.arena import TILE, Arena, parse_arena
from ecs.collision.separate import PAIRS_BESIDES, PAIRS_PER_BODY, PUSH_EFFORT, CollisionSolver, any_overlap, separate
from ecs.collision.sweep import Sweep, TooCrowdedError
from ecs.movement.step import DASH, DIRECTIONS, Body, motion_at, step
from tests.ecs.arenas import arenas, directions, overlapping

SIZE = 448
CORRIDOR = parse_arena("\n".join(["#" * 30, "#" + "." * 28 + "#", "#" * 30]))
EAST, WEST = DIRECTIONS.index((1, 0)), DIRECTIONS.index((-1, 0))


def tick(bodies: dict[int, Body], wanted: dict[int, int], arena: Arena) -> tuple[dict[int, Body], int]:
    """One tick of movement and collisions, and how many were touched."""
    motion = motion_at(arena, 60)
    moved = {net_id: step(body, wanted[net_id], motion) for net_id, body in bodies.items()}
    touched = separate(moved, bodies, arena)
    return {**moved, **{net_id: body for net_id, (body, _) in touched.items()}}, len(touched)


def corridor_at(*columns: int) -> dict[int, Body]:
    return {n: Body(column * TILE, TILE + 32, 0, 0, SIZE, SIZE) for n, column in enumerate(columns, 1)}


def test_bodies_that_only_touch_are_left_alone() -> None:
    bodies = {1: Body(TILE, TILE, 0, 0, SIZE, SIZE), 2: Body(TILE + SIZE, TILE, 0, 0, SIZE, SIZE)}
    assert separate(bodies, bodies, CORRIDOR) == {}


def test_walking_into_somebody_pushes_them_along() -> None:
    bodies = corridor_at(3, 5)
    start = bodies[2].x
    touches = 0
    for _ in range(60):
        bodies, touched = tick(bodies, {1: EAST, 2: 0}, CORRIDOR)
        touches += touched
    assert bodies[2].x > start + TILE
    assert bodies[1].x + SIZE <= bodies[2].x
    assert touches > 10


def test_two_who_push_against_each_other_stand_still_and_stay_apart() -> None:
    bodies = corridor_at(3, 6)
    for _ in range(120):
        bodies, _ = tick(bodies, {1: EAST, 2: WEST}, CORRIDOR)
    resting = bodies
    for _ in range(120):
        bodies, _ = tick(bodies, {1: EAST, 2: WEST}, CORRIDOR)
        assert bodies[1].x + SIZE <= bodies[2].x
        assert (bodies[1].x, bodies[2].x) == (resting[1].x, resting[2].x)
    assert bodies[1].x > 3 * TILE
    assert bodies[2].x < 6 * TILE


def test_one_at_the_wall_cannot_be_pushed_into_it() -> None:
    bodies = {1: Body(TILE, TILE + 32, 0, 0, SIZE, SIZE), 2: Body(3 * TILE, TILE + 32, 0, 0, SIZE, SIZE)}
    for _ in range(120):
        bodies, _ = tick(bodies, {1: 0, 2: WEST}, CORRIDOR)
    assert bodies[1].x == TILE
    assert bodies[2].x == TILE + SIZE


@settings(derandomize=True, deadline=None, max_examples=60)
@given(st.data())
def test_in_any_crowd_nobody_overlaps_nobody_is_in_a_wall_and_it_is_deterministic(data: st.DataObject) -> None:
    arena = data.draw(arenas())
    tiles = [(c, r) for r, row in enumerate(arena.rows) for c, tile in enumerate(row) if tile == "."]
    chosen = data.draw(st.lists(st.sampled_from(tiles), min_size=1, max_size=12, unique=True))
    bodies = {n: Body(c * TILE + 32, r * TILE + 32, 0, 0, SIZE, SIZE) for n, (c, r) in enumerate(chosen, 1)}
    for _ in range(12):
        wanted = {net_id: data.draw(directions) for net_id in bodies}
        for _ in range(5):
            again, _ = tick(dict(reversed(bodies.items())), wanted, arena)
            rests = {net_id: step(body, wanted[net_id], motion_at(arena, 60)).rest for net_id, body in bodies.items()}
            bodies, _ = tick(bodies, wanted, arena)
            assert again == bodies
            assert {net_id: body.rest for net_id, body in bodies.items()} == rests, "a push takes no dash from anybody"
            assert overlapping(bodies) == []
            assert all(arena.is_free(body.x, body.y, SIZE, SIZE) for body in bodies.values())


def test_the_sweep_sets_a_crowd_apart_exactly_as_a_look_at_each_pair_does(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = random.Random(5)
    hall = parse_arena("\n".join(["#" * 12, *["#" + "." * 10 + "#"] * 10, "#" * 12]))
    tiles = [(column, line) for column in range(1, 11) for line in range(1, 11)]
    bodies = {n: Body(c * TILE, r * TILE, 0, 0, SIZE, SIZE) for n, (c, r) in enumerate(rng.sample(tiles, 70), 1)}
    most = 0
    for _ in range(25):
        wanted = {net_id: rng.choice([1, 7, 8, 8, 8 + DASH]) for net_id in bodies}
        for _ in range(4):
            monkeypatch.setattr("ecs.collision.separate.FEW", len(bodies))
            by_looking, touched = tick(bodies, wanted, hall)
            monkeypatch.setattr("ecs.collision.separate.FEW", 0)
            bodies, again = tick(bodies, wanted, hall)
            assert (bodies, again) == (by_looking, touched)
            most = max(most, touched)
    assert most > 30


def test_a_crowd_that_pushes_into_one_corner_stays_apart_and_comes_to_rest_there() -> None:
    hall = parse_arena("\n".join(["#" * 14, *["#" + "." * 12 + "#"] * 12, "#" * 14]))
    bodies = {
        1 + column + 8 * row: Body((2 + column) * TILE, (2 + row) * TILE, 0, 0, SIZE, SIZE)
        for column in range(8)
        for row in range(8)
    }
    far = sum(body.x + body.y for body in bodies.values())
    north_west = dict.fromkeys(bodies, DIRECTIONS.index((-1, -1)))
    for _ in range(240):
        bodies, _ = tick(bodies, north_west, hall)
        assert overlapping(bodies) == []
    assert sum(body.x + body.y for body in bodies.values()) < far - 64 * TILE


BIG_HALL = parse_arena("\n".join(["#" * 62, *["#" + "." * 60 + "#"] * 30, "#" * 62]))
HALL = parse_arena("\n".join(["#" * 14, *["#" + "." * 12 + "#"] * 12, "#" * 14]))
ON_ONE_SPOT = Body(5 * TILE, 5 * TILE, 0, 0, SIZE, SIZE)


@pytest.mark.parametrize("many", [2, 6, 12, 13, 20])
def test_who_was_put_on_one_spot_by_a_rule_can_walk_apart(many: int) -> None:
    rng = random.Random(many)
    bodies = dict.fromkeys(range(1, many + 1), ON_ONE_SPOT._replace(x=30 * TILE, y=15 * TILE))
    for _ in range(300):
        bodies, _ = tick(bodies, {net_id: rng.randrange(9) for net_id in bodies}, BIG_HALL)
        assert all(BIG_HALL.is_free(body.x, body.y, SIZE, SIZE) for body in bodies.values())
        if not overlapping(bodies):
            break
    assert overlapping(bodies) == []


def test_beside_a_heap_nobody_begins_to_overlap() -> None:
    bodies = dict.fromkeys(range(1, 60), ON_ONE_SPOT)
    for n in range(60, 100):
        bodies[n] = Body((2 + n % 10) * TILE, (7 + n // 10 % 5) * TILE, 0, 0, SIZE, SIZE)
    rng, former = random.Random(1), set(overlapping(bodies))
    for _ in range(30):
        bodies, _ = tick(bodies, {net_id: rng.randrange(9) for net_id in bodies}, HALL)
        found = set(overlapping(bodies))
        assert found <= former
        former = found
    assert former, "it was a heap to the end"


@pytest.mark.parametrize("spread", [0, 40, 900])
def test_of_a_heap_too_large_for_all_its_pairs_the_sweep_and_a_look_at_each_push_the_same(
    spread: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = random.Random(spread)
    bodies = {
        n: Body(5 * TILE + rng.randint(0, spread), 5 * TILE + rng.randint(0, spread), 0, 0, SIZE, SIZE)
        for n in range(1, 90)
    }
    assert len(overlapping(bodies)) > PAIRS_PER_BODY * len(bodies) + PAIRS_BESIDES
    for _ in range(8):
        wanted = {net_id: rng.randrange(9) for net_id in bodies}
        monkeypatch.setattr("ecs.collision.separate.FEW", len(bodies))
        by_looking, touched = tick(bodies, wanted, HALL)
        monkeypatch.setattr("ecs.collision.separate.FEW", 0)
        bodies, again = tick(bodies, wanted, HALL)
        assert (bodies, again) == (by_looking, touched)
        assert touched > 10


@pytest.mark.parametrize("many", [100, 1000])
def test_a_heap_takes_effort_in_proportion_to_the_bodies_and_not_to_their_pairs(many: int) -> None:
    columns = [np.full(many, value, dtype=np.int64) for value in (9 * TILE, 9 * TILE, 0, 0, SIZE, SIZE)]
    x, y, vx, vy, w, h = columns
    sweep = Sweep()
    sweep.look(x, y, w, h)
    crowd = CollisionSolver(x.data, y.data, vx.data, vy.data, w.data, h.data, [0] * len(x), BIG_HALL, sweep)
    assert len(crowd.set_apart(x.copy().data, y.copy().data)) > 60
    assert sweep.effort < 10 * PUSH_EFFORT * (PAIRS_PER_BODY * many + PAIRS_BESIDES)


def test_who_does_not_want_to_spend_so_much_is_told_before_it_is_spent() -> None:
    bodies = dict.fromkeys(range(1, 500), ON_ONE_SPOT)
    with pytest.raises(TooCrowdedError):
        separate(bodies, bodies, HALL, limit=100_000)
    assert separate(corridor_at(3, 5), {}, CORRIDOR, limit=100_000) == {}


bodies_near = st.builds(
    Body, *[st.integers(0, 60)] * 2, st.just(0), st.just(0), st.integers(1, 25), st.integers(1, 25), st.just(0)
)


@settings(derandomize=True, deadline=None, max_examples=200)
@given(st.lists(bodies_near, max_size=8))
def test_whether_any_two_overlap_is_what_a_look_at_each_pair_says(bodies: list[Body]) -> None:
    assert any_overlap(bodies) is bool(overlapping(dict(enumerate(bodies))))
