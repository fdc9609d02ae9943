"""What a server plays: a game in an arena now, and what its players can vote for after a round."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from ecs.arena import Arena
from game.arenas import ArenaChoice, arenas_of, load_arena
from net.game import Game

MOST_CHOICES: Final = 3  # besides a rematch


class PlaylistError(Exception):
    """There is no such game or arena on the list; the message names those that there are."""


@dataclass(frozen=True, slots=True)
class Item:
    """One game in one arena."""

    game: Game
    arena: ArenaChoice

    @property
    def title(self) -> str:
        """What people read."""
        return f"{self.game.title}: {self.arena.title}"


class Playlist:
    """All that can be played, and which of it is just now."""

    def __init__(self, game: Game, arena: Arena, others: Sequence[Game] = ()) -> None:
        """Begin with that game in that arena. `others`: what can be voted for besides; empty: nothing can."""
        self.game, self.arena = game, arena
        games = {one.name: one for one in others}
        self._items = [Item(one, choice) for one in games.values() for choice in arenas_of(one)]
        first = (item for item in self._items if item.game.name == game.name and item.arena.title == arena.title)
        self._now: Item | None = next(first, None)  # None: in an arena that is not on the list

    @property
    def choices(self) -> list[Item]:
        """What players can vote for: what is next on the list, and what is next of each other game."""
        at = self._items.index(self._now) + 1 if self._now is not None else 0
        ahead = [item for item in (*self._items[at:], *self._items[:at]) if item != self._now]
        of_each: dict[str, Item] = {}
        for item in ahead:
            of_each.setdefault(item.game.name, item)
        found = [*of_each.values()]
        return [*found, *(item for item in ahead if item not in found)][:MOST_CHOICES]

    def go_to(self, item: Item) -> None:
        """Play that from now on. Raises ArenaError where its map cannot be read, and stays where it is."""
        self.arena = load_arena(item.arena.path)
        self.game, self._now = item.game, item

    def find(self, words: Sequence[str]) -> Item:
        """What a host means by "", "GAME" or "GAME ARENA"; by nothing, the first choice. Raises PlaylistError."""
        if not words:
            if not self.choices:
                raise PlaylistError("there is nothing else to play here")
            return self.choices[0]
        games = list(dict.fromkeys(item.game.name for item in self._items))
        of_game = [item for item in self._items if item.game.name == words[0]]
        if not of_game:
            raise PlaylistError(
                f"there is no game {words[0]!r:.40} to play here: {', '.join(games) or 'there is none'}"
            )
        if len(words) == 1:
            return next((item for item in of_game if item != self._now), of_game[0])
        found = [item for item in of_game if item.arena.name == words[1]]
        if not found:
            names = ", ".join(item.arena.name for item in of_game)
            raise PlaylistError(f"{of_game[0].game.title} has no arena {words[1]!r:.40}: {names}")
        return found[0]
