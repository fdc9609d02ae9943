"""A scene of one's own, for tests of what it tells."""

from ecs.world import World
from game.client.audio.sounds import Sounds
from game.client.draw.sprites import Sprites
from game.client.draw.theme import Fonts
from game.client.scene import Tools
from game.client.ui.chat_box import ChatBox


def tools(net_id: int, world: World, sounds: Sounds | None = None) -> Tools:
    """What it tells and draws with, at 60 ticks a second; requests go nowhere."""
    fonts = Fonts()
    chat = ChatBox(fonts, lambda text: None)
    return Tools(fonts, Sprites(), sounds or Sounds(), chat, net_id, 60, world, lambda request: None)
