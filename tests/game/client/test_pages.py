"""What holds for every page: all of it within the canvas, nothing over anything else, and the focus gets everywhere."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable

import pygame
import pytest

from game.client.discovery import FoundServer
from game.client.draw.canvas import SIZE
from game.client.settings import RECENT, Settings, default_keys
from game.client.ui.connecting import ConnectingScreen
from game.client.ui.failed_screen import FailedScreen
from game.client.ui.join_screen import JoinScreen
from game.client.ui.keys_screen import KeysScreen
from game.client.ui.page import Page
from game.client.ui.password_screen import PasswordScreen
from game.client.ui.pause_screen import PauseScreen
from game.client.ui.settings_screen import SettingsScreen
from game.client.ui.start_screen import StartScreen
from game.client.ui.tabs import Tabs
from game.client.ui.trust_screen import TrustScreen
from game.tag import TAG
from net.client.doctor import Finding
from net.io.address import Address
from tests.game.client.stage import CHOICE, differs, look, looking, press
from tests.game.client.test_join_screen import Network
from tests.game.live import run, until

pytestmark = pytest.mark.usefixtures("surface")

HOST = "w" * 60 + ".example:50000"
LONG = Settings("W" * 16, 0x123456, HOST, recent=[HOST + str(number) for number in range(RECENT)])
SERVERS = [FoundServer("W" * 60, Address("2001:db8:1111:2222:3333:4444:5555:6666", 50000), 100, 128, 9.999)] * 9


def nothing(*_: object) -> None:
    """Whatever is decided."""


PAGES: dict[str, Callable[[], Page]] = {
    "start": lambda: StartScreen(looking(), LONG, CHOICE, nothing, nothing, nothing, nothing),
    "first start": lambda: StartScreen(looking(), Settings(), CHOICE, nothing, nothing, nothing, nothing),
    "join": lambda: JoinScreen(looking(), LONG, Network(SERVERS), nothing, nothing),
    "settings": lambda: SettingsScreen(looking(), LONG, nothing, nothing, nothing),
    "picture": lambda: SettingsScreen(looking(), LONG, nothing, nothing, nothing, "Picture"),
    "sound": lambda: SettingsScreen(looking(), LONG, nothing, nothing, nothing, "Sound"),
    "keys": lambda: KeysScreen(
        looking(), {action: ["keypad enter", "right shift"] for action in default_keys()}, TAG.inputs, nothing, nothing
    ),
    "pause": lambda: PauseScreen(looking(), nothing, nothing, nothing, "friends join at 192.168.100.100:50000"),
    "connecting": lambda: ConnectingScreen(looking(), lambda: ("waiting for", "w" * 200), nothing),
    "password": lambda: PasswordScreen(looking(), HOST, "word " * 200, nothing, nothing),
    "trust": lambda: TrustScreen(looking(), HOST, "0123456789abcdef" * 4, nothing, nothing),
    "failed": lambda: FailedScreen(looking(), "Could not start a game", "word " * 200, None, nothing, nothing),
}


@pytest.mark.parametrize("name", PAGES)
def test_everything_is_in_the_panel_and_apart(name: str) -> None:
    page = PAGES[name]()
    look(page)
    assert pygame.Rect((0, 0), SIZE).contains(page.panel)
    for what, (top, most) in page.spots.items():
        page.texts += page.lines("word " * 200, top, most)
        assert page.texts, what
    areas = [area for _, area in page.texts] + [widget.rect for widget in page.focus.widgets]
    assert areas
    assert [area for area in areas if not page.panel.contains(area)] == []
    assert [(a, b) for a in areas for b in areas if a is not b and a.colliderect(b)] == []


@pytest.mark.parametrize("name", PAGES)
def test_arrows_and_tab_get_to_every_widget(name: str) -> None:
    page = PAGES[name]()
    look(page)
    everything = {id(widget) for widget in page.focus.widgets}
    assert page.focus.at is not None
    tabbed = set()
    for _ in everything:
        press(pygame.K_TAB)
        look(page)
        tabbed.add(id(page.focus.at))
    assert tabbed == everything
    found, queue = {id(page.focus.at)}, [page.focus.at]
    while queue:
        widget = queue.pop()
        sides = () if isinstance(widget, Tabs) else (pygame.K_LEFT, pygame.K_RIGHT)  # which open another tab
        for key in (pygame.K_UP, pygame.K_DOWN, *sides):
            page.focus.go_to(widget)
            page.focus.key(pygame.Event(pygame.KEYDOWN, key=key, mod=0))
            if id(page.focus.at) not in found:
                found.add(id(page.focus.at))
                queue.append(page.focus.at)
    assert found == everything


@pytest.mark.parametrize("name", PAGES)
def test_one_sees_where_the_focus_is(name: str) -> None:
    page = PAGES[name]()
    pictures = [look(page)]
    for _ in page.focus.widgets[1:]:
        press(pygame.K_TAB)
        pictures.append(look(page))
    assert all(differs(before, after) > 50 for before, after in itertools.pairwise(pictures))


class Examination:
    """Findings that come when the test says so."""

    def __init__(self) -> None:
        self.queue: asyncio.Queue[Finding] = asyncio.Queue()

    async def __call__(self) -> AsyncIterator[Finding]:
        while True:
            yield await self.queue.get()


def test_what_failed_is_shown_step_by_step_with_advice() -> None:
    async def story() -> None:
        examination = Examination()
        went: list[str] = []
        page = FailedScreen(
            looking(),
            "Could not join",
            "refused: nothing listens there",
            examination(),
            lambda: went.append("retry"),
            lambda: went.append("back"),
        )
        picture = look(page)
        for number, found in enumerate(
            (
                Finding("Look up", True, "localhost is 127.0.0.1"),
                Finding("Connect", False, "refused", "Is a server running there?"),
                *(Finding("More", False, "word " * 50, "word " * 100) for _ in range(9)),
            )
        ):
            examination.queue.put_nowait(found)
            await until(lambda: examination.queue.empty())
            await asyncio.sleep(0)
            if number < 3:
                picture, before = look(page), picture
                assert differs(picture, before) > 100
            if number == 1:
                assert [finding.ok for finding in page.findings] == [True, False]
                assert page.advice == "Is a server running there?"
        look(page)
        page.look.surface.fill((0, 0, 0), page.panel)  # and nothing of all that is beside the panel
        assert pygame.mask.from_threshold(page.look.surface, (0, 0, 0), (1, 1, 1, 255)).count() == SIZE[0] * SIZE[1]
        press(pygame.K_RETURN)
        press(pygame.K_RIGHT)
        press(pygame.K_RETURN)
        look(page)
        assert went == ["retry", "back"]
        assert not page.works
        examination.queue.put_nowait(Finding("verdict", True, "this works"))
        await until(lambda: page.works)
        assert page.advice == "All of that works now: try again."
        page.close()
        await asyncio.sleep(0)
        assert page._task is not None
        assert page._task.done()

    run(story())
