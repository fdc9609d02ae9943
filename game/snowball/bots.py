"""The mind of a bot that plays Snowball: it aims at whoever is near, ahead of where they run, and gathers between."""

import math
import random
from typing import Final

import esper

from ecs.angles import angle_of
from ecs.arena import TILE
from ecs.components import NetID, Position, Velocity
from game.snowball.components import Safe, Snow
from net.bots import Mind, Wish, wander

REACH: Final = 12 * TILE  # world units within which it throws
SPEED: Final = 128  # world units a tick of a ball
SPREAD: Final = 6  # 256ths of a turn by which it misses, at most


class SnowballMind(Mind):
    """Of one bot."""

    def wish(self, net_id: int, rng: random.Random) -> Wish:
        """As a Mind has it."""
        found = esper.get_components(NetID, Position, Velocity, Snow)
        own = next(((at, snow) for _, (bearer, at, _, snow) in found if bearer.id == net_id), None)
        if own is None:
            return Wish(wander(rng))
        at, snow = own
        others = [
            (math.hypot(other.x - at.x, other.y - at.y), other.x, other.y, speed.x, speed.y)
            for entity, (bearer, other, speed, _) in found
            if bearer.id != net_id and not esper.has_component(entity, Safe)
        ]
        if not snow.balls:
            return Wish()  # to stand is to gather
        if not others or min(others)[0] > REACH:
            return Wish(wander(rng))
        far, x, y, vx, vy = min(others)
        ticks = far / SPEED
        aim = angle_of(x + vx * ticks - at.x, y + vy * ticks - at.y) + rng.randint(-SPREAD, SPREAD)
        return Wish(wander(rng), ("throw",), {"aim": aim % 256})
