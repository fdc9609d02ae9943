"""The client as a program: one thread, one event loop, and in it the frames.

Imports what needs pygame-ce only after it has made sure that this is what is installed.
"""

import asyncio
import os
import sys
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pygame

from game.client.devices import FAULTS
from game.client.settings import Settings, load_settings
from net.client.credentials import NOTHING, Credentials
from net.conditioner.conditions import Conditions
from net.game import Game
from net.io import walltime
from net.io.address import Address
from net.io.terminal import call_on_signals, complain
from net.wire.texts import clean_name

if TYPE_CHECKING:
    from game.client.window import Window

STRANGER: Final = "Player"  # who says no name on the command line and has none in the settings
DRIVER_VARIABLES: Final = ("SDL_VIDEODRIVER", "SDL_VIDEO_DRIVER")  # what SDL 2, and 3, look at
UNSEEN: Final = frozenset({"offscreen", "dummy", "evdev"})
NO_DISPLAY: Final = (
    "there is no display; the game needs one, such as DISPLAY or WAYLAND_DISPLAY name; a server (--server) needs none"
)
WRONG_PYGAME: Final = (
    "plain pygame is installed, this game needs pygame-ce, and both use the same folder: run "
    "'python -m pip uninstall --yes pygame pygame-ce' and then 'python -m pip install pygame-ce'"
)


class DisplayError(Exception):
    """No window can be opened; the message says why."""


def play(
    address: Address | None,
    name: str | None,
    color: int | None,
    games: Mapping[str, Game],
    simulate: Conditions | None = None,
    watch: bool = False,
    credentials: Credentials = NOTHING,
    game: Game | None = None,
) -> int:
    """Open the window and play until it is closed; with an address, join that server at once. Returns the exit code.

    `simulate`: a network to add to the real one. `watch`: join as a spectator. `credentials` is what to bring along.
    `games`: those that one can choose, by name; `game`: the one to begin with.
    """
    if not getattr(pygame, "IS_CE", 0):
        complain(WRONG_PYGAME)
        return 1
    try:
        _open_display()
        _load_lettering()
        settings, notice = load_settings()
        asyncio.run(
            _run(address, _given(settings, address, name, color), simulate, watch, notice, credentials, games, game)
        )
    except DisplayError as error:
        complain(f"cannot show anything: {error}")
        return 1
    finally:
        pygame.quit()
    return 0


def _load_lettering() -> None:
    """Raises DisplayError where pygame was built without what draws text."""
    try:
        pygame.font.init()
        import game.client.window  # noqa: F401 - now, since it needs all that pygame_gui does
    except FAULTS as error:
        raise DisplayError(f"this pygame cannot draw text: {error}") from None


def _open_display() -> None:
    """Raises DisplayError where there is none that somebody could look at."""
    asked = next((name for name in DRIVER_VARIABLES if os.environ.get(name)), "")
    without_wayland = not asked and sys.platform.startswith("linux") and not os.environ.get("XDG_RUNTIME_DIR")
    if without_wayland:  # which would say so itself, in a line of its own
        os.environ["SDL_VIDEODRIVER"] = "x11,KMSDRM"
    try:
        pygame.display.init()
    except pygame.error as error:
        if asked:
            raise DisplayError(f"{error} ({asked} asks for it: leave it unset)") from None
        raise DisplayError(NO_DISPLAY) from None
    finally:
        if without_wayland:
            del os.environ["SDL_VIDEODRIVER"]
    # SDL takes one of these where nothing else works, and all goes on, unseen.
    if not asked and pygame.display.get_driver() in UNSEEN:
        raise DisplayError(NO_DISPLAY)


async def run_frames(window: "Window") -> None:
    """One frame after the other until the window is closed."""
    due = walltime.now()
    while window.open:
        window.frame()
        # A frame that took too long is not made up for: the next one comes when it can.
        due = max(due + 1 / window.rate, walltime.now())
        await asyncio.sleep(due - walltime.now())


def end_on_signals(window: "Window") -> None:
    """Close it at once: who closes a terminal or logs out sees no question. SDL would make one of SIGTERM."""
    call_on_signals(("SIGTERM", "SIGHUP"), window.quit)


async def _run(
    address: Address | None,
    settings: Settings,
    simulate: Conditions | None,
    watch: bool,
    notice: str,
    credentials: Credentials,
    games: Mapping[str, Game],
    game: Game | None,
) -> None:
    from game.client.discovery import Discovery
    from game.client.window import Services, Window
    from net.client.doctor import examine

    try:
        window = Window(
            settings, walltime.now, games, simulate, notice, Services(Discovery, examine), credentials, game
        )
    except pygame.error as error:  # the display is there, and opens no window
        raise DisplayError(str(error)) from None
    end_on_signals(window)
    try:
        if address is not None:
            window.join(address, settings, watch)
        await run_frames(window)
    finally:
        await window.close()


def _given(settings: Settings, address: Address | None, name: str | None, color: int | None) -> Settings:
    """The settings, with what the command line says instead."""
    return replace(
        settings,
        name=name or _possible(settings.name) or (STRANGER if address else ""),
        color=settings.color if color is None else color,
        address=str(address) if address else settings.address,
    )


def _possible(name: str) -> str:
    """A name from the settings, which anybody may have edited; empty if it cannot be used."""
    try:
        return clean_name(name, judge=False)
    except ValueError:
        return ""
