"""The eyes of somebody who has no body: they follow a player, or roam where the direction keys send them.

While following, left and right go on to another player, and up or down let go. While roaming, the direction keys move
the view, and a dash follows whoever is nearest to its middle. Draws nothing, and knows neither window nor connection.
"""

from collections.abc import Callable, Mapping
from typing import Final

from ecs.arena import TILE
from ecs.components import UNITS_PER_PIXEL
from ecs.movement.step import DASH, DIRECTIONS
from game.client.draw.camera import Camera
from net.client.controls import Controls

ROAM_SPEED: Final = 720.0  # pixels a second: three times a player's, to get somewhere else
LONGEST_GLANCE: Final = 0.1  # seconds between two pictures that count for roaming: a stall must not throw the view away
LOOK_TILES: Final = 4  # that the middle moves before the server is told; what it sends reaches further than a screen
LOOKS_PER_SECOND: Final = 4

Point = tuple[float, float]


class Spectator:
    """Says where the camera has to look, once a drawn frame."""

    def __init__(self, controls: Controls, arena: tuple[int, int], look: Callable[[int, int], None]) -> None:
        """`arena` is the arena's size in pixels; `look` tells the server the middle of the view, in world units."""
        self._controls = controls
        self._arena = arena
        self._look = look
        self.following = 0  # the NetID; 0: we roam
        self._roams = False  # by will, and not because there is nobody
        self._middle: Point = (arena[0] / 2, arena[1] / 2)  # in pixels of the arena
        self._held = 0  # the direction that was wanted last time
        self._when = 0.0
        self._told: Point | None = None  # where we last said that we look
        self._told_at = 0.0

    def follow(self, players: Mapping[int, Point], camera: Camera, view: tuple[int, int], now: float) -> None:
        """Move the camera; `players` are the middles of all bodies, in pixels of the arena, by their NetIDs.

        `view` is how much of the arena is seen, in pixels. Its middle stays where a camera can show it, or a key would
        have to be held for a while before anything moves.
        """
        wanted = self._controls.next().direction
        dash, direction = divmod(wanted, DASH)
        pressed = wanted != self._held and wanted != 0
        self._held = wanted
        if self.following not in players:
            self._take(players)
        if pressed and self.following:
            across, down = DIRECTIONS[direction]
            if down:
                self.following, self._roams = 0, True
            elif across:
                self._next(sorted(players), across)
        elif pressed and dash:
            self._roams = False
            self._take(players)
        x, y = players[self.following] if self.following else self._middle
        if self._roams:
            x, y = _moved(x, y, direction, min(max(0.0, now - self._when), LONGEST_GLANCE))
        self._middle = _held(x, view[0], self._arena[0]), _held(y, view[1], self._arena[1])
        self._when = now
        camera.follow(*self._middle, now)
        self._tell(now)

    @property
    def hint(self) -> str:
        """What one can do, for the bottom of the screen."""
        if self.following:
            return "Watching · left and right: another player · up or down: roam · Esc leaves"
        if self._roams:
            return "Watching · the direction keys move the view · dash: follow the nearest player · Esc leaves"
        return "Watching · nobody is here yet · Esc leaves"

    def _take(self, players: Mapping[int, Point]) -> None:
        """Follow whoever is nearest, if we do not prefer to roam and anybody is there."""
        x, y = self._middle
        far = {net_id: (place[0] - x) ** 2 + (place[1] - y) ** 2 for net_id, place in players.items()}
        self.following = 0 if self._roams or not far else min(far, key=lambda net_id: (far[net_id], net_id))

    def _next(self, net_ids: list[int], way: int) -> None:
        self.following = net_ids[(net_ids.index(self.following) + way) % len(net_ids)]

    def _tell(self, now: float) -> None:
        x, y = self._middle
        if self._told is not None:
            moved = max(abs(x - self._told[0]), abs(y - self._told[1])) * UNITS_PER_PIXEL
            if moved <= LOOK_TILES * TILE or now - self._told_at < 1 / LOOKS_PER_SECOND:
                return
        self._told, self._told_at = (x, y), now
        self._look(round(x * UNITS_PER_PIXEL), round(y * UNITS_PER_PIXEL))


def _moved(x: float, y: float, direction: int, seconds: float) -> Point:
    across, down = DIRECTIONS[direction]
    far = ROAM_SPEED * seconds * (0.5**0.5 if across and down else 1)
    return x + far * across, y + far * down


def _held(middle: float, view: int, arena: int) -> float:
    return arena / 2 if arena <= view else min(max(middle, view / 2), arena - view / 2)
