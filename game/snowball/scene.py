"""Snowball in the window: balls, hearts above heads, what one carries, and who hit whom."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import esper
import pygame

from ecs.components import NetID
from game.client.draw.painter import Layers, Sight
from game.client.draw.theme import BAD, GOOD, SHIELD, SMALL, TEXT, Rgb, mix, panel
from game.client.scene import Scene, Tools
from game.client.ui.table import Table
from game.snowball.components import GOAL, HEARTS, MOST_SNOW, Health, Hit, Safe, Snow

BALL: Final[Rgb] = (238, 244, 252)
HEART: Final = 7  # pixels
NAME: Final = 24  # pixels that a name takes above a head


class SnowballScene(Scene):
    """One stay in a world of Snowball."""

    hint = "hold still to gather snow"

    def __init__(self, tools: Tools) -> None:
        super().__init__(tools)
        self._balls, self._hearts = 0, HEARTS  # one's own
        self._pictures = {full: _heart(full) for full in (True, False)}

    def update(self, tick: int, now: float, rests: Mapping[int, int], middles: Mapping[int, tuple[int, int]]) -> None:
        """As a Scene has it."""
        super().update(tick, now, rests, middles)
        for _, (bearer, snow, health) in esper.get_components(NetID, Snow, Health):
            if bearer.id == self.tools.net_id:
                self._balls, self._hearts = snow.balls, health.hearts

    def happened(self, event: Any, tick: int) -> None:
        """As a Scene has it."""
        if not isinstance(event, Hit):
            return
        own, who, by = self.tools.net_id, self.name(event.who), self.name(event.by)
        self.tools.sounds.play("tag", self.way_to(event.who) or (0.0, 0.0))
        if event.who == own:
            self.banner.show("You are out" if event.out else "Ouch!", f"hit by {by}", BAD, self.now)
        elif event.by == own:
            self.banner.show("Out!" if event.out else "Hit!", who, GOOD, self.now)
        if event.out:
            self.feed.tell(self.now, self.named(event.by), ("knocked out", None), self.named(event.who))

    def body(self, sight: Sight, layers: Layers) -> bool:
        """As a Painter has it."""
        if not sight.kind:
            return False
        layers.bodies.append((self.tools.sprites.ball(BALL, sight.area.w), sight.area.topleft))
        return True

    def marks(self, sight: Sight, layers: Layers) -> None:
        """As a Painter has it."""
        health = esper.try_component(sight.entity, Health)
        if health is None:
            return
        left = sight.area.centerx - HEARTS * (HEART + 2) // 2
        for number in range(HEARTS):
            picture = self._pictures[number < health.hearts]
            layers.above.append((picture, (left + number * (HEART + 2), sight.area.top - NAME - HEART)))
        if esper.has_component(sight.entity, Safe):
            ring = self.tools.sprites.ring(SHIELD, sight.area.w, sight.area.h)
            layers.ground.append((ring, ring.get_rect(center=sight.area.center).topleft))

    def draw(self, window: pygame.Surface, tick: int, now: float) -> None:
        """As a Scene has it."""
        super().draw(window, tick, now)
        if self.tools.net_id and not self.is_over:
            words = self.tools.fonts.text("Snow", SMALL, TEXT, True)
            area = pygame.Rect(0, 0, words.get_width() + 40 + 20 * MOST_SNOW, 36)
            area.midbottom = window.get_width() // 2, window.get_height() - 14
            panel(window, area, 215, 10)
            window.blit(words, words.get_rect(midleft=(area.x + 14, area.centery)))
            for number in range(MOST_SNOW):
                color = BALL if number < self._balls else mix(BALL, (20, 25, 36), 0.75)
                middle = area.x + 34 + words.get_width() + 20 * number, area.centery
                pygame.draw.aacircle(window, color, middle, 7)

    def round_words(self) -> str:
        """As a Scene has it."""
        return f"{GOAL} hits win"

    def table(self, tick: int) -> Table:
        """As a Scene has it."""
        return replace(super().table(tick), title="Hits", note=f"{GOAL} win a round")


def _heart(full: bool) -> pygame.Surface:
    picture = pygame.Surface((HEART * 4, HEART * 4), pygame.SRCALPHA)
    color = BAD if full else mix(BAD, (20, 25, 36), 0.75)
    side = HEART * 4
    for x in (side * 0.28, side * 0.72):
        pygame.draw.circle(picture, color, (x, side * 0.32), side * 0.27)
    pygame.draw.polygon(picture, color, [(side * 0.04, side * 0.42), (side * 0.96, side * 0.42), (side / 2, side)])
    return pygame.transform.smoothscale(picture, (HEART, HEART))
