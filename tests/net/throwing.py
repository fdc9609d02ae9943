"""A small game for tests of the engine: players throw things that fly, push a ball, and hear of each hit once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import esper

from ecs.angles import along
from ecs.components import Kind, NetID, Position, Size, Velocity
from ecs.kinds import PASS, BodyKind, Kinds, Meeting
from ecs.movement.movers import Flyer, Roller
from ecs.movement.step import Body
from ecs.world import owner_of
from net.game import Game
from net.inputs import Axis, Button, Inputs, InputState
from net.launch import Launch, body_of
from net.rules import RuleContext

BALL, SHOT = 1, 2
SHOT_SIZE, SHOT_SPEED = 96, 160
INPUTS = Inputs((Button("throw", "Throw"),), (Axis("aim", 0, 255),), rewinds=True)


@dataclass(slots=True)
class Ammo:
    """How many more one can throw."""

    left: int


@dataclass(slots=True)
class Thrown:
    """By whom."""

    by: int


@dataclass(slots=True)
class Hit:
    """Somebody was hit by somebody's."""

    who: int
    by: int


@dataclass(slots=True)
class Refill:
    """A request for so many more."""

    count: int


def shot(body: Body, state: InputState, tick_rate: int) -> Body:
    """From the middle of a body, the way of the aim."""
    (aim,) = state.values
    vx, vy = along(aim, SHOT_SPEED)
    x, y = body.x + (body.w - SHOT_SIZE) // 2, body.y + (body.h - SHOT_SIZE) // 2
    return Body(x, y, vx, vy, SHOT_SIZE, SHOT_SIZE)


def has_ammo(entity: int) -> bool:
    ammo = esper.try_component(entity, Ammo)
    return ammo is not None and ammo.left > 0


class ThrowSystem(esper.Processor):
    """Counts ammunition, and ends what hits somebody or a wall."""

    def __init__(self, context: RuleContext) -> None:
        self.context = context
        self.ball = 0
        self._lags: dict[int, int] = {}

    def process(self, tick: int) -> None:
        world, surprises = self.context.world, self.context.surprises
        if not self.ball:
            self.ball = world.mint()
            at = Position(self.context.arena.width // 2, self.context.arena.height // 2)
            world.spawn(self.ball, at, Velocity(0, 0), Size(320, 320), Kind(BALL))
            surprises.spawn(self.ball)
        while self.context.requests:
            net_id, request = self.context.requests.popleft()
            self._change(net_id, request.count)
        for press in self.context.presses:
            if press.launched is not None:
                self._change(press.net_id, -1)
                self._lags[press.launched] = press.state.lag
        for entity, (bearer, kind, speed) in list(esper.get_components(NetID, Kind, Velocity)):
            if kind.number != SHOT:
                continue
            body = body_of(entity)
            assert body is not None
            seen = self.context.past.seen(self._lags.get(bearer.id, 0))
            thrower = owner_of(bearer.id)
            hit = [who for who in seen.overlapping(body) if who not in (bearer.id, thrower, self.ball)]
            players = [who for who in hit if who in surprises.players]
            if players:
                surprises.event(Hit(players[0], thrower), at=(body.x, body.y))
            if players or (speed.x == 0 and speed.y == 0):
                world.remove(bearer.id)
                surprises.leave(bearer.id)

    def _change(self, net_id: int, by: int) -> None:
        entity = self.context.world.entity(net_id)
        if entity is not None:
            esper.component_for_entity(entity, Ammo).left += by
            self.context.surprises.change(net_id, Ammo)


def rules(context: RuleContext) -> Iterable[esper.Processor]:
    return [ThrowSystem(context)]


def thrown_by(net_id: int) -> Sequence[object]:
    return [Thrown(net_id)]


THROWING = Game(
    name="throwing",
    title="Throwing",
    inputs=INPUTS,
    kinds=Kinds(
        others=(
            BodyKind(
                "ball", lambda arena, rate: Roller(arena, rate, top_speed=900, slowing=16, bounce=200), present=True
            ),
            BodyKind("shot", lambda arena, rate: Flyer(arena, rate, top_speed=700)),
        ),
        meetings={
            ("player", "ball"): Meeting(share=0, restitution=128),
            ("player", "shot"): PASS,
            ("shot", "shot"): PASS,
            ("shot", "ball"): PASS,
        },
    ),
    components=((Ammo, lambda ammo: ammo.left >= 0), Thrown),
    events=[Hit],
    requests=[(Refill, lambda refill: 0 < refill.count < 100)],
    newcomer=lambda: [Ammo(8)],
    launches=[Launch("throw", SHOT, shot, has_ammo, thrown_by)],
    rules=rules,
)
