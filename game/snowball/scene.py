"""Snowball in the window: balls, hearts above heads, what one carries, and who hit whom."""

from collections.abc import Mapping
from typing import Any, Final

import esper
import pygame

from ecs.components import NetID
from game.client.draw.painter import Layers, Sight
from game.client.draw.theme import ACCENT, BAD, GOOD, SHIELD, SMALL, TEXT, Rgb, mix, panel
from game.client.scene import Scene, Tools
from game.client.ui.table import Row, Table
from game.snowball.components import GOAL, HEARTS, MOST_SNOW, Health, Hit, Match, Points, Safe, Snow
from game.words import ranks

BALL: Final[Rgb] = (238, 244, 252)
HEART: Final = 7  # pixels
NAME: Final = 24  # pixels that a name takes above a head


class SnowballScene(Scene):
    """One stay in a world of Snowball."""

    hint = "hold still to gather snow"

    def __init__(self, tools: Tools) -> None:
        super().__init__(tools)
        self._balls, self._hearts = 0, HEARTS  # one's own
        self._points: Mapping[int, int] = {}  # NetID -> hits
        self._match: tuple[int, str] = 0, ""  # number, and who won
        self._now = 0.0
        self._pictures = {full: _heart(full) for full in (True, False)}

    def update(self, tick: int, now: float, rests: Mapping[int, int], middles: Mapping[int, tuple[int, int]]) -> None:
        """As a Scene has it."""
        self._now = now
        super().update(tick, now, rests, middles)
        found = list(esper.get_components(NetID, Points, Snow, Health))
        self._points = {bearer.id: points.hits for _, (bearer, points, _, _) in found}
        for _, (bearer, _, snow, health) in found:
            if bearer.id == self.tools.net_id:
                self._balls, self._hearts = snow.balls, health.hearts
        for _, match in esper.get_component(Match):
            before, self._match = self._match, (match.number, match.winner)
            if match.winner and not before[1]:
                self.banner.show(f"{match.winner} wins", f"with {GOAL} hits", ACCENT, now)
                self.tools.sounds.play("round_end")
            elif before[0] and match.number != before[0]:
                self.banner.show("Next match", f"{GOAL} hits win", TEXT, now)

    def happened(self, event: Any, tick: int) -> None:
        """As a Scene has it."""
        if not isinstance(event, Hit):
            return
        own, who, by = self.tools.net_id, self.name(event.who), self.name(event.by)
        self.tools.sounds.play("tag", self.way_to(event.who) or (0.0, 0.0))
        if event.who == own:
            self.banner.show("You are out" if event.out else "Ouch!", f"hit by {by}", BAD, self._now)
        elif event.by == own:
            self.banner.show("Out!" if event.out else "Hit!", who, GOOD, self._now)
        if event.out:
            self.tools.chat.notice(f"{by} knocked {who} out", self._now)

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
        if self.tools.net_id:
            words = self.tools.fonts.text("Snow", SMALL, TEXT, True)
            area = pygame.Rect(0, 0, words.get_width() + 40 + 20 * MOST_SNOW, 36)
            area.midtop = window.get_width() // 2, 14
            panel(window, area, 215, 10)
            window.blit(words, words.get_rect(midleft=(area.x + 14, area.centery)))
            for number in range(MOST_SNOW):
                color = BALL if number < self._balls else mix(BALL, (20, 25, 36), 0.75)
                middle = area.x + 34 + words.get_width() + 20 * number, area.centery
                pygame.draw.aacircle(window, color, middle, 7)

    def table(self, tick: int) -> Table:
        """As a Scene has it."""
        places = ranks(self._points.values())
        rows = [
            Row(net_id, one.name, one.color, one.away, str(hits), places[hits])
            for net_id, one in self.people.items()
            for hits in (self._points.get(net_id, 0),)
            if hits in places
        ]
        rows.sort(key=lambda row: (row.place, row.name.casefold(), row.net_id))
        return Table("Hits", f"{GOAL} win a match", rows)

    @property
    def is_over(self) -> bool:
        """As a Scene has it."""
        return bool(self._match[1])


def _heart(full: bool) -> pygame.Surface:
    picture = pygame.Surface((HEART * 4, HEART * 4), pygame.SRCALPHA)
    color = BAD if full else mix(BAD, (20, 25, 36), 0.75)
    side = HEART * 4
    for x in (side * 0.28, side * 0.72):
        pygame.draw.circle(picture, color, (x, side * 0.32), side * 0.27)
    pygame.draw.polygon(picture, color, [(side * 0.04, side * 0.42), (side * 0.96, side * 0.42), (side / 2, side)])
    return pygame.transform.smoothscale(picture, (HEART, HEART))
