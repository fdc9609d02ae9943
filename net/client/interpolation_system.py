"""Decides where everything is drawn: others a little in the past, where we know, oneself in the predicted present.

What is drawn never jumps. When we learn that somebody was elsewhere than shown, or our own prediction was wrong, the
difference becomes an error that fades; only past a bound, where sliding would look stranger than jumping, is it cut.
"""

from collections import deque
from typing import Final

import esper

from ecs.arena import TILE
from ecs.components import NetID, Position
from net.client.clock import Pace, ServerClock, nearly_all
from net.client.components import Shown
from net.client.mirror_system import MirrorSystem
from net.client.present import Present
from net.client.timeline import Places, Timeline
from net.replication.publisher import quiet_ticks
from net.wire.messages import Frame

HALF_LIFE: Final = 0.025  # seconds in which an error halves: a sixteenth is left after 100 ms
TELEPORT: Final = 30 * TILE  # world units: four seconds at top speed; whoever is further off has not walked there
FRAMES: Final = 64  # whose delays count: two seconds of play


class InterpolationSystem(esper.Processor):
    """Sets `Shown` of everything that has a NetID and a Position. Runs last before drawing."""

    def __init__(
        self,
        net_id: int,
        timeline: Timeline,
        clock: ServerClock,
        incoming: MirrorSystem,
        present: Present,
        tick_rate: int,
        frame_ticks: int,
    ) -> None:
        self._net_id = net_id
        self.timeline = timeline
        self._clock = clock
        self._incoming = incoming
        self._present = present
        self._were_present: frozenset[int] = frozenset()  # NetIDs that were drawn in the present last time
        self._frame_ticks = frame_ticks
        self._quiet_ticks = quiet_ticks(tick_rate)
        self._pace = Pace(tick_rate)
        self._ages: deque[float] = deque(maxlen=FRAMES)  # ticks of the server's clock, when each frame arrived
        self._news = False  # whether there are others since `delay` was worked out
        self._heard = 0.0  # seconds, when the last frame arrived
        self._drawn_at = 0.0
        self._known = -1
        self._drawn: dict[int, tuple[float, float]] = {}  # without errors
        self.now = -1.0  # the tick at which others are shown
        self.delay = float(frame_ticks)  # ticks behind the server to show others: nearly every frame is here when due
        self.late_frames = 0  # that told of ticks which had been shown already
        self.starved = 0  # drawn frames for which even a quiet frame should have come, and had not

    def heard(self, frame: Frame, now: float) -> None:
        """A frame arrived just now: so much is what we are told behind the server's clock."""
        self.late_frames += frame.tick < self.now
        if self._clock.synced:
            if self._ages and now == self._heard:
                self._ages.pop()  # of what a stall held back and then let go at once, the newest alone tells the delay
            self._heard = now
            self._ages.append(self._clock.tick(now) - frame.tick)
            self._news = True

    def process(self, now: float) -> None:
        if self.timeline.known < 0 or not self._clock.synced:
            return
        if self._news:  # here and not with each frame: thousands may come at once
            self.delay = nearly_all(self._ages) + self._frame_ticks
            self._news = False
        fade = 0.5 ** (max(0.0, now - self._drawn_at) / HALF_LIFE)
        self._drawn_at = now
        before, self.now = self.now, self._pace.follow(now, self._clock.tick(now) - self.delay)
        corrected = self._what_was_wrong(self.now if self._pace.jumped else before)
        self.starved += self.now > self.timeline.known + self._quiet_ticks
        self._drawn = _between(*self.timeline.around(self.now))
        present = self._present.places()
        for entity, (net_id, _) in list(esper.get_components(NetID, Position)):
            place = present.get(net_id.id)
            if place is None and net_id.id != self._net_id:
                place = self._drawn.get(net_id.id)
            if place is None:
                continue
            shown = esper.try_component(entity, Shown)
            if shown is None:
                shown = Shown()
                esper.add_component(entity, shown)
            elif (net_id.id in present) != (net_id.id in self._were_present) and net_id.id != self._net_id:
                # From the past into the present, or back: it goes on from where it was drawn.
                shown.error_x, shown.error_y = shown.x - place[0], shown.y - place[1]
            wrong_x, wrong_y = corrected.get(net_id.id, (0.0, 0.0))
            shown.error_x = _faded(shown.error_x + wrong_x, fade)
            shown.error_y = _faded(shown.error_y + wrong_y, fade)
            shown.x = place[0] + shown.error_x
            shown.y = place[1] + shown.error_y
        self._were_present = frozenset(present)

    def _what_was_wrong(self, tick: float) -> dict[int, tuple[float, float]]:
        """How far others were drawn last time from where we know them now to be at that tick.

        That is where they were guessed then, and have been heard of since; or where the shown time itself jumped.
        """
        was_guess = tick > self._known
        news = self.timeline.known != self._known
        self._known = self.timeline.known
        if not (self._drawn and (self._pace.jumped or (was_guess and news))):
            return {}
        right = _between(*self.timeline.around(tick))
        return {
            net_id: (drawn[0] - right[net_id][0], drawn[1] - right[net_id][1])
            for net_id, drawn in self._drawn.items()
            if net_id in right and net_id not in self._were_present and drawn != right[net_id]
        }


def _between(before: Places, after: Places, share: float) -> dict[int, tuple[float, float]]:
    if not share:
        return dict(before)
    drawn: dict[int, tuple[float, float]] = {}
    for net_id, (x, y) in before.items():
        to_x, to_y = after.get(net_id, (x, y))
        drawn[net_id] = x + (to_x - x) * share, y + (to_y - y) * share
    return drawn


def _faded(error: float, fade: float) -> float:
    error *= fade
    return error if 1.0 < abs(error) < TELEPORT else 0.0
