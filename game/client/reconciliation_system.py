"""Holds the prediction of one's own player against what the server says, and makes good what was wrong."""

import logging
from collections import Counter

import esper

from ecs.components import UNITS_PER_PIXEL, Intent, Position, Size, Velocity
from ecs.step import Body, Motion
from ecs.surprises import BY_THE_RULES
from ecs.world import World
from game.client.components import Shown
from game.client.mirror_system import MirrorSystem
from game.client.prediction import Cause, Correction, Prediction
from net.messages import Frame
from net.replication.mirror import Mirror

log = logging.getLogger(__name__)


class ReconciliationSystem(esper.Processor):
    """Rewinds to the mirror's tick and replays, whenever the mirror has moved on."""

    def __init__(self, world: World, net_id: int, motion: Motion, mirror: Mirror, incoming: MirrorSystem) -> None:
        self._world = world
        self._net_id = net_id
        self._motion = motion
        self._mirror = mirror
        self._incoming = incoming
        self.prediction: Prediction | None = None  # None while we have no body
        self.last: Correction | None = None
        self.causes: Counter[Cause] = Counter()

    def process(self, now: float) -> None:
        if not self._incoming.news:
            return
        entity = self._world.entity(self._net_id)
        if entity is None:
            self.prediction = None
            return
        position = esper.component_for_entity(entity, Position)
        velocity = esper.component_for_entity(entity, Velocity)
        size = esper.component_for_entity(entity, Size)
        intent = esper.component_for_entity(entity, Intent)
        body = Body(position.x, position.y, velocity.x, velocity.y, size.w, size.h)
        if self.prediction is None:
            self.prediction = Prediction(self._motion, self._mirror.tick, body, intent.direction, intent.count)
            return
        frames = [message for message in self._incoming.news if isinstance(message, Frame)]
        acks = [tick for frame in frames for tick, net_id, _ in frame.intents if net_id == self._net_id]
        found = self.prediction.reconcile(self._mirror.tick, body, intent.direction, intent.count, acks)
        if found is not None:
            dx, dy, late = found
            cause, by = self._cause(frames, late)
            self._make_good(entity, Correction(self.prediction.tick, dx, dy, cause, late, by))

    def _cause(self, frames: list[Frame], late: int) -> tuple[Cause, int]:
        touched = [row[-1] for frame in frames for row in frame.bodies if row[0] == self._net_id]
        if touched:
            return (Cause.RULES, 0) if touched[-1] == BY_THE_RULES else (Cause.PUSHED, touched[-1])
        if late:
            return Cause.LATE, 0
        if len(frames) < len(self._incoming.news):
            return Cause.SNAPSHOT, 0
        return Cause.UNEXPLAINED, 0

    def _make_good(self, entity: int, correction: Correction) -> None:
        self.last = correction
        self.causes[correction.cause] += 1
        log.debug(
            "correction at tick %d: position by %.2f pixels, %s (late by %d ticks, by %d)",
            correction.tick,
            correction.size / UNITS_PER_PIXEL,
            correction.cause.value,
            correction.ticks,
            correction.by,
        )
        shown = esper.try_component(entity, Shown)
        if shown is not None and correction.cause is not Cause.RULES:
            shown.error_x -= correction.dx
            shown.error_y -= correction.dy
