"""A display that nobody sees, and settings that nobody keeps, for every test of what draws."""

import os

os.environ["SDL_VIDEODRIVER"] = "dummy"  # before anything imports pygame
os.environ["SDL_AUDIODRIVER"] = "dummy"

from collections.abc import Iterator
from pathlib import Path

import pygame
import pytest

from game.client.settings import DIRECTORY_VARIABLE


@pytest.fixture(autouse=True)
def settings_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where this test's settings are."""
    monkeypatch.setenv(DIRECTORY_VARIABLE, str(tmp_path / "config"))
    return tmp_path / "config"


@pytest.fixture
def surface() -> Iterator[pygame.Surface]:
    """A window's surface, as large as by default."""
    pygame.display.init()
    pygame.font.init()
    yield pygame.display.set_mode((1280, 720), pygame.RESIZABLE)
    pygame.quit()
