"""What happens in the mirror is found by looking, each thing once."""

from collections.abc import Iterator
from typing import Any

import pytest

from ecs.components import Dash
from ecs.world import World
from game.client.people import GameEvent, Happened, comings_and_goings, read_people
from game.client.rounds import RoundWatcher, read_rounds, seconds_left
from game.client.ui.notices import PAUSE, Notices
from game.tag.components import Tagged
from game.tag.roster import Chase, ItWatcher, read_it
from game.tag.rules import Passed
from net.components import Away
from net.rounds import NAMED, Podium, Round
from tests.game.client.tag_world import OWN, ROUND_ID, give, player, set_round, take


@pytest.fixture
def world() -> Iterator[World]:
    world = World()
    with world:
        player(world, OWN, "Ann")
        player(world, 2, "Bob")
        yield world
    world.close()


class Watcher:
    """What a scene of Tag looks at."""

    def __init__(self, own: int) -> None:
        self._people: Any = None
        self._rounds, self._its = RoundWatcher(60), ItWatcher(own)

    def look(self, tick: int = 0) -> list[GameEvent]:
        people, before = read_people({}), self._people
        self._people = people
        news = [] if before is None else [*comings_and_goings(before, people)]
        return [*news, *self._rounds.look(read_rounds(tick), tick), *self._its.look(read_it())]


@pytest.fixture
def watcher(world: World) -> Watcher:
    """One that has had its first look, which is none."""
    watcher = Watcher(OWN)
    assert watcher.look() == []
    return watcher


def looks(watcher: Watcher, world: World, tick: int = 0) -> list[GameEvent]:
    """What is new, and that a second look finds nothing."""
    found = watcher.look(tick)
    assert watcher.look(tick) == []
    return found


def test_who_comes_and_who_goes(world: World, watcher: Watcher) -> None:
    player(world, 3, "Cem")
    assert looks(watcher, world) == [GameEvent(Happened.JOINED, 3, "Cem")]
    world.remove(2)
    assert looks(watcher, world) == [GameEvent(Happened.LEFT, 2, "Bob")]


def test_who_is_lost_and_who_is_back(world: World, watcher: Watcher) -> None:
    give(world, 2, Away(5))
    assert looks(watcher, world) == [GameEvent(Happened.LOST, 2, "Bob")]
    take(world, 2, Away)
    assert looks(watcher, world) == [GameEvent(Happened.BACK, 2, "Bob")]


def test_who_is_tagged_and_by_whom(world: World, watcher: Watcher) -> None:
    give(world, 2, Tagged(5))
    assert looks(watcher, world) == [GameEvent(Chase.TAGGED, 2)]
    take(world, 2, Tagged)
    give(world, OWN, Tagged(9, 2, int(Passed.TOUCH)))
    assert looks(watcher, world) == [GameEvent(Chase.TAGGED, OWN, by=2, how=Passed.TOUCH)]


def test_whoever_finds_oneself_to_be_it_is_told_and_of_others_it_is_no_news(world: World) -> None:
    give(world, OWN, Tagged(5))
    assert looks(Watcher(OWN), world) == [GameEvent(Chase.TAGGED, OWN)]
    assert looks(Watcher(2), world) == []


def test_a_dash_is_told_when_it_begins_and_not_while_it_rests(world: World, watcher: Watcher) -> None:
    give(world, 2, Dash(99))
    assert looks(watcher, world) == [GameEvent(Happened.DASHED, 2, "Bob")]
    for rest in range(98, -1, -1):
        give(world, 2, Dash(rest))
        assert looks(watcher, world) == []
    give(world, 2, Dash(99))
    assert [event.what for event in looks(watcher, world)] == [Happened.DASHED]


def test_a_round_counts_down_ends_and_the_next_begins(world: World) -> None:
    set_round(world, 1, 1, 600)
    watcher = Watcher(OWN)
    told: list[tuple[int, str, int]] = []
    for tick in range(1300):
        if tick == 600:
            set_round(world, 1, 2, 900)
            give(world, ROUND_ID, Podium("Ann", "Bob", ""))
        if tick == 900:
            set_round(world, 2, 1, 8000)
            take(world, ROUND_ID, Podium)
        told += [(tick, h.what.name, h.seconds) for h in watcher.look(tick)]
    assert told == [
        (420, "COUNTDOWN", 3),
        (480, "COUNTDOWN", 2),
        (540, "COUNTDOWN", 1),
        (600, "ENDED", 0),
        (720, "COUNTDOWN", 3),
        (780, "COUNTDOWN", 2),
        (840, "COUNTDOWN", 1),
        (900, "BEGAN", 0),
    ]


def test_a_clock_that_wavers_counts_no_second_twice(world: World) -> None:
    set_round(world, 1, 1, 600)
    watcher = Watcher(OWN)
    ticks = [478, 479, 480, 479, 481, 478, 482]
    told = [h.seconds for tick in ticks for h in watcher.look(tick)]
    assert told == [3, 2]


def test_practice_has_no_end(world: World) -> None:
    set_round(world, 0, 0, 0)
    watcher = Watcher(OWN)
    assert not any(watcher.look(tick) for tick in range(0, 1000, 7))


@pytest.mark.parametrize(("tick", "left"), [(0, 10), (1, 10), (59, 10), (60, 9), (599, 1), (600, 0), (700, 0)])
def test_the_seconds_that_are_left(tick: int, left: int) -> None:
    assert seconds_left(Round(1, 1, 600), tick, 60) == left


def test_notices_tell_each_name_once_and_many_together() -> None:
    notices = Notices()
    notices.take(GameEvent(Happened.JOINED, 3, "Ann"))
    notices.take(GameEvent(Happened.DASHED, 3, "Ann"))  # is no news of this kind
    assert notices.due(1.0) == ["Ann joined"]
    for number in range(2):
        notices.take(GameEvent(Happened.JOINED, number, f"P{number}"))
    notices.take(GameEvent(Happened.LOST, 9, "Cem"))
    assert notices.due(1.0 + PAUSE / 2) == ["Cem lost the connection"]
    assert notices.due(1.0 + PAUSE) == ["P0 and P1 joined"]
    assert notices.due(9.0) == []
    for number in range(NAMED + 1):
        notices.take(GameEvent(Happened.BACK, number, f"P{number}"))
    assert notices.due(9.0) == [f"{NAMED + 1} players are back"]
    notices.take(GameEvent(Happened.BACK, 1, "Ann"))
    assert notices.due(99.0) == ["Ann is back"]


def test_of_a_crowd_that_comes_and_goes_in_each_frame_a_few_are_kept_and_all_are_counted() -> None:
    notices = Notices()
    for net_id in range(10_000):
        notices.take(GameEvent(Happened.RENAMED, net_id, f"p{net_id}", former=f"q{net_id}"))
        notices.take(GameEvent(Happened.DASHED, net_id, f"p{net_id}"))
    assert sum(map(len, notices._waiting.values())) <= NAMED + 1
    assert notices.due(0.0) == ["10000 players changed their name"]
    for net_id in range(NAMED + 1):
        notices.take(GameEvent(Happened.JOINED, net_id, f"p{net_id}"))
    assert notices.due(9.0) == [f"{NAMED + 1} players joined"]
