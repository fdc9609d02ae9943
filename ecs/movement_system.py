"""The system that both ends run over their worlds: an esper Processor around the pure `step`."""

import esper

from ecs.components import Dash, Intent, Position, Size, Velocity
from ecs.step import STILL, Motion, move

Mover = tuple[int, tuple[Position, Velocity, Size, Intent, Dash]]


class MovementSystem(esper.Processor):
    """One `step` for every body that moves, wants to, or waits to be able to dash again."""

    def __init__(self, motion: Motion) -> None:
        self._motion = motion

    def process(self, tick: int) -> None:
        motion = self._motion
        movers: list[Mover] = esper.get_components(  # type: ignore[call-overload]  # whose hints end at four
            Position, Velocity, Size, Intent, Dash
        )
        for _, (position, velocity, size, intent, dash) in movers:
            vx, vy, rest, direction = velocity.x, velocity.y, dash.rest, intent.direction
            if vx or vy or rest or direction != STILL:
                position.x, position.y, velocity.x, velocity.y, dash.rest = move(
                    position.x, position.y, vx, vy, size.w, size.h, rest, direction, motion
                )
