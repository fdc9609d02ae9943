"""A gamepad's events become those of keys, in the game and in the menus."""

import math

import pygame
import pytest

from game.client.input.gamepad import DEAD_ZONE, Gamepad
from game.client.input.keyboard import Bindings
from game.client.settings import default_keys
from game.tag import TAG

pytestmark = pytest.mark.usefixtures("surface")

A, B = pygame.CONTROLLER_BUTTON_A, pygame.CONTROLLER_BUTTON_B
X, Y = pygame.CONTROLLER_AXIS_LEFTX, pygame.CONTROLLER_AXIS_LEFTY


class Player:
    """Somebody who holds a gamepad, and the keys that are down for it."""

    def __init__(self, **keys: list[str]) -> None:
        self.bindings = Bindings(default_keys() | keys, TAG.inputs)
        self.gamepad = Gamepad(self.bindings)
        self.plays = True
        self.held: set[int] = set()

    def button(self, number: int, down: bool = True, which: int = 0) -> set[int]:
        kind = pygame.CONTROLLERBUTTONDOWN if down else pygame.CONTROLLERBUTTONUP
        return self.take(pygame.Event(kind, instance_id=which, button=number))

    def stick(self, x: float, y: float) -> set[int]:
        for axis, value in ((X, x), (Y, y)):
            self.take(pygame.Event(pygame.CONTROLLERAXISMOTION, instance_id=0, axis=axis, value=round(32767 * value)))
        return self.held

    def take(self, event: pygame.Event) -> set[int]:
        for each in self.gamepad.translate(event, self.plays):
            if each.type == pygame.KEYDOWN:
                assert each.key not in self.held
                self.held.add(each.key)
            else:
                assert each.type == pygame.KEYUP
                self.held.remove(each.key)
        return self.held


def test_in_the_game_the_buttons_are_the_keys_that_are_bound() -> None:
    player = Player(dash=["k"], left=["j", "a"])
    assert player.button(A) == {pygame.K_k}
    assert player.button(pygame.CONTROLLER_BUTTON_DPAD_LEFT) == {pygame.K_k, pygame.K_j}
    assert player.button(A, False) == {pygame.K_j}
    assert player.button(pygame.CONTROLLER_BUTTON_DPAD_LEFT, False) == set()
    assert player.button(pygame.CONTROLLER_BUTTON_START) == {pygame.K_ESCAPE}
    assert player.button(pygame.CONTROLLER_BUTTON_BACK) == {pygame.K_ESCAPE, pygame.K_TAB}
    assert player.button(B) == {pygame.K_ESCAPE, pygame.K_TAB, pygame.K_3}, "an emote"


def test_in_menus_they_are_arrows_enter_and_escape() -> None:
    player = Player(up=["i"])
    player.plays = False
    for button, key in (
        (A, pygame.K_RETURN),
        (B, pygame.K_ESCAPE),
        (pygame.CONTROLLER_BUTTON_START, pygame.K_RETURN),
        (pygame.CONTROLLER_BUTTON_DPAD_UP, pygame.K_UP),
    ):
        assert player.button(button) == {key}
        assert player.button(button, False) == set()


def test_what_went_down_in_the_game_comes_up_in_the_menu() -> None:
    player = Player()
    player.stick(0, -1)
    assert player.button(A) == {pygame.K_w, pygame.K_SPACE}
    player.plays = False
    assert player.button(A, False) == {pygame.K_w}
    assert player.stick(0, 0) == set()


def test_the_stick_has_eight_directions_as_wide_as_each_other() -> None:
    player = Player()
    names = {pygame.K_d: "right", pygame.K_a: "left", pygame.K_w: "up", pygame.K_s: "down"}
    seen = [
        frozenset(names[key] for key in player.stick(math.cos(angle), math.sin(angle)))
        for angle in (math.tau * (number + 0.5) / 64 for number in range(64))
    ]
    assert {direction: seen.count(direction) for direction in seen} == {
        frozenset(direction.split()): 8
        for direction in ("right", "right down", "down", "down left", "left", "left up", "up", "up right")
    }


def test_a_stick_at_rest_is_at_rest_however_worn() -> None:
    player = Player()
    assert player.stick(0.2, -0.2) == set()
    assert player.stick(DEAD_ZONE + 0.05, 0) == {pygame.K_d}
    assert player.stick(-0.2, 0.1) == set()


def test_stick_and_cross_may_mean_the_same_at_once() -> None:
    player = Player()
    player.button(pygame.CONTROLLER_BUTTON_DPAD_RIGHT)
    # The key is down already; it comes up when both are let go.
    events = player.gamepad.translate(
        pygame.Event(pygame.CONTROLLERAXISMOTION, instance_id=0, axis=X, value=32767), True
    )
    assert [event.key for event in events if event.type == pygame.KEYUP] == []
    player.stick(0, 0)
    assert player.held == {pygame.K_d}
    assert player.button(pygame.CONTROLLER_BUTTON_DPAD_RIGHT, False) == set()


def test_a_pad_that_is_pulled_out_lets_everything_go_and_another_stays() -> None:
    player = Player()
    player.button(A)
    player.stick(1, 1)
    player.button(pygame.CONTROLLER_BUTTON_DPAD_UP, which=1)
    assert player.take(pygame.Event(pygame.CONTROLLERDEVICEREMOVED, instance_id=0)) == {pygame.K_w}
    assert player.stick(0, 0.1) == {pygame.K_w}  # and its stick is not where it was
    player.take(pygame.Event(pygame.CONTROLLERDEVICEREMOVED, instance_id=7))


def test_a_pad_that_is_gone_before_it_can_be_opened_is_no_fault() -> None:
    assert Player().take(pygame.Event(pygame.CONTROLLERDEVICEADDED, device_index=3)) == set()


def test_everything_else_passes() -> None:
    event = pygame.Event(pygame.KEYDOWN, key=pygame.K_a)
    assert Gamepad(Bindings(default_keys(), TAG.inputs)).translate(event, True) == [event]
