"""How often the window is drawn: what has changed, when it changes, and nothing that nobody can see."""

from collections.abc import Callable
from dataclasses import dataclass, field

import pygame
import pytest

from game.client.discovery import FoundServer
from game.client.draw.canvas import SIZE, Canvas
from game.client.game_screen import GameScreen
from game.client.settings import Settings
from game.client.ui.join_screen import JoinScreen
from game.client.window import FRAME_RATE, HIDDEN_RATE, IDLE_RATE, Services, Window
from game.games import GAMES
from net.io.address import Address
from tests.game.client.stage import differs, frames_until, opened, press, type_text
from tests.game.live import live_server, run

pytestmark = pytest.mark.usefixtures("surface", "large_display")

ANN = Settings("Ann", scale=100)


@dataclass
class Search:
    """A search for servers that finds what a test wants it to find."""

    servers: list[FoundServer] = field(default_factory=list)
    problem: str = ""

    def start(self) -> None:
        """Begins."""

    async def close(self) -> None:
        """Ends."""


class Idle:
    """A window on a clock that moves when told to, at which somebody looks who counts its pictures."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1000.0
        self.search = Search()
        self.window = Window(ANN, lambda: self.now, GAMES, services=Services(lambda: self.search))
        self.shares: list[float] = []  # of the window that each picture sent to the display
        show = Canvas.show

        def counted(canvas: Canvas, areas: list[pygame.Rect] | None = None) -> None:
            whole = SIZE[0] * SIZE[1]
            self.shares.append(sum(area.w * area.h for area in areas or [canvas.surface.get_rect()]) / whole)
            show(canvas, areas)

        monkeypatch.setattr(Canvas, "show", counted)
        self.seconds(1)

    def seconds(self, number: int, each: Callable[[], None] = lambda: None) -> tuple[float, float, float]:
        """So much time passes: frames, drawn ones, and drawn windows a second; nothing that should be seen is not."""
        frames, until = 0, self.now + number
        self.shares.clear()
        while self.now < until:
            each()
            self.now += 1 / self.window.rate
            self.window.frame()
            frames += 1
            if frames % 20 == 0:
                self._check()
        return frames / number, len(self.shares) / number, sum(self.shares) / number

    def _check(self) -> None:
        shown = pygame.display.get_surface()
        assert shown is not None
        seen = shown.copy()
        drawn, shares, self.window._drawn = self.window._drawn, [*self.shares], None
        self.window._draw(self.now)
        self.window._drawn, self.shares[:] = drawn, shares
        assert differs(seen, shown) == 0


def test_a_menu_in_which_nothing_happens_is_hardly_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    async def story() -> None:
        idle = Idle(monkeypatch)
        frames, drawn, share = idle.seconds(3)
        assert frames == pytest.approx(IDLE_RATE, abs=1)
        assert 1 <= drawn <= 8  # it blinks
        assert share < 1.2  # of one picture: all of it once, and where it blinks
        await idle.window.close()

    run(story())


def test_a_gamepad_that_trembles_draws_nothing_and_one_that_is_used_does(monkeypatch: pytest.MonkeyPatch) -> None:
    def tremble() -> None:
        for value in (300, -2500):
            pygame.event.post(pygame.Event(pygame.CONTROLLERAXISMOTION, instance_id=0, axis=0, value=value))
            pygame.event.post(pygame.Event(pygame.JOYAXISMOTION, instance_id=0, joy=0, axis=0, value=value / 32768))

    async def story() -> None:
        idle = Idle(monkeypatch)
        frames, drawn, _ = idle.seconds(2, tremble)
        assert (frames, drawn) < (IDLE_RATE + 1, 9)
        pygame.event.post(pygame.Event(pygame.CONTROLLERAXISMOTION, instance_id=0, axis=1, value=32767))
        frames, drawn, share = idle.seconds(1)
        assert frames > IDLE_RATE + 5
        assert share >= 1
        await idle.window.close()

    run(story())


def test_a_page_that_changes_by_itself_is_drawn_where_it_does(monkeypatch: pytest.MonkeyPatch) -> None:
    async def story() -> None:
        idle = Idle(monkeypatch)
        press(pygame.K_DOWN)
        press(pygame.K_RETURN)
        idle.seconds(1)
        assert isinstance(idle.window.screen, JoinScreen)
        idle.window.screen.focus.go_to(idle.window.screen.address)
        idle.seconds(1)
        _, drawn, share = idle.seconds(2)
        assert 10 < drawn < IDLE_RATE  # it looks for games, and a caret blinks
        assert share < 1.3
        idle.search.servers = [FoundServer("Attic", Address("127.0.0.1", 5000), 0, 16, None)]
        idle.seconds(1)
        idle.search.servers = [FoundServer("Attic", Address("127.0.0.1", 5000), 3, 16, 0.1)]
        idle.seconds(1)
        _, drawn, _ = idle.seconds(2)
        assert drawn < 10
        await idle.window.close()

    run(story())


def test_what_happens_is_drawn_at_once_and_at_the_full_rate(monkeypatch: pytest.MonkeyPatch) -> None:
    def move() -> None:
        pygame.event.post(pygame.Event(pygame.MOUSEMOTION, pos=(5, 5), rel=(1, 0), buttons=(0, 0, 0)))

    async def story() -> None:
        idle = Idle(monkeypatch)
        frames, drawn, _ = idle.seconds(1, move)
        assert frames >= FRAME_RATE - 1
        assert drawn == frames
        await idle.window.close()

    run(story())


@pytest.mark.parametrize(
    ("goes", "comes"),
    [
        (pygame.WINDOWMINIMIZED, pygame.WINDOWRESTORED),
        (pygame.WINDOWHIDDEN, pygame.WINDOWSHOWN),
        (pygame.WINDOWMINIMIZED, pygame.WINDOWMAXIMIZED),
    ],
)
def test_a_game_that_nobody_can_see_goes_on_and_is_not_drawn(goes: int, comes: int) -> None:
    async def story() -> None:
        async with live_server() as (_, address), opened(ANN) as window:
            window.join(address, ANN)
            await frames_until(window, lambda: isinstance(window.screen, GameScreen) and window.screen.renderer.middles)
            screen, session = window.screen, window.session
            assert isinstance(screen, GameScreen)
            assert session is not None
            assert session.play is not None
            assert session.play.joined is not None
            mirror, renderer = session.play.joined.mirror, screen.renderer
            pygame.event.post(pygame.Event(goes))
            window.frame()
            assert window.rate == HIDDEN_RATE
            surface = window.canvas.surface
            surface.fill((1, 2, 3))
            pictures, tick = renderer.pictures, mirror.tick
            session.play.say("hello")
            await frames_until(window, lambda: "hello" in screen.chat.lines and mirror.tick > tick + 30)
            assert renderer.pictures == pictures
            assert pygame.transform.average_color(surface)[:3] == (1, 2, 3)
            assert mirror.mismatches == 0
            pygame.event.post(pygame.Event(comes))
            window.frame()
            assert window.rate == FRAME_RATE
            assert renderer.pictures > pictures
            assert surface.get_at((5, 5))[:3] != (1, 2, 3)

    run(story())


def test_a_menu_that_nobody_can_see_is_not_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    async def story() -> None:
        idle = Idle(monkeypatch)
        pygame.event.post(pygame.Event(pygame.WINDOWMINIMIZED))
        idle.window.frame()
        idle.shares.clear()
        for _ in range(HIDDEN_RATE):
            type_text("x")
            idle.now += 1 / idle.window.rate
            idle.window.frame()
        assert not idle.shares
        pygame.event.post(pygame.Event(pygame.WINDOWEXPOSED))
        assert idle.seconds(1)[2] >= 1
        await idle.window.close()

    run(story())
