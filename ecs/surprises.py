"""The journal of surprises: what `step` could not have told, since the last frame went out.

Systems write it, replication reads it. A body that moves as `step` says is never in it, however fast it is. Whoever
writes what clients could not follow is told so at once, by a ValueError that names the entity and what to do instead.
"""

import logging
from collections.abc import Callable, Collection
from typing import Final

import esper

from ecs.components import DIRECTIONS, IN_COLUMNS, OF_PLAYERS, Position, Velocity
from ecs.world import World, check_is_int

log = logging.getLogger(__name__)

BY_THE_RULES = 0  # the author of a body's change where it was no other entity: a spawn, a teleport, a rule
MAX_EVENTS: Final = 512  # in one frame: more effects than anybody can see in a thirtieth of a second
MAX_TOLD: Final = 10_000  # entities: as many as surely fit into one message, whatever happens to all of them at once

_PLACED: Final = (Position, Velocity)


class Surprises:
    """What happened to which NetID. Its size is bounded by the world's: an intent a body a tick, else one a body.

    Of an entity that has left nothing more is to be told: what is said of it is ignored. All is called inside
    `with world`.
    """

    def __init__(
        self,
        world: World,
        replicates: Callable[[type], bool] = lambda component: True,
        objection: Callable[[object], str] = lambda event: "",
    ) -> None:
        """`replicates`: whether clients know a component; `objection`: why an event cannot be told; empty: it can."""
        self.spawned: set[int] = set()
        self.gone: set[int] = set()
        self.intents: list[tuple[int, int, int, int]] = []  # (tick, NetID, direction, deed), in order
        self.bodies: dict[int, int] = {}  # NetID -> NetID of whoever moved it, or BY_THE_RULES
        self.changed: set[tuple[int, type]] = set()  # plain components that have another value, or left
        self.anew: set[int] = set()  # who is to be told of as if they left and came, for no row has what is new of them
        self.launched: dict[int, int] = {}  # NetID -> NetID of who launched it: clients know by the intent of that one
        self.steered: dict[int, int] = {}  # NetID -> the direction from the next tick on, by a rule
        self.events: list[tuple[int, object, tuple[int, int] | None]] = []  # (tick, event, place; None: everywhere)
        self.private: list[tuple[int, object, int]] = []  # (tick, event, NetID of whom it is told)
        self.told: set[int] = set()  # NetIDs that clients know since some former frame
        self.tick = 0  # that is being simulated
        self._dropped = False  # whether there ever were too many events
        self.players: Collection[int] = ()  # NetIDs of those whom no rule may steer
        self._world, self._replicates, self._objection = world, replicates, objection

    def spawn(self, net_id: int) -> None:
        """An entity came into the world."""
        check_is_int(net_id)
        if self._world.entity(net_id) is None:
            raise ValueError(f"there is no entity {net_id} to tell of: first world.spawn({net_id}, ...)")
        if not self._world.minted(net_id):
            raise ValueError(f"NetID {net_id} was never given: take one from world.mint()")
        if net_id in self.gone or net_id in self.told or net_id in self.launched:
            raise ValueError(f"entity {net_id} was told of before: what is new of it is told by change() or body()")
        if self.full and net_id not in self.spawned:
            raise ValueError(f"clients hold at most {MAX_TOLD} entities: let some leave first")
        self.spawned.add(net_id)

    @property
    def full(self) -> bool:
        """Whether there are as many entities as can be told of."""
        return len(self.told) + len(self.spawned) - len(self.gone) >= MAX_TOLD

    def leave(self, net_id: int) -> None:
        """An entity left; if nobody has heard of it yet, nobody will."""
        if not self._is_here(net_id):
            if net_id in self.told:
                self.gone.add(net_id)
            self.spawned.discard(net_id)
        else:
            raise ValueError(f"entity {net_id} is still there: first world.remove({net_id}), then leave({net_id})")

    def steer(self, net_id: int, direction: int) -> None:
        """From the next tick on, that entity's intent is `direction`, as if somebody played it."""
        if not self._is_here(net_id):
            return
        if type(direction) is not int or direction not in DIRECTIONS:
            raise ValueError(f"entity {net_id} cannot go in direction {direction!r}: use one of {sorted(DIRECTIONS)}")
        if net_id in self.players:
            raise ValueError(f"entity {net_id} is a player's, who alone steers it: move it, and tell by body({net_id})")
        entity = self._world.entity(net_id)
        assert entity is not None
        if not all(esper.try_component(entity, kind) for kind in OF_PLAYERS):
            names = ", ".join(kind.__name__ for kind in OF_PLAYERS)
            raise ValueError(f"entity {net_id} cannot be steered: give it all of {names}")
        self.steered[net_id] = direction

    def intent(self, tick: int, net_id: int, direction: int) -> None:
        """As `steer`; it can be for the next tick alone."""
        if tick != self.tick + 1:
            raise ValueError(f"tick {tick} is not the next one, {self.tick + 1}: use steer({net_id}, {direction!r})")
        self.steer(net_id, direction)

    def body(self, net_id: int, by: int = BY_THE_RULES) -> None:
        """Something other than `step` touched that body; in a system, after the movement of the tick."""
        if not self._is_here(net_id):
            return
        if by != BY_THE_RULES and not self._world.minted(by):
            raise ValueError(f"{by!r} did not move entity {net_id}: it is no NetID of this world, so leave it out")
        self.bodies[net_id] = by

    def change(self, net_id: int, component: type) -> None:
        """A component has another value, was added, or was removed."""
        if not self._is_here(net_id):
            return
        if not (isinstance(component, type) and self._replicates(component)):
            name = component.__name__ if isinstance(component, type) else f"{component!r:.60}"
            raise ValueError(f"{name} of entity {net_id} is nothing that clients know: registry.add() its class first")
        if component in _PLACED:
            self.bodies.setdefault(net_id, BY_THE_RULES)
        elif component in IN_COLUMNS:
            self.anew.add(net_id)
        else:
            self.changed.add((net_id, component))

    def event(self, event: object, at: tuple[int, int] | None = None, to: int | None = None) -> None:
        """Something happened, which is told once: to all who see that place (world units), or to that player alone.

        Without either, to everybody. More than `MAX_EVENTS` in one frame are dropped, and the log says so.
        """
        if why := self._objection(event):
            raise ValueError(why)
        if at is not None and not (len(at) == 2 and all(type(part) is int for part in at)):
            raise ValueError(f"an event cannot be at {at!r}: use two whole numbers, in world units")
        if len(self.events) + len(self.private) >= MAX_EVENTS:
            if not self._dropped:
                log.error("more than %d events in one frame: some are dropped, from now on without a word", MAX_EVENTS)
            self._dropped = True
        elif to is None:
            self.events.append((self.tick, event, at))
        elif at is not None:
            raise ValueError("an event is told at a place or to a player: leave `at` or `to` out")
        elif self._is_here(to):
            if to not in self.players:
                raise ValueError(f"entity {to} is no player: an event is told to players")
            self.private.append((self.tick, event, to))

    @property
    def of_bodies(self) -> bool:
        """Whether there are bodies that came, went or were moved otherwise than by `step`."""
        return bool(self.spawned or self.gone or self.bodies or self.anew)

    def clear(self) -> None:
        """Begin anew: a frame has told it all. What rules steer is of the next tick, and stays."""
        self.told -= self.gone
        self.told |= self.spawned
        self.told |= {net_id for net_id in self.launched if self._world.entity(net_id) is not None}
        self.launched.clear()
        self.spawned.clear()
        self.gone.clear()
        self.intents.clear()
        self.bodies.clear()
        self.changed.clear()
        self.anew.clear()
        self.events.clear()
        self.private.clear()

    def _is_here(self, net_id: int) -> bool:
        """Whether an entity is in the world; False if it has left. Raises ValueError where there never was one."""
        check_is_int(net_id)
        if self._world.entity(net_id) is not None:
            return True
        if not self._world.minted(net_id):
            raise ValueError(
                f"there is no entity {net_id!r}: NetIDs come from world.mint(), and are not esper's numbers"
            )
        return False
