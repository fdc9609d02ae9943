"""What somebody who plays Tag wants to do next, from what their client holds: chase, run away, or wander about.

The mind of a bot. Follows from the world and the random numbers alone; knows no clock and no wire.
"""

import random
from typing import Final

import esper

from ecs.arena import TILE
from ecs.components import Intent, NetID, Position
from ecs.movement.step import DASH, DIRECTIONS, STILL
from game.tag.components import Immune, Tagged

PAUSE_SHARE: Final = 0.15  # of the wishes of a wanderer are to stand
WANDER_DASH_SHARE: Final = 0.03  # for the fun of it
NEAR: Final = 8 * TILE  # world units from "it", within which others run
LUNGE: Final = 4 * TILE  # from each other, within which a dash is worth it
LUNGE_SHARE: Final = 0.5
SWERVE_SHARE: Final = 0.25  # of the ways to or from somebody are an eighth of a turn off: so walls hold nobody for ever

_NUMBER: Final = {vector: number for number, vector in enumerate(DIRECTIONS)}


def wish(own: int, rng: random.Random) -> int:
    """A direction for a third of a second or so, for the player of that NetID. Inside `with world`."""
    places = {net_id.id: (at.x, at.y) for _, (net_id, at, _) in esper.get_components(NetID, Position, Intent)}
    tagged = [net_id.id for _, (net_id, _) in esper.get_components(NetID, Tagged)]
    if not tagged or own not in places or tagged[0] not in places:
        return wander(rng)
    x, y = places.pop(own)
    if tagged[0] == own:
        for _, (net_id, _) in esper.get_components(NetID, Immune):
            places.pop(net_id.id, None)
        if not places:
            return wander(rng)
        to_x, to_y = min(places.values(), key=lambda place: (place[0] - x) ** 2 + (place[1] - y) ** 2)
        dx, dy = to_x - x, to_y - y
    else:
        it_x, it_y = places[tagged[0]]
        dx, dy = x - it_x, y - it_y
        if max(abs(dx), abs(dy)) > NEAR:
            return wander(rng)
    way = heading(dx, dy)
    if rng.random() < SWERVE_SHARE:
        way = (way - 1 + rng.choice((-1, 1))) % 8 + 1
    lunges = max(abs(dx), abs(dy)) < LUNGE and rng.random() < LUNGE_SHARE
    return way | DASH if lunges else way


def wander(rng: random.Random) -> int:
    """Any way, or a pause."""
    if rng.random() < PAUSE_SHARE:
        return STILL
    way = rng.randint(1, 8)
    return way | DASH if rng.random() < WANDER_DASH_SHARE else way


def heading(dx: int, dy: int) -> int:
    """Which of the eight ways leads best along (dx, dy)."""
    x = 0 if 2 * abs(dx) < abs(dy) else (dx > 0) - (dx < 0)
    y = 0 if 2 * abs(dy) < abs(dx) else (dy > 0) - (dy < 0)
    return _NUMBER[x, y]
