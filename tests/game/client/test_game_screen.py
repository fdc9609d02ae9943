"""The game's screen on a real server, driven by events: talk, look at the scores, hear who comes, read what happens."""

from collections.abc import Callable
from functools import partial

import esper
import pygame
import pytest

from ecs.components import Intent
from game.client.game_screen import GameScreen
from game.client.settings import Settings
from game.client.ui.hud import Hud
from game.client.window import Window
from game.tag import TAG
from game.tag.components import Tagged
from game.tag.rules import Passed
from net.client.connector import Connector, Phase
from net.io import walltime
from net.io.address import Address
from net.server.limits.rate_limits import BURST, TOO_FAST
from net.server.simulation import ServerSettings, Simulation
from net.wire.messages import Said
from tests.game.client.layouts import WASD, on
from tests.game.client.stage import differs, frames_until, hold, let_go, opened, press, type_text
from tests.game.client.tag_world import give, is_it, take
from tests.game.live import live_server, run
from tests.harness import HALL

pytestmark = pytest.mark.usefixtures("surface")

ANN = Settings("Ann", 0xF5A623)


async def joined(window: Window, address: Address) -> GameScreen:
    window.join(address, ANN)
    await frames_until(window, lambda: isinstance(window.screen, GameScreen) and bool(window.screen.renderer.middles))
    assert isinstance(window.screen, GameScreen)
    return window.screen


async def other(window: Window, address: Address, name: str = "Bob") -> tuple[Connector, list[Said]]:
    """Somebody else, and what they read."""
    session = Connector(TAG, address, name, 0x56B4E9, walltime.now, draws=False)
    await frames_until(window, lambda: session.phase is Phase.PLAYING)
    assert session.play is not None
    read: list[Said] = []
    session.play.said = read.append
    return session, read


def own(window: Window) -> int:
    """One's own NetID."""
    assert window.session is not None
    assert window.session.play is not None
    assert window.session.play.joined is not None
    return window.session.play.joined.net_id


def picture() -> pygame.Surface:
    surface = pygame.display.get_surface()
    assert surface is not None
    return surface.copy()


def steered(simulation: Simulation, window: Window) -> int:
    """How many of one's own intents the server has applied."""
    with simulation.world as world:
        entity = world.entity(own(window))
        assert entity is not None
        return esper.component_for_entity(entity, Intent).count


def test_what_one_types_is_read_by_everybody_and_steers_nobody() -> None:
    async def story() -> None:
        async with live_server() as (simulation, address), opened(ANN) as window:
            screen = await joined(window, address)
            _, read = await other(window, address)
            so_far = steered(simulation, window)
            press(pygame.K_RETURN)
            await frames_until(window, lambda: screen.chat.open)
            for letter in "wasd ":
                press(ord(letter))
            type_text("wasd  here")
            press(pygame.K_RETURN)
            await frames_until(window, lambda: bool(read) and "wasd here" in screen.chat.lines)
            assert read == [Said(own(window), "wasd here")]
            assert screen.chat.lines.count("wasd here") == 1
            assert not screen.chat.open
            assert steered(simulation, window) == so_far
            assert isinstance(window.screen, GameScreen)
            hold(pygame.K_d)  # and now it does
            await frames_until(window, lambda: steered(simulation, window) > so_far)

    run(story())


def test_hints_give_way_to_the_scores_which_may_reach_down_to_them(monkeypatch: pytest.MonkeyPatch) -> None:
    hints: list[str] = []
    monkeypatch.setattr(Hud, "hint", lambda hud, target, text: hints.append(text))

    async def test() -> None:
        async with live_server() as (_, address), opened(ANN) as window:
            screen = await joined(window, address)
            await frames_until(window, lambda: bool(hints))
            hold(pygame.K_TAB)
            await frames_until(window, lambda: screen.shows_scores)
            hints.clear()
            window.frame()
            assert not hints

    run(test())


@pytest.mark.parametrize("layout", ["fr", "ru"])
def test_the_keys_in_the_places_of_wasd_walk_and_the_hint_calls_them_by_their_names(
    layout: str, today: Callable[[str], None]
) -> None:
    today(layout)

    async def story() -> None:
        async with live_server() as (simulation, address), opened(ANN) as window:
            screen = await joined(window, address)
            assert screen._hint().startswith({"fr": "Z Q S D to walk", "ru": "Ц Ф Ы В to walk"}[layout])
            turns = 0
            for code in WASD.values():
                for kind in (pygame.KEYDOWN, pygame.KEYUP):
                    pygame.event.post(on(layout, code, kind))
                    turns += 1
                    await frames_until(window, partial(lambda turns: steered(simulation, window) == turns, turns))
            today("us")
            pygame.event.post(pygame.Event(pygame.KEYMAPCHANGED))
            window.frame()
            assert screen._hint().startswith("W A S D to walk")

    run(story())


def test_a_held_key_is_let_go_when_the_chat_opens() -> None:
    async def story() -> None:
        async with live_server() as (simulation, address), opened(ANN) as window:
            screen = await joined(window, address)
            hold(pygame.K_d)
            await frames_until(window, lambda: steered(simulation, window) == 1)
            press(pygame.K_RETURN)
            await frames_until(window, lambda: steered(simulation, window) == 2)
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
            for number in range(BURST + 3):
                press(pygame.K_RETURN)
                type_text(f"{number}")
                press(pygame.K_RETURN)
            await frames_until(window, lambda: TOO_FAST in screen.chat.lines)
            await frames_until(window, lambda: len(read) == BURST)
            assert [line for line in screen.chat.lines if line.isdigit()] == [f"{n}" for n in range(BURST)]
            assert screen.chat.lines.count(TOO_FAST) == 1

    run(story())


def test_who_joins_and_leaves_is_told_and_heard_once() -> None:
    async def story() -> None:
        async with live_server() as (_, address), opened(ANN) as window:
            screen = await joined(window, address)
            assert screen.chat.lines == []
            assert screen._sounds.played == []
            bob, _ = await other(window, address)
            await frames_until(window, lambda: "Bob joined" in screen.chat.lines)
            bob.leave()
            await frames_until(window, lambda: "Bob left" in screen.chat.lines)
            assert screen._sounds.played.count("join") == 1
            assert [line for line in screen.chat.lines if "Bob" in line and "it" not in line] == [
                "Bob joined",
                "Bob left",
            ]

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
        async with live_server(settings=ServerSettings(HALL, seed=1)) as (_, address), opened(ANN) as window:
            screen = await joined(window, address)
            bob, _ = await other(window, address)
            await frames_until(
                window, lambda: {"tag", "tagged"} & set(screen._sounds.played) and len(screen.renderer.middles) == 2
            )
            assert window.session is not None
            assert window.session.play is not None
            play, me = window.session.play, own(window)
            with play.world as world:
                first = next(net_id for net_id in world.net_ids() if is_it(world, net_id))
            second = next(net_id for net_id in screen.renderer.middles if net_id != first)
            words = {me: "You are it!", first if first != me else second: "Passed on"}
            for it, former in ((second, first), (first, second)):  # no frame of the server's comes between
                heard = len(screen._sounds.played)
                with play.world as world:
                    take(world, former, Tagged)
                    give(world, it, Tagged(9, former, int(Passed.TOUCH)))
                for _ in range(5):
                    window.frame()
                assert screen._sounds.played[heard:] == ["tagged" if it == me else "tag"]
                assert screen.scene.banner.text == words[it]
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
