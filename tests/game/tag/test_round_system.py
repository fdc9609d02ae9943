"""Rounds of Tag on the stepped clock: practice, rounds, podiums, and who comes and goes in any of them."""

import itertools
import logging

import esper
import pytest

from game.tag import TAG
from game.tag.components import Immune, Tagged
from net.defaults import PODIUM_SECONDS as USUAL_PODIUM
from net.defaults import ROUND_SECONDS as USUAL_ROUND
from net.rounds import Podium, Round, RoundPhase, Score, ranks, score_at
from net.server.simulation import ServerSettings, Simulation
from net.wire.errors import RemoteProtocolError
from tests.game.tag.tag_stage import PODIUM, ROUND, TagStage
from tests.harness import HALL, Clock, Stage


def run_until(stage: TagStage, phase: RoundPhase) -> int:
    """Let ticks pass until the game is in that phase; the tick in which it came to be."""
    for _ in range(2 * ROUND):
        if stage.phase is phase:
            return stage.simulation.tick
        stage.run(1)
    raise AssertionError(f"still {stage.phase!r}")


def test_one_player_alone_practises_for_ever() -> None:
    stage = TagStage()
    stage.join("Ann")
    stage.run(2 * ROUND)
    assert stage.round == Round(0, RoundPhase.PRACTICE, 0)
    assert stage.it is None
    assert stage.scores() == {"Ann": 0}
    assert stage.podium() is None


def test_with_the_second_player_a_round_begins_by_itself_and_exactly_one_is_it() -> None:
    stage = TagStage()
    stage.join("Ann")
    stage.run(30)
    stage.join("Bob")
    began = (
        stage.simulation.tick
    )  # two ticks have passed: let in at the end of the first, seen by the rules in the second
    assert stage.round == Round(1, RoundPhase.PLAYING, began + ROUND)
    assert stage.it in [player.net_id for player in stage.players]


def test_a_round_ends_with_its_time_and_the_podium_has_the_best_three_in_order() -> None:
    stage = TagStage()
    for name in ("Ann", "Bob", "Cid", "Dan"):
        stage.join(name)
    first = stage.player(stage.it)
    stage.run(60)
    second = stage.others()[0]
    stage.beside(first, second)
    stage.run(90)
    assert stage.it == second.net_id
    until = stage.round.until
    ended = run_until(stage, RoundPhase.PODIUM)
    assert ended == until
    assert stage.round == Round(1, RoundPhase.PODIUM, ended + PODIUM)
    assert stage.it is None
    assert stage.immune() == []
    scores = stage.scores()
    assert len(set(scores.values())) == 3, "two were never it, and had come after the same tick"
    better = {name: sum(other > scores[name] for other in scores.values()) for name in scores}
    places = {place: [name for name in scores if better[name] == place - 1] for place in (1, 2, 3)}
    (best,), (second_best,), thirds = places.values()
    assert len(thirds) == 2
    podium = Podium(best, second_best, " and ".join(thirds), *(scores[name] for name in (best, second_best, thirds[0])))
    assert stage.podium() == podium
    stage.run(PODIUM - 1)
    assert stage.scores() == scores, "nothing counts while the podium stands"
    for player in stage.players:
        assert stage.board(player) == scores
    stage.run(1)
    assert stage.round == Round(2, RoundPhase.PLAYING, ended + PODIUM + ROUND)
    assert stage.podium() is None
    assert stage.it is not None
    assert set(stage.scores().values()) == {0}


@pytest.mark.parametrize(
    ("scores", "places"),
    [([], {}), ([7], {7: 1}), ([3, 9, 9], {9: 1, 3: 3}), ([5, 8, 5, 2, 5], {8: 1, 5: 2, 2: 5}), ([0, 0], {0: 1})],
)
def test_equals_share_a_place_and_as_many_behind_it_are_left_out(scores: list[int], places: dict[int, int]) -> None:
    assert ranks(scores) == places


def test_where_most_tie_nobody_is_named_before_others() -> None:
    stage = TagStage()
    for name in ("Zoe", "Ann", "Bob", "Cid", "Dan"):
        stage.join(name)
    run_until(stage, RoundPhase.PODIUM)
    run_until(stage, RoundPhase.PLAYING)  # from whose first tick on all are there
    run_until(stage, RoundPhase.PODIUM)
    assert sorted(stage.scores().values()) == [0, *[ROUND] * 4]
    assert stage.podium() == Podium("4 players", "", "", ROUND, 0, 0)


def test_of_two_the_third_place_stays_empty() -> None:
    stage = TagStage()
    stage.join("Ann")
    stage.join("Bob")
    it = "Ann" if stage.it == stage.players[0].net_id else "Bob"
    run_until(stage, RoundPhase.PODIUM)
    podium = stage.podium()
    assert podium is not None
    assert {podium.first, podium.second} == {"Ann", "Bob"}
    assert (podium.second, podium.third) == (it, "")
    assert stage.scores()[it] == 0
    assert stage.scores()[podium.first] == ROUND


def test_every_tick_of_a_round_counts_for_all_but_one() -> None:
    stage = TagStage()
    stage.join("Ann")
    stage.join("Bob")
    stage.join("Cid")  # two ticks after the round began: with nothing, as the one who is it has nothing yet
    assert stage.scores()["Cid"] <= 2
    bearers: list[int | None] = []
    while stage.phase is RoundPhase.PLAYING:
        if stage.simulation.tick % 40 == 0:
            stage.beside(stage.player(stage.it), stage.others()[len(set(bearers)) % 2])
        bearers.append(stage.it)
        stage.run(1)
    assert sum(before != after for before, after in itertools.pairwise(bearers)) >= 3
    missing = ROUND - 2 - stage.scores()["Cid"] + sum(ROUND - stage.scores()[name] for name in ("Ann", "Bob"))
    assert abs(missing - ROUND) <= 2, "one at a time did not count, from the beginning to the end"


def test_who_comes_in_the_middle_of_a_round_begins_with_the_lowest_score() -> None:
    stage = TagStage()
    stage.join("Ann")
    stage.join("Bob")
    stage.run(60)
    stage.beside(stage.player(stage.it), stage.others()[0])
    stage.run(60)
    before = stage.scores()
    assert min(before.values()) > 30, "both have a score by now"
    late = stage.join("Late")
    scores = stage.scores()
    assert scores["Late"] == min(scores["Ann"], scores["Bob"]), "who is last has company"
    stage.run(30)
    assert stage.scores()["Late"] == scores["Late"] + 30
    assert stage.board(late)["Late"] > scores["Late"]
    assert stage.it != late.net_id


def test_who_comes_to_a_podium_waits_for_the_next_round_with_nothing() -> None:
    stage = TagStage()
    stage.join("Ann")
    stage.join("Bob")
    run_until(stage, RoundPhase.PODIUM)
    stage.join("Late")
    stage.run(20)
    assert stage.scores()["Late"] == 0
    run_until(stage, RoundPhase.PLAYING)
    stage.run(20)
    assert sorted(stage.scores().values()) == [0, 20, 20]


def test_where_all_but_one_leave_a_round_the_last_one_practises_and_the_next_round_begins_afresh() -> None:
    stage = TagStage()
    ann, bob = stage.join("Ann"), stage.join("Bob")
    stage.run(60)
    bob.play.leave()
    stage.run(2)
    stage.players.remove(bob)
    assert stage.round == Round(1, RoundPhase.PRACTICE, 0)
    assert stage.it is None
    assert stage.bearers(Immune) == stage.bearers(Tagged) == []
    before = stage.scores()
    stage.run(60)
    assert stage.scores() == before
    stage.join("Cid")
    assert (stage.round.number, stage.phase) == (2, RoundPhase.PLAYING)
    assert max(stage.scores().values()) <= 2
    assert ann.joined.mirror.mismatches == 0


def test_a_podium_stays_for_the_last_one_and_then_there_is_practice() -> None:
    stage = TagStage()
    stage.join("Ann")
    bob = stage.join("Bob")
    ended = run_until(stage, RoundPhase.PODIUM)
    bob.play.leave()
    stage.run(PODIUM - 1)
    assert stage.podium() is not None
    assert stage.simulation.tick == ended + PODIUM - 1
    stage.run(1)
    assert stage.podium() is None
    assert stage.phase is RoundPhase.PRACTICE


def test_the_end_of_a_round_is_logged_with_everybodys_score(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    stage = TagStage()
    stage.join("Ann")
    stage.join("Bob")
    run_until(stage, RoundPhase.PODIUM)
    first, second = sorted(stage.scores(), key=lambda name: -stage.scores()[name])
    assert f"round 1 is over: '{first}' 240, '{second}' 0" in [record.getMessage() for record in caplog.records]


def test_a_server_plays_tag_unless_it_is_given_other_rules() -> None:
    stage = Stage()  # whose rules are none
    stage.join("Ann")
    stage.join("Bob")
    stage.run(30)
    assert not any(row[0] == TAG.registry().kind(Score).index for _, rows in stage.history[30] for row in rows)
    server = Simulation(TAG, ServerSettings(HALL, round_seconds=2.0), Clock())
    with server.world:
        server.seats.join("Ann", 0)
        server.seats.join("Bob", 0)
    server.surprises.clear()  # nobody listens
    server.advance(0.0)
    with server.world:
        rounds = [(found.number, found.phase, found.until) for _, found in esper.get_component(Round)]
    assert rounds == [(1, RoundPhase.PLAYING, 1 + 120)]
    server.close("the test is over")
    assert (ServerSettings(HALL).round_seconds, ServerSettings(HALL).podium_seconds) == (USUAL_ROUND, USUAL_PODIUM)
    assert (USUAL_ROUND, USUAL_PODIUM) == (120.0, 10.0)


def test_a_score_is_a_sum_that_both_ends_can_do() -> None:
    assert score_at(Score(30, -1), 500) == 30
    assert score_at(Score(30, 400), 500) == 130
    assert score_at(Score(30, 400), 399) == 30, "a client that draws the past does not see less than was banked"


@pytest.mark.parametrize(
    ("component", "values"),
    [
        (Tagged, (-1, 0, 0)),
        (Tagged, (0, -1, 0)),
        (Tagged, (0, 0, 4)),
        (Immune, (-1,)),
        (Score, (-1, 0)),
        (Score, (0, -2)),
        (Round, (-1, 0, 0)),
        (Round, (0, 4, 0)),
        (Round, (0, 0, -1)),
        (Podium, ("Ann", "Bob\n", "", 0, 0, 0)),
        (Podium, ("Ann", "x" * 64, "", 0, 0, 0)),
        (Podium, ("Ann", "", "", 0, -1, 0)),
    ],
)
def test_a_client_refuses_what_no_game_can_be_like(component: type, values: tuple[int | str, ...]) -> None:
    with pytest.raises(RemoteProtocolError, match="is not possible"):
        TAG.registry().kind(component).build(values)
