"""Rounds of a game that has nothing but them: the countdown, who is ahead, and the vote on what comes next."""

from collections.abc import Iterable
from typing import Any

import esper
import pytest

from net.client.corrections import Cause
from net.game import Game
from net.rounds import Ballot, Podium, Round, RoundPhase, RoundSystem, Score, Scores, Vote, Voted
from net.rules import RuleContext
from net.testing import Stage
from tests.harness import HALL

READY, ROUND, PODIUM = 3 * 60, 2 * 60, 5 * 60  # ticks


class Match:
    """A stage, its rounds, and what the game was told of them."""

    def __init__(self, names: Iterable[str] = ("Ann", "Bob"), **settings: Any) -> None:
        self.told: list[tuple[str, int]] = []
        self.stage = Stage(
            Game(name="race", title="Race", rounds=True, rules=self._rules),
            HALL,
            **{"ready_seconds": 3.0, "round_seconds": 2.0, "podium_seconds": 5.0, **settings},
        )
        self.players = [self.stage.join(name) for name in names]

    def _rules(self, context: RuleContext) -> Iterable[esper.Processor]:
        def tell(what: str) -> Any:
            return lambda tick: self.told.append((what, tick))

        self.scores = Scores(context.world, context.surprises)
        self.rounds = RoundSystem(context, self.scores, prepare=tell("prepare"), begin=tell("begin"), end=tell("end"))
        return [self.rounds]

    def seen(self, kind: type, player: int = 0) -> list[Any]:
        """Those components as a client holds them."""
        with self.players[player].play.world:
            found: list[Any] = esper.get_component(kind)
        return [component for _, component in found]

    def until(self, phase: RoundPhase) -> None:
        for _ in range(READY + ROUND + PODIUM):
            if self.rounds.phase is phase:
                return
            self.stage.run(1)
        raise AssertionError(f"still {self.rounds.phase!r}")

    def add(self, player: int, points: int) -> None:
        with self.stage.simulation.world:
            self.scores.add(self.players[player].net_id, points)

    def vote(self, player: int, option: int) -> None:
        self.players[player].play.request(Vote(option))

    def close(self) -> None:
        for player in self.players:
            if player.play.ending is None:
                assert player.joined.mirror.mismatches == 0
                assert player.joined.reconciliation.causes[Cause.UNEXPLAINED] == 0
        self.stage.close()


def test_a_countdown_comes_before_each_round_and_the_game_is_told_of_each_step() -> None:
    match = Match()
    match.until(RoundPhase.PODIUM)
    match.until(RoundPhase.PLAYING)
    whats = [what for what, _ in match.told]
    assert whats == ["prepare", "begin", "end", "prepare", "begin"]
    (prepare, begin, end, again, _) = [tick for _, tick in match.told]
    assert (begin - prepare, end - begin, again - end) == (READY, ROUND, PODIUM)
    match.close()


def test_where_too_few_are_left_the_countdown_ends_and_begins_anew() -> None:
    match = Match()
    match.until(RoundPhase.READY)
    match.players[1].play.leave()
    match.stage.run(4)
    assert match.rounds.phase is RoundPhase.PRACTICE
    assert match.told[-1][0] == "prepare"
    match.players[1] = match.stage.join("Cid")
    match.until(RoundPhase.PLAYING)
    assert [what for what, _ in match.told] == ["prepare", "prepare", "begin"]
    match.close()


def test_who_reaches_the_goal_ends_the_round_at_once() -> None:
    match = Match()
    match.until(RoundPhase.PLAYING)
    match.add(1, 7)
    assert match.rounds.playing
    match.rounds.finish()
    assert not match.rounds.playing, "what happens from now on counts no more"
    match.stage.run(6)
    assert match.rounds.phase is RoundPhase.PODIUM
    assert match.seen(Podium) == [Podium("Bob", "Ann", "", 7, 0, 0)]
    match.until(RoundPhase.READY)
    match.stage.run(6)
    assert match.seen(Score) == [Score(), Score()]
    assert match.seen(Podium) == []
    match.until(RoundPhase.PLAYING)
    match.stage.run(30)
    assert match.rounds.playing, "the next round is not over because the last one was won"
    match.close()


def test_without_choices_there_is_nothing_to_vote_for() -> None:
    match = Match()
    match.until(RoundPhase.PODIUM)
    match.vote(0, 0)
    match.stage.run(6)
    assert match.seen(Ballot) == match.seen(Voted) == []
    match.close()


CHOICES = ("Tag", "Football", "Snowball", "Chess")


def voting(*names: str, seed: int = 0) -> Match:
    match = Match(names or ("Ann", "Bob", "Cid"), choices=CHOICES, seed=seed)
    match.until(RoundPhase.PODIUM)
    match.stage.run(6)
    return match


def test_everybody_sees_what_can_be_voted_for_and_who_is_for_what() -> None:
    match = voting()
    assert match.seen(Ballot) == [Ballot("Rematch", "Tag", "Football", "Snowball")]
    match.vote(0, 2)
    match.vote(1, 1)
    match.stage.run(6)
    match.vote(1, 0)
    match.stage.run(6)
    assert [voted.option for voted in match.seen(Voted, 2)] == [2, 0]
    match.close()


@pytest.mark.parametrize(("votes", "chosen"), [((), None), ((0, 0, 2), None), ((2, 2, 1), 1), ((3,), 2)])
def test_most_votes_decide_and_nobodys_is_a_rematch(votes: tuple[int, ...], chosen: int | None) -> None:
    match = voting()
    for player, option in enumerate(votes):
        match.vote(player, option)
    match.until(RoundPhase.READY)
    assert match.stage.simulation.chosen == chosen
    match.stage.run(6)
    assert match.seen(Voted) == match.seen(Ballot) == []
    match.close()


def test_among_equals_the_lot_decides_by_the_seed() -> None:
    found = []
    for seed in (0, 1, 2, 3, 4, 5, 0):
        match = voting("Ann", "Bob", seed=seed)
        match.vote(0, 1)
        match.vote(1, 3)
        match.until(RoundPhase.READY)
        found.append(match.stage.simulation.chosen)
        match.close()
    assert set(found) == {0, 2}
    assert found[0] == found[-1]


def test_once_all_who_are_there_have_voted_nobody_waits_any_longer() -> None:
    match = voting("Ann", "Bob")
    until = match.seen(Round)[0].until
    match.vote(0, 0)
    match.stage.run(6)
    assert match.seen(Round)[0].until == until, "one has not voted"
    match.vote(1, 0)
    match.stage.run(6)
    assert match.seen(Round)[0].until < until - 60
    match.close()


def test_a_vote_for_what_is_no_option_or_at_another_time_counts_for_nothing() -> None:
    match = Match(choices=CHOICES[:1])
    match.vote(0, 1)
    match.until(RoundPhase.PODIUM)
    match.vote(0, 3)
    match.stage.run(6)
    assert match.seen(Voted) == []
    match.vote(0, 1)
    match.stage.run(6)
    assert match.seen(Voted) == [Voted(1)]
    match.close()


def test_each_vote_is_of_one_podium_alone() -> None:
    match = voting("Ann", "Bob")
    match.vote(0, 0)
    match.until(RoundPhase.PLAYING)
    match.until(RoundPhase.PODIUM)
    match.stage.run(6)
    assert match.seen(Ballot)
    assert match.seen(Voted) == []
    match.close()
