"""Keys become what they are bound to, from events alone."""

import pygame
import pytest

from ecs.step import DIRECTIONS
from game.client.controls import Controls, Key
from game.client.keyboard import ACTIONS, Bindings, Keyboard
from game.client.settings import default_keys

pytestmark = pytest.mark.usefixtures("surface")


class Hands(Controls):
    """Controls that keep what they were told."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[tuple[str, Key]] = []

    def press(self, key: Key) -> None:
        self.told.append(("press", key))
        super().press(key)

    def release(self, key: Key) -> None:
        self.told.append(("release", key))
        super().release(key)


def down(key: int) -> pygame.Event:
    return pygame.Event(pygame.KEYDOWN, key=key)


def up(key: int) -> pygame.Event:
    return pygame.Event(pygame.KEYUP, key=key)


def heading(*events: pygame.Event) -> tuple[int, int]:
    """Where one goes after these, one a tick."""
    controls = Controls()
    keyboard = Keyboard(controls, Bindings(default_keys()))
    direction = 0
    for event in events:
        keyboard.handle(event)
        direction = controls.next()
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
    keyboard = Keyboard(hands, Bindings(default_keys()))
    for event in (down(pygame.K_SPACE), down(pygame.K_SPACE), up(pygame.K_SPACE)):
        keyboard.handle(event)
    assert hands.told == [("press", "dash"), ("release", "dash")]
    assert keyboard.used


def test_a_key_means_what_it_meant_when_it_went_down() -> None:
    hands, bindings = Hands(), Bindings(default_keys())
    keyboard = Keyboard(hands, bindings)
    keyboard.handle(down(pygame.K_w))
    bindings.use(default_keys() | {"up": ["i"], "down": ["w"]})
    keyboard.handle(up(pygame.K_w))
    keyboard.handle(down(pygame.K_w))
    assert hands.told == [("press", "up"), ("release", "up"), ("press", "down")]


def test_bindings_say_what_a_key_does_and_which_keys_do_something() -> None:
    bindings = Bindings(default_keys() | {"chat": ["t", "no such key"]})
    assert bindings.action(pygame.K_t) == "chat"
    assert bindings.action(pygame.K_RETURN) is None
    assert bindings.keys("chat") == [pygame.K_t]
    assert bindings.name("scoreboard") == "tab"


@pytest.mark.parametrize("names", [[], ["no such key"]])
def test_no_action_is_ever_without_a_key(names: list[str]) -> None:
    bindings = Bindings(dict.fromkeys(ACTIONS, names))
    assert [bindings.name(action) for action in ACTIONS] == [default_keys()[action][0] for action in ACTIONS]
