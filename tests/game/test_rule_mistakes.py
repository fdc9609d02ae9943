"""What the author of a rule may get wrong: it works, or a line says what to do; and everybody plays on, exactly."""

import copy
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import esper
import numpy as np
import pytest

from ecs.arena import TILE
from ecs.components import Dash, Intent, NetID, Position, Size, Velocity
from ecs.surprises import MAX_TOLD, Surprises
from ecs.world import World
from net.client.corrections import Cause
from net.components import Color, Name
from net.conditioner.link import Conditions
from net.rules import RuleContext
from tests.harness import Player, Stage, Walker


@dataclass(slots=True)
class Points:
    """A component of somebody's own."""

    points: int
    title: str = "novice"
    champion: bool = False


@dataclass(slots=True)
class Secret:
    """One that is not registered."""

    word: str


def like(net_id: int, kind: Callable[[int], Any] = np.int64) -> Any:
    """What is equal to a NetID, and is none."""
    return kind(net_id)


class Hands:
    """What a rule has in its hands in one tick: the world, the journal, a player and things that it made itself."""

    def __init__(self, world: World, surprises: Surprises) -> None:
        self.world, self.surprises = world, surprises
        self.player = self.entity = self.npc = self.flag = self.tick = 0

    def get(self, kind: type, net_id: int = 0) -> Any:
        entity = self.world.entity(net_id or self.player)
        assert entity is not None
        return esper.component_for_entity(entity, kind)

    def spawn(self, *components: object) -> int:
        net_id = self.world.mint()
        self.world.spawn(net_id, *components)
        return net_id

    def body(self, column: int, *others: object) -> int:
        """Something that can be steered, in the sixth row of the hall."""
        at = Position(column * TILE, 5 * TILE)
        return self.spawn(at, Velocity(0, 0), Size(448, 448), Intent(), Dash(), *others)


class RuleSystem(esper.Processor):
    """Makes an NPC and a flag; does `act` once, in tick 61, and what is refused there is kept."""

    def __init__(self, world: World, surprises: Surprises, act: Callable[[Hands], Any]) -> None:
        self.hands, self._act = Hands(world, surprises), act
        self.refusals: list[str] = []

    def process(self, tick: int) -> None:
        hands = self.hands
        hands.tick = tick
        if not hands.npc:
            hands.npc = hands.body(20, Points(1))
            hands.flag = hands.spawn(Position(3 * TILE, 3 * TILE), Size(100, 100), Points(5))
            hands.surprises.spawn(hands.npc)
            hands.surprises.spawn(hands.flag)
        if tick == 61:
            hands.player = min(bearer.id for _, (bearer, _) in esper.get_components(NetID, Name))
            found = hands.world.entity(hands.player)
            assert found is not None
            hands.entity = found
            try:
                self._act(hands)
            except (ValueError, TypeError) as refusal:
                self.refusals.append(str(refusal))


COMPONENTS = ((Points, lambda points: points.points >= 0),)


def played(act: Callable[[Hands], Any], cell_tiles: int = 0) -> tuple[Stage, RuleSystem, Player, Player]:
    """A match of two, with a rule that does that; mirrors are compared with the server at each frame."""
    rules: list[RuleSystem] = []

    def make(context: RuleContext) -> list[esper.Processor]:
        rules.append(RuleSystem(context.world, context.surprises, act))
        return list(rules)

    stage = Stage(components=COMPONENTS, rules=make, cell_tiles=cell_tiles)
    ann, bob = stage.join("Ann", Conditions(latency=0.06)), stage.join("Bob")
    walkers = Walker(ann, 1), Walker(bob, 2)
    for _ in range(15):
        for walker in walkers:
            walker(stage.simulation.tick)
        stage.run(10)
    for player in (ann, bob):
        assert player.play.ending is None, player.play.reason
        assert player.compared > 50
        assert player.joined.mirror.checks > 1
        assert player.joined.mirror.mismatches == 0
        assert player.play.causes[Cause.UNEXPLAINED] == 0
    late = stage.join("Cid")  # who comes later sees what the others see
    stage.run(40)
    assert late.play.ending is None, late.play.reason
    assert late.compared > 4
    return stage, rules[0], ann, bob


def in_turn(*acts: Callable[[Hands], Any]) -> Callable[[Hands], Any]:
    """All of these, one after the other."""

    def act(hands: Hands) -> None:
        for each in acts:
            each(hands)

    return act


def held(player: Player, net_id: int, kind: type) -> Any:
    with player.play.world as world:
        entity = world.entity(net_id)
        return None if entity is None else esper.try_component(entity, kind)


def change(hands: Hands, **values: object) -> None:
    """Give the player's Points these values, and tell."""
    points = Points(3)
    hands.world.add_component(hands.entity, points)
    for name, value in values.items():
        setattr(points, name, value)
    hands.surprises.change(hands.player, Points)


def spoil(hands: Hands, **values: object) -> None:
    """The same with those of the flag, which clients know."""
    for name, value in values.items():
        setattr(hands.get(Points, hands.flag), name, value)
    hands.surprises.change(hands.flag, Points)


def number_of_ones_own(hands: Hands) -> None:
    hands.world.spawn(5000, Points(1))
    try:
        hands.surprises.spawn(5000)
    finally:
        hands.world.remove(5000)


REFUSED: dict[str, tuple[Callable[[Hands], Any], str]] = {
    "change of what is not registered": (
        in_turn(lambda h: h.world.add_component(h.entity, Secret("x")), lambda h: h.surprises.change(h.player, Secret)),
        "registry.add",
    ),
    "change of an instance": (lambda h: h.surprises.change(h.player, Points(1)), "registry.add"),  # type: ignore[arg-type]
    "change of nobody": (lambda h: h.surprises.change(999, Points), "NetIDs come from world.mint()"),
    "body of nobody": (lambda h: h.surprises.body(999), "NetIDs come from world.mint()"),
    "body by nobody": (lambda h: h.surprises.body(h.npc, by=-1), "leave it out"),
    "spawn of nobody": (lambda h: h.surprises.spawn(999), "first world.spawn"),
    "spawn of what esper numbers": (
        lambda h: h.surprises.spawn(esper.create_entity(Position(600, 600)) + 500),
        "first world.spawn",
    ),
    "leave of nobody": (lambda h: h.surprises.leave(999), "NetIDs come from world.mint()"),
    "leave before it is removed": (lambda h: h.surprises.leave(h.npc), "first world.remove"),
    "spawn of a known one": (lambda h: h.surprises.spawn(h.npc), "told of before"),
    "spawn with a number of one's own": (number_of_ones_own, "take one from world.mint()"),
    "spawn with a number in use": (lambda h: h.world.spawn(h.npc, Points(1)), "world.mint() gives a new one"),
    "spawn with a NetID among the components": (lambda h: h.spawn(NetID(h.npc), Points(1)), "leave it out"),
    "intent of this tick": (lambda h: h.surprises.intent(h.tick, h.npc, 3), "use steer"),
    "intent of a later tick": (lambda h: h.surprises.intent(h.tick + 2, h.npc, 3), "use steer"),
    "steer a player": (lambda h: h.surprises.steer(h.player, 3), "is a player's"),
    "steer nobody": (lambda h: h.surprises.steer(999, 3), "NetIDs come from world.mint()"),
    "steer nowhere": (lambda h: h.surprises.steer(h.npc, 9), "use one of"),
    "steer what cannot move": (lambda h: h.surprises.steer(h.flag, 3), "give it all of Position, Velocity"),
    "a float in a column": (lambda h: setattr(h.get(Position), "x", 1.5), "round with // or int()"),
    "a true in a column": (lambda h: setattr(h.get(Position), "x", True), "takes an integer"),
    "nothing in a column": (lambda h: setattr(h.get(Velocity), "x", None), "takes an integer"),
    "a place of 61 bits": (lambda h: setattr(h.get(Position), "x", 1 << 60), "from -2147483647 to 2147483647"),
    "a velocity of 17 bits": (lambda h: setattr(h.get(Velocity), "x", 40_000), "from -32767 to 32767"),
    "no size": (lambda h: setattr(h.get(Size, h.npc), "w", 0), "from 1 to 32767"),
    "telling of a number of numpy's": (lambda h: h.surprises.body(like(h.npc)), "make it int("),
    "changing a number of numpy's": (lambda h: h.surprises.change(like(h.player), Color), "make it int("),
    "steering a float": (lambda h: h.surprises.steer(like(h.npc, float), 3), "make it int("),
    "a true that leaves": (lambda h: h.surprises.leave(True), "make it int("),
    "spawning a number of numpy's": (lambda h: h.world.spawn(like(h.world.mint()), Points(1)), "make it int("),
    "telling of a newcomer by a number of numpy's": (lambda h: h.surprises.spawn(like(h.npc)), "make it int("),
    "no direction": (lambda h: setattr(h.get(Intent, h.npc), "direction", 9), "it takes an integer of"),
}


def test_mistakes_are_refused_at_the_call_with_what_to_do_instead() -> None:
    refused: dict[str, str] = {}

    def act(hands: Hands) -> None:
        for name, (mistake, _) in REFUSED.items():
            with pytest.raises((ValueError, TypeError)) as refusal:
                mistake(hands)
            refused[name] = str(refusal.value)

    _, rule, _, _ = played(act)
    assert rule.refusals == []
    assert {name: fix for name, (_, fix) in REFUSED.items() if fix not in refused[name]} == {}


def columns(hands: Hands, name: str, value: int) -> None:
    """Write into a column of the NPC."""
    bodies = hands.world.bodies
    getattr(bodies, name)[bodies.rows[hands.npc]] = value


def in_a_wall(hands: Hands, tell: bool) -> None:
    hands.get(Position, hands.npc).x = 0
    if tell:
        hands.surprises.body(hands.npc)


FOUND: dict[str, tuple[Callable[[Hands], Any], str]] = {
    "a float": (lambda h: spoil(h, points=1.5), "Points.points of entity 2 cannot be 1.5: it takes exactly int"),
    "a true for an int": (lambda h: spoil(h, points=True), "Points.points of entity 2 cannot be True"),
    "nothing": (lambda h: spoil(h, points=None), "make it one with int()"),
    "an int of 61 bits": (lambda h: spoil(h, points=1 << 60), "from -9007199254740991 to 9007199254740991"),
    "an int of 65 bits": (lambda h: spoil(h, points=1 << 64), "from -9007199254740991 to 9007199254740991"),
    "a text that is too long": (lambda h: spoil(h, title="x" * 257), "cut it with [:256]"),
    "half a letter": (lambda h: spoil(h, title="\ud800"), "surrogate"),
    "a number for a text": (lambda h: spoil(h, title=5), "make it one with str()"),
    "an int for a bool": (lambda h: spoil(h, champion=1), "make it one with bool()"),
    "what its check refuses": (lambda h: spoil(h, points=-1), "by the check that it is registered with"),
    "a new component with a float": (lambda h: change(h, points=1.5), "is taken away again"),
    "changed after it was told": (
        in_turn(lambda h: h.surprises.change(h.flag, Points), lambda h: setattr(h.get(Points, h.flag), "points", 1.5)),
        "put back to what it was",
    ),
    "spawned with a float": (lambda h: h.surprises.spawn(h.spawn(Points(1.5))), "is taken away again"),  # type: ignore[arg-type]
    "a place in a wall": (lambda h: in_a_wall(h, tell=True), "ask arena.is_free first"),
    "a place in a wall, untold": (lambda h: in_a_wall(h, tell=False), "ask arena.is_free first"),
    "spawned in a wall": (
        lambda h: h.surprises.spawn(h.spawn(Position(0, 0), Velocity(0, 0), Size(448, 448))),
        "ask arena.is_free first",
    ),
    "a flag in a wall": (
        in_turn(lambda h: setattr(h.get(Position, h.flag), "x", 0), lambda h: h.surprises.body(h.flag)),
        "ask arena.is_free first",
    ),
    "a flag spawned in a wall": (
        lambda h: h.surprises.spawn(h.spawn(Position(0, 0), Size(100, 100))),
        "ask arena.is_free first",
    ),
    "too fast by its column": (
        in_turn(lambda h: columns(h, "vx", 40_000), lambda h: h.surprises.body(h.npc)),
        "from -32767 to 32767",
    ),
    "too large by its column": (lambda h: columns(h, "w", 0), "from 1 to 32767"),
    "a direction by its column": (lambda h: columns(h, "direction", 9), "has to be one of"),
    "counting what the engine counts": (lambda h: setattr(h.get(Intent), "count", 1 << 40), "use surprises.steer"),
    "moved and not told": (lambda h: setattr(h.get(Position, h.npc), "x", 15 * TILE), "call surprises.body("),
    "grown and not told": (lambda h: setattr(h.get(Size, h.npc), "w", 500), "call surprises.change("),
    "turned and not told": (lambda h: setattr(h.get(Intent, h.npc), "direction", 3), "call surprises.change("),
    "a player's Position is taken": (lambda h: take(h, h.player, Position), "gets its Position back"),
    "a player's Velocity is taken": (lambda h: take(h, h.player, Velocity), "gets its Velocity back"),
    "a player's Size is taken": (lambda h: take(h, h.player, Size), "gets its Size back"),
    "a player's Intent is taken": (lambda h: take(h, h.player, Intent), "gets its Intent back"),
    "a player's Dash is taken": (lambda h: take(h, h.player, Dash), "gets its Dash back"),
    "a player's Dash is taken and not told": (lambda h: esper.remove_component(h.entity, Dash), "gets its Dash back"),
    "a body that came and was not told": (lambda h: h.body(10), "call surprises.spawn("),
    "a thing that came, changed and was not told": (
        lambda h: h.surprises.change(h.spawn(Points(1)), Points),
        "call surprises.spawn(",
    ),
    "removed and not told": (lambda h: h.world.remove(h.npc), "call surprises.leave("),
    "a flag that is removed and not told": (lambda h: h.world.remove(h.flag), "call surprises.leave("),
    "deleted by esper": (lambda h: esper.delete_entity(h.world.entity(h.npc) or 0), "call surprises.leave("),
    "deleted by esper at once": (
        lambda h: esper.delete_entity(h.world.entity(h.flag) or 0, immediate=True),
        "call surprises.leave(",
    ),
    "a body of esper's": (
        lambda h: esper.create_entity(NetID(77), Position(5 * TILE, 5 * TILE), Velocity(0, 0), Size(9, 9)),
        "use world.spawn",
    ),
    "a body of esper's with the NetID of another": (
        lambda h: esper.create_entity(NetID(h.npc), Position(5 * TILE, 5 * TILE), Velocity(0, 0), Size(9, 9)),
        "use world.spawn",
    ),
    "a body with a number of one's own": (
        lambda h: h.world.spawn(5000, Position(5 * TILE, 5 * TILE), Velocity(0, 0), Size(9, 9)),
        "take one from world.mint()",
    ),
}


IN_AREAS = (
    "a player's Position is taken",
    "a float",
    "a place in a wall",
    "moved and not told",
    "a body that came and was not told",
    "removed and not told",
)
CASES = [(*FOUND[name], 0) for name in FOUND] + [(*FOUND[name], 8) for name in IN_AREAS]


@pytest.mark.parametrize(("act", "fix", "cell_tiles"), CASES, ids=[*FOUND, *(f"{name}, in areas" for name in IN_AREAS)])
def test_a_mistake_is_found_told_in_the_log_and_made_good(
    act: Callable[[Hands], Any], fix: str, cell_tiles: int, caplog: pytest.LogCaptureFixture
) -> None:
    _, rule, _, _ = played(act, cell_tiles=cell_tiles)
    assert rule.refusals == []
    lines = [record.message for record in caplog.records if record.levelno == logging.ERROR]
    assert len(lines) == 1
    assert fix in lines[0]


def everybody(hands: Hands, kind: type) -> None:
    """Replace the NPC's component by an equal one, move it and go on steering it."""
    entity = hands.world.entity(hands.npc)
    assert entity is not None
    hands.world.add_component(entity, copy.copy(hands.get(kind, hands.npc)))
    hands.surprises.steer(hands.npc, 3)


def shared(hands: Hands) -> None:
    still, size = Velocity(0, 0), Size(200, 200)
    for column in (6, 8):
        net_id = hands.spawn(Position(column * TILE, 9 * TILE), still, size, Intent(), Dash())
        hands.surprises.spawn(net_id)
        hands.surprises.steer(net_id, 3 if column == 6 else 7)


def take(hands: Hands, net_id: int, *kinds: type) -> None:
    entity = hands.world.entity(net_id)
    assert entity is not None
    for kind in kinds:
        esper.remove_component(entity, kind)
        hands.surprises.change(net_id, kind)


def gone(hands: Hands) -> None:
    hands.world.remove(hands.npc)
    for _ in range(2):
        hands.surprises.leave(hands.npc)
    hands.surprises.body(hands.npc)
    hands.surprises.change(hands.npc, Points)
    hands.surprises.steer(hands.npc, 3)
    esper.delete_entity(12345)  # of which esper alone would raise in each tick from now on


def twice(hands: Hands) -> None:
    net_id = hands.body(10)
    hands.surprises.change(net_id, Points)
    hands.surprises.body(net_id)
    hands.surprises.spawn(net_id)
    hands.surprises.spawn(net_id)


def give(hands: Hands) -> None:
    entity = hands.world.entity(hands.flag)
    assert entity is not None
    hands.world.add_component(entity, Velocity(0, 0))
    hands.surprises.change(hands.flag, Velocity)


def minted_later(hands: Hands) -> None:
    mine = hands.world.mint() + 2
    hands.world.spawn(mine, Points(1))
    for _ in range(4):
        hands.surprises.spawn(hands.spawn(Points(9)))
    hands.world.remove(mine)


def placed(hands: Hands, kind: type) -> None:
    hands.get(Position, hands.npc).x = 15 * TILE
    hands.get(Velocity, hands.npc).y = 40
    hands.surprises.change(hands.npc, kind)


WORKS: dict[str, tuple[Callable[[Hands], Any], Callable[[Hands, Player], bool]]] = {
    "change of a Position": (
        lambda h: placed(h, Position),
        lambda h, p: abs(held(p, h.npc, Position).x - 15 * TILE) < 2 * TILE,
    ),
    "change of a Velocity": (
        lambda h: placed(h, Velocity),
        lambda h, p: abs(held(p, h.npc, Position).x - 15 * TILE) < 2 * TILE,
    ),
    "change of a Size": (
        in_turn(lambda h: setattr(h.get(Size, h.npc), "w", 500), lambda h: h.surprises.change(h.npc, Size)),
        lambda h, p: held(p, h.npc, Size) == Size(500, 448),
    ),
    "change of an Intent": (
        in_turn(lambda h: setattr(h.get(Intent, h.npc), "direction", 3), lambda h: h.surprises.change(h.npc, Intent)),
        lambda h, p: held(p, h.npc, Position).x > 21 * TILE,
    ),
    "change of a Dash": (
        in_turn(lambda h: setattr(h.get(Dash, h.npc), "rest", 5000), lambda h: h.surprises.change(h.npc, Dash)),
        lambda h, p: held(p, h.npc, Dash).rest > 4000,
    ),
    "steer": (lambda h: h.surprises.steer(h.npc, 3), lambda h, p: held(p, h.npc, Position).x > 21 * TILE),
    "an intent of the next tick": (
        lambda h: h.surprises.intent(h.tick + 1, h.npc, 7),
        lambda h, p: held(p, h.npc, Position).x < 19 * TILE,
    ),
    "a body without a Velocity": (
        in_turn(lambda h: setattr(h.get(Position, h.flag), "x", 4 * TILE), lambda h: h.surprises.body(h.flag)),
        lambda h, p: held(p, h.flag, Position).x == 4 * TILE,
    ),
    "an equal Position": (lambda h: everybody(h, Position), lambda h, p: held(p, h.npc, Position).x > 21 * TILE),
    "an equal Velocity": (lambda h: everybody(h, Velocity), lambda h, p: held(p, h.npc, Position).x > 21 * TILE),
    "an equal Size": (lambda h: everybody(h, Size), lambda h, p: held(p, h.npc, Position).x > 21 * TILE),
    "an equal Intent": (lambda h: everybody(h, Intent), lambda h, p: held(p, h.npc, Position).x > 21 * TILE),
    "an equal Dash": (lambda h: everybody(h, Dash), lambda h, p: held(p, h.npc, Position).x > 21 * TILE),
    "one Velocity and Size for several": (shared, lambda h, p: held(p, h.npc, Position) is not None),
    "taking a Position": (lambda h: take(h, h.npc, Position), lambda h, p: held(p, h.npc, Position) is None),
    "taking a Velocity": (lambda h: take(h, h.npc, Velocity), lambda h, p: held(p, h.npc, Velocity) is None),
    "taking all": (
        lambda h: take(h, h.npc, Position, Velocity, Size, Intent, Dash, Points),
        lambda h, p: held(p, h.npc, NetID) == NetID(h.npc) and held(p, h.npc, Points) is None,
    ),
    "giving a Velocity": (
        give,
        lambda h, p: held(p, h.flag, Velocity) == Velocity(0, 0),
    ),
    "leaving twice, and being talked of": (gone, lambda h, p: held(p, h.npc, NetID) is None),
    "spawning twice, and change before it": (twice, lambda h, p: len(p.held()) > 5),
    "a thing without a body": (
        lambda h: h.surprises.spawn(h.spawn(Points(7))),
        lambda h, p: any(row[1] == ((10, (7, "novice", False)),) for row in p.held()),
    ),
    "a number of one's own that is minted later": (
        minted_later,
        lambda h, p: sum(row[1] == ((10, (9, "novice", False)),) for row in p.held()) == 4,
    ),
}


@pytest.mark.parametrize(("act", "works"), WORKS.values(), ids=WORKS)
def test_what_comes_naturally_simply_works(
    act: Callable[[Hands], Any], works: Callable[[Hands, Player], bool], caplog: pytest.LogCaptureFixture
) -> None:
    _, rule, ann, bob = played(act)
    assert rule.refusals == []
    assert [record.message for record in caplog.records if record.levelno >= logging.WARNING] == []
    for player in (ann, bob):
        assert works(rule.hands, player)


def test_more_entities_than_a_client_holds_are_refused_at_the_call() -> None:
    world = World()
    surprises = Surprises(world)
    with world:
        for _ in range(MAX_TOLD):
            net_id = world.mint()
            world.spawn(net_id, Color(1))
            surprises.spawn(net_id)
        surprises.clear()
        world.spawn(world.mint(), Color(1))
        with pytest.raises(ValueError, match="at most 10000 entities: let some leave first"):
            surprises.spawn(MAX_TOLD + 1)
        world.remove(5)
        surprises.leave(5)
        surprises.spawn(MAX_TOLD + 1)
    world.close()
