"""A dash is part of `step`: predicted to the bit at any latency, and it costs nobody a byte beyond the intent."""

import itertools

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from ecs.arena import TILE
from ecs.components import Dash
from ecs.grid import EVERYWHERE
from ecs.movement.step import DASH, DIRECTIONS
from net.client.corrections import Cause
from net.conditioner.link import PERFECT, Conditions
from net.defaults import PLAYER_SIZE
from net.wire.errors import RemoteProtocolError
from net.wire.messages import Frame, Section
from tests.game.test_collisions import two_in_a_corridor
from tests.game.test_high_ping import BAD, PILLARS
from tests.game.test_invariants import heard
from tests.harness import HALL, Stage, Walker
from tests.net.client.client_stays import OWN, Hand

EAST, WEST = DIRECTIONS.index((1, 0)), DIRECTIONS.index((-1, 0))


def dashes(stage: Stage, net_id: int) -> int:
    """How many dashes of somebody began, as the server has it."""
    index = stage.registry.kind(Dash).index
    rests = [dict(rows)[index][0] for ticks in stage.history.values() for its, rows in ticks if its == net_id]
    return sum(after > before for before, after in itertools.pairwise(rests))  # type: ignore[operator]


@pytest.mark.parametrize("direction", range(1, 9))
def test_steady_dashing_along_and_into_walls_is_never_corrected(direction: int) -> None:
    stage = Stage(PILLARS)
    ann = stage.join("Ann", BAD, seed=direction)
    stage.settle(240)
    start = stage.at(ann.net_id)
    ann.controls.steer(direction | DASH)
    stage.run(60)  # the first intent may be late on such a network; what follows is steady
    ann.corrections.clear()
    stage.run(400)
    assert ann.corrections == []
    assert dashes(stage, ann.net_id) == 5
    assert stage.at(ann.net_id) != start
    assert stage.intent(ann.net_id).count == 1
    stage.close()


class Dasher(Walker):
    """Walks like a person, and dashes every now and then."""

    def __call__(self, tick: int) -> None:
        super().__call__(tick)
        if self._rng.random() < 0.1:
            self.player.controls.press("dash")
            self.player.controls.release("dash")


@settings(derandomize=True, deadline=None, max_examples=5, phases=[Phase.generate])
@given(st.floats(0, 0.3), st.integers(0, 1000))
def test_on_a_steady_network_of_any_latency_no_dash_is_ever_corrected(latency: float, seed: int) -> None:
    stage = Stage(PILLARS, seed=seed)
    ann = stage.join("Ann", Conditions(latency=latency))
    bob = stage.join("Bob")
    stage.settle(240)
    stage.place(bob.net_id, TILE + 32, TILE + 32)
    stage.run(60)
    for player in (ann, bob):
        player.corrections.clear()
    stage.run(600, Dasher(ann, seed))
    assert dashes(stage, ann.net_id) >= 1
    assert [correction for correction in ann.corrections if correction.cause is not Cause.PUSHED] == []
    assert ann.compared > 50
    assert bob.compared > 50, "the other one, who hears of it, held the same at every frame"
    stage.close()


def what_a_watcher_is_told(direction: int) -> tuple[int, int]:
    """The bytes that one is told while another goes that way for a while, and how far that leads (world units)."""
    stage = Stage()
    ann, bob = stage.join("Ann"), stage.join("Bob")
    stage.settle()
    stage.place(ann.net_id, TILE + 32, TILE + 32)
    stage.place(bob.net_id, TILE + 32, 20 * TILE)
    stage.run(60)
    bob.tap.data.clear()
    ann.controls.steer(direction)
    stage.run(240)
    frames = [message for message in heard(bob) if isinstance(message, Frame)]
    assert sum(len(frame.intents) for frame in frames) == 1
    assert not any(frame.bodies or frame.changed for frame in frames)
    assert (bob.joined.mirror.checks > 3, bob.joined.mirror.mismatches) == (True, 0)
    assert [correction.cause for correction in ann.corrections] == [Cause.RULES], "she was placed, and that was all"
    stage.close()
    return len(bob.tap.data), stage.history[stage.simulation.tick][0][1][0][1][0]  # type: ignore[return-value]


def test_a_dash_costs_those_who_watch_no_bytes_beyond_the_intent() -> None:
    (walk_bytes, walked), (dash_bytes, dashed) = what_a_watcher_is_told(EAST), what_a_watcher_is_told(EAST | DASH)
    assert dashed > walked + 6 * TILE, "it dashed three times"
    assert dash_bytes == walk_bytes


@pytest.mark.parametrize("latency", [0.0, 0.1])
def test_two_who_dash_at_each_other_meet_and_do_not_pass_through(latency: float) -> None:
    stage, ann, bob = two_in_a_corridor(latency)
    ann.controls.steer(EAST | DASH)
    bob.controls.steer(WEST | DASH)
    for _ in range(300):
        stage.run(1)
        assert stage.at(ann.net_id)[0] + PLAYER_SIZE <= stage.at(bob.net_id)[0]
    assert dashes(stage, ann.net_id) == dashes(stage, bob.net_id) >= 3
    assert stage.at(bob.net_id)[0] - stage.at(ann.net_id)[0] < PLAYER_SIZE + 32, "they did meet"
    stage.close()


def test_a_tap_on_the_way_to_the_server_dashes_exactly_where_it_was_predicted_and_others_hear_of_two_intents() -> None:
    stage = Stage(HALL)
    ann, bob = stage.join("Ann", Conditions(latency=0.2)), stage.join("Bob", PERFECT)
    stage.settle(240)
    bob.tap.data.clear()
    ann.controls.press("left" if stage.at(ann.net_id)[0] > 20 * TILE else "right")
    stage.run(30)
    ann.controls.press("dash")
    ann.controls.release("dash")
    stage.run(120)
    said = [row[2] & DASH for message in heard(bob) if isinstance(message, Frame) for row in message.intents]
    assert said == [0, DASH, 0]
    assert dashes(stage, ann.net_id) == 1
    assert ann.corrections == []
    stage.close()


@pytest.mark.parametrize(
    "frame",
    [
        Frame(101, (Section(EVERYWHERE, changed=[(OWN, 4, (5,))]),)),  # it is for step to move
        *(Frame(101, (Section(EVERYWHERE, [(101, OWN, direction, 0)]),)) for direction in (9, DASH - 1, DASH + 9, 31)),
    ],
)
def test_a_client_believes_no_dash_that_step_did_not_make_and_no_direction_that_there_is_not(frame: Frame) -> None:
    hand = Hand()
    hand.frame(0.1)
    assert hand.mirror.tick == 100
    with hand.world, pytest.raises(RemoteProtocolError):
        hand.mirror.advance(frame)
    with hand.world:
        hand.mirror.advance(Frame(101, (Section(EVERYWHERE, [(101, OWN, DASH + 8, 0)]),)))
    assert hand.mirror.tick == 101
