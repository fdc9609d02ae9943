"""The program as its player meets it: real screens, real sockets, keys as events, and pictures that are looked at."""

import asyncio

import esper
import pygame
import pytest

from ecs.components import UNITS_PER_PIXEL, Intent, Position
from game import walltime
from game.client import app, hosting
from game.client.connecting import ConnectingScreen
from game.client.game_screen import GameScreen
from game.client.menu import StartScreen
from game.client.session import Phase
from game.client.settings import Settings, load_settings, save_settings
from game.client.window import Window
from game.server.simulation import Simulation
from net.address import Address
from tests.game.client.stage import differs, frames_until, hold, let_go, opened, press
from tests.game.live import PATIENCE, free_port, live_server, mute_port, run

pytestmark = pytest.mark.usefixtures("surface")

ANN = Settings("Ann", 0xF5A623)


def at(address: Address) -> Settings:
    return Settings(ANN.name, ANN.color, str(address))


def place(simulation: Simulation) -> tuple[int, int]:
    """Where the server has the only player, in pixels."""
    with simulation.world:
        ((_, (position, _)),) = esper.get_components(Position, Intent)
        return position.x // UNITS_PER_PIXEL, position.y // UNITS_PER_PIXEL


def plays(window: Window) -> bool:
    """Whether one sees oneself in the game."""
    screen = window.screen
    return isinstance(screen, GameScreen) and screen.renderer.own_place is not None


async def join(window: Window) -> GameScreen:
    """From the start screen into the game."""
    press(pygame.K_RETURN)
    await frames_until(window, lambda: plays(window))
    assert isinstance(window.screen, GameScreen)
    return window.screen


async def frames(window: Window, seconds: float) -> None:
    until = walltime.now() + seconds
    await frames_until(window, lambda: walltime.now() >= until)


def test_enter_on_the_start_screen_joins_and_a_held_key_walks() -> None:
    async def story() -> None:
        async with live_server() as (simulation, address), opened(at(address)) as window:
            await join(window)
            assert load_settings() == at(address)
            x, y = place(simulation)
            key, sign = (pygame.K_d, 1) if x < 600 else (pygame.K_LEFT, -1)
            hold(key)
            await frames_until(window, lambda: (place(simulation)[0] - x) * sign > 60)
            assert place(simulation)[1] == y
            let_go(key)
            await frames(window, 0.4)
            stopped = place(simulation)
            await frames(window, 0.1)
            assert place(simulation) == stopped

    run(story())


def test_ones_own_player_is_drawn_where_the_server_has_it() -> None:
    async def story() -> None:
        async with live_server() as (simulation, address), opened(at(address)) as window:
            screen = await join(window)
            await frames(window, 0.3)
            corner = screen.renderer._camera.corner((1280, 720), (40 * 32, 24 * 32))
            x, y = place(simulation)
            assert screen.renderer.own_place == (x - corner[0], y - corner[1])
            surface = pygame.display.get_surface()
            assert surface is not None
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
            await frames(window, 0.4)
            stopped = place(simulation)
            await frames(window, 0.1)
            assert place(simulation) == stopped

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


def test_escape_leaves_the_game_and_a_second_one_closes_the_window() -> None:
    async def story() -> None:
        async with live_server() as (simulation, address), opened(ANN) as window:
            window.join(address, ANN)  # as --connect does
            await frames_until(window, lambda: plays(window))
            press(pygame.K_ESCAPE)
            await frames_until(window, lambda: isinstance(window.screen, StartScreen))
            assert window.session is None
            await frames_until(window, lambda: not len(simulation.seats))
            assert window.open
            press(pygame.K_ESCAPE)
            await frames_until(window, lambda: not window.open)

    run(story())


def test_a_refusal_is_said_on_the_start_screen_with_the_address_kept() -> None:
    async def story() -> None:
        address = Address("127.0.0.1", free_port())
        async with opened(at(address)) as window:
            press(pygame.K_RETURN)
            await frames_until(window, lambda: isinstance(window.screen, ConnectingScreen))
            await frames_until(window, lambda: isinstance(window.screen, StartScreen))
            assert isinstance(window.screen, StartScreen)
            assert "refused: nothing listens at" in window.screen.errors["address"]
            assert window.screen.settings == at(address)
            assert window.session is None

    run(story())


def test_escape_gives_up_connecting() -> None:
    async def story() -> None:
        with mute_port() as address:
            async with opened(at(address)) as window:
                press(pygame.K_RETURN)
                await frames_until(window, lambda: isinstance(window.screen, ConnectingScreen))
                session = window.session
                assert session is not None
                await frames_until(window, lambda: session.phase is Phase.CONNECTING)
                surface = pygame.display.get_surface()
                assert surface is not None
                picture = surface.copy()
                await frames(window, 0.1)
                assert differs(picture, surface) > 0  # one sees that it lives
                press(pygame.K_ESCAPE)
                await frames_until(window, lambda: isinstance(window.screen, StartScreen))
                assert session.phase is Phase.LEFT
                assert isinstance(window.screen, StartScreen)
                assert not any(window.screen.errors.values())

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
                surface = pygame.display.get_surface()
                assert surface is not None
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


def test_escape_leaves_while_it_waits_to_reconnect() -> None:
    async def story() -> None:
        async with opened(ANN) as window:
            async with live_server() as (_, address):
                window.join(address, ANN)
                await frames_until(window, lambda: plays(window))
                session = window.session
                assert session is not None
            await frames_until(window, lambda: session.phase is Phase.WAITING)
            press(pygame.K_ESCAPE)
            await frames_until(window, lambda: isinstance(window.screen, StartScreen))
            assert session.phase is Phase.LEFT

    run(story())


def test_a_host_plays_on_a_server_of_their_own_that_ends_with_the_game(monkeypatch: pytest.MonkeyPatch) -> None:
    port = free_port()
    monkeypatch.setattr(hosting.Hosting.__init__, "__defaults__", (port,))

    async def story() -> None:
        async with opened(ANN) as window:
            for _ in range(3):
                press(pygame.K_TAB)
            press(pygame.K_RETURN)
            await frames_until(window, lambda: isinstance(window.screen, ConnectingScreen))
            await frames_until(window, lambda: plays(window))
            server = window.hosting
            assert server is not None
            assert server.address == Address("127.0.0.1", port)
            press(pygame.K_ESCAPE)
            await frames_until(window, lambda: isinstance(window.screen, StartScreen))
            await frames_until(window, lambda: server.over)
            assert not server.problem

    run(story())


def test_a_host_whose_port_is_taken_reads_why(monkeypatch: pytest.MonkeyPatch) -> None:
    async def story() -> None:
        async with live_server() as (_, address), opened(ANN) as window:
            monkeypatch.setattr(hosting.Hosting.__init__, "__defaults__", (address.port,))
            for _ in range(3):
                press(pygame.K_TAB)
            press(pygame.K_RETURN)
            await frames_until(window, lambda: isinstance(window.screen, ConnectingScreen))
            await frames_until(window, lambda: isinstance(window.screen, StartScreen))
            assert isinstance(window.screen, StartScreen)
            assert "is in use" in window.screen.errors["address"]

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
    assert app.play(None, None, None) == 0
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
    assert app.play(nowhere, None, None) == 0
    assert app.play(nowhere, "Bob", 0x123456) == 0
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
    assert app.play(None, None, None) == 1
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "uninstall" in said
    assert "install pygame-ce" in said
