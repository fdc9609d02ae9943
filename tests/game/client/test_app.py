"""The program as its player meets it: real screens, real sockets, keys as events, and pictures that are looked at."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import esper
import pygame
import pytest
from pygame._sdl2 import controller

from ecs.components import UNITS_PER_PIXEL, Dash, Intent, Position, Velocity
from game.client import app, hosting
from game.client.discovery import FoundServer
from game.client.game_screen import GameScreen
from game.client.settings import Settings, load_settings, save_settings, settings_file
from game.client.ui.connecting import ConnectingScreen
from game.client.ui.failed_screen import FailedScreen
from game.client.ui.join_screen import JoinScreen
from game.client.ui.keys_screen import KeysScreen
from game.client.ui.pause_screen import PauseScreen
from game.client.ui.settings_screen import SettingsScreen
from game.client.ui.start_screen import StartScreen
from game.client.window import Services, Window
from game.games import GAMES
from game.tag import TAG
from net.client.connector import Connector, Phase
from net.client.credentials import Credentials
from net.client.doctor import Finding
from net.game import Game
from net.io import walltime
from net.io.address import Address
from net.server.simulation import ServerSettings, Simulation
from tests.game.client.stage import (
    click,
    differs,
    frames_until,
    hold,
    keys_to,
    let_go,
    opened,
    pad,
    press,
    stick,
    type_text,
)
from tests.game.live import PATIENCE, free_port, live_server, mute_port, run
from tests.game.processes import ROOT, programs
from tests.harness import HALL

pytestmark = pytest.mark.usefixtures("surface")

ANN = Settings("Ann", 0xF5A623)


def at(address: Address) -> Settings:
    return Settings(ANN.name, ANN.color, str(address))


def place(simulation: Simulation) -> tuple[int, int]:
    """Where the server has the only player, in pixels."""
    with simulation.world:
        ((_, (position, _)),) = esper.get_components(Position, Intent)
        return position.x // UNITS_PER_PIXEL, position.y // UNITS_PER_PIXEL


def rests(simulation: Simulation) -> int:
    """For how many ticks the server lets the only player not dash again."""
    with simulation.world:
        ((_, dash),) = esper.get_component(Dash)
        return dash.rest


def plays(window: Window) -> bool:
    """Whether one sees oneself in the game."""
    screen = window.screen
    return isinstance(screen, GameScreen) and screen.renderer.own_place is not None


async def shows(window: Window, screen: type) -> None:
    """Draw frames until that screen is up, and two more."""
    await frames_until(window, lambda: isinstance(window.screen, screen))
    for _ in range(2):
        window.frame()


async def join(window: Window) -> GameScreen:
    """From the start screen into the game, at the address of last time."""
    press(pygame.K_DOWN)
    press(pygame.K_RETURN)
    await shows(window, JoinScreen)
    press(pygame.K_RETURN)
    await frames_until(window, lambda: plays(window))
    assert isinstance(window.screen, GameScreen)
    return window.screen


def host_at(monkeypatch: pytest.MonkeyPatch, *ports: int) -> None:
    """Let servers that are hosted from here try these ports."""
    monkeypatch.setattr(hosting.Hosting.__init__, "__defaults__", (ports,))


async def passes(window: Window, simulation: Simulation, ticks: int) -> None:
    """Draw frames until the server is so many ticks further; more than a few frames in any case."""
    drawn, until = 0, simulation.tick + ticks

    def done() -> bool:
        nonlocal drawn
        drawn += 1
        return drawn > 10 and simulation.tick >= until

    await frames_until(window, done)


async def stands(window: Window, simulation: Simulation) -> tuple[int, int]:
    """Draw frames until the server knows that the only player wants to stand, and it does; returns where that is."""

    def wants_to_stand() -> bool:
        with simulation.world:
            ((_, (velocity, intent)),) = esper.get_components(Velocity, Intent)
            return intent.direction == velocity.x == velocity.y == 0

    await frames_until(window, wants_to_stand)
    stopped = place(simulation)
    await passes(window, simulation, 20)
    assert place(simulation) == stopped
    assert wants_to_stand()
    return stopped


def test_enter_on_the_join_screen_joins_and_a_held_key_walks() -> None:
    async def story() -> None:
        async with live_server() as (simulation, address), opened(at(address)) as window:
            await join(window)
            assert load_settings() == (replace(at(address), recent=[str(address)]), "")
            x, y = place(simulation)
            key, sign = (pygame.K_d, 1) if x < 600 else (pygame.K_LEFT, -1)
            hold(key)
            await frames_until(window, lambda: (place(simulation)[0] - x) * sign > 60)
            assert place(simulation)[1] == y
            let_go(key)
            await stands(window, simulation)

    run(story())


def test_ones_own_player_is_drawn_where_the_server_has_it() -> None:
    async def story() -> None:
        async with live_server() as (simulation, address), opened(at(address)) as window:
            screen = await join(window)
            x, y = await stands(window, simulation)
            corner = screen.renderer._camera.corner((1280, 720), (40 * 32, 24 * 32))
            assert screen.renderer.own_place == (x - corner[0], y - corner[1])
            surface = window.canvas.surface
            pixel = surface.get_at((x - corner[0] + 14, y - corner[1] + 4))
            assert all(abs(a - b) < 60 for a, b in zip(pixel[:3], (0xF5, 0xA6, 0x23), strict=True))

    run(story())


def test_a_lost_focus_stops_the_walk() -> None:
    async def story() -> None:
        async with live_server() as (simulation, address), opened(at(address)) as window:
            await join(window)
            before = place(simulation)
            key = pygame.K_d if before[0] < 600 else pygame.K_a
            hold(key)
            await frames_until(window, lambda: abs(place(simulation)[0] - before[0]) > 20)
            pygame.event.post(pygame.Event(pygame.WINDOWFOCUSLOST))
            await stands(window, simulation)

    run(story())


def test_f3_and_f4_show_the_network_and_the_servers_truth_and_hide_them_again() -> None:
    async def story() -> None:
        async with live_server() as (_, address), opened(at(address)) as window:
            screen = await join(window)
            assert (screen.graph, screen.ghosts) == (None, None)
            press(pygame.K_F3)
            press(pygame.K_F4)
            await frames_until(window, lambda: screen.graph is not None and screen.ghosts is not None)
            await frames_until(window, lambda: screen.graph is not None and screen.graph.history.closed > 3)
            press(pygame.K_F3)
            press(pygame.K_F4)
            await frames_until(window, lambda: screen.graph is None and screen.ghosts is None)

    run(story())


def test_a_keyboard_alone_is_enough_and_the_menu_does_not_stop_the_game() -> None:
    async def story() -> None:
        async with live_server() as (simulation, address), opened(at(address)) as window:
            await join(window)
            before = place(simulation)
            hold(pygame.K_d if before[0] < 600 else pygame.K_a)
            await frames_until(window, lambda: abs(place(simulation)[0] - before[0]) > 20)
            press(pygame.K_SPACE)
            await frames_until(window, lambda: rests(simulation) > 0)
            press(pygame.K_ESCAPE)
            await shows(window, PauseScreen)
            assert window.game is not None
            pictures = window.game.renderer.pictures
            await stands(window, simulation)  # a held key does not walk below a menu
            assert window.game.renderer.pictures > pictures + 3  # but all the rest goes on
            press(pygame.K_ESCAPE)
            await shows(window, GameScreen)
            press(pygame.K_ESCAPE)
            await shows(window, PauseScreen)
            press(pygame.K_DOWN)
            press(pygame.K_DOWN)
            press(pygame.K_RETURN)
            await shows(window, StartScreen)
            assert window.session is None
            assert window.game is None
            await frames_until(window, lambda: not len(simulation.seats))
            assert window.open
            press(pygame.K_ESCAPE)
            press(pygame.K_ESCAPE)
            await frames_until(window, lambda: not window.open)

    run(story())


def test_settings_can_be_changed_over_the_game_and_are_kept() -> None:
    async def story() -> None:
        async with live_server() as (simulation, address), opened(ANN) as window:
            window.join(address, ANN)
            await frames_until(window, lambda: plays(window))
            press(pygame.K_ESCAPE)
            await shows(window, PauseScreen)
            press(pygame.K_DOWN)
            press(pygame.K_RETURN)
            await shows(window, SettingsScreen)
            for key in (*keys_to("net_graph"), pygame.K_RIGHT):
                press(key)
            for _ in range(2):
                window.frame()
            assert window.game is not None
            assert window.game.graph is not None
            while isinstance(window.page, SettingsScreen) and window.page.focus.at is not window.page.keys:
                press(pygame.K_TAB)
                window.frame()
            press(pygame.K_RETURN)
            await shows(window, KeysScreen)
            for key in (pygame.K_UP,) * 3:  # from Done to "Walk right"
                press(key)
            press(pygame.K_RETURN)
            press(pygame.K_p)
            press(pygame.K_ESCAPE)
            await shows(window, SettingsScreen)
            press(pygame.K_ESCAPE)
            await shows(window, PauseScreen)
            kept, _ = load_settings()
            assert kept.net_graph
            assert kept.keys["right"] == ["p", "right"]
            press(pygame.K_ESCAPE)
            await shows(window, GameScreen)
            before = place(simulation)
            if before[0] > 600:
                hold(pygame.K_a)
                await frames_until(window, lambda: place(simulation)[0] < before[0] - 20)
                let_go(pygame.K_a)
            before = await stands(window, simulation)
            hold(pygame.K_d)  # which means nothing any more
            assert await stands(window, simulation) == before
            hold(pygame.K_p)
            await frames_until(window, lambda: place(simulation)[0] > before[0] + 20)

    run(story())


def test_an_address_is_typed_fails_is_mended_and_joined() -> None:
    async def story() -> None:
        nowhere = Address("127.0.0.1", free_port())
        async with live_server() as (_, address), opened(ANN) as window:
            press(pygame.K_DOWN)
            press(pygame.K_RETURN)
            await shows(window, JoinScreen)
            type_text("no host!")
            press(pygame.K_RETURN)
            await shows(window, JoinScreen)
            assert isinstance(window.screen, JoinScreen)
            assert window.screen.errors["address"]
            for _ in range(8):
                press(pygame.K_BACKSPACE)
            type_text(str(nowhere))
            press(pygame.K_RETURN)
            await shows(window, FailedScreen)
            assert window.session is None
            press(pygame.K_ESCAPE)
            await shows(window, JoinScreen)
            assert window.screen.address.text == str(nowhere)
            window.screen.focus.go_to(window.screen.address)
            for _ in range(len(str(nowhere))):
                press(pygame.K_BACKSPACE)
            type_text(str(address))
            press(pygame.K_RETURN)
            await frames_until(window, lambda: plays(window))
            assert load_settings()[0].recent == [str(address)], "and nothing that never let us in"

    run(story())


def test_text_input_is_on_while_there_is_a_field_and_never_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    types = True  # as SDL has it at first

    def tell(now: bool) -> None:
        nonlocal types
        types = now

    monkeypatch.setattr(pygame.key, "start_text_input", lambda: tell(True))
    monkeypatch.setattr(pygame.key, "stop_text_input", lambda: tell(False))

    def is_on(window: Window) -> bool:
        for _ in range(3):
            window.frame()
        assert (pygame.key.get_repeat()[0] > 0) is types
        return types

    async def story() -> None:
        async with live_server() as (_, address), opened(ANN) as window:
            assert not is_on(window)
            press(pygame.K_F11)
            assert not is_on(window)
            press(pygame.K_DOWN)
            press(pygame.K_RETURN)
            await shows(window, JoinScreen)
            assert is_on(window)
            press(pygame.K_F11)  # another window
            assert is_on(window)
            window._to_join(ANN)  # from one page with a field to another
            assert is_on(window)
            press(pygame.K_UP if isinstance(window.screen, JoinScreen) else 0)
            press(pygame.K_DOWN)
            press(pygame.K_DOWN)
            assert not is_on(window)  # the focus is elsewhere
            press(pygame.K_UP)
            press(pygame.K_UP)
            assert is_on(window)
            type_text(str(address))
            press(pygame.K_RETURN)
            await frames_until(window, lambda: plays(window))
            assert not is_on(window)  # or an input method would take letters that steer
            screen = window.screen
            assert isinstance(screen, GameScreen)
            for close in ((pygame.K_ESCAPE,), (pygame.K_h, pygame.K_RETURN), (pygame.K_RETURN,)):
                press(pygame.K_RETURN)
                assert is_on(window)
                if len(close) > 1:
                    type_text("hello")
                for key in close:
                    press(key)
                assert not is_on(window)
                assert not screen.chat.open
            press(pygame.K_RETURN)
            assert is_on(window)
            window._pause()
            assert not is_on(window)
            window._resume()
            assert not is_on(window)
            press(pygame.K_RETURN)
            assert is_on(window)
            window.to_start()
            assert not is_on(window)

    run(story())


def test_a_refusal_is_examined_and_tried_again() -> None:
    asked: list[Address] = []

    async def examine(game: Game, address: Address, credentials: Credentials) -> AsyncIterator[Finding]:
        asked.append(address)
        yield Finding("Connect", False, "refused", "Start a server there.")

    async def story() -> None:
        address = Address("127.0.0.1", free_port())
        async with opened(at(address), Services(examine=examine)) as window:
            window.join(address, ANN)
            await shows(window, FailedScreen)
            screen = window.screen
            assert isinstance(screen, FailedScreen)
            assert screen.reason.startswith("refused: nothing listens at")
            await frames_until(window, lambda: bool(screen.findings))
            assert asked == [address]
            assert screen.advice == "Start a server there."
            async with live_server(address.port):
                press(pygame.K_RETURN)
                await frames_until(window, lambda: plays(window))

    run(story())


def test_servers_are_looked_for_while_the_join_screen_is_up() -> None:
    class Search:
        servers: list[FoundServer] = []  # noqa: RUF012
        problem = ""
        running = 0

        def start(self) -> None:
            Search.running += 1

        async def close(self) -> None:
            Search.running -= 1

    async def story() -> None:
        async with live_server() as (simulation, address), opened(ANN, Services(discover=Search)) as window:
            for _ in range(2):
                press(pygame.K_DOWN)
                press(pygame.K_RETURN)
                await shows(window, JoinScreen)
                assert Search.running == 1
                press(pygame.K_ESCAPE)
                await shows(window, StartScreen)
                await asyncio.sleep(0)
                assert Search.running == 0
            press(pygame.K_DOWN)
            press(pygame.K_RETURN)
            await shows(window, JoinScreen)
            Search.servers = [FoundServer("Attic", address, 0, 16, None, server_id="0123456789abcdef")]
            for _ in range(2):
                window.frame()
            press(pygame.K_UP)
            press(pygame.K_RETURN)
            await shows(window, FailedScreen)
            assert isinstance(window.screen, FailedScreen)
            assert "another server answers there than the one that was listed" in window.screen.reason
            Search.servers = [FoundServer("Attic", address, 0, 16, None, server_id=simulation.server_id)]
            press(pygame.K_ESCAPE)
            await shows(window, JoinScreen)
            press(pygame.K_UP)
            press(pygame.K_RETURN)
            await frames_until(window, lambda: plays(window))
            assert Search.running == 0
            assert window.session is not None
            assert window.session.address == address

    run(story())


def test_a_gamepad_alone_is_enough_from_the_start_to_the_end() -> None:
    pads = pygame

    async def story() -> None:
        async with live_server() as (simulation, address), opened(replace(Settings(), address=str(address))) as window:
            pad(pads.CONTROLLER_BUTTON_DPAD_DOWN, pads.CONTROLLER_BUTTON_A)
            await shows(window, JoinScreen)
            pad(pads.CONTROLLER_BUTTON_A)
            await frames_until(window, lambda: plays(window))
            before = place(simulation)
            side = 1 if before[0] < 600 else -1
            stick(side, 0)
            await frames_until(window, lambda: (place(simulation)[0] - before[0]) * side > 40)
            assert rests(simulation) == 0
            pad(pads.CONTROLLER_BUTTON_A)
            await frames_until(window, lambda: rests(simulation) > 0)
            pad(pads.CONTROLLER_BUTTON_START)
            await shows(window, PauseScreen)
            stopped = await stands(window, simulation)
            pad(pads.CONTROLLER_BUTTON_DPAD_DOWN, pads.CONTROLLER_BUTTON_A)
            await shows(window, SettingsScreen)
            ways = {pygame.K_RIGHT: pads.CONTROLLER_BUTTON_DPAD_RIGHT, pygame.K_DOWN: pads.CONTROLLER_BUTTON_DPAD_DOWN}
            pad(*(ways[key] for key in (*keys_to("net_graph"), pygame.K_RIGHT)), pads.CONTROLLER_BUTTON_B)
            await shows(window, PauseScreen)
            assert window.settings.net_graph
            pad(pads.CONTROLLER_BUTTON_B)
            await shows(window, GameScreen)
            assert place(simulation) == stopped
            stick(0, 0)
            stick(-side, 0)
            await frames_until(window, lambda: (place(simulation)[0] - stopped[0]) * side < -20)
            pad(pads.CONTROLLER_BUTTON_START)
            await shows(window, PauseScreen)
            pad(*[pads.CONTROLLER_BUTTON_DPAD_DOWN] * 2, pads.CONTROLLER_BUTTON_A)
            await shows(window, StartScreen)
            pad(*[pads.CONTROLLER_BUTTON_DPAD_DOWN] * 3, pads.CONTROLLER_BUTTON_A)
            await frames_until(window, lambda: not window.open)

    run(story())


def test_the_full_screen_is_one_key_away_everywhere_and_kept() -> None:
    async def story() -> None:
        async with opened(ANN) as window:
            press(pygame.K_F11)
            await shows(window, StartScreen)
            assert pygame.display.is_fullscreen()
            assert load_settings()[0].fullscreen
            window.frame()
            press(pygame.K_F11)
            window.frame()
            assert not pygame.display.is_fullscreen()
            assert not load_settings()[0].fullscreen

    run(story())


def test_two_windows_share_one_file_and_neither_undoes_what_the_other_chose() -> None:
    async def story() -> None:
        save_settings(ANN)
        async with opened(ANN) as first, opened(ANN) as second:
            press(pygame.K_F11)
            first.frame()
            for key in (pygame.K_DOWN, pygame.K_DOWN, pygame.K_RETURN):  # Settings
                press(key)
            await shows(second, SettingsScreen)
            for key in (*keys_to("net_graph"), pygame.K_RIGHT, pygame.K_ESCAPE):
                press(key)
            await shows(second, StartScreen)
            assert load_settings()[0] == replace(ANN, fullscreen=True, net_graph=True)

    run(story())


@pytest.mark.usefixtures("large_display")
def test_a_mouse_in_a_window_of_another_size_hits_what_it_points_at() -> None:
    async def story() -> None:
        async with opened(replace(ANN, scale=150)) as window:
            assert pygame.display.get_window_size() == (1920, 1080)
            assert isinstance(window.screen, StartScreen)
            x, y = window.screen.focus.widgets[5].rect.center  # Settings, behind three games, Play and Join
            pygame.mouse.set_pos((x * 3 // 2, y * 3 // 2))
            window.frame()
            click((x * 3 // 2, y * 3 // 2))
            await shows(window, SettingsScreen)

    run(story())


def test_broken_settings_are_said_on_the_start_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    path = settings_file()
    path.parent.mkdir(parents=True)
    path.write_text("name = ", encoding="utf-8")
    notices = []

    async def look(window: Window) -> None:
        assert isinstance(window.screen, StartScreen)
        window.frame()
        notices.append(window.screen.notice)

    monkeypatch.setattr(app, "run_frames", look)
    assert app.play(None, None, None, games=GAMES) == 0
    assert app.play(None, None, None, games=GAMES) == 0
    assert "settings.toml.broken" in notices[0]
    assert notices[1] == ""


def test_escape_gives_up_connecting() -> None:
    async def story() -> None:
        with mute_port() as address:
            async with opened(at(address)) as window:
                window.join(address, ANN)
                await shows(window, ConnectingScreen)
                session = window.session
                assert session is not None
                await frames_until(window, lambda: session.phase is Phase.CONNECTING)
                surface = window.canvas.surface
                picture = surface.copy()
                await frames_until(window, lambda: differs(picture, surface) > 0)  # one sees that it lives
                press(pygame.K_ESCAPE)
                await frames_until(window, lambda: isinstance(window.screen, StartScreen))
                assert session.phase is Phase.LEFT

    run(story())


def test_a_lost_server_leaves_the_picture_under_the_reason_and_the_game_goes_on_when_it_returns() -> None:
    async def story() -> None:
        async with opened(ANN) as window:
            async with live_server() as (_, address):
                window.join(address, ANN)
                await frames_until(window, lambda: plays(window))
                screen, session = window.screen, window.session
                assert isinstance(screen, GameScreen)
                assert session is not None
                surface = window.canvas.surface
                bright = pygame.transform.average_color(surface)
            await frames_until(window, lambda: session.phase is Phase.WAITING)
            window.frame()
            assert window.screen is screen
            assert session.message == "the test is over"
            dim = pygame.transform.average_color(surface)
            assert 0 < sum(dim[:3]) < sum(bright[:3])  # a veil, and not nothing
            lost, pictures = screen.renderer, screen.renderer.pictures
            surface.fill((255, 0, 255))
            window.frame()
            assert lost.pictures == pictures + 1  # drawn again, though nothing updates it
            assert surface.get_at((20, 400))[:3] != (255, 0, 255)
            async with live_server(address.port):
                await frames_until(window, lambda: session.phase is Phase.PLAYING)
                await frames_until(window, lambda: plays(window))
                assert window.screen is screen
                assert screen.renderer is not lost

    run(story())


def test_one_can_leave_while_it_waits_to_reconnect() -> None:
    async def story() -> None:
        async with opened(ANN) as window:
            async with live_server() as (_, address):
                window.join(address, ANN)
                await frames_until(window, lambda: plays(window))
                session = window.session
                assert session is not None
            await frames_until(window, lambda: session.phase is Phase.WAITING)
            press(pygame.K_ESCAPE)
            await shows(window, PauseScreen)
            press(pygame.K_UP)
            press(pygame.K_DOWN)
            press(pygame.K_DOWN)
            press(pygame.K_RETURN)
            await shows(window, StartScreen)
            assert session.phase is Phase.LEFT

    run(story())


def test_a_host_plays_on_a_server_of_their_own_that_ends_with_the_game(monkeypatch: pytest.MonkeyPatch) -> None:
    port = free_port()
    host_at(monkeypatch, port)

    async def story() -> None:
        async with opened(Settings()) as window:  # somebody who has never been here
            press(pygame.K_RETURN)
            await frames_until(window, lambda: isinstance(window.screen, ConnectingScreen))
            await frames_until(window, lambda: plays(window))
            server = window.hosting
            assert server is not None
            assert server.address == Address("127.0.0.1", port)
            window.to_start()
            await frames_until(window, lambda: server.over)
            assert not server.problem
            assert load_settings()[0].name

    run(story())


def test_a_host_whose_server_cannot_start_reads_why_and_tries_again(monkeypatch: pytest.MonkeyPatch) -> None:
    async def story() -> None:
        async with live_server() as (_, address), opened(ANN) as window:
            host_at(monkeypatch, address.port)
            press(pygame.K_RETURN)
            await shows(window, FailedScreen)
            assert isinstance(window.screen, FailedScreen)
            assert f"cannot listen on port {address.port}: it is in use" in window.screen.reason
            host_at(monkeypatch, address.port, 0)
            press(pygame.K_RETURN)
            await frames_until(window, lambda: plays(window))
            assert window.session is not None
            assert window.session.address.port != address.port

    run(story())


def test_a_host_whose_server_dies_reads_that_it_did(monkeypatch: pytest.MonkeyPatch) -> None:
    host_at(monkeypatch, 0)

    async def story() -> None:
        async with opened(ANN) as window:
            press(pygame.K_RETURN)
            await frames_until(window, lambda: plays(window))
            assert window.hosting is not None
            assert window.hosting._process is not None
            window.hosting._process.kill()
            await shows(window, FailedScreen)
            assert isinstance(window.screen, FailedScreen)
            assert window.screen.reason

    run(story())


def broken(*_: object, **__: object) -> None:
    raise pygame.error("the device is gone")


class Missing:
    """What pygame has in the place of a part that it was built without."""

    def __getattr__(self, name: str) -> object:
        raise NotImplementedError("module not available")


MISSING = Missing()
FAILING: dict[str, list[tuple[object, str, object]]] = {
    "gamepads that cannot be opened": [(controller, "Controller", broken)],
    "gamepads that are gone when they are asked": [(controller, "is_controller", broken)],
    "no support for gamepads": [(controller, "init", broken)],
    "a pygame without gamepads": [(sys.modules, "pygame._sdl2.controller", None)],
    "a pygame without sound": [(pygame, "mixer", MISSING)],
    "no sound device": [(pygame.mixer, "init", broken)],
    "sounds that cannot be loaded": [(pygame.mixer, "Sound", broken)],
    "a sound device that disappears": [(pygame.mixer, "Sound", lambda path: SimpleNamespace(play=broken))],
    "no clipboard": [(pygame.scrap, "get_text", broken), (pygame.scrap, "put_text", broken)],
    "a pygame without a clipboard": [(pygame, "scrap", MISSING)],
    "no title, icon or cursor": [
        (pygame.display, "set_caption", broken),
        (pygame.display, "set_icon", broken),
        (pygame.mouse, "set_cursor", broken),
    ],
    "no input method": [
        (pygame.key, name, broken)
        for name in ("start_text_input", "stop_text_input", "set_text_input_rect", "set_repeat")
    ],
    "no fonts of the system": [(pygame.font, "match_font", broken)],
}


@pytest.mark.parametrize("what", FAILING)
def test_without_a_device_there_is_a_line_in_the_log_and_the_game_goes_on(
    what: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def story(window: Window) -> None:
        async with live_server(settings=ServerSettings(HALL, seed=1)) as (_, address):
            window.join(address, ANN)
            await frames_until(window, lambda: plays(window))
            other = Connector(TAG, address, "Bob", 0x56B4E9, walltime.now, draws=False)
            for _ in range(2):
                pygame.event.post(pygame.Event(pygame.CONTROLLERDEVICEADDED, device_index=0))
                press(pygame.K_RETURN)
                type_text("漢")
                for key in (pygame.K_a, pygame.K_x, pygame.K_v, pygame.K_c, pygame.K_v):
                    press(key, pygame.KMOD_CTRL)
                window.frame()
                press(pygame.K_ESCAPE)
            pygame.event.post(pygame.Event(pygame.CONTROLLERDEVICEREMOVED, instance_id=0))
            screen = window.screen
            assert isinstance(screen, GameScreen)

            def somebody_is_it() -> bool:
                other.update()
                return bool({"tag", "tagged"} & {*screen._sounds.played})

            await frames_until(window, somebody_is_it)
            assert window.session is not None
            assert window.session.phase is Phase.PLAYING
            other.leave()
            for key in (pygame.K_F11, pygame.K_F11, pygame.K_ESCAPE):
                press(key)
            await shows(window, PauseScreen)

    monkeypatch.setattr(controller, "is_controller", lambda number: True)
    monkeypatch.setattr(controller, "Controller", lambda number: SimpleNamespace(as_joystick=pygame.Rect))
    for where, name, instead in FAILING[what]:
        if isinstance(where, dict):
            monkeypatch.setitem(where, name, instead)
        else:
            monkeypatch.setattr(where, name, instead)
    monkeypatch.setattr(app, "run_frames", story)
    save_settings(ANN)
    assert app.play(None, None, None, games=GAMES) == 0
    lines = [record.getMessage() for record in caplog.records if record.name.startswith("game.client")]
    assert len(lines) == len({*lines})
    assert any(line.startswith("no ") for line in lines)


def test_without_lettering_the_program_says_so_and_ends(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(pygame, "font", MISSING)
    assert app.play(None, None, None, games=GAMES) == 1
    assert capsys.readouterr().err.startswith("cannot show anything: this pygame cannot draw text: ")


def test_without_a_full_screen_there_is_a_window(monkeypatch: pytest.MonkeyPatch) -> None:
    set_mode = pygame.display.set_mode

    def windows_alone(size: tuple[int, int], flags: int = 0) -> pygame.Surface:
        if flags & pygame.FULLSCREEN:
            raise pygame.error("no such mode")
        return set_mode(size, flags)

    monkeypatch.setattr(pygame.display, "set_mode", windows_alone)

    async def story() -> None:
        async with opened(replace(ANN, fullscreen=True)) as window:
            for _ in range(2):
                press(pygame.K_F11)
                window.frame()
                assert not load_settings()[0].fullscreen
            await shows(window, StartScreen)

    run(story())


def test_closing_the_window_ends_the_program(monkeypatch: pytest.MonkeyPatch) -> None:
    save_settings(ANN)
    frames_drawn = 0
    draw = Window.frame

    def frame(window: Window) -> None:
        nonlocal frames_drawn
        frames_drawn += 1
        if frames_drawn == 3:
            pygame.event.post(pygame.Event(pygame.QUIT))
        draw(window)

    monkeypatch.setattr(Window, "frame", frame)
    assert app.play(None, None, None, games=GAMES) == 0
    assert frames_drawn == 3


def test_an_address_on_the_command_line_is_joined_under_a_name_that_is_possible(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    save_settings(Settings("much too long a name for this game", 0xF5A623, ""))
    names = []

    async def look(window: Window) -> None:
        assert window.session is not None
        assert isinstance(window.screen, ConnectingScreen)
        names.append(window.session._name)

    monkeypatch.setattr(app, "run_frames", look)
    nowhere = Address("127.0.0.1", free_port())
    assert app.play(nowhere, None, None, games=GAMES) == 0
    assert app.play(nowhere, "Bob", 0x123456, games=GAMES) == 0
    assert names == ["Player", "Bob"]


def test_the_network_is_served_between_frames() -> None:
    async def story() -> None:
        async with opened(ANN) as window:
            turns = 0

            async def others() -> None:
                nonlocal turns
                for _ in range(5):
                    await asyncio.sleep(0)
                    turns += 1
                window.open = False

            async with asyncio.timeout(PATIENCE):
                await asyncio.gather(app.run_frames(window), others())
            assert turns == 5

    run(story())


def test_plain_pygame_is_refused_with_the_commands_that_help(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delattr(pygame, "IS_CE")
    assert app.play(None, None, None, games=GAMES) == 1
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "uninstall" in said
    assert "install pygame-ce" in said


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere there is always a display")
@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({}, ["there is no display", "DISPLAY", "--server"]),
        ({"XDG_RUNTIME_DIR": "/nowhere"}, ["there is no display"]),
        ({"DISPLAY": ":4711"}, ["there is no display"]),
        ({"SDL_VIDEODRIVER": "nonsense"}, ["nonsense", "SDL_VIDEODRIVER"]),
        ({"SDL_VIDEODRIVER": "x11"}, ["x11", "SDL_VIDEODRIVER"]),
    ],
)
def test_without_a_display_one_line_says_so(environment: dict[str, str], words: list[str]) -> None:
    unset = {"DISPLAY", "WAYLAND_DISPLAY", "XDG_RUNTIME_DIR", *app.DRIVER_VARIABLES}
    others = {name: value for name, value in os.environ.items() if name not in unset}
    command = [sys.executable, str(ROOT / "main.py")]
    game = subprocess.run(
        command, env=others | environment, capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    assert game.returncode == 1
    lines = [line for line in game.stderr.splitlines() if not line.startswith("error: XDG_RUNTIME_DIR")]
    assert len(lines) == 1
    assert all(word in lines[0] for word in words), lines


@pytest.mark.parametrize("driver", ["dummy", "offscreen"])
def test_a_driver_that_shows_nothing_is_used_where_it_is_asked_for(driver: str, tmp_path: Path) -> None:
    with programs() as start:
        window = start("--connect", "127.0.0.1:1", SDL_VIDEODRIVER=driver, PYGAME_NETWORKING_CONFIG_DIR=str(tmp_path))
        window.wait_for("nothing listens")
        assert window.end(signal.SIGHUP) == 0, "as for any end of a window"
