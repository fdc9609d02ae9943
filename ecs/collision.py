"""How bodies that met are set apart: a pure function over integers, in the order of NetIDs.

Pushing is inelastic: both go on with the mean of their velocities, and the overlap is shared, unless a wall holds one
of them. Whoever could not be set apart in a few passes stays where they were, so **no two bodies overlap after a tick
if none did before it**, and none is ever inside a wall.
"""

from collections.abc import Mapping

from ecs.arena import Arena
from ecs.step import Body

PASSES = 4  # a push travels through as many bodies in a tick; more gains nothing that players notice


def separate(bodies: Mapping[int, Body], before: Mapping[int, Body], arena: Arena) -> dict[int, tuple[Body, int]]:
    """Set overlapping bodies apart.

    `bodies` maps NetIDs to where `step` put them, `before` to where they were a tick ago. Returns only those that end
    otherwise than `step` said: NetID -> (body, NetID of whoever touched it last).
    """
    now = dict(bodies)
    by: dict[int, int] = {}
    for _ in range(PASSES):
        pairs = overlapping(now)
        if not pairs:
            break
        for left, right in pairs:
            if overlap(now[left], now[right]):
                now[left], now[right] = _push(now[left], now[right], arena)
                by[left], by[right] = right, left
    else:
        _stay(now, {**bodies, **before}, by)  # who has just come has not moved yet
    return {net_id: (now[net_id], other) for net_id, other in sorted(by.items()) if now[net_id] != bodies[net_id]}


def overlapping(bodies: Mapping[int, Body]) -> list[tuple[int, int]]:
    """All pairs of NetIDs whose bodies overlap, each with the smaller first, in ascending order (sweep along x)."""
    pairs = []
    active: list[tuple[int, Body]] = []
    for net_id, body in sorted(bodies.items(), key=lambda item: item[1][0]):
        active = [(other_id, other) for other_id, other in active if other.x + other.w > body.x]
        for other_id, other in active:
            if other.y < body.y + body.h and body.y < other.y + other.h:
                pairs.append((min(net_id, other_id), max(net_id, other_id)))
        active.append((net_id, body))
    return sorted(pairs)


def _stay(now: dict[int, Body], before: Mapping[int, Body], by: dict[int, int]) -> None:
    """Put whoever still overlaps back, standing; and who now stands in their way, until nobody overlaps."""
    back: set[int] = set()
    while late := [pair for pair in overlapping(now) if not back.issuperset(pair)]:
        for left, right in late:
            for net_id, other in ((left, right), (right, left)):
                if net_id not in back:
                    back.add(net_id)
                    now[net_id] = before[net_id]._replace(vx=0, vy=0, rest=now[net_id].rest)
                    by[net_id] = other


def overlap(a: Body, b: Body) -> bool:
    """Whether two bodies share a place; to touch is not to overlap."""
    return a.x < b.x + b.w and b.x < a.x + a.w and a.y < b.y + b.h and b.y < a.y + a.h


def _push(a: Body, b: Body, arena: Arena) -> tuple[Body, Body]:
    """Set two overlapping bodies apart along the axis where they overlap least."""
    deep_x = min(a.x + a.w, b.x + b.w) - max(a.x, b.x)
    deep_y = min(a.y + a.h, b.y + b.h) - max(a.y, b.y)
    if deep_x <= deep_y:
        if a.x > b.x:
            b, a = _push_x(b, a, deep_x, arena)
        else:
            a, b = _push_x(a, b, deep_x, arena)
    elif a.y > b.y:
        b, a = _push_y(b, a, deep_y, arena)
    else:
        a, b = _push_y(a, b, deep_y, arena)
    return a, b


def _push_x(left: Body, right: Body, deep: int, arena: Arena) -> tuple[Body, Body]:
    half = deep // 2
    left_x = arena.reach_x(left.x, left.y, left.w, left.h, -half)
    right_x = arena.reach_x(right.x, right.y, right.w, right.h, deep - (left.x - left_x))
    rest = deep - (left.x - left_x) - (right_x - right.x)
    left_x = arena.reach_x(left_x, left.y, left.w, left.h, -rest)
    held = rest > 0 or left.x - left_x < half
    left_vx, right_vx = _meet(left.vx, right.vx, held)
    return left._replace(x=left_x, vx=left_vx), right._replace(x=right_x, vx=right_vx)


def _push_y(upper: Body, lower: Body, deep: int, arena: Arena) -> tuple[Body, Body]:
    half = deep // 2
    upper_y = arena.reach_y(upper.x, upper.y, upper.w, upper.h, -half)
    lower_y = arena.reach_y(lower.x, lower.y, lower.w, lower.h, deep - (upper.y - upper_y))
    rest = deep - (upper.y - upper_y) - (lower_y - lower.y)
    upper_y = arena.reach_y(upper.x, upper_y, upper.w, upper.h, -rest)
    held = rest > 0 or upper.y - upper_y < half
    upper_vy, lower_vy = _meet(upper.vy, lower.vy, held)
    return upper._replace(y=upper_y, vy=upper_vy), lower._replace(y=lower_y, vy=lower_vy)


def _meet(first: int, second: int, held: bool) -> tuple[int, int]:
    """Velocities along the axis after the push, of the one in front of the axis and the one behind."""
    if first <= second:
        return first, second  # they part already
    return (0, 0) if held else ((first + second) // 2,) * 2
