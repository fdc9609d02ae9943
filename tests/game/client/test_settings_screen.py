"""The settings and their keys, driven by events: each change acts at once, and says why if it cannot."""

from collections.abc import Callable
from dataclasses import replace

import pygame
import pytest

from game.client.settings import Settings, default_keys
from game.client.ui.keys_screen import HELP, WAITING, KeysScreen
from game.client.ui.settings_rows import PLAYER, TABS
from game.client.ui.settings_screen import SettingsScreen
from game.tag import TAG
from net.colors import PALETTE
from tests.game.client.layouts import LAYOUTS, on
from tests.game.client.stage import click, differs, look, looking, press, type_text

pytestmark = pytest.mark.usefixtures("surface")

ANN = Settings("Ann", PALETTE["orange"])


class Person:
    """Somebody who changes settings."""

    def __init__(self, settings: Settings = ANN, tab: str = PLAYER) -> None:
        self.settings = settings
        self.went: list[str] = []
        keys, back = lambda: self.went.append("keys"), lambda: self.went.append("back")
        self.screen = SettingsScreen(looking(), settings, self._changed, keys, back, tab)
        look(self.screen)

    def _changed(self, settings: Settings) -> None:
        self.settings = settings

    def keys(self, *keys: int) -> Settings:
        for key in keys:
            press(key)
        look(self.screen)
        return self.settings


def test_each_tab_is_reached_and_each_row_is_changed_by_the_keyboard_alone() -> None:
    person = Person()
    up, down, right, left = pygame.K_UP, pygame.K_DOWN, pygame.K_RIGHT, pygame.K_LEFT
    person.keys(down)
    type_text("ie")
    assert person.keys().name == "Annie"
    assert person.keys(down, right).color == PALETTE["sky"]
    person.keys(up, up, right)
    assert person.screen.tab == "Picture"
    assert person.keys(down, pygame.K_RETURN).fullscreen
    assert person.keys(down, right).scale == 75
    assert person.keys(left).scale == 0
    person.screen.focus.go_to(person.screen.choices["net_graph"])
    assert person.keys(right).net_graph
    person.screen.focus.go_to(person.screen.tabs)
    assert person.keys(right, down, left, left).volume == 50
    assert person.screen.tab == "Sound"
    assert person.settings == replace(
        ANN, name="Annie", color=PALETTE["sky"], volume=50, fullscreen=True, net_graph=True
    )


def test_every_setting_has_a_row_that_changes_it_by_keyboard_and_by_mouse() -> None:
    for tab, rows in TABS.items():
        for setting in rows:
            for at in ("keyboard", "mouse"):
                person = Person(tab=tab)
                choice = person.screen.choices[setting.field]
                if at == "mouse":
                    click((choice.rect.right - 12, choice.rect.centery))
                else:
                    person.screen.focus.go_to(choice)
                    press(pygame.K_RIGHT)
                changed = person.keys()
                assert getattr(changed, setting.field) != getattr(ANN, setting.field), setting
                assert replace(changed, **{setting.field: getattr(ANN, setting.field)}) == ANN


def test_tabs_take_the_mouse_and_have_ends() -> None:
    person = Person()
    click(person.screen.tabs.areas[2].center)
    person.keys()
    assert person.screen.tab == "Sound"
    person.keys(pygame.K_RIGHT)
    assert person.screen.tab == "Sound"
    person.keys(pygame.K_LEFT, pygame.K_LEFT, pygame.K_LEFT)
    assert person.screen.tab == "Player"


def test_the_volume_has_ends() -> None:
    person = Person(replace(ANN, volume=10), "Sound")
    person.screen.focus.go_to(person.screen.choices["volume"])
    assert person.keys(pygame.K_LEFT).volume == 0
    assert person.keys(pygame.K_LEFT, pygame.K_LEFT).volume == 0
    assert person.keys(*[pygame.K_RIGHT] * 12).volume == 100


def test_a_volume_of_the_file_need_not_be_a_round_one() -> None:
    assert Person(replace(ANN, volume=33), "Sound").keys() == replace(ANN, volume=33)


def test_a_click_goes_on_and_one_at_the_left_arrow_back() -> None:
    person = Person(tab="Sound")
    choice = person.screen.choices["volume"]
    click((choice.rect.right - 12, choice.rect.centery))
    assert person.keys().volume == 80
    click(choice._arrow(0).center)
    click(choice._arrow(0).center)
    assert person.keys().volume == 60


def test_colours_take_the_mouse_and_ones_own_stays_among_them() -> None:
    person = Person(replace(ANN, color=0x123456))
    assert person.screen.swatches is not None
    assert 0x123456 in person.screen.swatches.areas
    click(person.screen.swatches.areas[PALETTE["pink"]].center)
    assert person.keys().color == PALETTE["pink"]


def test_a_name_that_is_none_is_said_and_changes_nothing() -> None:
    person = Person()
    assert person.screen.name is not None
    person.screen.focus.go_to(person.screen.name)
    plain = look(person.screen)
    type_text("x" * 20)
    person.keys()
    assert "at most 16 characters" in person.screen.errors["name"]
    assert differs(plain, look(person.screen)) > 100
    assert person.settings.name == "Ann" + 13 * "x"
    person.keys(*[pygame.K_BACKSPACE] * 23)
    assert "at least one character" in person.screen.errors["name"]
    type_text("Bob")
    assert person.keys().name == "Bob"
    assert not person.screen.errors


def test_done_keys_and_escape_lead_away() -> None:
    person = Person()
    person.screen.focus.go_to(person.screen.focus.widgets[-2])
    person.keys(pygame.K_RETURN, pygame.K_RIGHT, pygame.K_RETURN, pygame.K_ESCAPE)
    assert person.went == ["back", "keys", "back"]


class Binder:
    """Somebody who changes keys."""

    def __init__(self) -> None:
        self.keys = default_keys()
        self.backed = 0
        self.screen = KeysScreen(looking(), self.keys, TAG.inputs, self._changed, self._back)
        look(self.screen)

    def _changed(self, keys: dict[str, list[str]]) -> None:
        self.keys = keys

    def _back(self) -> None:
        self.backed += 1

    def bind(self, action: str, place: int, key: int) -> list[str]:
        """Choose a place, press a key; what the action has then."""
        return self.bind_event(action, place, pygame.Event(pygame.KEYDOWN, key=key, mod=0, unicode="", scancode=0))

    def refused(self, action: str, place: int, event: pygame.Event) -> str:
        """The same with a key that cannot be had: what the page says."""
        before = self.keys
        self.bind_event(action, place, event)
        assert self.keys == before
        return self.screen.message

    def bind_event(self, action: str, place: int, event: pygame.Event) -> list[str]:
        """The same with a key of any keyboard."""
        self.screen.focus.go_to(self.screen.places[action, place])
        press(pygame.K_RETURN)
        look(self.screen)
        assert self.screen.message == WAITING
        pygame.event.post(event)
        look(self.screen)
        return self.keys[action]


def test_a_key_is_changed_and_another_added() -> None:
    binder = Binder()
    assert binder.bind("dash", 0, pygame.K_k) == ["k", "left shift"]
    assert binder.bind("chat", 1, pygame.K_t) == ["return", "t"]
    assert binder.bind("chat", 1, pygame.K_z) == ["return", "z"]
    assert binder.keys == default_keys() | {"dash": ["k", "left shift"], "chat": ["return", "z"]}
    assert binder.screen.message == HELP


def test_the_new_key_works_and_the_old_one_is_free() -> None:
    binder = Binder()
    binder.bind("dash", 0, pygame.K_k)
    assert binder.bind("up", 0, pygame.K_SPACE) == ["space", "up"]


@pytest.mark.parametrize("key", [pygame.K_RETURN, pygame.K_TAB, pygame.K_UP])
def test_keys_that_move_the_focus_can_be_bound_where_they_are_free(key: int) -> None:
    binder = Binder()
    for action in ("up", "chat", "scoreboard"):
        binder.bind(action, 0, {"up": pygame.K_i, "chat": pygame.K_t, "scoreboard": pygame.K_b}[action])
    binder.screen.focus.go_to(binder.screen.places["up", 1])
    press(pygame.K_DELETE)
    look(binder.screen)
    assert binder.bind("dash", 0, key) == [pygame.key.name(key), "left shift"]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_key_is_bound_by_its_place_and_called_as_it_is_today(layout: str, today: Callable[[str], None]) -> None:
    today(layout)
    binder = Binder()
    event = on(layout, 25)  # where a US keyboard has its V
    assert binder.bind_event("dash", 0, event) == ["position of v", "left shift"]
    assert binder.screen.places["dash", 0].text == chr(event.key).capitalize()
    binder.bind_event("dash", 1, event)
    assert binder.keys["dash"] == ["position of v"]  # the same key is one key
    today("us")
    pygame.event.post(pygame.Event(pygame.KEYMAPCHANGED))
    look(binder.screen)
    assert binder.screen.places["dash", 0].text == "V"
    assert "“V” is already for “Dash”" in binder.refused("chat", 0, on("us", 25))


def test_a_key_that_is_taken_stays_and_the_page_says_where() -> None:
    binder = Binder()
    plain = look(binder.screen)
    assert binder.bind("dash", 0, pygame.K_w) == default_keys()["dash"]
    assert "“W” is already for “Walk up”" in binder.screen.message
    assert binder.keys == default_keys()
    assert differs(plain, look(binder.screen)) > 200


@pytest.mark.parametrize(
    ("key", "words"), [(pygame.K_F11, "F11 changes to the full screen"), (pygame.K_F3, "F3 shows")]
)
def test_keys_of_the_window_are_not_given_away(key: int, words: str) -> None:
    binder = Binder()
    assert binder.bind("dash", 0, key) == default_keys()["dash"]
    assert words in binder.screen.message


def test_the_same_key_twice_is_one_key() -> None:
    binder = Binder()
    assert binder.bind("dash", 1, pygame.K_SPACE) == ["space"]


def test_escape_leaves_a_key_as_it_is_and_then_the_page() -> None:
    binder = Binder()
    assert binder.bind("dash", 0, pygame.K_ESCAPE) == default_keys()["dash"]
    assert binder.backed == 0
    press(pygame.K_ESCAPE)
    look(binder.screen)
    assert binder.backed == 1


def test_a_key_is_taken_away_but_not_the_last() -> None:
    binder = Binder()
    binder.screen.focus.go_to(binder.screen.places["dash", 0])
    press(pygame.K_DELETE)
    look(binder.screen)
    assert binder.keys["dash"] == ["left shift"]
    press(pygame.K_DELETE)
    look(binder.screen)
    assert binder.keys["dash"] == ["left shift"]
    assert "needs at least one key" in binder.screen.message


def test_a_gamepads_buttons_are_not_taken_for_keys() -> None:
    binder = Binder()
    binder.screen.focus.go_to(binder.screen.places["dash", 0])
    press(pygame.K_RETURN)
    for key in (pygame.K_RETURN, pygame.K_DOWN):
        pygame.event.post(pygame.Event(pygame.KEYDOWN, key=key, mod=0, unicode="", scancode=0, pad=True))
    look(binder.screen)
    assert binder.keys == default_keys()


def test_all_keys_can_be_as_at_first() -> None:
    binder = Binder()
    binder.bind("dash", 0, pygame.K_k)
    binder.screen.focus.go_to(binder.screen.focus.widgets[-1])
    press(pygame.K_RETURN)
    look(binder.screen)
    assert binder.keys == default_keys()
