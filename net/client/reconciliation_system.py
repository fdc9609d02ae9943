"""Holds the prediction of one's own player against what the server says, and makes good what was wrong."""

import itertools
import logging
from bisect import bisect_left
from collections import Counter, deque
from typing import Final

import esper
import numpy as np

from ecs.components import UNITS_PER_PIXEL, Kind
from ecs.movement.step import Body, Motion, driven
from ecs.surprises import BY_THE_RULES
from ecs.world import LAUNCHED, World, owner_of
from net.client.components import Shown
from net.client.controls import Wanted
from net.client.corrections import Cause, Correction, Difference
from net.client.mirror_system import MirrorSystem
from net.client.prediction import Others, Prediction
from net.components import Name
from net.launch import Launcher
from net.replication.mirror import Mirror
from net.replication.publisher import quiet_ticks
from net.wire.errors import RemoteProtocolError
from net.wire.messages import Frame

log = logging.getLogger(__name__)

NEIGHBOURS = 8  # whom one may push or be pushed by are predicted too: no more can stand around one
MAX_FLYING: Final = 64  # bodies of one's own that are predicted, the newest: a server may claim any number
RECENT: Final = 256  # corrections that can be looked at: minutes of play


class ReconciliationSystem(esper.Processor):
    """Rewinds to the mirror's tick and replays, whenever the mirror has moved on."""

    def __init__(
        self,
        world: World,
        net_id: int,
        motion: Motion,
        mirror: Mirror,
        incoming: MirrorSystem,
        tick_rate: int,
        launcher: Launcher | None = None,
    ) -> None:
        """`launcher`: of a game in which buttons launch bodies."""
        self._world = world
        self._net_id = net_id
        self._motion = motion
        self._mirror = mirror
        self._incoming = incoming
        self._launcher = launcher
        self._quiet_ticks = quiet_ticks(tick_rate)
        table = motion.meetings.table[0]
        self._meets = np.array([not meeting.passes for meeting in table])  # kinds that a player can meet, by number
        tops = (mover.top_speed for mover, meets in zip(motion.movers, self._meets[1:], strict=True) if meets)
        self._fastest = max(motion.dash_speed, *tops, 0)  # of what can be met
        self._beside = np.array([number in motion.present for number in range(len(table))])
        self.prediction: Prediction | None = None  # None while we have no body
        self.recent: deque[Correction] = deque(maxlen=RECENT)
        self.causes: Counter[Cause] = Counter()
        self.causes_beside: Counter[Cause] = Counter()  # of corrections to what is drawn in the present beside us

    def process(self, now: float) -> None:
        if not self._incoming.news:
            return
        entity, bodies = self._world.entity(self._net_id), self._world.bodies
        if entity is None:  # carried out of what we see: the snapshot that shows it again is on its way
            return
        bodies.find()
        row = bodies.rows.get(self._net_id)
        if row is None or not bodies.steered[row]:
            raise RemoteProtocolError(f"entity {self._net_id}, which is our player, has not all that a player has")
        body, direction, action = driven(bodies, row)
        doing, applied = Wanted(direction, action), bodies.ints.intent_count[row]
        if self.prediction is None:
            self.prediction = Prediction(
                self._motion, self._net_id, self._mirror.tick, body, doing, applied, self._launched
            )
            return
        frames = [message for message in self._incoming.news if isinstance(message, Frame)]
        acks = [tick for frame in frames for tick, net_id, *_ in frame.intents if net_id == self._net_id]
        around = self._around(body, self.prediction.tick - self._mirror.tick)
        flying = self._flying() if self._launcher else {}
        found = self.prediction.reconcile(self._mirror.tick, body, doing, applied, acks, around, flying)
        if found is not None:
            cause, by = self._cause(frames, found)
            tick, component = self.prediction.tick, found.component
            self._make_good(entity, Correction(tick, found.dx, found.dy, cause, found.late, by, component))
        for net_id, (dx, dy) in self.prediction.astray.items():
            self._make_good_beside(net_id, dx, dy, found)

    def may_launch(self, former: int, action: int) -> bool:
        """Whether that change of one's action would launch something, as far as our components tell. In the world."""
        launch = self._launcher.pressed(former, action) if self._launcher else None
        entity = self._world.entity(self._net_id)
        return launch is not None and entity is not None and launch.allowed(entity)

    def parts(self, body: Body, owner: int) -> list[object]:
        """The components of a launched body beside those that say where it is."""
        launch = self._launcher.of_kind(body.kind) if self._launcher else None
        return [Kind(body.kind), *(launch.components(owner) if launch else ())]

    def _launched(self, former: int, action: int, body: Body) -> Body | None:
        """What that change of one's action launches from that body, where it may."""
        launch = self._launcher.pressed(former, action) if self._launcher else None
        if launch is None or self._launcher is None:
            return None
        begun = self._launcher.begun(launch, body, action)
        return begun if self._launcher.is_free(begun) else None

    def _flying(self) -> dict[int, Body]:
        """The bodies that we launched, as the mirror has them."""
        bodies = self._world.bodies
        first = bisect_left(bodies.net_ids, LAUNCHED)
        own = [net_id for net_id in bodies.net_ids[first:] if owner_of(net_id) == self._net_id]
        return {net_id: driven(bodies, bodies.rows[net_id])[0] for net_id in own[-MAX_FLYING:]}

    def _around(self, body: Body, ticks: int) -> Others:
        """Those whom one could meet within so many ticks, the nearest first, with what we heard last that they do.

        What is drawn in the present comes before all others.
        """
        bodies = self._world.bodies
        # Until the next quiet frame nothing may be heard, and so nobody looked for.
        reach = 2 * self._fastest * (max(0, ticks) + self._quiet_ticks + 2) + body.w
        far = np.maximum(np.abs(bodies.x - body.x), np.abs(bodies.y - body.y))
        near = far < reach
        if bodies.various:
            near &= self._meets[bodies.kind] | self._beside[bodies.kind]
        rows = np.flatnonzero(near).tolist()
        found = sorted((not self._beside[bodies.kind[row]], int(far[row]), bodies.net_ids[row]) for row in rows)
        others = (net_id for _, _, net_id in found if net_id != self._net_id)
        return {net_id: driven(bodies, bodies.rows[net_id]) for net_id in itertools.islice(others, NEIGHBOURS)}

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

    def _make_good_beside(self, net_id: int, dx: int, dy: int, own: Difference | None) -> None:
        """What is drawn beside us was elsewhere than predicted: that fades, and is counted with why."""
        touched, entity = self._mirror.touched.get(net_id), self._world.entity(net_id)
        if touched == BY_THE_RULES:
            cause = Cause.RULES
        elif own is not None and own.late:
            cause = Cause.LATE
        else:  # by somebody whose turn we had not heard of, or by us, not as we had thought
            cause = Cause.PUSHED
        self.causes_beside[cause] += 1
        shown = esper.try_component(entity, Shown) if entity is not None else None
        if shown is not None and cause is not Cause.RULES:
            shown.error_x -= dx
            shown.error_y -= dy

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
