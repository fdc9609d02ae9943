"""How a body moves in one tick: the scalar function, its vectorised twin, and the system that applies them.

Knows bodies and the arena; knows nothing of other bodies, of ticks or of networks.
"""

from ecs.movement.movement_system import MovementSystem
from ecs.movement.movers import Flyer, Roller
from ecs.movement.step import DASH, DIRECTIONS, STILL, Body, Motion, motion_at

__all__ = ["DASH", "DIRECTIONS", "STILL", "Body", "Flyer", "Motion", "MovementSystem", "Roller", "motion_at"]
