"""Each rule of Snowball, through real clients; mirrors are held against the server at every frame."""

from collections.abc import Iterator
from typing import Any
from unittest import mock

import esper
import pytest

from ecs.components import NetID
from game.arenas import load_arena
from game.client.rounds import RoundState, read_rounds
from game.snowball import SNOWBALL
from game.snowball.components import GOAL, HEARTS, MOST_SNOW, Health, Hit, Safe, Snow
from game.snowball.rules import GATHER_SECONDS, SAFE_SECONDS
from net.client.corrections import Cause
from net.conditioner.link import PERFECT, Conditions
from net.rounds import Round, RoundPhase, Score
from net.testing import Player, Stage
from tests.net.test_throwing import NETWORKS, Thrower

assert SNOWBALL.arena is not None
FIELD = load_arena(SNOWBALL.arena)
LEFT, RIGHT = (3 * 512, 13 * 512), (9 * 512, 13 * 512)  # two places with nothing between them


class Duel:
    """Ann stands to the left of Bob, and both see each other."""

    def __init__(self, conditions: Conditions = PERFECT, **settings: Any) -> None:
        self.stage = Stage(SNOWBALL, FIELD, **settings)
        self.ann, self.bob = self.stage.join("Ann", conditions), self.stage.join("Bob")
        self.hits: list[Hit] = []
        self.bob.play.happened = lambda event, tick: self.hits.append(event)
        self.stage.run(150)
        self.face()

    def face(self) -> None:
        self.stage.place(self.ann.net_id, *LEFT)
        self.stage.place(self.bob.net_id, *RIGHT)
        self.stage.run(60)

    def throw(self, ticks: int = 60, aim: int = 0) -> None:
        self.ann.controls.point({"aim": aim})
        self.ann.controls.press("throw")
        self.stage.run(1)
        self.ann.controls.release("throw")
        self.stage.run(ticks)

    def held(self, player: Player, kind: type) -> Any:
        """What Bob's client holds of somebody."""
        with self.bob.play.world as world:
            entity = world.entity(player.net_id)
            assert entity is not None
            return esper.try_component(entity, kind)

    def give(self, player: Player, component: object) -> None:
        """Put a component in the place of somebody's, on the server."""
        with self.stage.simulation.world as world:
            entity = world.entity(player.net_id)
            assert entity is not None
            world.add_component(entity, component)
            self.stage.simulation.surprises.change(player.net_id, type(component))
        self.stage.run(20)


@pytest.fixture
def duel() -> Iterator[Duel]:
    duel = Duel()
    yield duel
    for player in (duel.ann, duel.bob):
        assert player.joined.mirror.mismatches == 0
        assert player.joined.reconciliation.causes[Cause.UNEXPLAINED] == 0
    duel.stage.close()


def test_a_throw_costs_a_ball_and_a_hit_a_heart_and_gains_a_point(duel: Duel) -> None:
    duel.give(duel.ann, Snow(2))
    duel.throw(30)
    assert duel.held(duel.ann, Snow) in (Snow(1), Snow(2)), "she stands still, and may have picked up another"
    assert duel.hits == [Hit(duel.bob.net_id, duel.ann.net_id, False)]
    assert duel.held(duel.bob, Health) == Health(HEARTS - 1)
    assert duel.held(duel.ann, Score) == Score(1)


def test_a_miss_costs_nobody_anything_but_the_ball(duel: Duel) -> None:
    duel.throw(aim=64)
    assert duel.hits == []
    assert duel.held(duel.bob, Health) == Health(HEARTS)


def test_who_stands_still_gathers_snow_up_to_the_most_and_who_walks_does_not(duel: Duel) -> None:
    ticks = round(GATHER_SECONDS * 60)
    duel.give(duel.ann, Snow(0))
    for _ in range(4):  # east and west, again and again
        for way in (3, 7):
            duel.ann.controls.steer(way)
            duel.stage.run(ticks // 2)
    assert duel.held(duel.ann, Snow) == Snow(0)
    duel.ann.controls.steer(0)
    duel.stage.run(2 * ticks + 10)
    assert duel.held(duel.ann, Snow) == Snow(2)
    duel.stage.run(10 * ticks)
    assert duel.held(duel.ann, Snow) == Snow(MOST_SNOW)


def test_who_has_no_snow_throws_nothing(duel: Duel) -> None:
    duel.give(duel.ann, Snow(0))
    duel.throw(20)
    assert duel.hits == []


def test_three_hits_and_one_is_elsewhere_whole_again_and_safe_for_a_while(duel: Duel) -> None:
    duel.give(duel.ann, Snow(5))
    for _ in range(HEARTS):
        duel.throw(30)
    assert [hit.out for hit in duel.hits] == [False, False, True]
    assert duel.held(duel.bob, Health) == Health(HEARTS)
    assert duel.held(duel.bob, Safe) is not None
    x, y = duel.stage.at(duel.bob.net_id)
    assert abs(x - RIGHT[0]) + abs(y - RIGHT[1]) > 512
    duel.face()
    duel.throw(30)
    assert len(duel.hits) == HEARTS, "nobody hits who is safe"
    duel.stage.run(round(SAFE_SECONDS * 60))
    assert duel.held(duel.bob, Safe) is None
    duel.throw(30)
    assert len(duel.hits) == HEARTS + 1


def test_ten_hits_win_the_round_and_the_next_begins_from_nothing() -> None:
    duel = Duel(podium_seconds=1.0)
    duel.give(duel.ann, Score(GOAL - 1))
    duel.throw(30)

    def shown() -> RoundState:
        with duel.bob.play.world:
            return read_rounds(0)

    assert [place.names for place in shown().podium] == ["Ann", "Bob"]
    duel.throw(30)
    assert len(duel.hits) == 1, "while the winner is celebrated nobody is hit"
    duel.stage.run(60)
    assert shown().is_in(RoundPhase.PLAYING)
    assert shown().round == Round(2, RoundPhase.PLAYING, mock.ANY)
    assert duel.held(duel.ann, Score) == Score(0)
    duel.stage.close()


@pytest.mark.parametrize("cell_tiles", [0, 8], ids=["all", "area"])
def test_mirrors_are_exact_in_a_crowd_on_bad_networks(cell_tiles: int) -> None:
    stage = Stage(SNOWBALL, FIELD, cell_tiles=cell_tiles, seed=2)
    players = [stage.join(f"P{n}", NETWORKS[n % len(NETWORKS)], seed=n) for n in range(6)]
    stage.run(240)
    throwers = [Thrower(player, n) for n, player in enumerate(players)]

    def each(tick: int) -> None:
        for thrower in throwers:
            thrower(tick)

    stage.run(1500, each)
    with stage.simulation.world:
        assert sum(score.points for _, score in esper.get_component(Score)) > 0, "somebody hit somebody"
        assert len(esper.get_components(NetID, Snow)) == 6
    for player in players:
        assert player.compared > 400
        assert player.joined.mirror.mismatches == 0
        assert player.joined.reconciliation.causes[Cause.UNEXPLAINED] == 0
    stage.close()
