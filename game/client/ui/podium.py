"""The podium after a round: who is on it, where one is oneself, and what can be voted for.

Only draws what it is told; knows no session and no world.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Final

import pygame

from game.client.draw.sprites import Sprites
from game.client.draw.theme import ACCENT, INK, LARGE, MUTED, NORMAL, SMALL, TEXT, TITLE, Fonts, Rgb, mix, panel, rgb
from game.client.people import Person
from game.client.rounds import Place, RoundState
from net.rounds import NAMED

TOP: Final = 66
HEIGHT: Final = 290
BLOCKS: Final = ((2, 78), (1, 112), (3, 54))  # from left to right: whose place, and how high the block is
BLOCK: Final = 150  # pixels wide
HERO: Final = 64  # pixels of a winner's side
SMALL_HERO: Final = 40  # where there are several
MOST_HEROES: Final = 5  # side by side on a block
MEDALS: Final[tuple[Rgb, ...]] = ((246, 196, 83), (190, 200, 216), (205, 143, 95))
CARD: Final = (190, 58)  # pixels of an option to vote for
BELOW: Final = TOP + HEIGHT + 26  # where the next thing may begin, without a vote
BELOW_VOTES: Final = BELOW + CARD[1] + 10


class PodiumView:
    """Top middle, below the bar."""

    def __init__(self, fonts: Fonts, sprites: Sprites) -> None:
        self._fonts = fonts
        self._sprites = sprites

    def draw(
        self,
        target: pygame.Surface,
        state: RoundState,
        people: Mapping[int, Person],
        own: int,
        points: Callable[[int], str],
    ) -> None:
        """A block for each place that somebody has, with those on it who share it and are still there.

        `points` spells a score.
        """
        area = pygame.Rect(0, 0, 3 * BLOCK + 60, HEIGHT)
        area.midtop = target.get_width() // 2, TOP
        panel(target, area, 244)
        title = self._fonts.text("The round is over", LARGE, TEXT, True)
        target.blit(title, title.get_rect(midtop=(area.centerx, area.y + 10)))
        place = state.places().get(own)
        if place is not None:
            words = f"you: {nth(place)} of {len(state.scores)}"
            line = self._fonts.text(words, NORMAL, ACCENT if place == 1 else MUTED, place == 1)
            target.blit(line, line.get_rect(midtop=(area.centerx, area.y + 40)))
        steps = {step.place: step for step in state.podium}
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
            score = self._fonts.text(points(step.score), SMALL, TEXT, False)
            if block.h >= 78:
                target.blit(score, score.get_rect(midbottom=(block.centerx, block.bottom - 8)))
            else:  # beside the number
                target.blit(score, score.get_rect(midright=(block.right - 12, block.centery + 2)))
            self._draw_winners(target, state, people, step, block)

    def draw_votes(self, target: pygame.Surface, state: RoundState, own: int, keys: Sequence[str]) -> None:
        """The options, each with its key and how many are for it."""
        votes = Counter(state.votes.values())
        for number, (option, area) in enumerate(zip(state.options, cards(target, len(state.options)), strict=True)):
            mine = own in state.votes and state.votes[own] == number
            panel(target, area, 244, 10)
            if mine:
                pygame.draw.rect(target, ACCENT, area, 2, border_radius=10)
            key = self._fonts.text(keys[number] if number < len(keys) else "", SMALL, ACCENT, True)
            target.blit(key, (area.x + 12, area.y + 8))
            count = self._fonts.text(f"{votes[number]}" if votes[number] else "", SMALL, TEXT, True)
            target.blit(count, count.get_rect(topright=(area.right - 12, area.y + 8)))
            words = self._fonts.wrap(option, SMALL, area.w - 20, 1)[0]
            line = self._fonts.text(words, SMALL, TEXT, mine)
            target.blit(line, line.get_rect(midbottom=(area.centerx, area.bottom - 8)))

    def _draw_winners(
        self, target: pygame.Surface, state: RoundState, people: Mapping[int, Person], step: Place, block: pygame.Rect
    ) -> None:
        """On top of a block: those who share the place, and above them their players, where these are still there."""
        y = block.y - 3
        lines = self._fonts.wrap(step.names, SMALL, block.w, NAMED)
        for line in reversed(lines):
            words = self._fonts.text(line, SMALL, ACCENT if step.place == 1 else TEXT, True)
            y = target.blit(words, words.get_rect(midbottom=(block.centerx, y))).top
        equals = [people[net_id] for net_id, score in state.scores.items() if score == step.score and net_id in people]
        named = [one for one in equals if one.name in step.names]
        there = (named or equals * bool(step.score))[:MOST_HEROES]  # who came to the podium has 0
        size = HERO if len(lines) == len(there) == 1 else SMALL_HERO
        apart = min(size, (block.w - size) / max(1, len(there) - 1))
        for number, one in enumerate(there):
            hero = self._sprites.player(rgb(one.color), size, size, (0, 0), False)
            x = block.centerx + round((number - (len(there) - 1) / 2) * apart)
            target.blit(hero, hero.get_rect(midbottom=(x, y - 1)))


def cards(target: pygame.Surface, count: int) -> list[pygame.Rect]:
    """Where the options are, side by side below the podium."""
    width, height = CARD
    left = target.get_width() // 2 - (count * (width + 10) - 10) // 2
    return [pygame.Rect(left + number * (width + 10), TOP + HEIGHT + 12, width, height) for number in range(count)]


def nth(place: int) -> str:
    """1st, 2nd, 3rd, 4th, 11th."""
    ending = {1: "st", 2: "nd", 3: "rd"}.get(place % 10, "th") if place // 10 % 10 != 1 else "th"
    return f"{place}{ending}"
