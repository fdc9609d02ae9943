"""Tag, rule by rule, on the stepped clock: who is "it", what a touch is, what becomes of it when somebody is gone."""

import esper
import pytest

from ecs.arena import TILE
from ecs.movement.step import DIRECTIONS
from game.tag.components import Immune, Tagged
from game.tag.tag_system import AWAY_SECONDS, IMMUNE_SECONDS, KEEP_SECONDS, TOUCH
from net.components import Away
from net.conditioner.link import Conditions
from net.rounds import Score
from net.wire.messages import Frame
from tests.game.tag.tag_stage import TagStage
from tests.game.test_invariants import heard
from tests.harness import Player

EAST = DIRECTIONS.index((1, 0))
IMMUNE, KEEP, AWAY = round(60 * IMMUNE_SECONDS), round(60 * KEEP_SECONDS), round(60 * AWAY_SECONDS)


def game(*names: str, seed: int = 0) -> TagStage:
    """A round that is going on for a second, everybody apart from everybody."""
    stage = TagStage(seed, round_seconds=60.0)
    for name in names:
        stage.join(name)
    stage.run(60)
    assert stage.it is not None
    return stage


def lose(player: Player) -> None:
    """The connection of a player is reset."""
    player.updating = False
    player.near.lose("the connection was reset")
    player.far.lose("the connection was reset")


def test_a_touch_passes_it_on_and_the_one_who_passed_is_immune() -> None:
    stage = game("Ann", "Bob", "Cid")
    giver, taker = stage.player(stage.it), stage.others()[0]
    stage.beside(giver, taker)
    stage.run(1)
    assert stage.it == taker.net_id
    assert stage.immune() == [giver.net_id]
    stage.run(2)
    for player in stage.players:
        with player.play.world as world:
            entity = world.entity(taker.net_id)
            assert entity is not None
            assert esper.has_component(entity, Tagged), "everybody sees it"
    stage.close()


@pytest.mark.parametrize(("gap", "touches"), [(0, True), (TOUCH, True), (TOUCH + 1, False)])
def test_a_touch_is_two_bodies_within_a_small_gap(gap: int, touches: bool) -> None:
    stage = game("Ann", "Bob")
    giver, taker = stage.player(stage.it), stage.others()[0]
    stage.beside(giver, taker, gap)
    stage.run(1)
    assert (stage.it == taker.net_id) == touches
    x, y = stage.at(taker.net_id)
    corner = game("Ann", "Bob")
    giver, taker = corner.player(corner.it), corner.others()[0]
    corner.place(giver.net_id, x + 448 + gap, y + 448 + gap)
    corner.run(1)
    assert (corner.it == taker.net_id) == touches


def test_who_walks_into_somebody_touches_them() -> None:
    stage = game("Ann", "Bob")
    giver, taker = stage.player(stage.it), stage.others()[0]
    x, y = stage.at(taker.net_id)
    stage.place(giver.net_id, x - 3 * TILE, y)
    stage.run(30)
    assert stage.it == giver.net_id
    giver.controls.steer(EAST)
    stage.run(40)
    assert stage.it == taker.net_id


def test_who_passed_it_on_cannot_get_it_back_before_the_immunity_is_over() -> None:
    stage = game("Ann", "Bob")
    first, second = stage.player(stage.it), stage.others()[0]
    stage.beside(first, second)
    stage.run(IMMUNE)
    assert (stage.it, stage.immune()) == (second.net_id, [first.net_id]), "beside each other all the time"
    stage.run(1)
    assert (stage.it, stage.immune()) == (first.net_id, [second.net_id])


def test_in_a_crowd_it_does_not_run_through_everybody() -> None:
    stage = game("Ann", "Bob", "Cid", "Dan", "Eve")
    x, y = 10 * TILE, 10 * TILE
    for n, player in enumerate(stage.players):
        stage.place(player.net_id, x + 448 * (n % 3), y + 448 * (n // 3))
    bearers = []
    for _ in range(2 * KEEP):
        stage.run(1)
        bearers.append(stage.it)
    changes = [tick for tick in range(1, len(bearers)) if bearers[tick] != bearers[tick - 1]]
    assert changes == [KEEP], "the first passes it on at once, the next when it may, and so on"


def test_of_several_the_nearest_is_touched_and_of_equally_near_who_came_first() -> None:
    stage = game("Ann", "Bob", "Cid")
    it, (one, other) = stage.player(stage.it), stage.others()
    x, y = 10 * TILE, 10 * TILE
    stage.place(it.net_id, x, y)
    stage.place(one.net_id, x + 448 + 9, y)
    stage.place(other.net_id, x - 448 - 8, y)
    stage.run(1)
    assert stage.it == other.net_id
    stage = game("Ann", "Bob", "Cid")
    it, (one, other) = stage.player(stage.it), stage.others()
    stage.place(it.net_id, x, y)
    stage.place(one.net_id, x + 448 + 8, y)
    stage.place(other.net_id, x - 448 - 8, y)
    stage.run(1)
    assert stage.it == min(one.net_id, other.net_id)


def test_the_first_is_drawn_by_the_servers_seed() -> None:
    def drawn(seed: int) -> str:
        stage = game("Ann", "Bob", seed=seed)
        name = "Ann" if stage.it == stage.players[0].net_id else "Bob"
        stage.close()
        return name

    assert [drawn(seed) for seed in range(8)] == [drawn(seed) for seed in range(8)]
    assert {drawn(seed) for seed in range(8)} == {"Ann", "Bob"}


def test_where_it_leaves_somebody_else_becomes_it_at_once() -> None:
    stage = game("Ann", "Bob", "Cid")
    leaver = stage.player(stage.it)
    rest = stage.others()
    leaver.play.leave()
    stage.run(2)
    assert stage.it in [player.net_id for player in rest]
    assert stage.immune() == []
    stage.run(60)
    assert len(set(stage.scores().values())) == 2, "one of them has not counted for a second"


def test_it_comes_back_in_time_and_still_is_it() -> None:
    stage = game("Ann", "Bob", "Cid")
    it = stage.player(stage.it)
    net_id = it.net_id
    lose(it)
    stage.run(AWAY - 10)
    assert stage.bearers(Away) == [net_id]
    it.come_back()
    stage.run(60)
    assert stage.bearers(Away) == []
    assert stage.it == net_id == it.net_id
    stage.run(IMMUNE)
    assert stage.it == net_id


def test_it_is_away_for_longer_and_another_is_drawn_and_who_comes_back_is_a_player_like_any_other() -> None:
    stage = game("Ann", "Bob", "Cid")
    it = stage.player(stage.it)
    net_id = it.net_id
    lose(it)
    stage.run(AWAY - 1)
    assert stage.it == net_id
    stage.run(1)
    assert stage.it not in (net_id, None)
    it.come_back()
    stage.run(30)
    assert stage.bearers(Away) == []
    assert stage.it != it.net_id == net_id
    before = stage.scores()
    stage.run(60)
    gained = [after - before[name] for name, after in stage.scores().items()]
    assert sorted(gained) == [0, 60, 60], "theirs counts again, and only that of the new one does not"
    assert it.joined.mirror.mismatches == 0


def test_who_is_away_can_be_touched_and_keeps_it_for_the_same_time() -> None:
    stage = game("Ann", "Bob", "Cid")
    giver, (away, _) = stage.player(stage.it), stage.others()
    net_id = away.net_id
    lose(away)
    stage.run(2 * KEEP)
    x, y = stage.at(net_id)
    stage.place(giver.net_id, x + 448, y)
    stage.run(AWAY)
    assert stage.it == net_id
    stage.run(1)
    assert stage.it not in (net_id, None)


def test_where_everybody_is_away_it_stays_where_it_is_until_somebody_is_back() -> None:
    stage = game("Ann", "Bob")
    it, other = stage.player(stage.it), stage.others()[0]
    net_id = it.net_id
    for player in (it, other):
        lose(player)
    stage.run(AWAY + 30)
    assert len(stage.bearers(Away)) == 2
    assert stage.it == net_id
    other.come_back()
    stage.run(10)
    assert stage.it == other.net_id


def test_a_game_in_which_nobody_is_touched_costs_no_bytes_and_a_touch_costs_five_rows() -> None:
    stage = game("Ann", "Bob", "Cid")
    stage.run(60)
    watcher, taker = stage.others()
    giver = stage.player(stage.it)
    watcher.tap.data.clear()
    scores = stage.board(watcher)
    stage.run(120)
    assert not any(message.changed for message in heard(watcher) if isinstance(message, Frame))
    assert stage.board(watcher) != scores, "though scores run"
    stage.beside(giver, taker)
    stage.run(KEEP)
    kinds = {stage.registry.kind(component).index: component for component in (Tagged, Immune, Score)}
    rows = [row for message in heard(watcher) if isinstance(message, Frame) for row in message.changed]
    assert sorted(kinds[index].__name__ for _, index, _ in rows) == ["Immune", "Score", "Score", "Tagged", "Tagged"]


def test_a_tick_in_which_nothing_happens_adds_and_removes_no_component(monkeypatch: pytest.MonkeyPatch) -> None:
    stage = game("Ann", "Bob", "Cid")
    churn: list[str] = []
    add, remove = esper.add_component, esper.remove_component

    def adding(entity: int, component: object) -> None:
        churn.append("add")
        add(entity, component)

    def removing(entity: int, component: type) -> None:
        churn.append("remove")
        remove(entity, component)

    with monkeypatch.context() as patch:
        patch.setattr(esper, "add_component", adding)
        patch.setattr(esper, "remove_component", removing)
        for player in stage.players:
            player.updating = False  # clients give what is new to be drawn a component of their own
        stage.run(60)
        assert churn == []
        stage.beside(stage.player(stage.it), stage.others()[0])
        stage.run(1)
        assert sorted(churn) == ["add", "add", "remove"]


def test_everybody_holds_the_same_game_over_bad_networks() -> None:
    stage = TagStage(seed=3, round_seconds=2.0)
    for n in range(4):
        stage.join(f"P{n}", Conditions(latency=0.02 + 0.06 * n, jitter=0.02, largest_chunk=7), seed=n)
    stage.settle(180)
    for tick in range(40):
        if stage.it is not None:
            stage.beside(stage.player(stage.it), stage.others()[tick % 3])
        stage.run(12)
    for player in stage.players:
        assert player.compared > 100
        assert player.joined.mirror.mismatches == 0
    assert stage.round.number >= 2
    stage.run(60)
    truth = stage.history[stage.players[3].joined.mirror.tick]
    assert stage.players[3].held() == truth
    stage.close()
