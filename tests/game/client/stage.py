"""Plays the part of the person in front of the window: keys, typing, and frames until something shows."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable

import pygame

from game import walltime
from game.client.settings import Settings
from game.client.window import Window
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


@contextlib.asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Window]:
    """The program's window, without its program."""
    window = Window(settings, walltime.now)
    try:
        yield window
    finally:
        await window.close()


async def frames_until(window: Window, done: Callable[[], object]) -> None:
    """Draw frames until `done`."""
    async with asyncio.timeout(PATIENCE):
        while not done():
            window.frame()
            await asyncio.sleep(0.003)


def differs(first: pygame.Surface, second: pygame.Surface) -> int:
    """In how many pixels two pictures differ."""
    assert first.get_size() == second.get_size()
    same = pygame.mask.from_threshold(first, (0, 0, 0), (1, 1, 1, 255), second).count()
    return first.get_width() * first.get_height() - same
