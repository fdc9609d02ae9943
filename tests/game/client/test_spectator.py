"""The eyes of a spectator: whom they follow, where they roam, and what the server hears of it."""

import pygame
import pytest

from ecs.arena import TILE
from ecs.components import UNITS_PER_PIXEL
from ecs.movement.step import DASH, DIRECTIONS
from game.client.draw.camera import Camera
from game.client.draw.spectator import LOOK_TILES, LOOKS_PER_SECOND, ROAM_SPEED, Spectator
from game.client.game_screen import GameScreen
from game.client.settings import Settings
from game.client.window import Window
from game.tag import TAG
from net.client.connector import Connector
from net.client.controls import Controls
from tests.game.client.stage import differs, frames_until, hold, let_go, opened, press
from tests.game.live import live_server, run

ARENA = (2000, 1600)
VIEW = (200, 100)
PLAYERS = {3: (500.0, 500.0), 7: (1000.0, 800.0), 9: (1900.0, 100.0)}
FRAME = 1 / 60
LOOK_PIXELS = LOOK_TILES * TILE / UNITS_PER_PIXEL


class Eyes:
    """A spectator, the keys under its hands, and all that it has told."""

    def __init__(self) -> None:
        self.controls = Controls()
        self.camera = Camera()
        self.told: list[tuple[int, int]] = []
        self.spectator = Spectator(self.controls, ARENA, lambda x, y: self.told.append((x, y)))
        self.players = dict(PLAYERS)
        self.now = 50.0

    def frames(self, count: int = 1) -> None:
        for _ in range(count):
            self.now += FRAME
            self.spectator.follow(self.players, self.camera, VIEW, self.now)

    def tap(self, *keys: str) -> None:
        for key in keys:
            self.controls.press(key)
            self.controls.release(key)
            self.frames(2)

    @property
    def middle(self) -> tuple[float, float]:
        """What the camera shows, once it is there."""
        self.frames(60)
        left, top = self.camera.corner(VIEW, ARENA)
        return left + VIEW[0] // 2, top + VIEW[1] // 2


def test_it_follows_whoever_is_nearest_to_the_middle_of_the_arena_first() -> None:
    eyes = Eyes()
    eyes.frames()
    assert eyes.spectator.following == 7
    assert eyes.middle == PLAYERS[7]
    eyes.players[7] = (1100.0, 900.0)
    assert eyes.middle == (1100, 900)


def test_right_and_left_go_on_to_the_next_and_the_previous_player_all_round() -> None:
    eyes = Eyes()
    eyes.frames()
    seen = []
    for key in ("right", "right", "right", "left", "left"):
        eyes.tap(key)
        seen.append(eyes.spectator.following)
    assert seen == [9, 3, 7, 3, 9]


def test_a_key_that_stays_down_goes_on_once() -> None:
    eyes = Eyes()
    eyes.frames()
    eyes.controls.press("right")
    eyes.frames(30)
    assert eyes.spectator.following == 9


def test_who_is_followed_and_leaves_is_followed_by_the_nearest_one() -> None:
    eyes = Eyes()
    eyes.frames()
    del eyes.players[7]
    eyes.frames()
    assert eyes.spectator.following == 3
    eyes.players.clear()
    eyes.frames()
    assert eyes.spectator.following == 0
    assert "nobody" in eyes.spectator.hint
    eyes.players[12] = (10.0, 10.0)
    eyes.frames()
    assert eyes.spectator.following == 12


def test_up_lets_go_and_then_the_keys_move_the_view_at_a_steady_speed() -> None:
    eyes = Eyes()
    eyes.frames()
    eyes.controls.press("up")
    eyes.frames(31)  # the first of them lets go, and moves as well
    assert eyes.spectator.following == 0
    assert "follow the nearest" in eyes.spectator.hint
    eyes.controls.release("up")
    x, y = eyes.middle
    assert x == 1000
    assert y == pytest.approx(800 - ROAM_SPEED * 31 * FRAME, abs=2)
    eyes.controls.press("right")
    eyes.frames(30)
    eyes.controls.release("right")
    assert eyes.middle[0] == pytest.approx(1000 + ROAM_SPEED / 2, abs=2)


def test_the_view_stays_over_the_arena_and_a_stall_does_not_throw_it_away() -> None:
    eyes = Eyes()
    eyes.frames()
    eyes.controls.press("down")
    eyes.frames(3)
    eyes.now += 60
    eyes.frames()
    assert eyes.spectator._middle[1] < 800 + ROAM_SPEED / 5
    eyes.frames(600)
    assert eyes.spectator._middle == (1000, ARENA[1] - VIEW[1] / 2)
    eyes.controls.release("down")
    eyes.controls.press("up")
    eyes.frames(2)
    assert eyes.spectator._middle[1] < ARENA[1] - VIEW[1] / 2, "no way back that shows nothing"


def test_a_dash_while_roaming_follows_the_nearest_again() -> None:
    eyes = Eyes()
    eyes.frames()
    eyes.tap("up")
    eyes.controls.press("right")
    eyes.frames(70)
    eyes.controls.release("right")
    eyes.frames(2)
    assert eyes.spectator.following == 0
    eyes.controls.steer(DASH)
    eyes.frames(2)
    assert eyes.spectator.following == 9
    assert len(DIRECTIONS) <= DASH


def test_the_server_is_told_where_it_looks_when_that_has_moved_far_enough() -> None:
    eyes = Eyes()
    eyes.frames()
    assert eyes.told == [(1000 * UNITS_PER_PIXEL, 800 * UNITS_PER_PIXEL)]
    eyes.players[7] = (1000 + LOOK_PIXELS, 800.0)
    eyes.frames(60)
    assert len(eyes.told) == 1
    eyes.players[7] = (1000 + LOOK_PIXELS + 1, 800.0)
    eyes.frames(60)
    assert eyes.told[1:] == [(round(1001 + LOOK_PIXELS) * UNITS_PER_PIXEL, 800 * UNITS_PER_PIXEL)]


def test_an_arena_that_is_smaller_than_the_view_is_looked_at_in_its_middle() -> None:
    told: list[tuple[int, int]] = []
    spectator = Spectator(Controls(), (100, 80), lambda x, y: told.append((x, y)))
    spectator.follow({1: (10.0, 10.0)}, Camera(), VIEW, 1.0)
    assert told == [(50 * UNITS_PER_PIXEL, 40 * UNITS_PER_PIXEL)]


def test_the_server_is_told_seldom_enough_however_far_the_view_moves() -> None:
    eyes = Eyes()
    for number in range(180):
        eyes.players = {7: (400.0 if number % 2 else 1600.0, 800.0)}
        eyes.frames()
    assert 3 * LOOKS_PER_SECOND - 2 <= len(eyes.told) <= 3 * LOOKS_PER_SECOND + 1


def watching(window: Window) -> GameScreen | None:
    screen = window.screen
    return screen if isinstance(screen, GameScreen) and screen.renderer.players else None


@pytest.mark.usefixtures("surface")
def test_a_window_that_watches_draws_the_players_has_no_body_and_changes_whom_it_follows() -> None:
    async def story() -> None:
        async with live_server() as (simulation, address), opened(Settings("Eve", 0xF5A623)) as window:
            ann, bob = (Connector(TAG, address, name, 0xFFFFFF, window._now) for name in ("Ann", "Bob"))

            def all_of_them() -> None:
                ann.update()
                bob.update()

            window.join(address, Settings("Eve", 0xF5A623), watch=True)

            async def until(done: object) -> None:
                def both() -> bool:
                    all_of_them()
                    return bool(done())  # type: ignore[operator]

                await frames_until(window, both)

            await until(lambda: (screen := watching(window)) is not None and screen.renderer.players == 2)
            screen = watching(window)
            assert screen is not None
            assert screen.renderer.own_place is None
            assert len(simulation.seats) == 2
            eyes = screen.renderer.spectator
            assert eyes is not None
            followed = eyes.following
            assert followed in simulation.world
            press(pygame.K_RIGHT)
            await until(lambda: eyes.following not in (0, followed))
            surface = pygame.display.get_surface()
            assert surface is not None
            before = surface.copy()
            hold(pygame.K_UP)
            await until(lambda: eyes.following == 0)
            let_go(pygame.K_UP)
            press(pygame.K_F3)  # the graph bears a client without a body
            press(pygame.K_F4)
            await until(lambda: screen.graph is not None and screen.ghosts is not None)
            assert differs(before, surface) > 500
            (session,) = [session for session in simulation.admission.sessions if session.watch]
            await until(lambda: session.look is not None)
            press(pygame.K_ESCAPE)
            await until(lambda: not isinstance(window.screen, GameScreen))
            ann.leave()
            bob.leave()

    run(story())
