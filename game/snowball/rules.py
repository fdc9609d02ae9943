"""The rules of Snowball, on the server: who is hit, who gathers snow, who is out, and when a round is won.

A ball is held against what its thrower saw: their screen shows others a little in the past, and how far is said with
the throw (`net.past`). So who aims well hits, whatever the ping.
"""

import random
from typing import Final, NamedTuple

import esper

from ecs.arena import FLOOR, TILE
from ecs.components import Intent, NetID, Position, Velocity
from ecs.movement.step import STILL
from ecs.world import owner_of
from game.snowball.components import FIRST_SNOW, GOAL, HEARTS, MOST_SNOW, Health, Hit, Safe, Snow
from net.launch import body_of
from net.rounds import RoundPhase, RoundSystem, Scores
from net.rules import RuleContext

GATHER_SECONDS: Final = 0.6  # of standing still, for each ball
SAFE_SECONDS: Final = 2.0  # after one was out
FLIGHT_SECONDS: Final = 1.2  # of a ball that meets nothing: some 18 tiles


class _Flight(NamedTuple):
    """A ball in the air."""

    lag: int  # by how many halves of a tick its thrower sees others late
    until: int  # the tick in which it falls


class SnowballSystem(esper.Processor):
    """All rules, once a tick."""

    def __init__(self, context: RuleContext) -> None:
        self._context = context
        self._rng: random.Random = context.rng("snowball")
        self._gather_ticks = round(GATHER_SECONDS * context.tick_rate)
        self._safe_ticks = round(SAFE_SECONDS * context.tick_rate)
        self._flight_ticks = round(FLIGHT_SECONDS * context.tick_rate)
        self._flights: dict[int, _Flight] = {}  # by NetID
        self._still: dict[int, int] = {}  # NetID -> since which tick they stand still
        self._scores = Scores(context.world, context.surprises)
        self.rounds = RoundSystem(context, self._scores, prepare=self._prepare)
        tiles = enumerate(context.arena.rows)
        self._floor = [(x, y) for y, row in tiles for x, tile in enumerate(row) if tile == FLOOR]

    def process(self, tick: int) -> None:
        world, surprises = self._context.world, self._context.surprises
        for press in self._context.presses:
            if press.launched is not None:
                self._flights[press.launched] = _Flight(press.state.lag, tick + self._flight_ticks)
                self._give(press.net_id, -1)
        for ball, flight in list(self._flights.items()):
            self._fly(ball, flight, tick)
        for entity, (bearer, intent, snow) in esper.get_components(NetID, Intent, Snow):
            self._gather(bearer.id, intent, snow, tick)
            safe = esper.try_component(entity, Safe)
            if safe is not None and tick >= safe.until:
                world.remove_component(entity, Safe)
                surprises.change(bearer.id, Safe)

    def _fly(self, ball: int, flight: _Flight, tick: int) -> None:
        """A ball hits whoever is in its way, as its thrower saw them; at a wall, or after a while, it is gone."""
        world, surprises = self._context.world, self._context.surprises
        entity = world.entity(ball)
        body = body_of(entity) if entity is not None else None
        if body is not None:
            thrower = owner_of(ball)
            seen = self._context.past.seen(flight.lag).overlapping(body)
            hit = [who for who in seen if who != thrower and who in surprises.players and self._can_be_hit(who)]
            if hit:
                self._hit(hit[0], thrower, (body.x, body.y), tick)
            if not hit and tick < flight.until and (body.vx or body.vy):
                return
            world.remove(ball)
            surprises.leave(ball)
        del self._flights[ball]

    def _can_be_hit(self, who: int) -> bool:
        entity = self._context.world.entity(who)
        return entity is not None and not esper.has_component(entity, Safe) and self.rounds.phase != RoundPhase.PODIUM

    def _hit(self, who: int, by: int, at: tuple[int, int], tick: int) -> None:
        surprises, entity = self._context.surprises, self._context.world.entity(who)
        assert entity is not None
        health = esper.component_for_entity(entity, Health)
        health.hearts -= 1
        surprises.event(Hit(who, by, health.hearts == 0), at=at)
        if health.hearts == 0:
            self._put_elsewhere(entity, who, tick)
        surprises.change(who, Health)
        if self.rounds.playing and self._scores.add(by, 1) >= GOAL:
            self.rounds.finish()

    def _put_elsewhere(self, entity: int, who: int, tick: int) -> None:
        """Who was hit for the last time begins anew at another place, safe for a moment."""
        world, surprises, arena = self._context.world, self._context.surprises, self._context.arena
        esper.component_for_entity(entity, Health).hearts = HEARTS
        at, speed = esper.component_for_entity(entity, Position), esper.component_for_entity(entity, Velocity)
        body = body_of(entity)
        assert body is not None
        for x, y in self._rng.sample(self._floor, min(64, len(self._floor))):
            place = body._replace(x=x * TILE + (TILE - body.w) // 2, y=y * TILE + (TILE - body.h) // 2)
            if arena.is_free(place.x, place.y, body.w, body.h) and not self._context.past.seen(0).overlapping(place):
                at.x, at.y, speed.x, speed.y = place.x, place.y, 0, 0
                surprises.body(who)
                break
        world.add_component(entity, Safe(tick + self._safe_ticks))
        surprises.change(who, Safe)

    def _gather(self, net_id: int, intent: Intent, snow: Snow, tick: int) -> None:
        """Who stands still picks up a ball now and then."""
        if intent.direction != STILL or snow.balls >= MOST_SNOW:
            self._still.pop(net_id, None)
        elif tick - self._still.setdefault(net_id, tick) >= self._gather_ticks:
            self._still[net_id] = tick
            self._give(net_id, 1)

    def _give(self, net_id: int, balls: int) -> None:
        entity = self._context.world.entity(net_id)
        if entity is not None:
            esper.component_for_entity(entity, Snow).balls += balls
            self._context.surprises.change(net_id, Snow)

    def _prepare(self, tick: int) -> None:
        """A round is about to begin: everybody is as at first, where they are."""
        for _, (bearer, health, snow) in esper.get_components(NetID, Health, Snow):
            health.hearts, snow.balls = HEARTS, FIRST_SNOW
            for kind in (Health, Snow):
                self._context.surprises.change(bearer.id, kind)
