"""Football in the window: the ball, the colours of the teams, the pitch's lines, the score, and who shot a goal."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import esper
import pygame

from ecs.arena import TILE_PIXELS
from ecs.components import NetID
from game.client.draw.marks import Marks
from game.client.draw.painter import Layers, Sight
from game.client.draw.theme import LARGE, TEXT, Rgb, panel, rgb
from game.client.people import Person
from game.client.scene import Scene, Tools
from game.client.ui.table import Row, Table
from game.football.components import BALL, GOALS, TEAMS, Goal, Match, Team

COLORS: Final[tuple[Rgb, Rgb]] = (rgb(0x4C86F0), rgb(0xF5A623))
WHITE: Final[Rgb] = (244, 246, 250)


class FootballScene(Scene):
    """One stay in a world of Football."""

    hint = "run into the ball"

    def __init__(self, tools: Tools) -> None:
        super().__init__(tools)
        self._marks = Marks()
        self._sides: dict[int, int] = {}  # NetID -> team
        self._score = (0, 0)
        self._ball: tuple[int, int] | None = None  # where it was drawn last, in the window

    def update(self, tick: int, now: float, rests: Mapping[int, int], middles: Mapping[int, tuple[int, int]]) -> None:
        """As a Scene has it."""
        super().update(tick, now, rests, middles)
        self._sides = {bearer.id: team.side for _, (bearer, team) in esper.get_components(NetID, Team)}
        for _, match in esper.get_component(Match):
            self._score = match.left, match.right

    def happened(self, event: Any, tick: int) -> None:
        """As a Scene has it."""
        if isinstance(event, Goal):
            who = self.name(event.by) if event.by else "nobody"
            self.banner.show("Own goal!" if event.own else "Goal!", who, COLORS[event.side], self.now)
            scored = "scored an own goal" if event.own else "scored"
            self.feed.tell(self.now, (who, COLORS[event.side if not event.own else 1 - event.side]), (scored, None))
            self.tools.sounds.play("tagged" if event.own else "countdown")

    def color(self, entity: int, color: Rgb) -> Rgb:
        """As a Painter has it: players wear their team's."""
        team = esper.try_component(entity, Team)
        return COLORS[team.side] if team is not None else color

    def body(self, sight: Sight, layers: Layers) -> bool:
        """As a Painter has it."""
        if sight.kind != BALL:
            return False
        self._ball = sight.area.center
        layers.shadows.append((self.tools.sprites.shadow(*sight.area.size), sight.area.move(-8, -4).topleft))
        layers.bodies.append((self.tools.sprites.ball(WHITE, sight.area.w), sight.area.topleft))
        return True

    def finish(self, window: pygame.Surface, corner: tuple[int, int], middles: dict[int, tuple[int, int]]) -> None:
        """As a Painter has it: where the ball is, if one cannot see it."""
        balls = [net_id for net_id in middles if net_id not in self._sides and net_id not in self.people]
        arrow = self._marks.edge(window.get_rect(), middles[balls[0]], WHITE) if balls else None
        if arrow is not None:
            window.blit(*arrow)

    def draw(self, window: pygame.Surface, tick: int, now: float) -> None:
        """As a Scene has it."""
        super().draw(window, tick, now)
        if self.is_over:
            return
        area = pygame.Rect(0, 60, 5 * TILE_PIXELS, 44)
        area.centerx = window.get_width() // 2
        panel(window, area, 225, 12)
        colon = self.tools.fonts.text(":", LARGE, TEXT, True)
        window.blit(colon, colon.get_rect(center=area.center))
        for side, goals in enumerate(self._score):
            words = self.tools.fonts.text(str(goals), LARGE, COLORS[side], True)
            middle = area.centerx + (-TILE_PIXELS if side == 0 else TILE_PIXELS)
            window.blit(words, words.get_rect(center=(middle, area.centery)))

    def round_words(self) -> str:
        """As a Scene has it."""
        side = self._sides.get(self.tools.net_id)
        return f"you play for {TEAMS[side]}" if side is not None else f"{GOALS} goals win"

    def points(self, score: int) -> str:
        """As a Scene has it."""
        return "1 goal" if score == 1 else f"{score} goals"

    def table(self, tick: int) -> Table:
        """As a Scene has it: the teams, one after the other."""
        rows = sorted(super().table(tick).rows, key=lambda row: self._sides.get(row.net_id, 0))
        return Table(f"{TEAMS[0]} {self._score[0]} : {self._score[1]} {TEAMS[1]}", "", rows)

    def row(self, one: Person, place: int) -> Row:
        """As a Scene has it: in the colour of the team, and without a place."""
        side = self._sides.get(one.net_id)
        color = one.color if side is None else int.from_bytes(bytes(COLORS[side]))
        return replace(super().row(one, 0), color=color)
