"""Name and colour, changed in the menu over a game; and who did nothing for long: the real window, on a real server."""

import pygame
import pytest

from game.client.game_screen import GameScreen
from game.client.settings import Settings
from game.client.ui.settings_screen import SettingsScreen
from net.colors import PALETTE
from net.server.simulation import Simulation
from tests.game.client.stage import frames_until, opened, press, type_text
from tests.game.client.test_game_screen import ANN, joined, other, own
from tests.game.live import live_server, run

pytestmark = pytest.mark.usefixtures("surface")


def looks(simulation: Simulation, net_id: int) -> tuple[str, int]:
    return simulation.seats.name(net_id), simulation.seats.color(net_id)


def test_a_change_in_the_menu_over_the_game_acts_at_once_and_everybody_reads_of_it() -> None:
    async def story() -> None:
        async with live_server() as (simulation, address), opened(ANN) as window:
            screen = await joined(window, address)
            bob, read = await other(window, address)
            press(pygame.K_ESCAPE)
            await frames_until(window, lambda: window.page is not None)
            press(pygame.K_DOWN)
            press(pygame.K_RETURN)
            await frames_until(window, lambda: isinstance(window.page, SettingsScreen))
            page = window.page
            assert isinstance(page, SettingsScreen)
            assert page.name is not None
            page.focus.go_to(page.name)
            type_text("ie")
            await frames_until(window, lambda: looks(simulation, own(window))[0] == "Annie")
            await frames_until(window, lambda: "Ann is now called Annie" in screen.chat.lines)
            page.focus.go_to(page.swatches)
            press(pygame.K_RIGHT)  # to sky, which Bob has
            await frames_until(window, lambda: looks(simulation, own(window))[1] not in (ANN.color, PALETTE["sky"]))
            await frames_until(window, lambda: any("you have the nearest" in line for line in screen.chat.lines))
            assert read == [], "why is nobody else's business"
            assert screen.chat.lines.count("Ann is now called Annie") == 1
            window.join(address, window.settings)  # the next game begins with what was chosen
            assert window.session is not None
            assert window.session._name == "Annie"
            bob.leave()

    run(story())


def test_who_is_benched_watches_on_in_the_same_window_and_reads_why() -> None:
    async def story() -> None:
        async with live_server() as (simulation, address), opened(Settings("Ann")) as window:
            screen = await joined(window, address)
            assert looks(simulation, own(window))[1] in PALETTE.values(), "who never chose a colour gets one"
            press(pygame.K_RETURN)
            await frames_until(window, lambda: screen.chat.open)
            next(iter(simulation.admission.players.values())).bench(
                "you did nothing for 180 s, and others want to play"
            )
            await frames_until(window, lambda: screen.renderer.spectator is not None)
            assert not screen.chat.open
            assert screen.chat.lines[-1] == (
                "you did nothing for 180 s, and others want to play: you are watching now; leave and join again to play"
            )
            press(pygame.K_RETURN)  # talks no more
            for _ in range(5):
                window.frame()
            assert isinstance(window.screen, GameScreen)
            assert not screen.chat.open
            assert len(simulation.seats) == 0

    run(story())
