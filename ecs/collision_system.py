"""The server's CollisionSystem: finds who met among all, and has `separate` set each knot of them apart by itself.

Who overlaps is found by numpy, among the columns of all; the rules of a push are for the few that it found.
"""

from collections.abc import Iterable
from typing import Any, Final

import esper
import numpy as np

from ecs.collision import separate
from ecs.components import NetID, Position, Size, Velocity
from ecs.step import Body, Motion
from ecs.surprises import Surprises
from ecs.sweep import Boxes, overlaps

NEAR: Final = 96  # world units; who is so near to a knot will most likely be pushed as well, and belongs to it at once

Knot = frozenset[int]  # rows


class CollisionSystem(esper.Processor):
    """Sets apart bodies that met, and tells the journal of each that it touched. Runs after the movement."""

    def __init__(self, motion: Motion, surprises: Surprises) -> None:
        self._arena = motion.arena
        self._surprises = surprises
        self._found: list[Any] = []  # esper's answer in the last tick: another list when anybody came or left
        self._net_ids: list[int] = []  # by row
        self._before = np.zeros((2, 0), dtype=np.int64)  # x and y by row, as of the end of the last tick

    def process(self, tick: int) -> None:
        found = esper.get_components(NetID, Position, Velocity, Size)
        boxes = _columns(found)
        if found is not self._found:
            self._renumber(found, boxes)
        met = _pairs(boxes)
        if met:
            self._set_apart(boxes, {row for pair in met for row in pair})
        self._before = np.array([boxes.x, boxes.y])

    def _set_apart(self, boxes: Boxes, met: set[int]) -> None:
        """Bring the overlapping rows to rest beside each other, in the columns and in the world."""
        wide = Boxes(boxes.x - NEAR // 2, boxes.y - NEAR // 2, boxes.w + NEAR, boxes.h + NEAR)
        knots = {knot for knot in _knots(_pairs(wide)) if not knot.isdisjoint(met)}
        moved: dict[int, tuple[Body, int]] = {}
        new = knots
        while new:
            for knot in new:
                moved.update(self._untied(knot))
            x, y = boxes.x.copy(), boxes.y.copy()
            for row, (body, _) in moved.items():
                x[row], y[row] = body.x, body.y
            # Whoever was pushed into another knot or a bystander: again, all of them together.
            tied = [(row, other) for knot in knots for row in knot for other in [min(knot)]]
            joined = set(_knots([*_pairs(boxes._replace(x=x, y=y)), *tied]))
            new = joined - knots
            knots = joined
            for knot in new:
                for row in knot:
                    moved.pop(row, None)
        boxes.x[:], boxes.y[:] = x, y
        for row, (body, by) in moved.items():
            _, (_, position, velocity, _) = self._found[row]
            position.x, position.y, velocity.x, velocity.y = body.x, body.y, body.vx, body.vy
            self._surprises.body(self._net_ids[row], by)

    def _untied(self, knot: Knot) -> dict[int, tuple[Body, int]]:
        """Those of a knot that end otherwise than `step` said, by row."""
        rows = {self._net_ids[row]: row for row in knot}
        bodies = {net_id: self._body(row) for net_id, row in rows.items()}
        before = {net_id: self._body(row, self._before[:, row].tolist()) for net_id, row in rows.items()}
        return {rows[net_id]: result for net_id, result in separate(bodies, before, self._arena).items()}

    def _body(self, row: int, place: list[int] | None = None) -> Body:
        """As `step` left it, or at another place."""
        _, (_, p, v, s) = self._found[row]
        x, y = place or (p.x, p.y)
        return Body(x, y, v.x, v.y, s.w, s.h)

    def _renumber(self, found: list[Any], boxes: Boxes) -> None:
        """Somebody came or left: rows are others now. Who has just come has not moved yet."""
        was = dict(zip(self._net_ids, self._before.T.tolist(), strict=True))
        self._found = found
        self._net_ids = [bearer.id for _, (bearer, *_) in found]
        now = zip(self._net_ids, boxes.x.tolist(), boxes.y.tolist(), strict=True)
        before = [was.get(net_id, [x, y]) for net_id, x, y in now]
        self._before = np.array(before, dtype=np.int64).reshape(-1, 2).T


def _columns(found: list[Any]) -> Boxes:
    flat = [number for _, (_, p, _, s) in found for number in (p.x, p.y, s.w, s.h)]
    return Boxes(*np.array(flat, dtype=np.int64).reshape(-1, 4).T.copy())


def _pairs(boxes: Boxes) -> list[tuple[int, int]]:
    left, right = overlaps(boxes)
    return list(zip(left.tolist(), right.tolist(), strict=True))


def _knots(pairs: Iterable[tuple[int, int]]) -> list[Knot]:
    """Who is tied to whom, over any number of others: sets that share nobody."""
    knot_of: dict[int, set[int]] = {}
    for a, b in pairs:
        one, other = knot_of.setdefault(a, {a}), knot_of.setdefault(b, {b})
        if one is not other:
            if len(one) < len(other):
                one, other = other, one
            one |= other
            knot_of.update(dict.fromkeys(other, one))
    return [frozenset(knot) for knot in {id(knot): knot for knot in knot_of.values()}.values()]
