"""Keys become directions, from events alone."""

import pygame

from ecs.step import DASH, DIRECTIONS
from game.client.controls import Controls
from game.client.keyboard import Keyboard


def down(key: int) -> pygame.Event:
    return pygame.Event(pygame.KEYDOWN, key=key)


def up(key: int) -> pygame.Event:
    return pygame.Event(pygame.KEYUP, key=key)


def heading(*events: pygame.Event) -> tuple[int, int]:
    """Where one goes after these, one a tick."""
    controls = Controls()
    keyboard = Keyboard(controls)
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


def test_the_space_bar_dashes() -> None:
    controls = Controls()
    keyboard = Keyboard(controls)
    keyboard.handle(down(pygame.K_d))
    assert controls.next() == DIRECTIONS.index((1, 0))
    keyboard.handle(down(pygame.K_SPACE))
    assert controls.next() == DIRECTIONS.index((1, 0)) + DASH
