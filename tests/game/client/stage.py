"""Plays the part of the person in front of the window: keys, typing, and frames until something shows."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable

import pygame

from game.client.draw.sprites import Sprites
from game.client.draw.theme import Fonts
from game.client.settings import Settings
from game.client.ui.page import Look, Page
from game.client.ui.settings_rows import TABS
from game.client.ui.start_screen import Choice
from game.client.window import Services, Window
from game.games import GAMES
from net.io import walltime
from tests.game.live import PATIENCE


def press(key: int, mod: int = 0) -> None:
    """A key goes down and comes up again."""
    pygame.event.post(pygame.Event(pygame.KEYDOWN, key=key, mod=mod, unicode="", scancode=0))
    pygame.event.post(pygame.Event(pygame.KEYUP, key=key, mod=mod, unicode="", scancode=0))


def hold(key: int) -> None:
    """A key goes down."""
    pygame.event.post(pygame.Event(pygame.KEYDOWN, key=key, mod=0, unicode="", scancode=0))


def let_go(key: int) -> None:
    """A key comes up."""
    pygame.event.post(pygame.Event(pygame.KEYUP, key=key, mod=0, unicode="", scancode=0))


def type_text(text: str) -> None:
    """Text is typed into whatever has the focus."""
    for character in text:
        pygame.event.post(pygame.Event(pygame.TEXTINPUT, text=character))


def keys_to(field: str) -> list[int]:
    """From a settings page that has just opened to the row of that setting."""
    for number, rows in enumerate(TABS.values()):
        for row, setting in enumerate(rows):
            if setting.field == field:
                return [pygame.K_RIGHT] * number + [pygame.K_DOWN] * (row + 1)
    raise AssertionError(field)


def click(at: tuple[int, int]) -> None:
    """The left mouse button goes down and up there."""
    for kind in (pygame.MOUSEBUTTONDOWN, pygame.MOUSEBUTTONUP):
        pygame.event.post(pygame.Event(kind, button=1, pos=at))


def pad_down(button: int) -> None:
    """A button of a gamepad goes down."""
    pygame.event.post(pygame.Event(pygame.CONTROLLERBUTTONDOWN, instance_id=0, button=button))


def pad_up(button: int) -> None:
    """A button of a gamepad comes up."""
    pygame.event.post(pygame.Event(pygame.CONTROLLERBUTTONUP, instance_id=0, button=button))


def pad(*buttons: int) -> None:
    """Buttons of a gamepad, one after the other."""
    for button in buttons:
        pad_down(button)
        pad_up(button)


def stick(x: float, y: float) -> None:
    """The left stick of a gamepad, from -1 to 1."""
    for axis, value in ((pygame.CONTROLLER_AXIS_LEFTX, x), (pygame.CONTROLLER_AXIS_LEFTY, y)):
        pygame.event.post(
            pygame.Event(pygame.CONTROLLERAXISMOTION, instance_id=0, axis=axis, value=round(value * 32767))
        )


def looking(fonts: Fonts | None = None) -> Look:
    """What a page is made with, where it is alone in the world."""
    surface = pygame.display.get_surface()
    assert surface is not None
    return Look(surface, pygame.mouse.get_pos, fonts or Fonts(), Sprites())


def look(page: Page) -> pygame.Surface:
    """Let a frame pass with what was posted, and another for what follows; the picture."""
    for time in (0.0, 1 / 60):
        for event in pygame.event.get():
            page.handle(event)
        page.look.surface.fill((0, 0, 0))
        page.update(time)
        page.draw(time)
    return page.look.surface.copy()


@contextlib.asynccontextmanager
async def opened(settings: Settings, services: Services | None = None) -> AsyncIterator[Window]:
    """The program's window, without its program."""
    window = Window(settings, walltime.now, GAMES, services=services or Services())
    try:
        yield window
    finally:
        await window.close()


async def frames_until(window: Window, done: Callable[[], object]) -> None:
    """Draw frames until `done`."""
    async with asyncio.timeout(PATIENCE):
        while not done():
            window.frame()
            await asyncio.sleep(0.01)


def differs(first: pygame.Surface, second: pygame.Surface) -> int:
    """In how many pixels two pictures differ."""
    assert first.get_size() == second.get_size()
    same = pygame.mask.from_threshold(first, (0, 0, 0), (1, 1, 1, 255), second).count()
    return first.get_width() * first.get_height() - same


CHOICE = Choice({"tag": "Tag"}, "tag", lambda name, settings: None, "Touch somebody to pass it on.")
