"""Who touches a body, for rules: a hit, a goal's scorer, a coin that is picked up."""

import numpy as np

from ecs.bodies import Bodies


def touching(bodies: Bodies, net_id: int, gap: int = 0) -> list[int]:
    """The NetIDs of all other bodies with less than that between them and this one on both axes, in ascending order.

    `gap` is in world units; 0: those that share a place with it. A NetID that is no body touches nobody.
    """
    bodies.find()
    row = bodies.rows.get(net_id)
    if row is None:
        return []
    x, y, w, h = (int(column[row]) for column in (bodies.x, bodies.y, bodies.w, bodies.h))
    meet = (bodies.x < x + w + gap) & (x < bodies.x + bodies.w + gap)
    meet &= (bodies.y < y + h + gap) & (y < bodies.y + bodies.h + gap)
    meet[row] = False
    return [bodies.net_ids[other] for other in np.flatnonzero(meet).tolist()]
