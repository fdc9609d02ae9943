"""The system that both ends run over their worlds: an esper Processor around the pure `step`."""

from typing import Final

import esper
import numpy as np

from ecs.bodies import Bodies
from ecs.step import STILL, Motion, move
from ecs.steps import Columns, Steps, column

FEW: Final = 48  # bodies up to which it is quicker to step one by one than to make columns of them


class MovementSystem(esper.Processor):
    """One `step` for every body that is steered. Remembers where all were, for the collisions."""

    def __init__(self, motion: Motion) -> None:
        self.bodies = Bodies()
        self.before: tuple[list[int], list[int]] = [], []  # x and y, a tick ago
        self.columns: Columns | None = None  # where all are now; None where they are few
        self._motion = motion
        self._steps: Steps | None = None  # made when there are many for the first time

    def process(self, tick: int) -> None:
        bodies = self.bodies
        bodies.find()
        self.before = bodies.places()
        if len(bodies) <= FEW:
            self.columns = None
            self._one_by_one()
        else:
            self._at_once()

    def _one_by_one(self) -> None:
        bodies, motion = self.bodies, self._motion
        for row, intent, dash in zip(bodies.steered, bodies.intents, bodies.dashes, strict=True):
            position, velocity, size = bodies.positions[row], bodies.velocities[row], bodies.sizes[row]
            vx, vy, rest, direction = velocity.x, velocity.y, dash.rest, intent.direction
            if vx or vy or rest or direction != STILL:
                position.x, position.y, velocity.x, velocity.y, dash.rest = move(
                    position.x, position.y, vx, vy, size.w, size.h, rest, direction, motion
                )

    def _at_once(self) -> None:
        bodies = self.bodies
        x, y, vx, vy, w, h = map(column, (*self.before, *bodies.motions(), *bodies.extents()))
        rest = column([dash.rest for dash in bodies.dashes])
        direction = column([intent.direction for intent in bodies.intents])
        steered = slice(None) if len(bodies.steered) == len(bodies) else column(bodies.steered)
        old = Columns(x[steered], y[steered], vx[steered], vy[steered], w[steered], h[steered], rest)
        self._steps = self._steps or Steps(self._motion)
        new = self._steps.move(old, direction)
        self._assign(old, new)
        x[steered], y[steered], vx[steered], vy[steered] = new[:4]
        self.columns = Columns(x, y, vx, vy, w, h, rest)

    def _assign(self, old: Columns, new: Columns) -> None:
        """Only what has changed: that is a half, mostly."""
        bodies, steered = self.bodies, self.bodies.steered
        changed = np.flatnonzero((new.x != old.x) | (new.y != old.y))
        for n, x, y in zip(changed.tolist(), new.x[changed].tolist(), new.y[changed].tolist(), strict=True):
            position = bodies.positions[steered[n]]
            position.x, position.y = x, y
        changed = np.flatnonzero((new.vx != old.vx) | (new.vy != old.vy))
        for n, vx, vy in zip(changed.tolist(), new.vx[changed].tolist(), new.vy[changed].tolist(), strict=True):
            velocity = bodies.velocities[steered[n]]
            velocity.x, velocity.y = vx, vy
        changed = np.flatnonzero(new.rest != old.rest)
        for n, rest in zip(changed.tolist(), new.rest[changed].tolist(), strict=True):
            bodies.dashes[n].rest = rest
