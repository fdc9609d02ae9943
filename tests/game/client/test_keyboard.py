"""Keys become what they are bound to, from events alone."""

from collections.abc import Callable

import pygame
import pytest

from ecs.movement.step import DIRECTIONS
from game.client.input.keyboard import Bindings, Keyboard, kept, means, shown
from game.client.input.layout import POSITIONS, command
from game.client.settings import Settings, default_keys, load_settings, save_settings
from game.tag import TAG
from net.client.controls import Controls
from tests.game.client.layouts import LAYOUTS, WASD, on

DIRECTION_KEYS = ("up", "down", "left", "right")

pytestmark = pytest.mark.usefixtures("surface")


class Hands(Controls):
    """Controls that keep what they were told."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[tuple[str, str]] = []

    def press(self, key: str) -> None:
        self.told.append(("press", key))
        super().press(key)

    def release(self, key: str) -> None:
        self.told.append(("release", key))
        super().release(key)


def down(key: int) -> pygame.Event:
    return pygame.Event(pygame.KEYDOWN, key=key)


def up(key: int) -> pygame.Event:
    return pygame.Event(pygame.KEYUP, key=key)


def heading(*events: pygame.Event) -> tuple[int, int]:
    """Where one goes after these, one a tick."""
    controls = Controls()
    keyboard = Keyboard(controls, Bindings(default_keys(), TAG.inputs))
    direction = 0
    for event in events:
        keyboard.handle(event)
        direction = controls.next().direction
    return DIRECTIONS[direction]


def test_arrows_and_letters_steer() -> None:
    assert heading(down(pygame.K_w)) == heading(down(pygame.K_UP)) == (0, -1)
    assert heading(down(pygame.K_a)) == heading(down(pygame.K_LEFT)) == (-1, 0)
    assert heading(down(pygame.K_s)) == heading(down(pygame.K_DOWN)) == (0, 1)
    assert heading(down(pygame.K_d)) == heading(down(pygame.K_RIGHT)) == (1, 0)


def test_two_keys_of_one_direction_must_both_come_up() -> None:
    both = [down(pygame.K_w), down(pygame.K_UP)]
    assert heading(*both, up(pygame.K_w)) == (0, -1)
    assert heading(*both, up(pygame.K_UP)) == (0, -1)
    assert heading(*both, up(pygame.K_UP), up(pygame.K_w)) == (0, 0)


def test_a_lost_focus_lets_all_keys_go_for_good() -> None:
    lost = pygame.Event(pygame.WINDOWFOCUSLOST)
    assert heading(down(pygame.K_w), down(pygame.K_d), lost) == (0, 0)
    assert heading(down(pygame.K_w), lost, up(pygame.K_w), down(pygame.K_d)) == (1, 0)
    assert heading(down(pygame.K_w), lost, down(pygame.K_UP), up(pygame.K_UP)) == (0, 0)


def test_other_keys_and_events_do_nothing() -> None:
    assert heading(down(pygame.K_d), down(pygame.K_x), up(pygame.K_x), pygame.Event(pygame.MOUSEMOTION)) == (1, 0)


def test_the_dash_is_pressed_and_released_once_however_its_keys_repeat() -> None:
    hands = Hands()
    keyboard = Keyboard(hands, Bindings(default_keys(), TAG.inputs))
    for event in (down(pygame.K_SPACE), down(pygame.K_SPACE), up(pygame.K_SPACE)):
        keyboard.handle(event)
    assert hands.told == [("press", "dash"), ("release", "dash")]
    assert keyboard.used


def test_a_key_means_what_it_meant_when_it_went_down() -> None:
    hands, bindings = Hands(), Bindings(default_keys(), TAG.inputs)
    keyboard = Keyboard(hands, bindings)
    keyboard.handle(down(pygame.K_w))
    bindings.use(default_keys() | {"up": ["i"], "down": ["w"]})
    keyboard.handle(up(pygame.K_w))
    keyboard.handle(down(pygame.K_w))
    assert hands.told == [("press", "up"), ("release", "up"), ("press", "down")]


def test_bindings_say_what_a_key_does_and_which_keys_do_something() -> None:
    bindings = Bindings(default_keys() | {"chat": ["t", "no such key"]}, TAG.inputs)
    assert bindings.action(pygame.K_t) == "chat"
    assert bindings.action(pygame.K_RETURN) is None
    assert bindings.keys("chat") == [pygame.K_t]
    assert bindings.name("scoreboard") == "tab"


@pytest.mark.parametrize("names", [[], ["no such key"]])
def test_no_action_is_ever_without_a_key(names: list[str]) -> None:
    bindings = Bindings(dict.fromkeys(default_keys(), names), TAG.inputs)
    assert {action: bindings.bound(action) for action in default_keys()} == default_keys()
    assert [bindings.name(action) for action in default_keys()] == [*"wsad", "space", "return", "tab", *"1234"]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_walking_keys_are_where_wasd_is_on_every_layout(layout: str, today: Callable[[str], None]) -> None:
    today(layout)
    ways = {"w": (0, -1), "a": (-1, 0), "s": (0, 1), "d": (1, 0)}
    for letter, code in WASD.items():
        assert heading(on(layout, code)) == ways[letter]
        assert heading(on(layout, code), on(layout, code, pygame.KEYUP)) == (0, 0)


def test_the_names_of_keys_are_those_of_todays_layout(today: Callable[[str], None]) -> None:
    bindings = Bindings(default_keys() | {"chat": ["position of v"]}, TAG.inputs)
    walk = ("up", "left", "down", "right", "chat")
    names = {"us": "wasdv", "fr": "zqsdv", "ru": "цфывм", "gr": "ςασδω", "il": "'שדגה", "dvorak": ",aoek"}
    for layout, letters in names.items():
        today(layout)
        assert "".join(bindings.name(action) for action in walk) == letters
        assert bindings.name("dash") == "space"


def test_a_layout_that_changes_while_a_key_is_held_leaves_no_key_held(today: Callable[[str], None]) -> None:
    today("us")
    assert heading(on("us", WASD["w"]), on("ru", WASD["w"], pygame.KEYUP)) == (0, 0)
    assert heading(on("us", WASD["w"]), on("ru", WASD["w"])) == (0, -1)


def test_keys_that_were_bound_by_name_are_where_that_name_is(today: Callable[[str], None]) -> None:
    today("fr")
    bindings = Bindings(default_keys() | {"up": ["z"], "left": ["q"], "dash": ["w"]}, TAG.inputs)
    for code, action in ((26, "up"), (4, "left"), (22, "down"), (7, "right"), (29, "dash")):
        assert bindings.action(on("fr", code).key, code) == action
    assert bindings.keys("dash") == [pygame.K_w]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_key_can_be_bound_and_is_found_again(layout: str, today: Callable[[str], None]) -> None:
    today(layout)
    codes = [code for code in POSITIONS.values() if code] + [135, 290]  # and two for which pygame has no word
    assert len(codes) > 150
    for code in codes:
        bound = kept(on(layout, code).key, code)
        assert bound
        assert shown(bound)
        save_settings(Settings(keys=default_keys() | {"dash": [bound]}))
        for other in (layout, "us", "ru"):
            again = on(other, code)
            assert means(bound, again.key, code)
            found = Bindings(load_settings()[0].keys, TAG.inputs).action(again.key, code)
            assert found == "dash" or found in ("chat", "scoreboard", *DIRECTION_KEYS)  # which were bound already


def test_a_command_is_the_letter_of_the_layout_or_of_its_place_where_that_has_other_letters() -> None:
    for layout, code, letter in (
        *(("us", 25, "v"), ("fr", 20, "a"), ("fr", 4, "q"), ("dvorak", 55, "v"), ("dvorak", 25, "k")),
        *(("ru", 25, "v"), ("ru", 6, "c"), ("ru", 4, "a"), ("ru", 27, "x"), ("gr", 25, "v"), ("il", 25, "v")),
        ("dvorak", 26, ""),
    ):
        for held in (pygame.KMOD_LCTRL, pygame.KMOD_RMETA):
            assert command(on(layout, code, mod=held)) == letter
        assert command(on(layout, code)) == ""
        assert command(on(layout, code, mod=pygame.KMOD_LCTRL | pygame.KMOD_RALT)) == ""  # AltGr types letters
