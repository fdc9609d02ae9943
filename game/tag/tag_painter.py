"""What Tag draws on and round bodies: who is "it", where they are, and who is immune."""

from collections.abc import Mapping

import esper
import pygame

from ecs.components import NetID
from game.client.draw.painter import Layers, Painter, Sight
from game.tag.components import Immune, Tagged
from game.tag.tag_marks import TagMarks


class TagPainter(Painter):
    """Of one stay in one world."""

    def __init__(self, net_id: int) -> None:
        """`net_id` is one's own player's."""
        self._own = net_id
        self._marks = TagMarks()
        self._tick, self._now = 0, 0.0
        self._tagged: Mapping[int, Tagged] = {}  # by esper's entity, as of the picture that is being drawn
        self._immune: Mapping[int, Immune] = {}

    def begin(self, tick: int, now: float) -> None:
        """As a Painter has it."""
        self._tick, self._now = tick, now
        self._tagged, self._immune = dict(esper.get_component(Tagged)), dict(esper.get_component(Immune))

    def marks(self, sight: Sight, layers: Layers) -> None:
        """As a Painter has it."""
        if sight.entity in self._tagged:
            layers.ground.append(self._marks.below_it(sight.area, self._now))
            layers.above.append(self._marks.above_it(sight.area, self._now))
        if sight.entity in self._immune and self._tick < self._immune[sight.entity].until:
            layers.above.append(self._marks.immune(sight.area, self._now))

    def finish(self, window: pygame.Surface, corner: tuple[int, int], middles: dict[int, tuple[int, int]]) -> None:
        """As a Painter has it."""
        for entity in self._tagged:
            bearer = esper.try_component(entity, NetID)
            if bearer is None or bearer.id == self._own or bearer.id not in middles:
                continue
            arrow = self._marks.edge(window.get_rect(), middles[bearer.id])
            if arrow is not None:
                window.blit(*arrow)
        self._tagged, self._immune = {}, {}  # they are the mirror's, which changes them in place
