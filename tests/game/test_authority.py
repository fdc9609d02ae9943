"""A hostile client, raw bytes and all, can want whatever it wants: only intents count, and only its own."""

from collections.abc import Callable

import msgpack
import pytest

from ecs.components import Position, Size
from ecs.movement.step import DASH, DIRECTIONS, motion_at
from game.tag import TAG
from net.server.intent_system import MAX_PENDING
from net.wire.codec import MAX_TICK
from net.wire.framing import frame
from net.wire.messages import VERSION, Frame, Goodbye, Hello, Snapshot, Steer, Welcome
from tests.harness import HALL, Stage, Stranger

EAST, WEST = DIRECTIONS.index((1, 0)), DIRECTIONS.index((-1, 0))
TOP = motion_at(HALL, 60).top_speed


def seated(stage: Stage) -> tuple[Stranger, int]:
    """A stranger who has joined by the book, and its NetID."""
    stranger = Stranger(stage)
    stranger.say(Hello(VERSION, TAG.registry().schema_hash, "Mallory", 0xFF0000))
    stage.run(4)
    welcome = stranger.told[0]
    assert isinstance(welcome, Welcome)
    assert any(isinstance(message, Snapshot) for message in stranger.told)
    return stranger, welcome.net_id


@pytest.mark.parametrize(
    "claim",
    [
        [1, 200, 3, 99999, 99999],  # an intent with a position
        [1, 200, [3, 99999, 99999]],
        [7, 200, [[1, [[0, [999, 999]]]]]],  # a snapshot: the server's word
        [8, 200, [], [[1, 999, 999, 0, 0, 0]], [], [], [], None],  # a frame that moves somebody
        [5, "PGN", 1, 1, 0, 60, 2, ["###"]],
        [1, 200, len(DIRECTIONS)],  # no such direction
        [1, 200, DASH - 1],
        [1, 200, DASH + len(DIRECTIONS)],
        [1, 200, -1],
        [1, 200, 31],
        [1, -1, 3],
        [1, MAX_TICK + 1, 3],
        [1, 2**63, 3],
        [1, 200, True],
        [1, 200.5, 3],
        [1, float("nan"), 3],
        [0, "PGN", 1, "x", "again", 1, ""],  # a second hello
    ],
)
def test_a_claim_to_more_than_an_intent_ends_that_session_and_nothing_else(claim: list[object]) -> None:
    stage = Stage()
    ann = stage.join("Ann")
    stage.settle()
    stranger, net_id = seated(stage)
    places = stage.at(ann.net_id)
    stranger.near.write(frame(msgpack.packb(claim)))
    stage.run(10)
    assert stranger.ended is not None
    assert isinstance(stranger.told[-1], Goodbye)
    assert "broke the protocol" in stranger.told[-1].reason
    with stage.simulation.world as world:
        assert net_id not in world
    assert stage.at(ann.net_id) == places
    ann.controls.steer(EAST)
    stage.run(30)
    assert stage.at(ann.net_id) != places
    assert ann.corrections == []


def speed_and_place(stage: Stage, net_id: int, ticks: int, each: Callable[[int], None]) -> int:
    """The farthest that somebody got in any one tick."""
    fastest = 0
    for _ in range(ticks):
        x, y = stage.at(net_id)
        stage.run(1, each)
        to_x, to_y = stage.at(net_id)
        fastest = max(fastest, abs(to_x - x), abs(to_y - y))
    return fastest


@pytest.mark.parametrize("offset", [-(10**6), -60, 0, 60, 10**6, 2**31])
def test_ticks_far_in_the_past_or_future_gain_nothing(offset: int) -> None:
    stage = Stage()
    stranger, net_id = seated(stage)
    start = stage.at(net_id)

    def shout(tick: int) -> None:
        if tick % 12 == 0:
            stranger.say(Steer(min(max(0, tick + offset), 2**32 - 1), EAST if tick % 120 < 60 else WEST))

    assert speed_and_place(stage, net_id, 400, shout) <= TOP
    assert stage.at(net_id) != start
    assert stranger.ended is None


def test_a_thousand_intents_a_second_do_not_make_anybody_faster_and_end_the_flood() -> None:
    stage = Stage()
    ann = stage.join("Ann")
    stage.settle()
    stranger, net_id = seated(stage)
    said = 0

    def flood(tick: int) -> None:
        nonlocal said
        for _ in range(17):
            stranger.say(Steer(tick, EAST))
            said += 1

    fastest, applied = 0, 0
    for _ in range(60):
        with stage.simulation.world as world:
            if net_id not in world:
                break
        x, _ = stage.at(net_id)
        stage.run(1, flood)
        with stage.simulation.world as world:
            if net_id in world:
                applied = stage.intent(net_id).count
                fastest = max(fastest, abs(stage.at(net_id)[0] - x))
    assert 0 < fastest <= TOP
    assert said > MAX_PENDING
    assert applied <= 60
    assert stranger.ended is not None
    assert f"more than {MAX_PENDING}" in str(stranger.told[-1])
    ann.controls.steer(EAST)
    stage.run(60)
    assert ann.corrections == []
    assert ann.play.ending is None


def test_intents_up_to_the_limit_are_all_applied_one_a_tick() -> None:
    stage = Stage()
    stranger, net_id = seated(stage)
    began = stage.simulation.tick
    for n in range(MAX_PENDING):
        stranger.say(Steer(0, 1 + n % 8))
    stage.run(MAX_PENDING)
    assert stage.intent(net_id).count == MAX_PENDING
    assert stranger.ended is None
    applied = [tick for message in stranger.told if isinstance(message, Frame) for tick, who, *_ in message.intents]
    assert applied == list(range(began + 1, began + 1 + len(applied)))


def test_nobody_can_change_anybody_elses_body_or_size() -> None:
    stage = Stage()
    ann = stage.join("Ann")
    stage.settle()
    stranger, net_id = seated(stage)

    def state() -> list[object]:
        with stage.simulation.world as world:
            return [stage.registry.describe(world, ann.net_id)]

    before = state()
    stage.run(120, lambda tick: stranger.say(Steer(tick + 2, EAST)) if tick % 30 == 0 else None)
    assert state() == before
    assert stage.intent(net_id).count >= 3
    with stage.simulation.world as world:
        kinds = [stage.registry.kind(Position), stage.registry.kind(Size)]
        _, rows = stage.registry.describe(world, net_id)
        assert dict(rows)[kinds[1].index] == (448, 448)
