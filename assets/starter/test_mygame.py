"""A server and two clients of the game in one process, stepped by hand: no sockets, no waiting."""

import esper

from ecs.arena import TILE, parse_arena
from mygame import GAME, Footsteps
from net.conditioner.link import Conditions
from net.testing import Stage

EAST = 3
ROOM = parse_arena("\n".join(["#" * 20, *["#" + "." * 18 + "#"] * 8, "#" * 20]))


def test_whoever_walks_leaves_footsteps_and_everybody_knows() -> None:
    stage = Stage(GAME, ROOM)
    ann, bob = stage.join("Ann", Conditions(latency=0.1)), stage.join("Bob")  # she is 200 ms away
    stage.settle()
    stage.place(ann.net_id, 2 * TILE, 2 * TILE)
    stage.run(20)
    ann.controls.steer(EAST)
    stage.run(60)
    with bob.play.world as world:  # what Bob's client holds
        entity = world.entity(ann.net_id)
        assert entity is not None
        assert esper.component_for_entity(entity, Footsteps).count > 0
    assert bob.joined.mirror.mismatches == 0  # and it was the same as on the server at every frame
