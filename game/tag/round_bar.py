"""How the round stands, over the game: the time at the top, who is "it", and the podium.

Only draws what it is told; knows no session and no world.
"""

from typing import Final

import pygame

from game.client.draw.sprites import Sprites
from game.client.draw.theme import (
    ACCENT,
    BAD,
    INK,
    IT,
    LARGE,
    MUTED,
    NORMAL,
    SMALL,
    TEXT,
    TITLE,
    Fonts,
    Rgb,
    mix,
    panel,
    rgb,
)
from game.tag.game_events import seconds_left
from game.tag.roster import Place, Roster, Standing
from game.tag.rules import RoundPhase
from game.words import NAMED

MARGIN: Final = 14
HURRY: Final = 10  # the last seconds of a round, in which the time is red and beats
BLOCKS: Final = ((2, 78), (1, 112), (3, 54))  # from left to right: whose place, and how high the block is
BLOCK: Final = 150  # pixels wide
HERO: Final = 64  # pixels of a winner's side
SMALL_HERO: Final = 40  # where there are several
MOST_HEROES: Final = 5  # side by side on a block
MEDALS: Final[tuple[Rgb, ...]] = ((246, 196, 83), (190, 200, 216), (205, 143, 95))


class RoundBar:
    """Top middle."""

    def __init__(self, fonts: Fonts, sprites: Sprites) -> None:
        self._fonts = fonts
        self._sprites = sprites

    def draw(self, target: pygame.Surface, roster: Roster, own: int, tick: int, tick_rate: int, now: float) -> None:
        """The bar, and what else there is; `tick` is the server's."""
        if roster.round is not None:
            self._draw_bar(target, roster, own, seconds_left(roster.round, tick, tick_rate), now)
            if roster.is_over:
                self._draw_podium(target, roster, tick_rate)

    def _draw_bar(self, target: pygame.Surface, roster: Roster, own: int, left: int, now: float) -> None:
        assert roster.round is not None
        time = f"{left // 60}:{left % 60:02}"
        hurry = roster.round.phase == RoundPhase.PLAYING and 0 < left <= HURRY
        match roster.round.phase:
            case RoundPhase.PLAYING:
                head, word = f"Round {roster.round.number}", time
            case RoundPhase.PODIUM:
                head, word = "Next round in", time
            case _:
                head, word = "Practice", "waiting for somebody to play with"
        title = self._fonts.text(head, SMALL, MUTED, True)
        clock = self._fonts.text(word, LARGE if left else SMALL, BAD if hurry else TEXT, bool(left))
        who = roster.players.get(roster.it) if roster.it is not None else None
        chase = self._chase(who, own) if who is not None and not roster.is_over else None
        width = 36 + title.get_width() + 12 + clock.get_width() + (24 + chase.get_width() if chase else 0)
        area = pygame.Rect((target.get_width() - width) // 2, MARGIN, width, 40)
        panel(target, area, 225, 12)
        if hurry and now % 1 < 0.5:
            pygame.draw.rect(target, BAD, area, 2, border_radius=12)
        x = area.x + 18
        for part, gap in ((title, 12), (clock, 24), (chase, 0)):
            if part is not None:
                target.blit(part, (x, area.centery - part.get_height() // 2))
                x += part.get_width() + gap

    def _chase(self, who: Standing, own: int) -> pygame.Surface:
        """Who is "it", with the arrow that hops above them."""
        if who.net_id == own:
            words = self._fonts.text("You are it", NORMAL, IT, True)
        else:
            words = self._fonts.text(f"{who.name} is it", NORMAL, mix(rgb(who.color), TEXT, 0.35), True)
        picture = pygame.Surface((words.get_width() + 22, 24), pygame.SRCALPHA)
        for color, inset in ((TEXT, 0), (IT, 2)):
            pygame.draw.polygon(picture, color, [(inset, 6 + inset), (14 - inset, 6 + inset), (7, 18 - inset)])
        picture.blit(words, (22, 12 - words.get_height() // 2))
        return picture

    def _draw_podium(self, target: pygame.Surface, roster: Roster, tick_rate: int) -> None:
        """A block for each place that somebody has, with those on it who share it and are still there."""
        area = pygame.Rect(0, 0, 3 * BLOCK + 60, 290)
        area.midtop = target.get_width() // 2, 66
        panel(target, area, 244)
        title = self._fonts.text("The round is over", LARGE, TEXT, True)
        target.blit(title, title.get_rect(midtop=(area.centerx, area.y + 12)))
        steps = {step.place: step for step in roster.podium}
        for column, (place, height) in enumerate(BLOCKS):
            step = steps.get(place)
            if step is None:
                continue
            block = pygame.Rect(area.x + 30 + column * BLOCK, area.bottom - 18 - height, BLOCK - 6, height)
            medal = MEDALS[place - 1]
            pygame.draw.rect(target, mix(medal, INK, 0.72), block, border_radius=8)
            pygame.draw.rect(target, medal, (block.x, block.y, block.w, 5), border_radius=3)
            number = self._fonts.text(str(place), TITLE, medal, True)
            target.blit(number, number.get_rect(midtop=(block.centerx, block.y + 6)))
            seconds = self._fonts.text(f"{step.score // tick_rate} s", SMALL, TEXT, False)
            if block.h >= 78:
                target.blit(seconds, seconds.get_rect(midbottom=(block.centerx, block.bottom - 8)))
            else:  # beside the number
                target.blit(seconds, seconds.get_rect(midright=(block.right - 12, block.centery + 2)))
            self._draw_winners(target, roster, step, block)

    def _draw_winners(self, target: pygame.Surface, roster: Roster, step: Place, block: pygame.Rect) -> None:
        """On top of a block: those who share the place, and above them their players, where these are still there."""
        y = block.y - 3
        lines = self._fonts.wrap(step.names, SMALL, block.w, NAMED)
        for line in reversed(lines):
            words = self._fonts.text(line, SMALL, ACCENT if step.place == 1 else TEXT, True)
            y = target.blit(words, words.get_rect(midbottom=(block.centerx, y))).top
        equals = [one for one in roster.players.values() if one.score == step.score]
        named = [one for one in equals if one.name in step.names]
        there = (named or equals * bool(step.score))[:MOST_HEROES]  # who came to the podium has 0
        size = HERO if len(lines) == len(there) == 1 else SMALL_HERO
        apart = min(size, (block.w - size) / max(1, len(there) - 1))
        for number, one in enumerate(there):
            hero = self._sprites.player(rgb(one.color), size, size, (0, 0), False)
            x = block.centerx + round((number - (len(there) - 1) / 2) * apart)
            target.blit(hero, hero.get_rect(midbottom=(x, y - 1)))
