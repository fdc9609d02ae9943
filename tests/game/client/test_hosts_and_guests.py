"""Who hosts and who is a guest: what each reads when it ends, when it never begins, and when there is no seat."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pygame
import pytest

import game.client.window
import net.client.connector
from game.client import app, hosting
from game.client.game_screen import GameScreen
from game.client.settings import load_settings
from game.client.ui.failed_screen import FailedScreen
from game.client.ui.join_screen import JoinScreen
from game.client.ui.leave_screen import LeaveScreen
from game.client.ui.pause_screen import PauseScreen
from game.client.ui.start_screen import StartScreen
from game.client.window import Services, Window
from game.tag import TAG
from net.client.connector import Connector, Phase
from net.client.credentials import Credentials
from net.client.doctor import Finding
from net.game import Game
from net.io import walltime
from net.io.address import Address
from net.server.simulation import ServerSettings
from tests.game.client.stage import frames_until, opened, press
from tests.game.client.test_app import ANN, at, host_at, plays, shows
from tests.game.live import frames_until as session_frames_until
from tests.game.live import live_server, run
from tests.harness import HALL

pytestmark = pytest.mark.usefixtures("surface")


DYING = """
import socket, sys
server = socket.create_server(("127.0.0.1", 0))
print("listening on 127.0.0.1:%d" % server.getsockname()[1], flush=True)
connection, _ = server.accept()
connection.close()
server.close()
print("the disk with the world on it is gone", file=sys.stderr, flush=True)
sys.stdin.read(WAIT)
sys.exit(1)
"""


def never_examined(game: Game, address: Address, credentials: Credentials) -> AsyncIterator[Finding]:
    raise AssertionError("there is nothing to examine any more")


@pytest.mark.parametrize("ends", [True, False])
def test_a_host_who_cannot_join_reads_what_the_server_said_first_and_nobody_examines_a_server_that_was_ended(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, ends: bool
) -> None:
    script = tmp_path / "main.py"
    script.write_text(DYING.replace("WAIT", "0" if ends else ""), encoding="utf-8")
    monkeypatch.setattr(hosting, "MAIN", script)
    if not ends:
        monkeypatch.setattr(game.client.window, "LAST_WORDS_SECONDS", 0.0)

    async def story() -> None:
        async with opened(ANN, Services(examine=never_examined)) as window:
            press(pygame.K_RETURN)
            await shows(window, FailedScreen)
            assert isinstance(window.screen, FailedScreen)
            first = "the disk with the world on it is gone." if ends else "something answered"
            assert window.screen.reason.startswith(first)
            assert "is the server running" not in window.screen.reason

    run(story())


async def go_to_leave(window: Window) -> None:
    """Esc, and down to "Leave the game"."""
    press(pygame.K_ESCAPE)
    await shows(window, PauseScreen)
    press(pygame.K_DOWN)
    press(pygame.K_DOWN)
    press(pygame.K_RETURN)


def test_a_host_with_whom_others_play_is_asked_and_the_others_read_who_ended_the_game_for_as_long_as_they_wait(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    host_at(monkeypatch, 0)
    monkeypatch.setattr(net.client.connector, "FIRST_WAIT", 0.02)

    async def story() -> None:
        async with opened(ANN) as window:
            press(pygame.K_RETURN)
            await frames_until(window, lambda: plays(window))
            assert window.hosting is not None
            assert window.hosting.address is not None
            bob = Connector(TAG, window.hosting.address, "Bob", 0, walltime.now)
            task = asyncio.create_task(session_frames_until(bob, lambda: bob.attempts >= 3))
            await frames_until(window, lambda: window.game is not None and window.game.others == 1)
            await go_to_leave(window)
            await shows(window, LeaveScreen)
            assert isinstance(window.screen, LeaveScreen)
            assert window.screen.words.startswith("1 other is playing.")
            press(pygame.K_RETURN)  # in a hurry
            await shows(window, GameScreen)
            pygame.event.post(pygame.Event(pygame.QUIT))
            await shows(window, LeaveScreen)
            assert window.open
            press(pygame.K_ESCAPE)
            await shows(window, GameScreen)
            await go_to_leave(window)
            await shows(window, LeaveScreen)
            press(pygame.K_LEFT)
            press(pygame.K_RETURN)
            await shows(window, StartScreen)
            await frames_until(window, task.done)
            assert bob.message == "the host ended the game"
            assert bob.phase is Phase.WAITING
            bob.leave()

    run(story())


def test_nobody_is_asked_where_nobody_else_plays_or_the_server_is_another_ones(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    host_at(monkeypatch, 0)

    async def story() -> None:
        async with opened(ANN) as window:
            press(pygame.K_RETURN)
            await frames_until(window, lambda: plays(window))
            await go_to_leave(window)
            await shows(window, StartScreen)
        async with live_server() as (_, address), opened(ANN) as window:
            bob = Connector(TAG, address, "Bob", 0, walltime.now)
            await session_frames_until(bob, lambda: bob.phase is Phase.PLAYING)
            window.join(address, ANN)
            await frames_until(window, lambda: window.game is not None and window.game.others == 1)
            pygame.event.post(pygame.Event(pygame.QUIT))
            await frames_until(window, lambda: not window.open)
            bob.leave()

    run(story())


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_it_without_a_question_that_nobody_may_see(number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Window, "_ask_to_leave", lambda window, leave: pytest.fail("it asks"))

    async def story() -> None:
        async with opened(ANN) as window:
            app.end_on_signals(window)
            os.kill(os.getpid(), number)
            await frames_until(window, lambda: not window.open)

    run(story())


def test_who_is_asked_and_closes_the_window_again_means_it(monkeypatch: pytest.MonkeyPatch) -> None:
    host_at(monkeypatch, 0)

    async def story() -> None:
        async with opened(ANN) as window:
            press(pygame.K_RETURN)
            await frames_until(window, lambda: plays(window))
            assert window.game is not None
            monkeypatch.setattr(GameScreen, "others", 8)
            window._ask_to_leave(window.quit)
            assert isinstance(window.screen, LeaveScreen)
            assert window.screen.words.startswith("8 others are playing.")
            pygame.event.post(pygame.Event(pygame.QUIT))
            await frames_until(window, lambda: not window.open)

    run(story())


def test_whom_a_full_server_refuses_may_watch_by_one_key_and_it_is_remembered_once_it_lets_in() -> None:
    async def story() -> None:
        settings = ServerSettings(HALL, max_players=1)
        async with live_server(settings=settings) as (simulation, address), opened(at(address)) as window:
            bob = Connector(TAG, address, "Bob", 0, walltime.now)
            await session_frames_until(bob, lambda: bob.phase is Phase.PLAYING)
            press(pygame.K_DOWN)
            press(pygame.K_RETURN)
            await shows(window, JoinScreen)
            press(pygame.K_RETURN)
            await shows(window, FailedScreen)
            assert isinstance(window.screen, FailedScreen)
            assert "the server is full" in window.screen.reason
            assert "--" not in window.screen.reason, "nobody here has a command line"
            assert load_settings()[0].recent == []
            press(pygame.K_RIGHT)
            press(pygame.K_RETURN)
            await shows(window, GameScreen)
            assert [bool(session.watch) for session in simulation.admission.playing] == [False, True]
            assert load_settings()[0].recent == [str(address)]
            bob.leave()

    run(story())
