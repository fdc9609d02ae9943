"""The systems that both ends run over their worlds: esper Processors around the pure functions."""

import esper

from ecs.collision import separate
from ecs.components import Dash, Intent, NetID, Position, Size, Velocity
from ecs.step import STILL, Body, Motion, move
from ecs.surprises import Surprises

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


class CollisionSystem(esper.Processor):
    """Sets apart bodies that met, and tells the journal of each that it touched. Runs after the movement."""

    def __init__(self, motion: Motion, surprises: Surprises) -> None:
        self._arena = motion.arena
        self._surprises = surprises
        self._before: dict[int, Body] = {}  # as of the end of the last tick

    def process(self, tick: int) -> None:
        entities = {
            net_id.id: (p, v, s) for _, (net_id, p, v, s) in esper.get_components(NetID, Position, Velocity, Size)
        }
        bodies = {net_id: Body(p.x, p.y, v.x, v.y, s.w, s.h) for net_id, (p, v, s) in entities.items()}
        if bodies != self._before:  # where nobody moved, nobody met
            for net_id, (body, by) in separate(bodies, self._before, self._arena).items():
                position, velocity, _ = entities[net_id]
                position.x, position.y, velocity.x, velocity.y = body.x, body.y, body.vx, body.vy
                bodies[net_id] = body
                self._surprises.body(net_id, by)
            self._before = bodies
