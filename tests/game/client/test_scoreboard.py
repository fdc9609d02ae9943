"""The scores and the state of the round, as they are drawn."""

from typing import NamedTuple

import pygame
import pytest

from game.client.draw.sprites import Sprites
from game.client.draw.theme import IT, Fonts
from game.client.people import Person
from game.client.rounds import Place, RoundState, seconds_left
from game.client.ui.banner import SECONDS, Banner
from game.client.ui.podium import BELOW, BLOCK, PodiumView, cards, nth
from game.client.ui.round_bar import RoundBar, Status
from game.client.ui.table import MOST, REDRAW_SECONDS, Row, Table, TableView, _shown
from net.rounds import Round
from tests.game.client.stage import differs
from tests.game.client.tag_world import OWN

pytestmark = pytest.mark.usefixtures("surface")


class Standing(NamedTuple):
    """A player and how they stand, in points of which 60 make a second."""

    net_id: int
    name: str
    score: int = 0
    is_it: bool = False
    away: bool = False

    @property
    def person(self) -> Person:
        return Person(self.net_id, self.name, 0x56B4E9, self.away, 0)


standing = Standing
CROWD = [standing(number, f"Player {number}", 60 * (200 - number)) for number in range(1, 129)]


def table(ranked: list[Standing]) -> Table:
    """As a scene of Tag makes it."""
    places = RoundState(scores={one.net_id: one.score for one in ranked}).places()
    rows = [
        Row(
            one.net_id,
            one.name,
            0x56B4E9,
            one.away,
            f"{one.score // 60} s",
            places[one.net_id],
            IT if one.is_it else None,
        )
        for one in ranked
    ]
    return Table("Scores", "seconds without being it", rows)


def board(
    ranked: list[Standing], size: tuple[int, int] = (1280, 720), own: int = OWN, top: int | None = None
) -> pygame.Surface:
    target = pygame.Surface(size)
    TableView(Fonts()).draw(target, table(ranked), own, 0.0, top)
    return target


def used(target: pygame.Surface) -> pygame.Rect:
    """What has been drawn on."""
    mask = pygame.mask.from_threshold(target, (0, 0, 0), (1, 1, 1, 255))
    mask.invert()
    areas = mask.get_bounding_rects()
    return areas[0].unionall(areas[1:]) if areas else pygame.Rect(0, 0, 0, 0)


@pytest.mark.parametrize("count", [1, 2, 12, 13, 48, 100, 128])
def test_everybody_fits_on_the_screen(count: int) -> None:
    area = used(board(CROWD[:count]))
    assert pygame.Rect(20, 8, 1240, 704).contains(area)
    if count > 1:  # nobody is left out: without the last one it is another picture
        assert differs(board(CROWD[:count]), board([*CROWD[: count - 1], standing(999, "Zoe")])) > 20


def test_below_the_podium_there_is_room_too() -> None:
    assert used(board(CROWD[:30], top=366)).bottom <= 720 - 8


def test_of_more_than_fit_the_best_are_shown_and_oneself() -> None:
    many = [standing(number, f"P{number}", 9999 - number) for number in range(1, MOST + 50)]
    rows = table(many).rows
    assert [row.place for row in _shown(rows, own=5)] == list(range(1, MOST + 1))
    places = _shown(rows, own=MOST + 20)
    assert len(places) == MOST
    assert (places[-1].place, places[-1].net_id) == (MOST + 20, MOST + 20)
    assert _shown(rows, own=0) == _shown(rows, own=5)  # somebody who only watches


def test_it_oneself_and_who_is_away_look_different() -> None:
    plain = board([standing(2, "Bob", 600)])
    for other in (
        board([standing(2, "Bob", 600, is_it=True)]),
        board([standing(2, "Bob", 600, away=True)]),
        board([standing(2, "Bob", 600)], own=2),
        board([standing(2, "Bob", 660)]),
    ):
        assert differs(plain, other) > 15
    assert differs(plain, board([standing(2, "Bob", 659)])) == 0  # scores are in whole seconds


def test_scores_that_run_are_drawn_anew_a_few_times_a_second() -> None:
    target, scores = pygame.Surface((1280, 720)), TableView(Fonts())
    scores.draw(target, table([standing(2, "Bob", 0)]), OWN, 1.0, None)
    first = target.copy()
    target.fill((0, 0, 0))
    scores.draw(target, table([standing(2, "Bob", 6000)]), OWN, 1.0 + REDRAW_SECONDS / 2, None)
    assert differs(first, target) == 0
    scores.draw(target, table([standing(2, "Bob", 6000)]), OWN, 1.0 + REDRAW_SECONDS, None)
    assert differs(first, target) > 10


PLAYERS = [standing(1, "Ann", 600), standing(2, "Bob", 1200), standing(3, "Cem")]


def bar(current: Round, status: Status | None = None, tick: int = 0) -> pygame.Surface:
    target = pygame.Surface((1280, 720))
    RoundBar(Fonts()).draw(target, current, seconds_left(current, tick, 60), status, 0.6)
    return target


def podium(*places: Place, players: list[Standing] = PLAYERS, own: int = 0) -> pygame.Surface:
    target = pygame.Surface((1280, 720))
    state = RoundState(Round(1, 2, 600), places, {one.net_id: one.score for one in players})
    people = {one.net_id: one.person for one in players}
    PodiumView(Fonts(), Sprites()).draw(target, state, people, own, lambda score: f"{score // 60} s")
    return target


def test_each_phase_is_told_and_the_time_runs() -> None:
    nothing, playing = pygame.Surface((1280, 720)), bar(Round(3, 1, 7200))
    phases = [bar(Round(0, 0, 0)), bar(Round(3, 2, 7200)), bar(Round(3, 3, 7200)), bar(Round(4, 1, 7200))]
    pictures = [nothing, playing, *phases]
    assert all(differs(a, b) > 20 for a in pictures for b in pictures if a is not b)
    assert differs(playing, bar(Round(3, 1, 7200), tick=1)) == 0
    assert differs(playing, bar(Round(3, 1, 7200), tick=60)) > 10


def test_the_bar_says_how_things_stand() -> None:
    found = [None, Status("Bob is it", IT, IT), Status("You are it", IT, IT), Status("You are it", IT)]
    pictures = [bar(Round(1, 1, 7200), status) for status in found]
    assert all(differs(a, b) > 50 for a in pictures for b in pictures if a is not b)


def test_the_podium_shows_those_who_were_there_and_those_who_left() -> None:
    bob, ann, gone = Place(1, "Bob", 1200), Place(2, "Ann", 600), Place(3, "Gone", 540)
    three, two = podium(bob, ann, gone), podium(bob, ann)
    assert differs(three, two) > 300
    assert differs(three, podium(Place(1, "Ann", 1200), Place(2, "Bob", 600), gone)) > 300
    assert used(three).bottom < BELOW


def test_the_podium_says_where_one_is_oneself() -> None:
    bob, ann = Place(1, "Bob", 1200), Place(2, "Ann", 600)
    pictures = [podium(bob, ann, own=own) for own in (0, 1, 2, 3)]
    assert all(differs(a, b) > 15 for a in pictures for b in pictures if a is not b)


@pytest.mark.parametrize(
    ("place", "words"),
    [
        (1, "1st"),
        (2, "2nd"),
        (3, "3rd"),
        (4, "4th"),
        (11, "11th"),
        (12, "12th"),
        (13, "13th"),
        (21, "21st"),
        (112, "112th"),
    ],
)
def test_a_place_is_spelled_as_people_do(place: int, words: str) -> None:
    assert nth(place) == words


def test_equals_stand_on_one_step_and_the_next_stays_empty() -> None:
    """Who has left and is shown by name alone; the pictures of blocks tell which of them are there."""
    silver = pygame.Rect(1280 // 2 - 3 * BLOCK // 2, 366 - 18 - 78 - 10, BLOCK - 6, 78)
    shared = podium(Place(1, "Ann and Bob", 600), Place(3, "Gone", 60))
    alone = podium(Place(1, "Ann", 600), Place(2, "Bob", 600), Place(3, "Gone", 60))
    assert shared.get_at(silver.center)[:3] == podium().get_at(silver.center)[:3]
    assert alone.get_at(silver.center)[:3] != shared.get_at(silver.center)[:3]
    everybody = Place(1, "Wwwwwwwwwwwwwwww, Xxxxxxxxxxxxxxxx and Zzzzzzzzzzzzzzzz", 600)
    assert used(podium(everybody)).bottom < BELOW


def test_of_more_equals_than_are_named_some_stand_there_all_the_same() -> None:
    above = pygame.Rect(1280 // 2 - BLOCK // 2, 366 - 18 - 112 - 20 - 45, BLOCK, 40)  # the golden block and its line
    pictures = []
    for there in (0, 2, 5, 9):
        players = [standing(n, f"Ann {n}", 600) for n in range(1, there + 1)] + [standing(99, "Zoe", 60)]
        pictures.append(podium(Place(1, "9 players", 600), players=players).subsurface(above).copy())
    nobody, two, five, nine = pictures
    assert differs(nobody, two) > 300
    assert differs(two, five) > 300
    assert differs(five, nine) == 0, "there is no room for more"


def test_the_options_of_a_vote_are_side_by_side_and_show_who_is_for_them() -> None:
    pictures = []
    for votes in ({}, {2: 1}, {OWN: 1}, {OWN: 1, 2: 1}):
        target = pygame.Surface((1280, 720))
        state = RoundState(Round(1, 2, 600), (), {}, ("Rematch", "Football on the pitch", "Snowball"), votes)
        PodiumView(Fonts(), Sprites()).draw_votes(target, state, OWN, ["1", "2", "3"])
        pictures.append(target)
    assert all(differs(a, b) > 4 for a in pictures for b in pictures if a is not b)
    areas = cards(pictures[0], 4)
    assert all(pictures[0].get_rect().contains(area) for area in areas)
    assert not any(a.colliderect(b) for a in areas for b in areas if a is not b)
    assert areas[0].top >= used(podium(Place(1, "Bob", 1200))).bottom


def test_equals_share_a_place_whatever_they_are_called() -> None:
    state = RoundState(scores={1: 900, 2: 900, 3: 700, 4: 700, 5: 700, 6: 0})
    assert state.places() == {1: 1, 2: 1, 3: 3, 4: 3, 5: 3, 6: 6}


def test_a_large_word_comes_and_goes() -> None:
    target, banner = pygame.Surface((1280, 720)), Banner(Fonts())
    banner.show("You are it!", "run", (255, 0, 0), 5.0)
    for now, there in ((5.05, True), (6.0, True), (5.0 + SECONDS - 0.2, True), (5.0 + SECONDS, False)):
        target.fill((0, 0, 0))
        banner.draw(target, now)
        assert (used(target).w > 100) is there
