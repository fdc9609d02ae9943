"""Whose touch counts does not depend on pings: the same deeds at the same ticks make the same game, whoever is far."""

import functools
from collections.abc import Callable

import pytest

from ecs.arena import TILE
from ecs.movement.step import DASH, DIRECTIONS, STILL
from net.client.controls import Wanted
from net.conditioner.link import PERFECT, Conditions
from tests.game.tag.tag_stage import TagStage
from tests.harness import Player

EAST, NORTH, SOUTH_EAST = DIRECTIONS.index((1, 0)), DIRECTIONS.index((0, -1)), DIRECTIONS.index((1, 1))
NEAR, FAR = Conditions(latency=0.010), Conditions(latency=0.125)  # pings of 20 and of 250 ms

# From a tick on, a direction: a lunge from behind, and somebody who sees it coming and turns away.
CHASER = {0: EAST, 20: EAST | DASH, 30: EAST, 80: SOUTH_EAST}
RUNNER = {0: EAST, 24: EAST | DASH, 27: EAST, 50: NORTH, 100: STILL}

APART = (300, 500, 600, 800)

Story = list[tuple[bool, tuple[int, int], tuple[int, int]]]  # of each tick: whether it was caught, and where both are


def follow(player: Player, script: dict[int, int], began: Callable[[], int]) -> None:
    """Let the hands of a player do at each tick of their own, predicted game what the script says."""

    def wanted() -> Wanted:
        prediction = player.joined.reconciliation.prediction
        assert prediction is not None
        tick = prediction.tick + 1 - began()
        return Wanted(max(((since, way) for since, way in script.items() if since <= tick), default=(0, STILL))[1])

    player.controls.next = wanted  # type: ignore[method-assign]


@functools.cache
def chase(first: Conditions, second: Conditions, apart: int) -> Story:
    """One chases another from so far behind (world units); each tick as the server has it."""
    stage = TagStage(round_seconds=60.0)
    players = [stage.join("Ann", first), stage.join("Bob", second)]
    stage.run(240 - stage.simulation.tick)
    chaser, runner = stage.player(stage.it), stage.others()[0]
    assert players.index(chaser) == 0, "the seed decides who is it, not the network"
    stage.place(chaser.net_id, 5 * TILE, 10 * TILE)
    stage.place(runner.net_id, 5 * TILE + 448 + apart, 10 * TILE)
    began = stage.simulation.tick + 60
    for player, script in ((chaser, CHASER), (runner, RUNNER)):
        follow(player, script, lambda: began)
    story: Story = []
    for _ in range(60 + 90):
        stage.run(1)
        story.append((stage.it == runner.net_id, stage.at(chaser.net_id), stage.at(runner.net_id)))
    stage.close()
    return story


@pytest.mark.parametrize("apart", APART)
def test_pings_of_20_and_250_ms_give_the_same_game_as_250_and_20_and_as_none(apart: int) -> None:
    without = chase(PERFECT, PERFECT, apart)
    moved = [index for index in range(1, len(without)) if without[index][1] != without[index - 1][1]]
    assert moved[0] == 59, "the first deed acts in the very tick that it is meant for"
    assert chase(NEAR, FAR, apart) == without
    assert chase(FAR, NEAR, apart) == without


def test_in_these_chases_some_are_caught_and_some_get_away() -> None:
    caught = [any(caught for caught, _, _ in chase(PERFECT, PERFECT, apart)) for apart in APART]
    assert caught == [True, True, False, False]
