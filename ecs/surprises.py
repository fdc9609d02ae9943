"""The journal of surprises: what `step` could not have told, since the last frame went out.

Systems write it, replication reads it. A body that moves as `step` says is never in it, however fast it is.
"""

from dataclasses import dataclass, field

BY_THE_RULES = 0  # the author of a body's change where it was no other entity: a spawn, a teleport, a rule


@dataclass(slots=True)
class Surprises:
    """What happened to which NetID. Its size is bounded by the world's: an intent a body a tick, else one a body."""

    spawned: set[int] = field(default_factory=set)
    gone: set[int] = field(default_factory=set)
    intents: list[tuple[int, int, int]] = field(default_factory=list)  # (tick, NetID, direction), in order
    bodies: dict[int, int] = field(default_factory=dict)  # NetID -> NetID of whoever moved it, or BY_THE_RULES
    changed: set[tuple[int, type]] = field(default_factory=set)  # plain components that have another value, or left

    def spawn(self, net_id: int) -> None:
        """An entity came into the world."""
        self.spawned.add(net_id)

    def leave(self, net_id: int) -> None:
        """An entity left; if nobody has heard of it yet, nobody will."""
        if net_id in self.spawned:
            self.spawned.discard(net_id)
        else:
            self.gone.add(net_id)

    def intent(self, tick: int, net_id: int, direction: int) -> None:
        """From `tick` on, that entity's intent is `direction`."""
        self.intents.append((tick, net_id, direction))

    def body(self, net_id: int, by: int = BY_THE_RULES) -> None:
        """Something other than `step` touched that body; in a system, after the movement of the tick."""
        self.bodies[net_id] = by

    def change(self, net_id: int, component: type) -> None:
        """A component that `step` does not move has another value, was added, or was removed."""
        self.changed.add((net_id, component))

    @property
    def of_bodies(self) -> bool:
        """Whether there are bodies that came, went or were moved otherwise than by `step`."""
        return bool(self.spawned or self.gone or self.bodies)

    def clear(self) -> None:
        """Begin anew: a frame has told it all."""
        self.spawned.clear()
        self.gone.clear()
        self.intents.clear()
        self.bodies.clear()
        self.changed.clear()
