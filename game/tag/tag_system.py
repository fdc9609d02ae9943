"""Who is "it": drawn, passed on by a touch, taken from who is gone. Of rounds it knows whether one is on.

**A touch** is two bodies within `TOUCH` of each other, corners included, at the end of a tick, after collisions: who
walks into another ends beside them, for players cannot overlap.

**Whose touch counts**, with whatever ping: the server judges its own world, at one tick, and nobody's view of the past.
That is fair because clients run ahead of the server by as much as their messages need to get there: what somebody with
20 ms and somebody with 250 ms wanted for tick T both act in tick T, and each sees their own body where the server will
have it then. The one who has the longer way sees *others* later, as they would anywhere; they can never be hit where
their body has not been for the server, nor hit somebody who has long been elsewhere.

**No ping-pong**: who passes it on is immune for `IMMUNE_SECONDS`; who becomes it has to keep it for `KEEP_SECONDS`, so
that in a crowd it does not run through everybody within a few ticks.

**Who is gone**: where "it" leaves, another is drawn from those who are there, as at the beginning, so that nobody can
arrange whom it hits. Where the connection of "it" is lost, they keep it for `AWAY_SECONDS`: most who come back are back
by then, with it; after that a game that nobody chases in would be no game, and another is drawn. Who is away can be
touched like anybody: to pull a plug must be no escape.

**Who does not chase**: where "it" has wanted nothing for `IDLE_IT_SECONDS`, or has touched nobody for
`SLOW_IT_SECONDS`, somebody else is drawn from those who play: who are there, and have moved within the former time.
Where nobody does, all stays as it is. Not to chase gains nothing: it brings no immunity, and whoever did not scores
again only when they move, and not before the time is over for which they might have gone on trying. Who is drawn
otherwise, at the beginning of a round, say, may be idle: else to stand still would be a way never to be "it".
"""

import random
from typing import Final

import esper

from ecs.components import UNITS_PER_PIXEL, Intent, NetID, Position, Size
from ecs.movement.step import COMPASS, STILL
from ecs.surprises import Surprises
from ecs.world import World
from game.tag.components import Immune, Tagged
from game.tag.rules import IDLE_IT_SECONDS, SLOW_IT_SECONDS, Passed
from net.components import Away
from net.rounds import Scores

TOUCH: Final = 2 * UNITS_PER_PIXEL  # world units between two bodies, on either axis: half a tick of walking
IMMUNE_SECONDS: Final = 2.0
KEEP_SECONDS: Final = 0.5
AWAY_SECONDS: Final = 2.0
LOOKS_PER_SECOND: Final = 4  # for somebody who plays, while "it" does not: nobody notices, and a crowd takes a while


class TagSystem(esper.Processor):
    """Runs behind the collisions. While `playing`, exactly one player is "it", if anybody is there."""

    def __init__(self, world: World, surprises: Surprises, scores: Scores, rng: random.Random, tick_rate: int) -> None:
        self.playing = False
        self._world = world
        self._surprises = surprises
        self._scores = scores
        self._rng = rng
        self._immune_ticks = round(IMMUNE_SECONDS * tick_rate)
        self._keep_ticks = round(KEEP_SECONDS * tick_rate)
        self._away_ticks = round(AWAY_SECONDS * tick_rate)
        self._idle_ticks = round(IDLE_IT_SECONDS * tick_rate)
        self._slow_ticks = round(SLOW_IT_SECONDS * tick_rate)
        self._look_ticks = max(1, tick_rate // LOOKS_PER_SECOND)
        self._it: int | None = None
        self._immune: dict[int, int] = {}  # NetID -> the tick at which it ends
        self._scoreless: dict[int, int] = {}  # NetID of who did not chase -> the tick from which they may score again

    def begin(self, tick: int) -> None:
        """A round begins: somebody is drawn as soon as the systems run."""
        self.playing = True

    def end(self, tick: int) -> None:
        """A round ends: nobody is "it" any more, nor immune."""
        self.playing = False
        if self._it is not None:
            self._take(self._it, Tagged)
            self._it = None
        for net_id in self._immune:
            self._take(net_id, Immune)
        self._immune.clear()
        self._scoreless.clear()

    def process(self, tick: int) -> None:
        if not self.playing:
            return
        for net_id in [net_id for net_id, until in self._immune.items() if tick >= until]:
            del self._immune[net_id]
            self._take(net_id, Immune)
        for net_id in [net_id for net_id, until in self._scoreless.items() if tick >= until]:
            self._let_score(tick, net_id)
        entity = self._world.entity(self._it) if self._it is not None else None
        if entity is None:
            self._it = None
            self._draw(tick)
            return
        tagged, away = esper.component_for_entity(entity, Tagged), esper.try_component(entity, Away)
        if away is not None and tick - max(away.since, tagged.since) >= self._away_ticks:
            self._draw(tick)
        elif away is None and (why := self._why_not_chasing(tick, entity, tagged)) and (chasers := self._active(tick)):
            self._pass_on(tick, self._rng.choice(chasers), why)
        elif tick - tagged.since >= self._keep_ticks and (touched := self._touched(entity)) is not None:
            self._pass_on(tick, touched, Passed.TOUCH)

    def _draw(self, tick: int) -> None:
        """Somebody who is there becomes "it"; where nobody else is, all stays as it is."""
        players = esper.get_components(NetID, Intent)
        there = sorted(net_id.id for entity, (net_id, _) in players if not esper.has_component(entity, Away))
        if there:
            self._pass_on(tick, self._rng.choice(there), Passed.DRAWN)

    def _why_not_chasing(self, tick: int, entity: int, tagged: Tagged) -> Passed | None:
        """Why somebody else is to be "it"; None where they are not, or it is not yet time to look again."""
        lasted = tick - tagged.since
        if lasted < self._idle_ticks or (lasted - self._idle_ticks) % self._look_ticks:
            return None
        if self._is_idle(tick, esper.component_for_entity(entity, Intent)):
            return Passed.IDLE
        return Passed.SLOW if lasted >= self._slow_ticks else None

    def _is_idle(self, tick: int, intent: Intent) -> bool:
        return intent.direction & COMPASS == STILL and tick - intent.since >= self._idle_ticks

    def _active(self, tick: int) -> list[int]:
        """Who plays, but for "it", in ascending order."""
        players = esper.get_components(NetID, Intent)
        return sorted(
            net_id.id
            for entity, (net_id, intent) in players
            if net_id.id != self._it and not self._is_idle(tick, intent) and not esper.has_component(entity, Away)
        )

    def _let_score(self, tick: int, net_id: int) -> None:
        """Who did not chase scores again, once they do something."""
        entity = self._world.entity(net_id)
        if entity is not None and self._is_idle(tick, esper.component_for_entity(entity, Intent)):
            return
        del self._scoreless[net_id]
        self._scores.run(net_id, tick)

    def _touched(self, entity: int) -> int | None:
        """Whom "it" touches; of several the nearest, then who came first."""
        at, size = esper.component_for_entity(entity, Position), esper.component_for_entity(entity, Size)
        bodies = self._world.bodies
        x, y, w, h = bodies.x, bodies.y, bodies.w, bodies.h
        near_x = (at.x - TOUCH <= x + w) & (x <= at.x + size.w + TOUCH)
        near = near_x & (at.y - TOUCH <= y + h) & (y <= at.y + size.h + TOUCH) & bodies.steered
        far = (2 * x + w - 2 * at.x - size.w) ** 2 + (2 * y + h - 2 * at.y - size.h) ** 2
        found = sorted((far[row], bodies.net_ids[row]) for row in near.nonzero()[0])
        return next((net_id for _, net_id in found if net_id != self._it and net_id not in self._immune), None)

    def _pass_on(self, tick: int, taker: int, how: Passed) -> None:
        by = self._it
        if by is not None:
            entity = self._world.entity(by)
            since = esper.component_for_entity(entity, Tagged).since if entity is not None else tick
            self._take(by, Tagged)
            if how in (Passed.IDLE, Passed.SLOW):
                self._scoreless[by] = max(tick, since + self._slow_ticks)
            else:
                self._scores.run(by, tick)
            if how is Passed.TOUCH:
                self._immune[by] = tick + self._immune_ticks
                self._give(by, Immune(self._immune[by]))
        if self._immune.pop(taker, None) is not None:
            self._take(taker, Immune)
        self._scoreless.pop(taker, None)
        self._it = taker
        self._give(taker, Tagged(tick, 0 if by is None or how is Passed.DRAWN else by, int(how)))
        self._scores.halt(taker, tick)

    def _give(self, net_id: int, component: Tagged | Immune) -> None:
        entity = self._world.entity(net_id)
        assert entity is not None
        self._world.add_component(entity, component)
        self._surprises.change(net_id, type(component))

    def _take(self, net_id: int, component: type[Tagged | Immune]) -> None:
        entity = self._world.entity(net_id)
        if entity is not None:  # else it went with its bearer
            self._world.remove_component(entity, component)
            self._surprises.change(net_id, component)
