"""The system that both ends run over their worlds: an esper Processor around the pure `step`."""

import esper
import numpy as np

from ecs.columns import Array
from ecs.movement.step import STILL, Motion, move
from ecs.movement.vector_step import MANY, VectorStep
from ecs.world import World


class MovementSystem(esper.Processor):
    """One `step` for every body that moves by itself. Remembers where all were, for the collisions."""

    def __init__(self, world: World, motion: Motion) -> None:
        self.bodies = world.bodies
        self.before: tuple[Array, Array] = self.bodies.x, self.bodies.y  # a tick ago
        self._motion = motion
        self._step_all = VectorStep(motion)

    def process(self, tick: int) -> None:
        bodies = self.bodies
        bodies.find()
        self.before = bodies.x.copy(), bodies.y.copy()
        if len(bodies) < MANY:
            self._step_each()
        else:
            self._step_all(bodies)

    def _step_each(self) -> None:
        x, y, vx, vy, w, h, direction, _, _, rest, action, kind = self.bodies.ints
        for row in np.flatnonzero(self.bodies.moving).tolist():
            if kind[row]:
                x[row], y[row], vx[row], vy[row], rest[row] = self._motion.movers[kind[row] - 1].move(
                    x[row], y[row], vx[row], vy[row], w[row], h[row], rest[row], direction[row], action[row]
                )
            elif vx[row] or vy[row] or rest[row] or direction[row] != STILL:
                x[row], y[row], vx[row], vy[row], rest[row] = move(
                    x[row], y[row], vx[row], vy[row], w[row], h[row], rest[row], direction[row], self._motion
                )
