"""The page that asks for a password, and the way through it into a game."""

import pygame
import pytest

from game.client.game_screen import GameScreen
from game.client.settings import settings_file
from game.client.ui.password_screen import PasswordScreen
from net.client.connector import Phase
from net.client.credentials import Credentials
from net.server.simulation import ServerSettings
from tests.game.client.stage import differs, frames_until, look, looking, opened, press, type_text
from tests.game.client.test_app import ANN, at, join, plays, shows
from tests.game.live import live_server, run, until
from tests.harness import HALL

pytestmark = pytest.mark.usefixtures("surface")

LOCKED = ServerSettings(HALL, password="correct horse", hold_seconds=0)


def test_what_is_typed_is_told_with_its_blanks_and_never_shown() -> None:
    told: list[str] = []
    screen = PasswordScreen(looking(), "localhost:5000", "this server wants a password", told.append, told.clear)
    screen.open()
    empty = look(screen)
    press(pygame.K_RETURN)
    assert differs(empty, look(screen)) > 100
    assert screen.errors == {"password": "the password is empty"}
    type_text("iiiii iiiii")
    narrow = look(screen)
    press(pygame.K_RETURN)
    look(screen)
    assert told == ["iiiii iiiii"]
    for _ in range(11):
        press(pygame.K_BACKSPACE)
    look(screen)
    type_text("WWWWW WWWWW")
    assert differs(narrow, look(screen)) < 20, "as many dots, but for the cursor"
    press(pygame.K_ESCAPE)
    look(screen)
    assert told == []
    screen.close()


def test_a_server_that_wants_a_password_is_joined_by_typing_it_the_second_time_right() -> None:
    async def story() -> None:
        async with live_server(settings=LOCKED) as (simulation, address), opened(at(address)) as window:
            window.join(address, at(address))
            await shows(window, PasswordScreen)
            type_text("correct house")
            press(pygame.K_RETURN)
            await frames_until(window, lambda: not isinstance(window.screen, PasswordScreen))
            await shows(window, PasswordScreen)
            assert len(simulation.seats) == 0
            type_text("correct horse")
            press(pygame.K_RETURN)
            await frames_until(window, lambda: plays(window))
            window.to_start()
            await join(window)  # by the start screen, and asked no more
            assert not settings_file().exists() or "correct" not in settings_file().read_text()

    run(story())


def test_who_is_thrown_out_of_a_server_with_a_password_comes_back_without_typing() -> None:
    async def story() -> None:
        async with live_server(settings=LOCKED) as (simulation, address), opened(ANN) as window:
            window._added[address] = Credentials("correct horse")
            window.join(address, ANN)
            await frames_until(window, lambda: plays(window))
            session = window.session
            assert session is not None
            for each in list(simulation.admission.sessions):
                each.end("for a test")
            await frames_until(window, lambda: session.phase is Phase.WAITING)
            await frames_until(window, lambda: session.phase is Phase.PLAYING)
            assert isinstance(window.screen, GameScreen)
        await until(lambda: not simulation.admission.sessions)

    run(story())
