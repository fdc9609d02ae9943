"""An "it" that does not chase: after a while somebody who plays is "it", and nobody gains by having stood still."""

import esper
import pytest

from ecs.arena import TILE
from ecs.movement.step import DIRECTIONS
from game.tag import tag_system
from game.tag.components import Tagged
from game.tag.rules import IDLE_IT_SECONDS, SLOW_IT_SECONDS, Passed
from net.conditioner.link import Conditions
from net.defaults import ROUND_SECONDS
from net.rounds import Score, score_at
from tests.game.tag.tag_stage import PODIUM, TagStage
from tests.game.tag.test_tag_system import lose
from tests.harness import Player, Walker

WEST, EAST = DIRECTIONS.index((-1, 0)), DIRECTIONS.index((1, 0))
IDLE, SLOW = 60, 195  # ticks, from the first look to a later one


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """All of it eight times as fast, or these tests would take minutes."""
    monkeypatch.setattr(tag_system, "IDLE_IT_SECONDS", IDLE / 60)
    monkeypatch.setattr(tag_system, "SLOW_IT_SECONDS", SLOW / 60)


class Fidget:
    """Steps to and fro on the spot a few times a second, and so touches nobody."""

    def __init__(self, *players: Player) -> None:
        self.players = players

    def __call__(self, tick: int) -> None:
        for player in self.players:
            if tick % 10 in (0, 2):
                player.controls.steer((WEST, EAST)[tick // 10 % 2] if tick % 10 == 0 else 0)


def tagged(stage: TagStage) -> Tagged:
    """As the server has it."""
    with stage.simulation.world:
        ((_, found),) = esper.get_component(Tagged)
        return found


def watched(*names: str, seed: int = 0) -> tuple[TagStage, Player, list[Player]]:
    """A round that has just begun, who is "it", and the others."""
    stage = TagStage(seed, round_seconds=60.0)
    for name in names:
        stage.join(name)
    stage.run(6)
    return stage, stage.player(stage.it), stage.others()


def test_the_times_are_such_that_a_match_goes_on() -> None:
    assert 5 <= IDLE_IT_SECONDS <= 10 < SLOW_IT_SECONDS <= ROUND_SECONDS / 4


def test_who_is_it_and_does_nothing_is_it_no_more_after_some_seconds() -> None:
    stage, it, others = watched("Ann", "Bob", "Cid")
    fidget = Fidget(*others)
    stage.run(IDLE - 30, fidget)
    assert stage.it == it.net_id
    stage.run(45, fidget)
    assert stage.it in [player.net_id for player in others]
    assert (tagged(stage).by, tagged(stage).how) == (it.net_id, Passed.IDLE)
    assert stage.immune() == []
    stage.run(4, fidget)
    for player in stage.players:
        assert player.compared > 20
        assert player.joined.mirror.mismatches == 0


@pytest.mark.parametrize("held", [WEST, 0])
def test_one_key_is_enough_to_stay_it_and_to_hold_one_counts(held: int) -> None:
    stage, it, others = watched("Ann", "Bob")
    fidget = Fidget(*others)
    stage.run(IDLE - 30, fidget)
    it.controls.steer(WEST)
    stage.run(4, fidget)
    it.controls.steer(held)
    stage.run(IDLE - 20, fidget)
    assert stage.it == it.net_id
    stage.run(40, fidget)
    assert (stage.it == it.net_id) is bool(held)


def test_where_nobody_else_plays_it_stays_where_it_is_until_somebody_does() -> None:
    stage, it, (sleeper, other) = watched("Ann", "Bob", "Cid")
    lose(other)
    stage.run(4 * IDLE, Fidget())
    assert stage.it == it.net_id, "the others are idle or away"
    stage.run(40, Fidget(sleeper))
    assert stage.it == sleeper.net_id


def drawn(seed: int) -> int:
    """Which of three who play is "it" behind an idle one; a fourth is idle as well."""
    stage, it, (*players, sleeper) = watched("Ann", "Bob", "Cid", "Dan", "Eve", seed=seed)
    stage.run(2 * IDLE, Fidget(*players))
    assert stage.it not in (it.net_id, sleeper.net_id)
    found = players.index(stage.player(stage.it))
    stage.close()
    return found


def test_who_is_drawn_is_one_who_plays_by_the_seed_and_not_always_the_same() -> None:
    assert [drawn(seed) for seed in (0, 2, 6, 0)] == [0, 2, 1, 0]


def test_who_chases_and_catches_nobody_is_relieved_after_a_longer_while() -> None:
    stage, it, (other,) = watched("Ann", "Bob")
    fidget = Fidget(it, other)
    stage.run(SLOW - 20, fidget)
    assert stage.it == it.net_id
    stage.run(20, fidget)
    assert stage.it == other.net_id
    assert (tagged(stage).by, tagged(stage).how) == (it.net_id, Passed.SLOW)


def test_a_touch_begins_the_time_anew() -> None:
    stage, first, (second,) = watched("Ann", "Bob")
    fidget = Fidget(first, second)
    stage.run(SLOW - 50, fidget)
    stage.beside(first, second)
    stage.run(3, fidget)
    assert (stage.it, tagged(stage).how) == (second.net_id, Passed.TOUCH)
    stage.place(second.net_id, 30 * TILE, 15 * TILE)
    stage.run(SLOW - 50, fidget)
    assert stage.it == second.net_id


def score(stage: TagStage, player: Player) -> int:
    entity = stage.simulation.world.entity(player.net_id)
    assert entity is not None
    with stage.simulation.world:
        found = esper.component_for_entity(entity, Score)
    return score_at(found, stage.simulation.tick)


def test_to_stand_still_as_it_never_pays_more_than_to_try() -> None:
    """Whoever tries is rid of it after SLOW at the latest; whoever does not gets no tick of score before that."""
    stage, it, others = watched("Ann", "Bob", "Cid")
    since, before = tagged(stage).since, score(stage, it)
    stage.run(IDLE + 15, Fidget(*others))
    assert stage.it != it.net_id
    both = Fidget(*stage.players)
    stage.run(since + SLOW - 1 - stage.simulation.tick, both)
    assert score(stage, it) == before, "also where it moves again"
    stage.run(31, both)
    assert score(stage, it) == before + 30
    assert stage.board(it)["Ann" if it is stage.players[0] else "Bob"] > before, "as the client has it"


def test_who_goes_on_doing_nothing_goes_on_without_a_score() -> None:
    stage, it, others = watched("Ann", "Bob", "Cid")
    before = score(stage, it)
    stage.run(2 * SLOW, lambda tick: Fidget(*(player for player in others if player.net_id != stage.it))(tick))
    assert score(stage, it) == before
    stage.run(60, Fidget(*stage.players))
    assert score(stage, it) > before or stage.it == it.net_id


def test_the_next_round_knows_nothing_of_it() -> None:
    stage = TagStage(round_seconds=IDLE / 60 + 0.5)
    for name in ("Ann", "Bob", "Cid"):
        stage.join(name)
    it, fidget = stage.player(stage.it), Fidget(*stage.others())
    stage.run(IDLE + 30 + PODIUM + 2, fidget)
    assert stage.round.number == 2
    it = it if stage.it != it.net_id else stage.others()[0]
    before = score(stage, it)
    stage.run(20)
    assert score(stage, it) == before + 20, "without having moved"


def test_everybody_holds_the_same_game_over_bad_networks_where_some_are_idle() -> None:
    stage = TagStage(seed=4, round_seconds=60.0)
    players = [stage.join(f"P{n}", Conditions(latency=0.02 + 0.05 * n, jitter=0.01), seed=n) for n in range(3)]
    stage.run(60)
    walkers = [Walker(player, n) for n, player in enumerate(players[1:])]
    hows: set[int] = set()

    def each(tick: int) -> None:
        for walker in walkers:
            walker(tick)
        hows.add(tagged(stage).how)

    stage.run(600, each)
    assert Passed.IDLE in hows
    for player in players:
        assert player.compared > 200
        assert player.joined.mirror.mismatches == 0
