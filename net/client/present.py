"""What is drawn in the predicted present, tick by tick ahead of the server: one's own body, what one has launched, and
what one pushes.

What was launched is there before the server has heard of it: until then it is an entity of ours alone, without a NetID.
"""

import esper

from ecs.components import Size
from ecs.movement.step import Body
from ecs.world import World, owner_of
from net.client.components import Shown
from net.client.input_system import InputSystem
from net.client.reconciliation_system import ReconciliationSystem

Place = tuple[float, float]


class Present:
    """Works out where it is, once a frame. All is called inside `with world`."""

    def __init__(
        self, world: World, net_id: int, beside: frozenset[int], reconciliation: ReconciliationSystem, keys: InputSystem
    ) -> None:
        """`beside`: kinds of bodies around us that are drawn in the present too."""
        self._world, self._net_id, self._beside = world, net_id, beside
        self._reconciliation, self._keys = reconciliation, keys
        self._foretold: dict[int, int] = {}  # NetID -> our entity, of what the mirror does not know yet

    def places(self) -> dict[int, Place]:
        """NetID -> where it is drawn, in world units; empty while we have no body."""
        prediction, keys = self._reconciliation.prediction, self._keys
        if prediction is None:
            return {}
        wanted = keys.upcoming
        after, others_after, flying_after = prediction.peek(wanted, keys.may_launch(prediction, wanted))
        share = min(1.0, max(0.0, keys.now - prediction.tick))
        found = {self._net_id: _between(prediction.body, after, share)}
        for net_id, (body, _, _) in others_after.items() if self._beside else ():
            if body.kind in self._beside:
                found[net_id] = _between(prediction.around[net_id][0], body, share)
        for net_id, body in flying_after.items():
            former = prediction.flying.get(net_id)
            if former is not None or share:
                found[net_id] = _between(former, body, share) if former else (float(body.x), float(body.y))
        self._foretell(flying_after, found)
        return found

    def _foretell(self, flying: dict[int, Body], places: dict[int, Place]) -> None:
        """Entities of our own for what the mirror does not know yet."""
        for net_id in [known for known in self._foretold if known not in places or known in self._world]:
            esper.delete_entity(self._foretold.pop(net_id), immediate=True)
        for net_id, body in flying.items():
            if net_id in self._world or net_id not in places:
                continue
            if net_id not in self._foretold:
                parts = self._reconciliation.parts(body, owner_of(net_id))
                self._foretold[net_id] = esper.create_entity(Shown(), Size(body.w, body.h), *parts)
            shown = esper.component_for_entity(self._foretold[net_id], Shown)
            shown.x, shown.y = places[net_id]


def _between(now: Body, after: Body, share: float) -> Place:
    return now.x + (after.x - now.x) * share, now.y + (after.y - now.y) * share
