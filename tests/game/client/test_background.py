"""Faults of ours in what runs in the background: each is logged, and whoever waits for it reads why."""

import asyncio
import logging
from collections.abc import AsyncIterator
from typing import Any

import pygame
import pytest

import game.client.discovery
import game.server.advertising
import net.client.connector
from game import bots
from game.client.discovery import Discovery
from game.client.hosting import Hosting
from game.client.ui.failed_screen import FailedScreen
from game.client.ui.join_screen import JoinScreen
from game.client.window import Services
from game.server.advertising import Advertiser
from game.tag import TAG
from net.client.connector import Connector, Phase
from net.client.credentials import Credentials
from net.client.doctor import Finding
from net.game import Game
from net.io import walltime
from net.io.address import Address
from net.io.background import start_in_background
from net.io.lan import Advert
from tests.game.client.stage import frames_until, opened, press
from tests.game.client.test_app import ANN, at, plays, shows
from tests.game.live import frames_until as session_frames_until
from tests.game.live import free_port, live_server, run, until

pytestmark = pytest.mark.usefixtures("surface")

BOOM = "RuntimeError: boom"
NOWHERE = Address("127.0.0.1", 9)


async def boom(*_: Any, **__: Any) -> Any:
    raise RuntimeError("boom")


@pytest.fixture(autouse=True)
def logged(caplog: pytest.LogCaptureFixture) -> Any:
    """Each of them is in the log with its traceback."""
    yield
    if caplog.records:  # parts of a test that raise nothing have none
        assert any(record.exc_info for record in caplog.records if record.levelno == logging.ERROR)


@pytest.mark.parametrize("where", ["resolve", "connect_to"])
def test_a_fault_while_connecting_is_on_the_failure_page(monkeypatch: pytest.MonkeyPatch, where: str) -> None:
    monkeypatch.setattr(net.client.connector, where, boom)

    async def story() -> None:
        async with opened(ANN) as window:
            window.join(NOWHERE, ANN)
            await shows(window, FailedScreen)
            assert isinstance(window.screen, FailedScreen)
            assert BOOM in window.screen.reason

    run(story())


def test_a_fault_while_reconnecting_is_on_the_failure_page(monkeypatch: pytest.MonkeyPatch) -> None:
    async def story() -> None:
        async with live_server() as (simulation, address), opened(at(address)) as window:
            window.join(address, ANN)
            await frames_until(window, lambda: plays(window))
            monkeypatch.setattr(net.client.connector, "connect_to", boom)
            for session in list(simulation.admission.sessions):
                session.lost("a test")
            await shows(window, FailedScreen)
            assert isinstance(window.screen, FailedScreen)
            assert BOOM in window.screen.reason

    run(story())


def test_a_fault_while_hosting_is_on_the_failure_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Hosting, "_serve", boom)

    async def story() -> None:
        async with opened(ANN) as window:
            press(pygame.K_RETURN)
            await shows(window, FailedScreen)
            assert isinstance(window.screen, FailedScreen)
            assert BOOM in window.screen.reason
            assert not window.screen.findings, "there is nothing to examine"

    run(story())


def test_a_fault_while_looking_for_games_is_on_the_join_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(game.client.discovery, "open_lan", boom)

    async def story() -> None:
        async with opened(ANN, Services(discover=Discovery)) as window:
            press(pygame.K_DOWN)
            press(pygame.K_RETURN)
            await shows(window, JoinScreen)
            assert isinstance(window.screen, JoinScreen)
            finder = window.screen._finder
            assert finder is not None
            await frames_until(window, lambda: BOOM in finder.problem)

    run(story())


def test_a_fault_of_the_examination_is_one_of_its_findings() -> None:
    async def examine(game: Game, address: Address, credentials: Credentials) -> AsyncIterator[Finding]:
        yield Finding("resolve", True, "fine")
        raise RuntimeError("boom")

    async def story() -> None:
        async with opened(ANN, Services(examine=examine)) as window:
            window.join(Address("127.0.0.1", free_port()), ANN)
            await shows(window, FailedScreen)
            screen = window.screen
            assert isinstance(screen, FailedScreen)
            await frames_until(window, lambda: len(screen.findings) == 2)
            assert [finding.ok for finding in screen.findings] == [True, False]
            assert BOOM in screen.findings[1].text

    run(story())


def test_the_end_of_a_search_does_not_keep_the_window_from_closing() -> None:
    class Stuck:
        servers = ()
        problem = ""

        def start(self) -> None:
            """Nothing to find."""

        close = boom

    async def story() -> None:
        async with opened(ANN, Services(discover=Stuck)) as window:
            press(pygame.K_DOWN)
            press(pygame.K_RETURN)
            await shows(window, JoinScreen)
        assert not window._ending

    run(story())


def test_advertising_fails_and_the_server_serves_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(game.server.advertising, "open_lan", boom)

    async def story() -> None:
        async with live_server() as (_, address):
            advertiser = Advertiser(address, lambda: Advert("den", 0, 8), ["127.0.0.1"])
            advertiser.start()
            assert advertiser._task is not None
            await asyncio.wait([advertiser._task])
            session = Connector(TAG, address, "Ann", 0, walltime.now)
            await session_frames_until(session, lambda: session.phase is Phase.PLAYING)
            session.leave()
            await advertiser.close()

    run(story())


def test_a_bot_says_it_among_its_errors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(net.client.connector, "resolve", boom)

    async def story() -> None:
        report = await bots._run(TAG, 2, NOWHERE, 5.0, 1, None, Credentials())
        assert report["connected"] == 0
        assert isinstance(report["errors"], list)
        assert [BOOM in error for error in report["errors"]] == [True]

    run(story())


def test_of_several_faults_at_once_one_is_named_and_it_is_told_before_the_task_is_done() -> None:
    async def group() -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(boom())

    async def story() -> None:
        told: list[tuple[str, bool]] = []
        task = start_in_background(group, "digging", lambda reason: told.append((reason, task.done())))
        await until(task.done)
        assert told == [(f"digging failed by a fault of the game's own ({BOOM}); its log has more", False)]

    run(story())


def test_one_that_is_cancelled_before_it_began_is_no_fault(caplog: pytest.LogCaptureFixture) -> None:
    async def story() -> None:
        told: list[str] = []
        task = start_in_background(boom, "digging", told.append)
        task.cancel()
        await asyncio.wait([task])
        assert task.cancelled()
        assert not told

    run(story())
    assert not caplog.records
