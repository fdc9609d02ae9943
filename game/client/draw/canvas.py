"""What everything is drawn on: always as large, whatever the window; so nobody sees more of the world than others.

It is scaled to the window, with bars at the sides where the shapes differ, and the mouse is translated the other way.
Knows nothing of what is drawn.
"""

import os
from collections.abc import Iterable, Sequence
from typing import Final

import pygame

from game.client.devices import optional

SIZE: Final = (1280, 720)
BAR: Final = 40  # pixels of a display's height that a window's title takes
ROOM: Final = 0.8  # of the display, which a window whose size was not chosen takes at most
SUITABLE: Final = range(300, 75, -25)  # per cent, for such windows; 75 where that is too large, too, if it fits
# Up to here every frame can be scaled smoothly (measured: 4 ms at 1920x1080, 7 ms at 2560x1440, on one core); where
# there are still more pixels, each of ours is at least two wide, and edges are fine enough without.
SMOOTH_PIXELS: Final = 2560 * 1440

Part = tuple[pygame.Rect, object]  # an area of the canvas, and what is there: the same, as long as it looks the same

os.environ.setdefault("SDL_WINDOWS_DPI_AWARENESS", "permonitorv2")  # real pixels, not magnified ones


class Canvas:
    """The surface to draw on, and the window that shows it."""

    def __init__(self, scale: int = 100, fullscreen: bool = False) -> None:
        """`scale`: of the window, in per cent; 0 for what suits the display. Needs pygame's display."""
        self._scale = scale
        self.fullscreen = fullscreen
        if pygame.display.get_driver() == "x11":
            # Shared memory: SDL would take OpenGL, which without a graphics card costs 7.6 ms of a core each time.
            os.environ.setdefault("SDL_FRAMEBUFFER_ACCELERATION", "0")
        self._set_mode()
        self.surface = pygame.Surface(SIZE).convert()

    @property
    def area(self) -> pygame.Rect:
        """The part of the window that shows the canvas."""
        return fitting(pygame.display.get_window_size())

    @property
    def mouse(self) -> tuple[int, int]:
        """Where the mouse is, in the canvas' pixels; over a bar it is outside."""
        return self.place(pygame.mouse.get_pos())

    def place(self, at: tuple[int, int]) -> tuple[int, int]:
        """A place in the window, in the canvas' pixels."""
        area = self.area
        return (at[0] - area.x) * SIZE[0] // area.w, (at[1] - area.y) * SIZE[1] // area.h

    def translate(self, event: pygame.Event) -> pygame.Event:
        """The event with the mouse in the canvas' pixels."""
        if not hasattr(event, "pos"):
            return event
        return pygame.Event(event.type, {**event.dict, "pos": self.place(event.pos)})

    def show(self, areas: Sequence[pygame.Rect] | None = None) -> None:
        """Scale it to the window, and show that; where nothing has to be scaled, of given `areas` these alone."""
        window, area = pygame.display.get_surface(), self.area
        if window is not None and areas is not None and area.size == SIZE == window.get_size():
            for each in areas:
                window.blit(self.surface, each, each)
            pygame.display.update(areas)
            return
        if window is not None:
            if window.get_size() != area.size:
                window.fill((0, 0, 0))
            if area.size == SIZE:
                window.blit(self.surface, area)
            elif area.w * area.h > SMOOTH_PIXELS:
                pygame.transform.scale(self.surface, area.size, window.subsurface(area))
            else:
                pygame.transform.smoothscale(self.surface, area.size, window.subsurface(area))
        pygame.display.flip()

    def resize(self, scale: int, fullscreen: bool) -> bool:
        """Another size of the window, if it is another; returns whether it was."""
        if (scale, fullscreen) == (self._scale, self.fullscreen):
            return False
        self._scale, self.fullscreen = scale, fullscreen
        self._set_mode()
        return True

    def _set_mode(self) -> None:
        if self.fullscreen:
            with optional("full screen"):
                pygame.display.set_mode((0, 0), pygame.FULLSCREEN)
                return
            self.fullscreen = False
        display = _display()
        scale = self._scale if self._scale and fits(self._scale, display) else _suitable(display)
        pygame.display.set_mode((SIZE[0] * scale // 100, SIZE[1] * scale // 100), pygame.RESIZABLE)


def possible(scales: Iterable[int]) -> list[int]:
    """Those of which a window fits onto the display; 0, which is what suits it, always does."""
    display = _display()
    return [scale for scale in scales if not scale or fits(scale, display)]


def fits(scale: int, display: tuple[int, int]) -> bool:
    """Whether all of a window of so many per cent can be seen on a display of that size, its title included."""
    return SIZE[0] * scale <= display[0] * 100 and SIZE[1] * scale <= (display[1] - BAR) * 100


def fitting(window: tuple[int, int]) -> pygame.Rect:
    """The largest area of the canvas' shape in the middle of a window; at least a pixel."""
    w, h = max(1, window[0]), max(1, window[1])
    wide = min(w, h * SIZE[0] // SIZE[1])
    area = pygame.Rect(0, 0, max(1, wide), max(1, min(h, wide * SIZE[1] // SIZE[0])))
    area.center = w // 2, h // 2
    return area.clamp((0, 0, w, h))


def _display() -> tuple[int, int]:
    """The size of the display, the largest where there are several: a window can be moved there."""
    return max(pygame.display.get_desktop_sizes(), key=lambda size: size[0] * size[1])


def _suitable(display: tuple[int, int]) -> int:
    """Per cent of the canvas, for a window on a display of that size."""
    most = min(display[0] / SIZE[0], display[1] / SIZE[1]) * ROOM * 100
    smallest = SUITABLE.stop if fits(SUITABLE.stop, display) else max(1, int(most))
    return next((scale for scale in SUITABLE if scale <= most), smallest)
