"""How a game changes what its bodies look like. By default players have eyes, and all else are boxes."""

from typing import NamedTuple

import pygame

from game.client.draw.marks import Blit
from game.client.draw.theme import Rgb


class Layers(NamedTuple):
    """Pictures to be drawn, from the lowest layer to the highest."""

    shadows: list[Blit]
    ground: list[Blit]  # below all bodies
    bodies: list[Blit]
    above: list[Blit]  # over all bodies: names, say


class Sight(NamedTuple):
    """One body, as it is in the window."""

    net_id: int  # 0: only we know of it as yet
    entity: int  # esper's, for components
    kind: int
    area: pygame.Rect  # in pixels of the window
    color: Rgb
    own: bool  # one's own, or the one that a spectator follows
    rest: int  # ticks until the next dash
    away: bool


class Painter:
    """Draws as by default. All is called inside `with world`, once a drawn frame or once for each body in view."""

    def begin(self, tick: int, now: float) -> None:
        """A frame begins, as of that tick of the server; `now` in seconds."""

    def color(self, entity: int, color: Rgb) -> Rgb:
        """The colour of a body, that of its player or another: a team's, say."""
        return color

    def body(self, sight: Sight, layers: Layers) -> bool:
        """Draw a body; False: as by default."""
        return False

    def marks(self, sight: Sight, layers: Layers) -> None:
        """Draw what lies over or under a body besides."""

    def finish(self, window: pygame.Surface, corner: tuple[int, int], middles: dict[int, tuple[int, int]]) -> None:
        """Draw over it; `corner` is the arena's pixel in the window's top left corner, `middles` are in the window."""
