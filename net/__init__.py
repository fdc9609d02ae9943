"""What is *said*: the wire, the sockets under it, simulated networks, and replication. PROTOCOL.md has it all in prose.

Knows msgpack and, in `replication`, the components of `ecs`; knows nothing of windows or of this particular game.
"""

from net.bots import Mind, Wish, heading, wander
from net.components import Away, Color, Name
from net.game import Game
from net.inputs import Axis, Button, Inputs, InputState
from net.launch import Launch, body_of
from net.past import Past, Seen
from net.rules import Press, RuleContext

__all__ = [
    "Away",
    "Axis",
    "Button",
    "Color",
    "Game",
    "InputState",
    "Inputs",
    "Launch",
    "Mind",
    "Name",
    "Past",
    "Press",
    "RuleContext",
    "Seen",
    "Wish",
    "body_of",
    "heading",
    "wander",
]
