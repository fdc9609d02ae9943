"""Somebody else's game: a component and a rule of its own, in a file of its own, with nothing edited in net/."""

from dataclasses import dataclass, replace

import esper
import pytest

from ecs.components import NetID, Velocity
from ecs.surprises import Surprises
from ecs.world import World
from net.conditioner.link import Conditions
from net.wire.messages import Frame
from tests.game.test_invariants import heard
from tests.harness import PLAIN, Player, Stage


@dataclass(slots=True)
class Distance:
    """How far somebody has run, in whole tiles, and whether that is worth a medal."""

    tiles: int
    medal: bool


class DistanceSystem(esper.Processor):
    """The rule: who runs gathers distance; who has run far enough gets a medal."""

    def __init__(self, world: World, surprises: Surprises) -> None:
        self._surprises = surprises
        self._run: dict[int, int] = {}

    def process(self, tick: int) -> None:
        for entity, (net_id, velocity) in list(esper.get_components(NetID, Velocity)):
            distance = esper.try_component(entity, Distance)
            if distance is None:
                distance = Distance(0, False)
                esper.add_component(entity, distance)
                self._surprises.change(net_id.id, Distance)
            self._run[net_id.id] = self._run.get(net_id.id, 0) + abs(velocity.x) + abs(velocity.y)
            tiles = self._run[net_id.id] // 512
            if tiles != distance.tiles:
                distance.tiles, distance.medal = tiles, tiles > 5
                self._surprises.change(net_id.id, Distance)


COMPONENTS = ((Distance, lambda distance: distance.tiles >= 0),)


def seen(player: Player, net_id: int) -> Distance | None:
    with player.play.world as world:
        entity = world.entity(net_id)
        assert entity is not None
        return esper.try_component(entity, Distance)


def test_a_component_and_a_rule_of_ones_own_are_replicated_by_registration_alone() -> None:
    stage = Stage(components=COMPONENTS, rules=lambda context: [DistanceSystem(context.world, context.surprises)])
    ann, bob = stage.join("Ann", Conditions(latency=0.06)), stage.join("Bob")
    stage.settle()
    assert seen(bob, ann.net_id) == Distance(0, False)
    ann.controls.steer(4)
    stage.run(120)
    ann.controls.steer(0)
    stage.run(60)
    result = seen(bob, ann.net_id)
    assert result is not None
    assert result.tiles > 5
    assert result.medal
    assert seen(ann, ann.net_id) == result
    assert seen(bob, bob.net_id) == Distance(0, False)
    changes = [row for message in heard(bob) if isinstance(message, Frame) for row in message.changed]
    changes = [row for row in changes if row[0] == ann.net_id and row[-1] != (0, False)]
    assert len(changes) == result.tiles, "one row for each change, none for a tick without one"
    assert bob.joined.mirror.mismatches == 0


def test_a_component_that_is_added_and_removed_between_two_frames_is_never_mentioned() -> None:
    stage = Stage(components=COMPONENTS)
    ann = stage.join("Ann")
    stage.settle()
    ann.tap.data.clear()
    with stage.simulation.world as world:
        entity = world.entity(ann.net_id)
        assert entity is not None
        esper.add_component(entity, Distance(1, False))
        stage.simulation.surprises.change(ann.net_id, Distance)
        esper.remove_component(entity, Distance)
        stage.simulation.surprises.change(ann.net_id, Distance)
    stage.run(30)
    assert not any(message.changed for message in heard(ann) if isinstance(message, Frame))
    with stage.simulation.world:
        esper.add_component(entity, Distance(2, False))
        stage.simulation.surprises.change(ann.net_id, Distance)
    stage.run(4)
    assert seen(ann, ann.net_id) == Distance(2, False)
    with stage.simulation.world:
        esper.remove_component(entity, Distance)
        stage.simulation.surprises.change(ann.net_id, Distance)
    stage.run(4)
    assert seen(ann, ann.net_id) is None
    assert ann.joined.mirror.mismatches == 0


def test_a_change_that_a_rule_does_not_tell_of_is_found_told_and_named_in_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    stage = Stage(components=COMPONENTS)
    ann, bob = stage.join("Ann"), stage.join("Bob")
    stage.settle()
    stage.compare_ticks = 1 << 30  # never: for a while they do differ
    with stage.simulation.world as world:
        entity = world.entity(ann.net_id)
        assert entity is not None
        esper.add_component(entity, Distance(1, False))
    stage.run(250)
    assert seen(bob, ann.net_id) == Distance(1, False)
    with stage.simulation.world:
        esper.component_for_entity(entity, Distance).tiles = 2
    stage.run(250)
    assert seen(bob, ann.net_id) == Distance(2, False)
    with stage.simulation.world:
        esper.remove_component(entity, Distance)
    stage.run(250)
    assert seen(bob, ann.net_id) is None
    lines = [record.message for record in caplog.records if "did not tell" in record.message]
    assert lines == [f"a rule changed Distance of entity {ann.net_id} and did not tell"] * 3
    assert bob.joined.mirror.checks > 3
    assert bob.joined.mirror.mismatches == 0


@pytest.mark.parametrize("client_has_more", [True, False])
def test_a_client_with_other_components_is_refused_and_told_the_difference(client_has_more: bool) -> None:
    more = replace(PLAIN, components=(*PLAIN.components, *COMPONENTS))
    stage = Stage(game=PLAIN if client_has_more else more)
    eve = stage.join("Eve", game=more if client_has_more else PLAIN)
    stage.run(5)
    line = "Distance(tiles: int, medal: bool)"
    expected = f"we have {line}, which the server lacks" if client_has_more else f"the server has {line}, which we lack"
    assert eve.play.reason == f"the server plays by other rules: {expected}"
    assert eve.play.joined is None
    assert len(stage.simulation.seats) == 0
