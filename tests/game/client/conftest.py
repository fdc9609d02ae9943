"""A display that nobody sees, and settings that nobody keeps, for every test of what draws."""

import os

os.environ["SDL_VIDEODRIVER"] = "dummy"  # before anything imports pygame
os.environ["SDL_AUDIODRIVER"] = "dummy"

from collections.abc import Callable, Iterator
from pathlib import Path

import pygame
import pytest

from game.client import devices
from game.client.input import layout
from net.io.user_folder import DIRECTORY_VARIABLE
from tests.game.client.layouts import where


@pytest.fixture(autouse=True)
def settings_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where this test's settings are."""
    monkeypatch.setenv(DIRECTORY_VARIABLE, str(tmp_path / "config"))
    return tmp_path / "config"


@pytest.fixture(autouse=True)
def nobody_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test has a log of its own, in which no device has failed yet."""
    monkeypatch.setattr(devices, "_told", set())


@pytest.fixture
def surface() -> Iterator[pygame.Surface]:
    """A window's surface, as large as by default."""
    pygame.display.init()
    pygame.font.init()
    yield pygame.display.set_mode((1280, 720), pygame.RESIZABLE)
    pygame.quit()


@pytest.fixture
def today(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Switches to a keyboard layout, for a display that has none."""

    def switch(name: str) -> None:
        monkeypatch.setattr(layout, "_scancodes", lambda: where(name))
        layout.changed()

    yield switch
    monkeypatch.undo()
    layout.changed()


@pytest.fixture
def large_display(monkeypatch: pytest.MonkeyPatch) -> None:
    """A display on which every window fits that one may choose."""
    monkeypatch.setattr(pygame.display, "get_desktop_sizes", lambda: [(3840, 2160)])
