"""What the world *is*: components, the arena, and the pure functions that move bodies and set them apart.

Knows the standard library, esper and numpy; knows nothing of networks, windows or of this particular game.
"""

from ecs.angles import along, angle_of
from ecs.arena import TILE, Arena, ArenaError, parse_arena
from ecs.components import UNITS_PER_PIXEL, Action, Dash, Intent, Kind, NetID, Position, Size, Velocity
from ecs.grid import Grid
from ecs.kinds import PASS, PUSH, BodyKind, Kinds, Meeting, Mover, Walking
from ecs.surprises import Surprises
from ecs.world import World, owner_of

__all__ = [
    "PASS",
    "PUSH",
    "TILE",
    "UNITS_PER_PIXEL",
    "Action",
    "Arena",
    "ArenaError",
    "BodyKind",
    "Dash",
    "Grid",
    "Intent",
    "Kind",
    "Kinds",
    "Meeting",
    "Mover",
    "NetID",
    "Position",
    "Size",
    "Surprises",
    "Velocity",
    "Walking",
    "World",
    "along",
    "angle_of",
    "owner_of",
    "parse_arena",
]
