"""The game's screen on a real server, driven by events: talk, look at the scores, hear who comes, read what happens."""

import esper
import pygame
import pytest

from ecs.components import Intent
from game import walltime
from game.client.game_screen import GameScreen
from game.client.session import Phase, Session
from game.client.settings import Settings
from game.client.window import Window
from game.components import Tagged
from game.server.chat import BURST
from game.server.simulation import Simulation
from net.address import Address
from net.messages import Said
from tests.game.client.stage import differs, frames_until, hold, let_go, opened, press, type_text
from tests.game.client.tag_world import give, take
from tests.game.live import live_server, run

pytestmark = pytest.mark.usefixtures("surface")

ANN = Settings("Ann", 0xF5A623)


async def joined(window: Window, address: Address) -> GameScreen:
    window.join(address, ANN)
    await frames_until(window, lambda: isinstance(window.screen, GameScreen) and bool(window.screen.renderer.middles))
    assert isinstance(window.screen, GameScreen)
    return window.screen


async def other(window: Window, address: Address, name: str = "Bob") -> tuple[Session, list[Said]]:
    """Somebody else, and what they read."""
    session = Session(address, name, 0x56B4E9, walltime.now, draws=False)
    await frames_until(window, lambda: session.phase is Phase.PLAYING)
    assert session.play is not None
    read: list[Said] = []
    session.play.said = read.append
    return session, read


def lines(screen: GameScreen) -> int:
    return len(screen.chat._lines)


def picture() -> pygame.Surface:
    surface = pygame.display.get_surface()
    assert surface is not None
    return surface.copy()


def steered(simulation: Simulation) -> int:
    """How many of one's own intents the server has applied."""
    with simulation.world as world:
        entity = world.entity(1)
        assert entity is not None
        return esper.component_for_entity(entity, Intent).count


def test_what_one_types_is_read_by_everybody_and_steers_nobody() -> None:
    async def story() -> None:
        async with live_server() as (simulation, address), opened(ANN) as window:
            screen = await joined(window, address)
            _, read = await other(window, address)
            so_far = steered(simulation)
            before = lines(screen)
            press(pygame.K_RETURN)
            await frames_until(window, lambda: screen.chat.open)
            for letter in "wasd ":
                press(ord(letter))
            type_text("wasd  here")
            press(pygame.K_RETURN)
            await frames_until(window, lambda: bool(read) and lines(screen) > before)
            assert read == [Said(1, "wasd here")]
            assert not screen.chat.open
            assert steered(simulation) == so_far
            assert isinstance(window.screen, GameScreen)
            hold(pygame.K_d)  # and now it does
            await frames_until(window, lambda: steered(simulation) > so_far)

    run(story())


def test_a_held_key_is_let_go_when_the_chat_opens() -> None:
    async def story() -> None:
        async with live_server() as (simulation, address), opened(ANN) as window:
            screen = await joined(window, address)
            hold(pygame.K_d)
            await frames_until(window, lambda: steered(simulation) == 1)
            press(pygame.K_RETURN)
            await frames_until(window, lambda: steered(simulation) == 2)
            let_go(pygame.K_d)
            press(pygame.K_ESCAPE)
            await frames_until(window, lambda: not screen.chat.open)
            assert window.screen is screen  # it closed the field, not the game

    run(story())


def test_who_talks_too_fast_reads_that() -> None:
    async def story() -> None:
        async with live_server() as (_, address), opened(ANN) as window:
            screen = await joined(window, address)
            _, read = await other(window, address)
            before = lines(screen)
            for number in range(BURST + 3):
                press(pygame.K_RETURN)
                type_text(f"{number}")
                press(pygame.K_RETURN)
            await frames_until(window, lambda: len(read) == BURST and lines(screen) >= before + BURST + 1)
            await frames_until(window, lambda: window.session is not None and window.session.phase is Phase.PLAYING)
            assert lines(screen) <= before + BURST + 2  # that, once, and perhaps that Bob joined

    run(story())


def test_who_joins_and_leaves_is_told_and_heard_once() -> None:
    async def story() -> None:
        async with live_server() as (_, address), opened(ANN) as window:
            screen = await joined(window, address)
            assert lines(screen) == 0
            sounds = screen._sounds.played
            assert sounds == []
            bob, _ = await other(window, address)
            await frames_until(window, lambda: lines(screen) == 1)
            assert screen._sounds.played == ["join"]
            bob.leave()
            await frames_until(window, lambda: lines(screen) == 2)
            assert screen._sounds.played == ["join"]

    run(story())


def test_tab_shows_the_scores_while_it_is_held() -> None:
    async def story() -> None:
        async with live_server() as (_, address), opened(ANN) as window:
            screen = await joined(window, address)
            press(pygame.K_F1)
            window.frame()
            plain = picture()
            hold(pygame.K_TAB)
            await frames_until(window, lambda: screen.shows_scores)
            window.frame()
            assert differs(plain, picture()) > 10_000
            let_go(pygame.K_TAB)
            await frames_until(window, lambda: not screen.shows_scores)
            hold(pygame.K_TAB)
            await frames_until(window, lambda: screen.shows_scores)
            pygame.event.post(pygame.Event(pygame.WINDOWFOCUSLOST))
            await frames_until(window, lambda: not screen.shows_scores)

    run(story())


def test_being_it_is_said_large_and_heard_once() -> None:
    async def story() -> None:
        async with live_server() as (_, address), opened(ANN) as window:
            screen = await joined(window, address)
            bob, _ = await other(window, address)
            assert window.session is not None
            assert window.session.play is not None
            await frames_until(window, lambda: 2 in screen.renderer.middles)
            with window.session.play.world as world:
                give(world, 1, Tagged(5))
            await frames_until(window, lambda: screen._sounds.played[-1:] == ["tagged"])
            assert screen._bar._banner is not None
            assert screen._bar._banner.text == "You are it!"
            with window.session.play.world as world:
                take(world, 1, Tagged)
                give(world, 2, Tagged(9))
            await frames_until(window, lambda: screen._sounds.played[-1:] == ["tag"])
            assert screen._bar._banner.text == "Passed on"
            for _ in range(5):
                window.frame()
            assert [name for name in screen._sounds.played if name != "join"] == ["tagged", "tag"]
            bob.leave()

    run(story())


def test_f3_and_f4_work_also_behind_the_chat() -> None:
    async def story() -> None:
        async with live_server() as (_, address), opened(ANN) as window:
            screen = await joined(window, address)
            for _ in range(2):
                press(pygame.K_F3)
                press(pygame.K_F4)
                await frames_until(window, lambda: screen.graph is not None and screen.ghosts is not None)
                press(pygame.K_F3)
                press(pygame.K_F4)
                await frames_until(window, lambda: screen.graph is None and screen.ghosts is None)
                press(pygame.K_RETURN)
                press(pygame.K_RETURN)  # nothing typed: it closes
                await frames_until(window, lambda: not screen.chat.open)

    run(story())
