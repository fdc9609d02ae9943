"""How bodies that met are set apart in one tick: who overlaps, who gives way, and the system that applies it.

Knows bodies and the arena; knows nothing of networks or of what a game makes of a touch.
"""

from ecs.collision.collision_system import CollisionSystem

__all__ = ["CollisionSystem"]
