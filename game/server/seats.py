"""Who plays: mints NetIDs, brings players into the world and takes them out again.

Knows nothing of connections. All methods are called inside `with world`.
"""

import itertools
import random

import esper

from ecs.arena import FLOOR, TILE, Arena
from ecs.components import Intent, Position, Size, Velocity
from ecs.surprises import Surprises
from ecs.world import World
from game.components import Color, Name
from game.rules import NAME_LIMIT, PLAYER_SIZE


class FullError(Exception):
    """There is no seat left, or no floor to stand on; the message says which."""


class Seats:
    """The players of one world."""

    def __init__(self, world: World, surprises: Surprises, arena: Arena, max_players: int, rng: random.Random) -> None:
        self._world = world
        self._surprises = surprises
        self._spots = _spots(arena)
        self._max_players = max_players
        self._rng = rng
        self._net_ids = itertools.count(1)  # never reused, so that nothing said of one entity can hit another
        self._names: dict[int, str] = {}

    def __len__(self) -> int:
        return len(self._names)

    def join(self, name: str, color: int) -> int:
        """Seat a player under a free form of the name; return the NetID. Raises FullError."""
        if len(self._names) >= self._max_players:
            raise FullError(f"the server is full: {len(self._names)} of {self._max_players} players are there")
        spot = self._free_spot()
        if spot is None:
            raise FullError("the server is full: there is no room to stand on in this arena")
        net_id = next(self._net_ids)
        self._names[net_id] = self._free_name(name)
        self._world.spawn(
            net_id,
            Position(*spot),
            Velocity(0, 0),
            Size(PLAYER_SIZE, PLAYER_SIZE),
            Intent(),
            Name(self._names[net_id]),
            Color(color),
        )
        self._surprises.spawn(net_id)
        return net_id

    def leave(self, net_id: int) -> None:
        """Take a player out of the world; who is not there is left alone."""
        if self._names.pop(net_id, None) is not None and self._world.remove(net_id):
            self._surprises.leave(net_id)

    def name(self, net_id: int) -> str:
        """What the player is called. Raises KeyError for who is not there."""
        return self._names[net_id]

    def _free_spot(self) -> tuple[int, int] | None:
        """The first place clear of everybody, from a random one on; None where all is full."""
        taken = [(position.x, position.y) for _, position in esper.get_component(Position)]
        start = self._rng.randrange(len(self._spots))
        for x, y in itertools.chain(self._spots[start:], self._spots[:start]):
            if not any(abs(x - its_x) < PLAYER_SIZE and abs(y - its_y) < PLAYER_SIZE for its_x, its_y in taken):
                return x, y
        return None

    def _free_name(self, name: str) -> str:
        taken = set(self._names.values())
        if name not in taken:
            return name
        numbered = (f"{name[: NAME_LIMIT - len(f' {n}')].rstrip()} {n}" for n in itertools.count(2))
        return next(candidate for candidate in numbered if candidate not in taken)


def _spots(arena: Arena) -> list[tuple[int, int]]:
    """Where a player can stand: the middle of each tile of floor (top left corners, in world units)."""
    inset = (TILE - PLAYER_SIZE) // 2
    return [
        (column * TILE + inset, line * TILE + inset)
        for line, row in enumerate(arena.rows)
        for column, tile in enumerate(row)
        if tile == FLOOR
    ]
