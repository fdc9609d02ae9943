"""Tag in the window: who is "it", how the round stands, and the words and sounds for both."""

from collections.abc import Mapping
from typing import Final

import pygame

from game.client.draw.theme import GOOD, IT, TEXT
from game.client.people import GameEvent
from game.client.scene import Scene, Tools
from game.client.ui.table import Row, Table
from game.tag.game_events import Chase, Watcher
from game.tag.roster import Roster, read_roster
from game.tag.round_bar import RoundBar
from game.tag.rules import SLOW_IT_SECONDS, Passed
from game.tag.tag_painter import TagPainter
from game.words import ranks

FAR: Final = 720.0  # pixels off, as which a tag that nobody saw is heard


class TagScene(TagPainter, Scene):
    """One stay in a world of Tag."""

    def __init__(self, tools: Tools) -> None:
        Scene.__init__(self, tools)
        TagPainter.__init__(self, tools.net_id)
        self.roster = Roster({}, 0, None, ())
        self._bar = RoundBar(tools.fonts, tools.sprites)
        self._watcher = Watcher(tools.net_id, tools.tick_rate)

    def update(self, tick: int, now: float, rests: Mapping[int, int], middles: Mapping[int, tuple[int, int]]) -> None:
        """As a Scene has it."""
        self.roster = read_roster(tick, rests)
        super().update(tick, now, rests, middles)
        if self.is_over:
            self.banner.forget()  # it is of the round, and the podium is in its place

    def look(self, tick: int) -> list[GameEvent]:
        """As a Scene has it."""
        return self._watcher.look(self.roster, tick)

    def heard_of(self, event: GameEvent, now: float) -> None:
        """As a Scene has it."""
        super().heard_of(event, now)
        if why := self._why_taken(event):
            self.tools.chat.notice(f"{why}: {event.name} is it", now)
        self._sound(event)
        own, banner = self.tools.net_id, self.banner
        match event.what:
            case Chase.TAGGED if event.net_id == own:
                banner.show("You are it!", "touch somebody to pass it on", IT, now)
            case Chase.TAGGED if event.by == own and event.how == Passed.TOUCH:
                banner.show("Passed on", f"{event.name} is it: run", GOOD, now)
            case Chase.TAGGED if event.by == own:
                banner.show(f"{event.name} is it", why, TEXT, now)
            case Chase.BEGAN if self.roster.round is not None and self.roster.it != own:
                banner.show(f"Round {self.roster.round.number}", "do not get caught", TEXT, now)

    def draw(self, window: pygame.Surface, tick: int, now: float) -> None:
        """As a Scene has it."""
        self._bar.draw(window, self.roster, self.tools.net_id, tick, self.tools.tick_rate, now)
        super().draw(window, tick, now)

    @property
    def is_over(self) -> bool:
        """As a Scene has it."""
        return self.roster.is_over

    def table(self, tick: int) -> Table:
        """As a Scene has it."""
        return scores_table(self.roster, self.tools.tick_rate)

    def _sound(self, event: GameEvent) -> None:
        sounds, own, away = self.tools.sounds, self.tools.net_id, self.way_to(event.net_id)
        match event.what:
            case Chase.TAGGED if event.net_id == own:
                sounds.play("tagged")
            case Chase.TAGGED:
                sounds.play("tag", (0, 0) if event.by == own else away or (FAR, 0))
            case Chase.COUNTDOWN:
                sounds.play("countdown", loud=0.7)
            case Chase.ENDED:
                sounds.play("round_end")

    def _why_taken(self, event: GameEvent) -> str:
        """Why it went on without a touch; empty where it did not."""
        name, was = self.name(event.by or 0), "was"
        if event.by == self.tools.net_id:
            name, was = "you", "were"
        match event.how:
            case Passed.IDLE:
                return f"{name} {was} idle"
            case Passed.SLOW:
                return f"{name} touched nobody for {SLOW_IT_SECONDS:g} s"
            case _:
                return ""


def scores_table(roster: Roster, tick_rate: int) -> Table:
    """The scores, the best first."""
    ranked = roster.ranked()
    places = ranks(one.score for one in ranked)
    rows = [
        Row(
            one.net_id,
            one.name,
            one.color,
            one.away,
            str(one.score // tick_rate),
            places[one.score],
            IT if one.is_it else None,
        )
        for one in ranked
    ]
    return Table("Scores", "seconds without being it", rows)
