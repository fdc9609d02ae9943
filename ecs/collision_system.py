"""Bodies that met are set apart: two esper Processors around `ecs.collision`, one before the movement and one after it.

What they do follows from the world at the end of the last tick alone, so whoever knows all of the world can compute it.
"""

from collections.abc import Callable
from typing import Any

import esper

from ecs.arena import Arena
from ecs.collision import Crowd
from ecs.components import NetID, Position, Size, Velocity
from ecs.sweep import Column

Bodies = list[tuple[NetID, Position, Velocity, Size]]


class PlacesSystem(esper.Processor):
    """Remembers where all bodies are. Runs before the movement."""

    def __init__(self) -> None:
        self.bodies: Bodies = []  # in ascending order of NetIDs
        self.x: Column = []  # of these
        self.y: Column = []
        self._found: list[Any] = []

    def process(self, tick: int) -> None:
        found = esper.get_components(NetID, Position, Velocity, Size)
        if found is not self._found:  # esper gives the same list until somebody comes or goes
            self._found = found
            self.bodies = sorted((body for _, body in found), key=lambda body: body[0].id)
        self.x = [position.x for _, position, _, _ in self.bodies]
        self.y = [position.y for _, position, _, _ in self.bodies]


class CollisionSystem(esper.Processor):
    """Sets apart bodies that met. Runs after the movement; between the two nobody comes or goes."""

    def __init__(self, arena: Arena, places: PlacesSystem, touched: Callable[[int, int], None]) -> None:
        """`touched` is called with each NetID that ends otherwise than `step` said, and that of who touched it."""
        self._arena = arena
        self._places = places
        self._touched = touched

    def process(self, tick: int) -> None:
        bodies = self._places.bodies
        x, y = [position.x for _, position, _, _ in bodies], [position.y for _, position, _, _ in bodies]
        vx, vy = [velocity.x for _, _, velocity, _ in bodies], [velocity.y for _, _, velocity, _ in bodies]
        w, h = [size.w for _, _, _, size in bodies], [size.h for _, _, _, size in bodies]
        touched = Crowd(x, y, vx, vy, w, h, self._arena).set_apart(self._places.x, self._places.y)
        for row, by in touched.items():
            bearer, position, velocity, _ = bodies[row]
            if (position.x, position.y, velocity.x, velocity.y) != (x[row], y[row], vx[row], vy[row]):
                position.x, position.y, velocity.x, velocity.y = x[row], y[row], vx[row], vy[row]
                self._touched(bearer.id, bodies[by][0].id)
