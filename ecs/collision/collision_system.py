"""Sets apart bodies that met: an esper Processor around `ecs.collision.separate`. Runs right behind the movement.

What it does follows from the world at the end of the last tick alone, so whoever knows all of the world can compute it.
"""

from collections.abc import Callable

import esper
import numpy as np

from ecs.arena import Arena
from ecs.collision.separate import CollisionSolver
from ecs.collision.sweep import FEW, Sweep
from ecs.kinds import ALL_PUSH, Meetings
from ecs.movement.movement_system import MovementSystem


class CollisionSystem(esper.Processor):
    """Sets apart bodies that met. Between the movement and this nobody comes or goes, and no body is moved."""

    def __init__(
        self,
        arena: Arena,
        movement: MovementSystem,
        touched: Callable[[int, int], None] | None,
        sweep: Sweep | None = None,
        meetings: Meetings = ALL_PUSH,
    ) -> None:
        """`touched` is called with each NetID that ends otherwise than `step` said, and that of who touched it.

        None: nobody wants to know. `sweep` is one whose effort is limited, where a stranger says where the bodies are:
        `process` then raises TooCrowdedError.
        """
        self._arena = arena
        self._movement = movement
        self._touched = touched
        self._sweep = sweep or Sweep()
        self._meetings = meetings

    def process(self, tick: int) -> None:
        bodies = self._movement.bodies
        x, y, vx, vy, w, h, *_, kind = bodies.ints
        sweep = None
        if len(bodies) > FEW:
            sweep = self._sweep
            sweep.look(bodies.x, bodies.y, bodies.w, bodies.h)
        x_before, y_before = self._movement.before
        meetings = self._meetings if bodies.various else ALL_PUSH
        solver = CollisionSolver(x, y, vx, vy, w, h, kind, self._arena, sweep, meetings)
        if self._touched is None:
            solver.set_apart(x_before.data, y_before.data)
            return
        columns = bodies.x, bodies.y, bodies.vx, bodies.vy
        moved = [column.copy() for column in columns]
        touched = solver.set_apart(x_before.data, y_before.data)
        if touched:
            rows = np.array(list(touched), dtype=np.int64)
            differ = [column[rows] != former[rows] for column, former in zip(columns, moved, strict=True)]
            for row in rows[np.any(differ, axis=0)].tolist():
                self._touched(bodies.net_ids[row], bodies.net_ids[touched[row]])
