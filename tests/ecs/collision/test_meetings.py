"""How bodies of two kinds meet: they push, pass through each other, or one gives way and bounces."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecs.arena import TILE, Arena
from ecs.collision.separate import separate
from ecs.collision.sweep import FEW
from ecs.kinds import PASS, BodyKind, Kinds, Meeting, Meetings
from ecs.movement.movers import Flyer, Roller
from ecs.movement.step import Body
from tests.ecs.arenas import overlapping

HALL = Arena(("#" * 30, *["#" + "." * 28 + "#"] * 20, "#" * 30))
KICK = Meeting(share=0, restitution=128)
KINDS = Kinds(
    others=(
        BodyKind("ball", lambda arena, rate: Roller(arena, rate, top_speed=900, slowing=20, bounce=180)),
        BodyKind("shot", lambda arena, rate: Flyer(arena, rate, top_speed=900)),
    ),
    meetings={("player", "ball"): KICK, ("player", "shot"): PASS, ("shot", "ball"): PASS, ("shot", "shot"): PASS},
)
MEETINGS: Meetings = KINDS.meet()
PLAYER = Body(5 * TILE, 5 * TILE, 64, 0, 448, 448)
BALL = Body(5 * TILE + 440, 5 * TILE, 0, 0, 300, 300, 0, 1)


def apart(*bodies: Body) -> list[Body]:
    """The bodies after they were set apart; in the order in which they were given."""
    by_id = dict(enumerate(bodies, 1))
    found = separate(by_id, by_id, HALL, meetings=MEETINGS)
    return [found[net_id][0] if net_id in found else body for net_id, body in by_id.items()]


def test_a_ball_gives_way_wholly_and_leaves_faster_than_who_kicked_it() -> None:
    player, ball = apart(PLAYER, BALL)
    assert player == PLAYER
    assert ball.x == PLAYER.x + PLAYER.w
    assert ball.vx == 64 + 32


def test_the_order_of_net_ids_does_not_matter() -> None:
    assert apart(PLAYER, BALL) == apart(BALL, PLAYER)[::-1]
    left = PLAYER._replace(x=BALL.x + 290, vx=-64)
    assert apart(left, BALL) == apart(BALL, left)[::-1]
    assert apart(left, BALL)[1].vx == -64 - 32


def test_a_ball_between_a_player_and_a_wall_stops_the_player() -> None:
    wall = 29 * TILE
    player, ball = apart(PLAYER._replace(x=wall - 700), BALL._replace(x=wall - 300))
    assert ball.x + ball.w == wall
    assert player.x + player.w == ball.x
    assert player.vx == 0


def test_what_passes_is_left_as_it_is_and_takes_no_pair_from_others() -> None:
    shots = [PLAYER._replace(kind=2, vx=9)] * 60
    bodies = [*shots, PLAYER, BALL]
    found = apart(*bodies)
    assert found[:61] == bodies[:61]
    assert found[61] == apart(PLAYER, BALL)[1]


@settings(derandomize=True, deadline=None, max_examples=40)
@given(st.data())
def test_whoever_does_not_pass_never_begins_to_overlap(data: st.DataObject) -> None:
    many = data.draw(st.sampled_from([4, FEW + 5]))
    tiles = st.integers(0, 27 * 19 - 1)
    places = data.draw(st.lists(tiles, min_size=many, max_size=many, unique=True))
    before = {}
    for net_id, place in enumerate(places, 1):
        kind = data.draw(st.integers(0, 2))
        before[net_id] = Body((1 + place % 28) * TILE, (1 + place // 28) * TILE, 0, 0, 448, 448, 0, kind)
    speeds = st.integers(-500, 500)
    moved = {}
    for net_id, body in before.items():
        x, y = body.x + data.draw(speeds), body.y + data.draw(speeds)
        x, y = min(max(x, TILE), 29 * TILE - 448), min(max(y, TILE), 21 * TILE - 448)
        moved[net_id] = body._replace(x=x, y=y)
    found = separate(moved, before, HALL, meetings=MEETINGS)
    after = {net_id: found[net_id][0] if net_id in found else body for net_id, body in moved.items()}
    assert overlapping({net_id: body for net_id, body in after.items() if body.kind != 2}) == []
    assert all(after[net_id] == moved[net_id] for net_id, body in moved.items() if body.kind == 2)


@pytest.mark.parametrize("share", [0, 64, 128, 256])
def test_a_meeting_is_the_same_from_both_sides(share: int) -> None:
    kinds = Kinds(others=KINDS.others, meetings={("ball", "player"): Meeting(share, 30)})
    table = kinds.meet().table
    assert table[1][0] == Meeting(share, 30)
    assert table[0][1] == Meeting(256 - share, 30)
