"""Holds the prediction of one's own player against what the server says, and makes good what was wrong."""

import logging
from collections import Counter, deque
from typing import Final

import esper

from ecs.components import UNITS_PER_PIXEL, Dash, Intent, NetID, Position, Size, Velocity
from ecs.movement.step import STILL, Body, Motion
from ecs.surprises import BY_THE_RULES
from ecs.world import World
from net.client.components import Shown
from net.client.mirror_system import MirrorSystem
from net.client.prediction import Cause, Correction, Difference, Others, Prediction
from net.components import Name
from net.replication.mirror import Mirror
from net.replication.publisher import quiet_ticks
from net.wire.errors import RemoteProtocolError
from net.wire.messages import Frame

log = logging.getLogger(__name__)

NEIGHBOURS = 8  # whom one may push or be pushed by are predicted too: no more can stand around one
RECENT: Final = 256  # corrections that can be looked at: minutes of play

Own = tuple[Position, Velocity, Size, Intent, Dash]


class ReconciliationSystem(esper.Processor):
    """Rewinds to the mirror's tick and replays, whenever the mirror has moved on."""

    def __init__(
        self, world: World, net_id: int, motion: Motion, mirror: Mirror, incoming: MirrorSystem, tick_rate: int
    ) -> None:
        self._world = world
        self._net_id = net_id
        self._motion = motion
        self._mirror = mirror
        self._incoming = incoming
        self._quiet_ticks = quiet_ticks(tick_rate)
        self.prediction: Prediction | None = None  # None while we have no body
        self.recent: deque[Correction] = deque(maxlen=RECENT)
        self.causes: Counter[Cause] = Counter()

    def process(self, now: float) -> None:
        if not self._incoming.news:
            return
        entity = self._world.entity(self._net_id)
        if entity is None:  # carried out of what we see: the snapshot that shows it again is on its way
            return
        own: Own | None = esper.try_components(  # type: ignore[call-overload]  # whose hints end at four
            entity, Position, Velocity, Size, Intent, Dash
        )
        if own is None:
            raise RemoteProtocolError(f"entity {self._net_id}, which is our player, has not all that a player has")
        position, velocity, size, intent, dash = own
        body = Body(position.x, position.y, velocity.x, velocity.y, size.w, size.h, dash.rest)
        if self.prediction is None:
            self.prediction = Prediction(
                self._motion, self._net_id, self._mirror.tick, body, intent.direction, intent.count
            )
            return
        frames = [message for message in self._incoming.news if isinstance(message, Frame)]
        acks = [tick for frame in frames for tick, net_id, *_ in frame.intents if net_id == self._net_id]
        around = self._around(body, self.prediction.tick - self._mirror.tick)
        found = self.prediction.reconcile(self._mirror.tick, body, intent.direction, intent.count, acks, around)
        if found is not None:
            cause, by = self._cause(frames, found)
            tick, component = self.prediction.tick, found.component
            self._make_good(entity, Correction(tick, found.dx, found.dy, cause, found.late, by, component))

    def _around(self, body: Body, ticks: int) -> Others:
        """Those whom one could meet within so many ticks, the nearest first, with the directions that we heard last."""
        # Until the next quiet frame nothing may be heard, and so nobody looked for.
        reach = 2 * self._motion.dash_speed * (max(0, ticks) + self._quiet_ticks + 2) + body.w
        near: list[tuple[int, int, int, Body]] = []
        for entity, (net_id, at, velocity, size) in esper.get_components(NetID, Position, Velocity, Size):
            far = max(abs(at.x - body.x), abs(at.y - body.y))
            if far < reach and net_id.id != self._net_id:
                rest = dash.rest if (dash := esper.try_component(entity, Dash)) else 0
                other = Body(at.x, at.y, velocity.x, velocity.y, size.w, size.h, rest)
                near.append((far, net_id.id, entity, other))
        others: Others = {}
        for _, other_id, entity, other in sorted(near)[:NEIGHBOURS]:
            intent = esper.try_component(entity, Intent)
            others[other_id] = other, intent.direction if intent else STILL
        return others

    def _cause(self, frames: list[Frame], found: Difference) -> tuple[Cause, int]:
        by = self._mirror.touched.get(self._net_id)
        if by is not None:
            return (Cause.RULES, 0) if by == BY_THE_RULES else (Cause.PUSHED, by)
        if found.late:
            return Cause.LATE, 0
        if found.touched:
            return Cause.PUSHED, found.touched
        if len(frames) < len(self._incoming.news):
            return Cause.SNAPSHOT, 0
        return Cause.UNEXPLAINED, 0

    def _make_good(self, entity: int, correction: Correction) -> None:
        self.recent.append(correction)
        self.causes[correction.cause] += 1
        log.debug(
            "correction at tick %d: %s by %.2f pixels, %s",
            correction.tick,
            correction.component,
            correction.size / UNITS_PER_PIXEL,
            correction.why(called(self._world, correction.by)),
        )
        shown = esper.try_component(entity, Shown)
        if shown is not None and correction.cause is not Cause.RULES:
            shown.error_x -= correction.dx
            shown.error_y -= correction.dy


def called(world: World, net_id: int) -> str:
    """What somebody is called, for the words of a correction. Inside `with world`."""
    entity = world.entity(net_id)
    name = esper.try_component(entity, Name) if entity is not None else None
    return name.text if name else "somebody"
