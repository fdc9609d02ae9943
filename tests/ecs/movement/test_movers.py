"""The movers of other kinds: each scalar function against its twin for many, and what they are for."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecs.arena import TILE, Arena
from ecs.components import Dash, Intent, Kind, Position, Size, Velocity
from ecs.kinds import BodyKind, Kinds
from ecs.movement import movement_system
from ecs.movement.movement_system import MovementSystem
from ecs.movement.movers import Flyer, Roller
from ecs.movement.step import Body, Motion, motion_at, step
from ecs.world import World
from tests.ecs.arenas import arenas, free_boxes

BALL = BodyKind("ball", lambda arena, rate: Roller(arena, rate, top_speed=900, slowing=20, bounce=180))
SHOT = BodyKind("shot", lambda arena, rate: Flyer(arena, rate, top_speed=900))
KINDS = Kinds(others=(BALL, SHOT))
HALL = Arena(("#" * 20, *["#" + "." * 18 + "#"] * 10, "#" * 20))


def moved(motion: Motion, crowd: list[Body], ticks: int, monkeypatch: pytest.MonkeyPatch, many: int) -> list[Body]:
    """Where the MovementSystem brings them, by the scalar path or by the vectorised one."""
    monkeypatch.setattr(movement_system, "MANY", many)
    world = World()
    with world:
        for net_id, body in enumerate(crowd, 1):
            place = Position(body.x, body.y), Velocity(body.vx, body.vy), Size(body.w, body.h)
            parts = [Kind(body.kind)] if body.kind else [Intent(net_id % 9), Dash(body.rest)]
            world.spawn(net_id, *place, *parts)
        system = MovementSystem(world, motion)
        for tick in range(ticks):
            system.process(tick)
        x, y, vx, vy, w, h, _, _, _, rest, _, kind = (list(column) for column in world.bodies.ints)  # type: ignore[call-overload]
    world.close()
    return [Body(*row) for row in zip(x, y, vx, vy, w, h, rest, kind, strict=True)]


@settings(derandomize=True, deadline=None, max_examples=60)
@given(st.data())
def test_a_crowd_of_several_kinds_moves_as_each_of_them_would(data: st.DataObject) -> None:
    arena = data.draw(arenas())
    motion = motion_at(arena, data.draw(st.sampled_from([5, 20, 60])), KINDS)
    crowd = []
    for _ in range(data.draw(st.integers(1, 6))):
        w, h, kind = data.draw(st.integers(1, TILE)), data.draw(st.integers(1, TILE)), data.draw(st.integers(0, 2))
        top = motion.movers[kind - 1].top_speed if kind else 300
        speeds = st.integers(-top, top)
        crowd.append(Body(*data.draw(free_boxes(arena, w, h)), data.draw(speeds), data.draw(speeds), w, h, 0, kind))
    ticks = data.draw(st.integers(1, 12))
    with pytest.MonkeyPatch.context() as monkeypatch:
        one_by_one = moved(motion, crowd, ticks, monkeypatch, 1000)
        together = moved(motion, crowd, ticks, monkeypatch, 0)
    assert one_by_one == together
    expected = crowd
    for _ in range(ticks):
        expected = [step(body, net_id % 9 * (not body.kind), motion) for net_id, body in enumerate(expected, 1)]
    assert together == expected
    assert all(arena.is_free(body.x, body.y, body.w, body.h) for body in expected)


def rolled(body: Body, ticks: int) -> Body:
    motion = motion_at(HALL, 60, KINDS)
    for _ in range(ticks):
        body = step(body, 0, motion)
    return body


def test_a_ball_comes_back_from_a_wall_slower_and_to_rest() -> None:
    ball = Body(15 * TILE, 5 * TILE, 200, 0, 300, 300, 0, 1)
    after = rolled(ball, 20)
    assert -200 < after.vx < 0
    assert after.y == ball.y
    rest = rolled(ball, 2000)
    assert (rest.vx, rest.vy) == (0, 0)
    assert rolled(rest, 10) == rest


def test_a_ball_is_never_faster_than_its_top_speed() -> None:
    top = motion_at(HALL, 60, KINDS).movers[0].top_speed
    assert 0 < rolled(Body(5 * TILE, 5 * TILE, 9999, 0, 300, 300, 0, 1), 1).vx <= top


def test_a_projectile_flies_straight_and_stops_where_it_meets_a_wall() -> None:
    shot = Body(5 * TILE, 5 * TILE, 200, 50, 100, 100, 0, 2)
    assert rolled(shot, 10) == shot._replace(x=shot.x + 2000, y=shot.y + 500)
    end = rolled(shot, 100)
    assert (end.vx, end.vy, end.x + end.w) == (0, 0, 19 * TILE)


def test_mistakes_in_kinds_are_named() -> None:
    with pytest.raises(ValueError, match="names of their own, and 'player' is taken: player, ball, ball"):
        Kinds(others=(BALL, BALL))
    with pytest.raises(ValueError, match="'bal' meets others, and is no kind: use one of player, ball, shot"):
        Kinds(others=(BALL, SHOT), meetings={("player", "bal"): Kinds().meet().table[0][0]})
