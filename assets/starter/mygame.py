"""MyGame: whoever walks leaves footsteps, and they are counted. A starter: change it into a game of your own.

Run it in the folder where this file is:

    pygame-networking --server --game mygame
    pygame-networking --connect 127.0.0.1 --game mygame
"""

from dataclasses import dataclass
from typing import Any

import esper

from ecs.components import NetID, Velocity
from net.game import Game
from net.rules import RuleContext


# A component: something that all clients know of a player. Its fields are ints, strings and bools.
@dataclass(slots=True)
class Footsteps:
    count: int = 0


# A rule: a system that runs on the server in each tick, after everybody has moved. Clients never decide anything.
class FootstepSystem(esper.Processor):
    def __init__(self, context: RuleContext) -> None:
        self.context = context

    def process(self, tick: int) -> None:
        if tick % 15:  # four times a second
            return
        for _, (player, velocity, footsteps) in esper.get_components(NetID, Velocity, Footsteps):
            if velocity.x or velocity.y:
                footsteps.count += 1
                self.context.surprises.change(player.id, Footsteps)  # tell the clients


# What the window draws besides. It is imported only where there is a window: a server needs none of it.
def window() -> Any:
    from game.client.scene import Scene

    class MyScene(Scene):
        hint = "to leave footsteps"

        def marks(self, sight: Any, layers: Any) -> None:
            footsteps = esper.try_component(sight.entity, Footsteps)
            if footsteps is not None:
                picture = self.tools.fonts.outlined(str(footsteps.count), 14, (255, 255, 255))
                layers.above.append((picture, picture.get_rect(midtop=sight.area.midbottom).topleft))

    return MyScene


# The game is one value. Server, client, bots and tests find it here, under this name.
GAME = Game(
    name="mygame",
    title="MyGame",
    goal="Walk about: your footsteps are counted.",
    components=[Footsteps],
    newcomer=lambda: [Footsteps()],  # what each new player begins with
    rules=lambda context: [FootstepSystem(context)],
    window=window,
)
