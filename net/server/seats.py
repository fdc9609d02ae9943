"""Who plays: brings players into the world, holds their seats while they are away, takes them out again.

Knows nothing of connections. All methods are called inside `with world`.

A seat has a **token**, a secret that brings its player back. Each Welcome offers another one, and as soon as the player
has been heard behind that, it is known to have come through and the former one is void. Until then both are good: a
Welcome that was lost on its way must not cost anybody their seat.
"""

import hmac
import itertools
import math
import random
import secrets
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import esper
import numpy as np

from ecs.arena import FLOOR, TILE, Arena
from ecs.columns import Array
from ecs.components import Action, Dash, Intent, Position, Size, Velocity
from ecs.surprises import Surprises
from ecs.world import World
from net.colors import choose
from net.components import Away, Color, Name
from net.game import Game
from net.server.limits.connection_limiter import is_counted
from net.server.names import Names


class FullError(Exception):
    """There is no seat left, none for this address, or no floor to stand on; the message says which."""


def mint_token() -> str:
    """A new secret: 128 random bits, as 32 hexadecimal digits."""
    return secrets.token_hex(16)


@dataclass(slots=True)
class _Seat:
    name: str
    color: int
    wants_name: str  # what was asked for last, which may not be what could be given
    wants_color: int
    origin: str = ""  # from where its player came last
    token: str = ""  # that its player is known to have; empty: none yet
    offered: str = ""  # that of the last Welcome
    held_until: float | None = None  # None: its player is there


class Seats:
    """The players of one world."""

    def __init__(
        self,
        world: World,
        surprises: Surprises,
        game: Game,
        arena: Arena,
        max_players: int,
        rng: random.Random,
        mint_token: Callable[[], str] = mint_token,
        max_per_origin: int = sys.maxsize,
    ) -> None:
        """`max_per_origin`: seats of one address, whether their players are there or away."""
        self._world = world
        self._surprises = surprises
        self._game = game
        self._spots = _spots(arena, game.player_size)
        self.names = Names()  # of the players, and of whoever else is on the server
        self._max_players, self._max_per_origin = max_players, max_per_origin
        self._rng = rng
        self._mint_token = mint_token
        self._seats: dict[int, _Seat] = {}
        self._by_origin: Counter[str] = Counter()  # seats, held ones too; only of those that have some
        self._first_overdue = math.inf  # none of the held seats is so before
        self._known: list[int] = []  # the NetIDs of all bodies, when it was last looked who is there
        self._given: list[tuple[int, int]] = []  # where others have been placed since

    def __len__(self) -> int:
        return len(self._seats)

    def __contains__(self, net_id: object) -> bool:
        return net_id in self._seats

    def __iter__(self) -> Iterator[int]:
        return iter(self._seats)

    @property
    def free(self) -> int:
        """How many more can be seated, as far as there is floor for them."""
        return self._max_players - len(self._seats)

    def join(self, name: str, color: int, origin: str = "") -> int:
        """Seat a player under a free form of the name, in the colour or one like it; return the NetID.

        Raises FullError.
        """
        if len(self._seats) >= self._max_players:
            raise FullError(f"the server is full: {len(self._seats)} of {self._max_players} players are there")
        self._check_room_for(origin)
        if self._surprises.full:
            raise FullError("the server is full: there are as many entities as a client can hold")
        spot = self._free_spot()
        if spot is None:
            raise FullError("the server is full: there is no room to stand on in this arena")
        net_id = self._world.mint()
        seat = self._seats[net_id] = _Seat(self.names.claim(name), choose(color, self._colors()), name, color)
        self._move(seat, origin)
        self._world.spawn(
            net_id,
            Position(*spot),
            Velocity(0, 0),
            Size(self._game.player_size, self._game.player_size),
            Intent(),
            Dash(),
            Name(seat.name),
            Color(seat.color),
            *(() if self._game.inputs.silent else (Action(),)),
            *self._game.newcomer(),
        )
        self._surprises.spawn(net_id)
        return net_id

    def leave(self, net_id: int) -> None:
        """Take a player out of the world; who is not there is left alone."""
        seat = self._seats.pop(net_id, None)
        if seat is not None:
            self.names.release(seat.name)
            self._move(seat, "")
            if self._world.remove(net_id):
                self._surprises.leave(net_id)

    def name(self, net_id: int) -> str:
        """What the player is called. Raises KeyError for who is not there."""
        return self._seats[net_id].name

    def color(self, net_id: int) -> int:
        """What the player looks like. Raises KeyError for who is not there."""
        return self._seats[net_id].color

    def rename(self, net_id: int, name: str) -> None:
        """Call a player by a free form of another clean name; what they wanted before already changes nothing."""
        seat, entity = self._seats[net_id], self._world.entity(net_id)
        if name != seat.wants_name and entity is not None:
            seat.wants_name = name
            self.names.release(seat.name)
            seat.name = self.names.claim(name)
            esper.component_for_entity(entity, Name).text = seat.name
            self._surprises.change(net_id, Name)

    def recolor(self, net_id: int, color: int) -> None:
        """Give a player another colour, or one like it, likewise."""
        seat, entity = self._seats[net_id], self._world.entity(net_id)
        if color != seat.wants_color and entity is not None:
            seat.wants_color = color
            seat.color = choose(color, self._colors(but=net_id))
            esper.component_for_entity(entity, Color).rgb = seat.color
            self._surprises.change(net_id, Color)

    def offer_token(self, net_id: int) -> str:
        """A new token, for a Welcome."""
        seat = self._seats[net_id]
        seat.offered = self._mint_token()
        return seat.offered

    def confirm_token(self, net_id: int) -> None:
        """The player said something behind the Welcome: its token has come through, and the former one is void."""
        seat = self._seats[net_id]
        seat.token = seat.offered

    def void_token(self, net_id: int) -> None:
        """Nobody comes back into this seat."""
        seat = self._seats[net_id]
        seat.token = seat.offered = ""

    def hold(self, net_id: int, tick: int, until: float) -> bool:
        """Keep the seat of a player who is lost, until that time; False where they could not come back.

        That is so for one who never had a token: nothing was heard behind the Welcome.
        """
        seat, entity = self._seats[net_id], self._world.entity(net_id)
        if not seat.token:
            return False
        seat.held_until = until
        self._first_overdue = min(self._first_overdue, until)
        if entity is not None:
            self._world.add_component(entity, Away(tick))
            self._surprises.change(net_id, Away)
        return True

    def resume(self, token: str, origin: str = "") -> int | None:
        """Give the owner of a token the seat back, also one that is not held; return the NetID.

        None for a token that is wrong, and for one that was good once: both take equally long. From then on the seat
        counts for `origin`; raises FullError, and the seat stays as it is, where that has as many as it may.
        """
        net_id = self.owner(token)
        if net_id is not None:
            seat, entity = self._seats[net_id], self._world.entity(net_id)
            if seat.origin != origin:
                self._check_room_for(origin)
                self._move(seat, origin)
            seat.token, seat.held_until = token, None
            if entity is not None and esper.has_component(entity, Away):
                self._world.remove_component(entity, Away)
                self._surprises.change(net_id, Away)
        return net_id

    def overdue(self, now: float) -> list[int]:
        """Whose seats have been held for long enough."""
        if now < self._first_overdue:
            return []
        held = {net_id: seat.held_until for net_id, seat in self._seats.items() if seat.held_until is not None}
        self._first_overdue = min((until for until in held.values() if now < until), default=math.inf)
        return [net_id for net_id, until in held.items() if now >= until]

    def away(self) -> list[tuple[int, str, str]]:
        """The seats that are held: NetID, name, and from where its player came."""
        return [(net_id, seat.name, seat.origin) for net_id, seat in self._seats.items() if seat.held_until is not None]

    def _colors(self, but: int = 0) -> list[int]:
        """Those of all others."""
        return [seat.color for net_id, seat in self._seats.items() if net_id != but]

    def _check_room_for(self, origin: str) -> None:
        if self._by_origin[origin] >= self._max_per_origin and is_counted(origin):
            allowed = f"{self._max_per_origin} players from one address are allowed"
            raise FullError(f"{allowed}, and that many are there or may still come back")

    def _move(self, seat: _Seat, origin: str) -> None:
        """Let a seat count for another origin; for none where that is empty."""
        self._by_origin[seat.origin] -= 1
        if self._by_origin[seat.origin] <= 0:
            del self._by_origin[seat.origin]
        seat.origin = origin
        if origin:
            self._by_origin[origin] += 1

    def owner(self, token: str) -> int | None:
        """Whose seat a token is good for, as a NetID; None: nobody's, which takes as long to find out."""
        said, owner = token.encode(), None  # in bytes: of texts, compare_digest takes ASCII alone
        for net_id, seat in self._seats.items():
            for good in (seat.token, seat.offered):
                if good and hmac.compare_digest(good.encode(), said):
                    owner = net_id
        return owner

    def _free_spot(self) -> tuple[int, int] | None:
        """The first place clear of everybody, from a random one on; None where all is full."""
        bodies = self._world.bodies
        if bodies.net_ids is not self._known:
            self._known, self._given = bodies.net_ids, []
        given = np.array(self._given, dtype=np.int64).reshape(-1, 2)
        x, y = np.append(bodies.x, given[:, 0]), np.append(bodies.y, given[:, 1])
        start = self._rng.randrange(len(self._spots))
        spot = self._first_clear(start, x, y)
        if spot is None:  # somebody may have left since the bodies were last looked at
            bodies.find()
            spot = self._first_clear(start, bodies.x, bodies.y)
        if spot is not None:
            self._given.append(spot)
        return spot

    def _first_clear(self, start: int, taken_x: Array, taken_y: Array) -> tuple[int, int] | None:
        spots = itertools.chain(range(start, len(self._spots)), range(start))
        places = ((int(x), int(y)) for x, y in map(self._spots.__getitem__, spots))
        size = self._game.player_size
        return next((place for place in places if _is_clear(*place, size, taken_x, taken_y)), None)


def _is_clear(x: int, y: int, size: int, taken_x: Array, taken_y: Array) -> bool:
    """Whether a player who stands there touches none of those who stand there."""
    return not ((np.abs(taken_x - x) < size) & (np.abs(taken_y - y) < size)).any()


def _spots(arena: Arena, size: int) -> Array:
    """Where a player can stand: the middle of each tile of floor (rows of x and y, top left corners, world units)."""
    tiles = np.array([list(row) for row in arena.rows])
    lines, columns = np.nonzero(tiles == FLOOR)
    spots: Array = np.column_stack((columns, lines)) * TILE + (TILE - size) // 2
    return spots
