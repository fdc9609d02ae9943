"""The scores and the state of the round, as they are drawn."""

import pygame
import pytest

from game.client.draw.sprites import Sprites
from game.client.draw.theme import Fonts
from game.client.ui.banner import SECONDS, Banner
from game.client.ui.table import MOST, REDRAW_SECONDS, Table, TableView, _shown
from game.tag.components import Round
from game.tag.roster import Place, Roster, Standing
from game.tag.round_bar import BLOCK, RoundBar
from game.tag.scene import scores_table
from tests.game.client.stage import differs
from tests.game.client.tag_world import OWN, standing

pytestmark = pytest.mark.usefixtures("surface")

CROWD = [standing(number, f"Player {number}", 60 * (200 - number)) for number in range(1, 129)]


def table(ranked: list[Standing]) -> Table:
    return scores_table(Roster({one.net_id: one for one in ranked}, None, None, ()), 60)


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


def bar(
    current: Round | None, podium: tuple[Place, ...] = (), it: int | None = None, tick: int = 0, own: int = OWN
) -> pygame.Surface:
    target = pygame.Surface((1280, 720))
    players = {one.net_id: one for one in (standing(1, "Ann", 600), standing(2, "Bob", 1200), standing(3, "Cem"))}
    RoundBar(Fonts(), Sprites()).draw(target, Roster(players, it, current, podium), own, tick, 60, 0.6)
    return target


def test_each_phase_is_told_and_the_time_runs() -> None:
    nothing = bar(None)
    assert used(nothing).w == 0
    playing = bar(Round(3, 1, 7200))
    pictures = [nothing, playing, bar(Round(0, 0, 0)), bar(Round(3, 2, 7200)), bar(Round(4, 1, 7200))]
    assert all(differs(a, b) > 20 for a in pictures for b in pictures if a is not b)
    assert differs(playing, bar(Round(3, 1, 7200), tick=1)) == 0
    assert differs(playing, bar(Round(3, 1, 7200), tick=60)) > 10


def test_the_bar_says_who_is_it() -> None:
    nobody, bob, oneself = (bar(Round(1, 1, 7200), it=it) for it in (None, 2, OWN))
    assert differs(nobody, bob) > 100
    assert differs(bob, oneself) > 100


def test_the_podium_shows_those_who_were_there_and_those_who_left() -> None:
    bob, ann, gone = Place(1, "Bob", 1200), Place(2, "Ann", 600), Place(3, "Gone", 540)
    three = bar(Round(1, 2, 600), (bob, ann, gone))
    two = bar(Round(1, 2, 600), (bob, ann))
    assert differs(three, two) > 300
    assert differs(three, bar(Round(1, 2, 600), (Place(1, "Ann", 1200), Place(2, "Bob", 600), gone))) > 300
    assert used(three).bottom < 366


def test_equals_stand_on_one_step_and_the_next_stays_empty() -> None:
    """Who has left and is shown by name alone; the pictures of blocks tell which of them are there."""
    silver = pygame.Rect(1280 // 2 - 3 * BLOCK // 2, 366 - 18 - 78 - 10, BLOCK - 6, 78)
    shared = bar(Round(1, 2, 600), (Place(1, "Ann and Bob", 600), Place(3, "Gone", 60)))
    alone = bar(Round(1, 2, 600), (Place(1, "Ann", 600), Place(2, "Bob", 600), Place(3, "Gone", 60)))
    assert shared.get_at(silver.center)[:3] == bar(Round(1, 2, 600)).get_at(silver.center)[:3]
    assert alone.get_at(silver.center)[:3] != shared.get_at(silver.center)[:3]
    everybody = Place(1, "Wwwwwwwwwwwwwwww, Xxxxxxxxxxxxxxxx and Zzzzzzzzzzzzzzzz", 600)
    assert used(bar(Round(1, 2, 600), (everybody,))).bottom < 366


def test_of_more_equals_than_are_named_some_stand_there_all_the_same() -> None:
    target = pygame.Surface((1280, 720))
    above = pygame.Rect(1280 // 2 - BLOCK // 2, 366 - 18 - 112 - 20 - 45, BLOCK, 40)  # the golden block and its line
    pictures = []
    for there in (0, 2, 5, 9):
        target.fill((0, 0, 0))
        players = {n: standing(n, f"Ann {n}", 600) for n in range(1, there + 1)} | {99: standing(99, "Zoe", 60)}
        step = Place(1, "9 players", 600)
        RoundBar(Fonts(), Sprites()).draw(target, Roster(players, None, Round(1, 2, 600), (step,)), OWN, 0, 60, 0.6)
        pictures.append(target.subsurface(above).copy())
    nobody, two, five, nine = pictures
    assert differs(nobody, two) > 300
    assert differs(two, five) > 300
    assert differs(five, nine) == 0, "there is no room for more"


def test_equals_share_a_place_on_the_scoreboard_whatever_they_are_called() -> None:
    scores = {"Zoe": 900, "Ann": 900, "Bob": 700, "Cem": 700, "Dan": 700, "Eve": 0}
    players = {n: standing(n, name, score, away=name == "Ann") for n, (name, score) in enumerate(scores.items(), 1)}
    rows = scores_table(Roster(players, None, None, ()), 60).rows
    assert [(row.place, row.name) for row in rows] == [
        (1, "Ann"),
        (1, "Zoe"),
        (3, "Bob"),
        (3, "Cem"),
        (3, "Dan"),
        (6, "Eve"),
    ]


def test_a_large_word_comes_and_goes() -> None:
    target, banner = pygame.Surface((1280, 720)), Banner(Fonts())
    banner.show("You are it!", "run", (255, 0, 0), 5.0)
    for now, there in ((5.05, True), (6.0, True), (5.0 + SECONDS - 0.2, True), (5.0 + SECONDS, False)):
        target.fill((0, 0, 0))
        banner.draw(target, now)
        assert (used(target).w > 100) is there
