"""The system that both ends run over their worlds: an esper Processor around the pure `step`.

One by one, on purpose: over numpy's columns a step of 800 bodies took as long in a server that sends between its ticks
(the components have to be read and written all the same), and one of 100 took two and a half times as long.
"""

import esper

from ecs.bodies import Bodies
from ecs.step import STILL, Motion, move


class MovementSystem(esper.Processor):
    """One `step` for every body that is steered. Remembers where all were, for the collisions."""

    def __init__(self, motion: Motion) -> None:
        self.bodies = Bodies()
        self.before: tuple[list[int], list[int]] = [], []  # x and y, a tick ago
        self._motion = motion

    def process(self, tick: int) -> None:
        bodies, motion = self.bodies, self._motion
        bodies.find()
        self.before = bodies.places()
        for position, velocity, size, intent, dash in bodies.steered:
            vx, vy, rest, direction = velocity.x, velocity.y, dash.rest, intent.direction
            if vx or vy or rest or direction != STILL:
                position.x, position.y, velocity.x, velocity.y, dash.rest = move(
                    position.x, position.y, vx, vy, size.w, size.h, rest, direction, motion
                )
