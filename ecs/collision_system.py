"""Bodies that met are set apart: an esper Processor around `ecs.collision`, which runs right behind the movement.

What it does follows from the world at the end of the last tick alone, so whoever knows all of the world can compute it.
"""

from collections.abc import Callable

import esper

from ecs.arena import Arena
from ecs.collision import Crowd
from ecs.movement_system import MovementSystem


class CollisionSystem(esper.Processor):
    """Sets apart bodies that met. Between the movement and this nobody comes or goes, and no body is moved."""

    def __init__(self, arena: Arena, movement: MovementSystem, touched: Callable[[int, int], None]) -> None:
        """`touched` is called with each NetID that ends otherwise than `step` said, and that of who touched it."""
        self._arena = arena
        self._movement = movement
        self._touched = touched

    def process(self, tick: int) -> None:
        bodies = self._movement.bodies
        (x, y), (vx, vy), (w, h) = bodies.places(), bodies.motions(), bodies.extents()
        touched = Crowd(x, y, vx, vy, w, h, self._arena).set_apart(*self._movement.before)
        for row, by in touched.items():
            position, velocity = bodies.positions[row], bodies.velocities[row]
            if (position.x, position.y, velocity.x, velocity.y) != (x[row], y[row], vx[row], vy[row]):
                position.x, position.y, velocity.x, velocity.y = x[row], y[row], vx[row], vy[row]
                self._touched(bodies.net_ids[row], bodies.net_ids[by])
