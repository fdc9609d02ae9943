"""Launched bodies and the watch over rules: what a rule may do with one in its first ticks, and is told right."""

from collections.abc import Callable, Iterable
from dataclasses import replace

import esper
import pytest

from ecs.arena import Arena
from ecs.components import Kind, NetID, Position, Size, Velocity
from net.components import Color
from net.rules import RuleContext
from net.testing import Stage
from tests.net.throwing import SHOT, THROWING, Thrown

HALL = Arena(("#" * 40, *["#" + "." * 38 + "#"] * 22, "#" * 40))


def moved(context: RuleContext, net_id: int, entity: int) -> None:
    esper.component_for_entity(entity, Position).y += 64
    context.surprises.body(net_id)


def changed(context: RuleContext, net_id: int, entity: int) -> None:
    esper.component_for_entity(entity, Thrown).by = 77
    context.surprises.change(net_id, Thrown)


def grown(context: RuleContext, net_id: int, entity: int) -> None:
    esper.component_for_entity(entity, Size).w = 128
    context.surprises.change(net_id, Size)


def coloured(context: RuleContext, net_id: int, entity: int) -> None:
    context.world.add_component(entity, Color(5))
    context.surprises.change(net_id, Color)


def gone(context: RuleContext, net_id: int, entity: int) -> None:
    context.world.remove(net_id)
    context.surprises.leave(net_id)


def joined(context: RuleContext, net_id: int, entity: int) -> None:
    """Another body comes in the same tick, so that the watch looks who is there."""
    other = context.world.mint()
    place = Position((3 + other) * 512, 20 * 512)
    context.world.spawn(other, place, Velocity(0, 0), Size(96, 96), Color(other))
    context.surprises.spawn(other)
    player = min(context.surprises.players)
    bearer = context.world.entity(player)
    assert bearer is not None
    if not esper.has_component(bearer, Thrown):
        context.world.add_component(bearer, Thrown(1))
        context.surprises.change(player, Thrown)


@pytest.mark.parametrize("act", [moved, changed, grown, coloured, gone, joined])
@pytest.mark.parametrize("cell_tiles", [0, 8], ids=["all", "area"])
def test_what_a_rule_does_to_a_body_in_the_tick_of_its_launch_is_told_right(
    act: Callable[[RuleContext, int, int], None], cell_tiles: int, caplog: pytest.LogCaptureFixture
) -> None:
    class ActSystem(esper.Processor):
        def __init__(self, context: RuleContext) -> None:
            self.context = context
            self.acted = 0

        def process(self, tick: int) -> None:
            for press in self.context.presses:
                if press.launched is not None:
                    entity = self.context.world.entity(press.launched)
                    assert entity is not None
                    act(self.context, press.launched, entity)
                    self.acted += 1

    systems: list[ActSystem] = []

    def rules(context: RuleContext) -> Iterable[esper.Processor]:
        systems.append(ActSystem(context))
        return systems

    stage = Stage(replace(THROWING, rules=rules, launches=THROWING.launches), HALL, cell_tiles=cell_tiles)
    ann, bob = stage.join("Ann"), stage.join("Bob")
    stage.settle()
    for n in range(8):  # in frame ticks and between them
        ann.controls.point({"aim": 32 * n})
        ann.controls.press("throw")
        stage.run(1)
        ann.controls.release("throw")
        stage.run(4 + n % 2)
    stage.run(60)
    assert systems[0].acted == 8
    for player in (ann, bob):
        assert player.joined.mirror.mismatches == 0
        assert player.compared > 40
        with player.play.world:
            flying = [n.id for _, (n, kind) in esper.get_components(NetID, Kind) if kind.number == SHOT]
        assert len(flying) == (0 if act is gone else 8)
    assert [record.message for record in caplog.records if record.levelname in ("ERROR", "WARNING")] == []
    stage.close()
