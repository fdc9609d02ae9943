"""Tag in the window: who is "it", and the words and sounds for that."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from game.client.draw.theme import GOOD, IT, TEXT, mix, rgb
from game.client.people import GameEvent, Person
from game.client.scene import Scene, Tools
from game.client.ui.round_bar import Status
from game.client.ui.table import Row, Table
from game.tag.roster import Chase, It, ItWatcher, read_it
from game.tag.rules import SLOW_IT_SECONDS, Passed
from game.tag.tag_painter import TagPainter

FAR: Final = 720.0  # pixels off, as which a tag that nobody saw is heard


class TagScene(TagPainter, Scene):
    """One stay in a world of Tag."""

    def __init__(self, tools: Tools) -> None:
        Scene.__init__(self, tools)
        TagPainter.__init__(self, tools.net_id)
        self.it: It | None = None
        self._its = ItWatcher(tools.net_id)

    def update(self, tick: int, now: float, rests: Mapping[int, int], middles: Mapping[int, tuple[int, int]]) -> None:
        """As a Scene has it."""
        self.it = read_it()
        super().update(tick, now, rests, middles)

    def look(self, tick: int) -> list[GameEvent]:
        """As a Scene has it."""
        return [*super().look(tick), *self._its.look(self.it)] if self.people else []

    def heard_of(self, event: GameEvent, now: float) -> None:
        """As a Scene has it."""
        super().heard_of(event, now)
        if event.what is Chase.TAGGED:
            self._sound(event)
            self._tell(event, now)

    def status(self) -> Status | None:
        """As a Scene has it."""
        who = self.people.get(self.it.net_id) if self.it else None
        if who is None:
            return None
        if who.net_id == self.tools.net_id:
            return Status("You are it", IT, IT)
        return Status(f"{who.name} is it", mix(rgb(who.color), TEXT, 0.35), IT)

    def round_words(self) -> str:
        """As a Scene has it."""
        return (
            "touch somebody to pass it on" if self.it and self.it.net_id == self.tools.net_id else "do not get caught"
        )

    def points(self, score: int) -> str:
        """As a Scene has it: the seconds without being "it"."""
        return f"{score // self.tools.tick_rate} s"

    def table(self, tick: int) -> Table:
        """As a Scene has it."""
        return replace(super().table(tick), note="seconds without being it")

    def row(self, one: Person, place: int) -> Row:
        """As a Scene has it."""
        is_it = self.it is not None and self.it.net_id == one.net_id
        return replace(super().row(one, place), mark=IT if is_it else None)

    def _sound(self, event: GameEvent) -> None:
        sounds, own = self.tools.sounds, self.tools.net_id
        if event.net_id == own:
            sounds.play("tagged")
        else:
            sounds.play("tag", (0, 0) if event.by == own else self.way_to(event.net_id) or (FAR, 0))

    def _tell(self, event: GameEvent, now: float) -> None:
        own, banner, name = self.tools.net_id, self.banner, self.name(event.net_id)
        why = self._why_taken(event)
        if event.how == Passed.TOUCH and event.by is not None:
            self.feed.tell(now, self.named(event.by), ("caught", None), self.named(event.net_id))
        elif why:
            self.feed.tell(
                now, (f"{why}:", None), self.named(event.net_id), ("are it" if event.net_id == own else "is it", None)
            )
        if event.net_id == own:
            banner.show("You are it!", "touch somebody to pass it on", IT, now)
        elif own and event.by == own and event.how == Passed.TOUCH:
            banner.show("Passed on", f"{name} is it: run", GOOD, now)
        elif own and event.by == own:
            banner.show(f"{name} is it", why, TEXT, now)

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
