"""Bodies that come into the world by a button: computed alike on both ends, so that they cost no bytes of their own.

The server decides whether a press launches anything, and says so by one bit of the intent that it tells anyway. All
else follows: where the body begins and how it flies from the one who launched it, its NetID from theirs. The client of
that player does not even wait for the bit: it sees the body in the frame of the key press.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import esper

from ecs.arena import Arena
from ecs.components import Kind, Position, Size, Velocity
from ecs.movement.step import Body
from ecs.world import World, launched_id
from net.inputs import Inputs, InputState


def _always(entity: int) -> bool:
    return True


def _nothing(net_id: int) -> Sequence[object]:
    return ()


@dataclass(frozen=True, slots=True)
class Launch:
    """What a button launches."""

    button: str
    kind: int
    """The number of the launched body's kind; each kind is launched by one button alone."""

    body: Callable[[Body, InputState, int], Body]
    """The launched body as it begins, from that of its player, what they asked for and the ticks in a second.

    A pure function of integers.

    It moves by its kind in the same tick. Let it begin inside its player: where that would be in a wall, there is none.
    """

    allowed: Callable[[int], bool] = _always
    """Whether the player that is esper's entity may launch one just now, by its components; called inside `with world`.

    The server's word counts; the player's own client asks as well, to see it at once.
    """

    components: Callable[[int], Sequence[object]] = _nothing
    """Other components of the launched one, by the NetID of who launched it; registered, and the same on both ends."""


class Launcher:
    """The launches of one game."""

    def __init__(self, launches: Sequence[Launch], inputs: Inputs, arena: Arena, tick_rate: int) -> None:
        self._launches = [(inputs.bit(launch.button), launch) for launch in launches]
        self._inputs, self._arena, self._tick_rate = inputs, arena, tick_rate
        self.actions = inputs.size  # how many there are

    def pressed(self, former: int, action: int) -> Launch | None:
        """What a change from one action to another would launch."""
        if not self._launches or not action:
            return None
        down = self._inputs.unpack(action).buttons & ~self._inputs.unpack(former).buttons
        return next((launch for bit, launch in self._launches if down & bit), None)

    def begun(self, launch: Launch, body: Body, action: int) -> Body:
        """The launched body as it begins."""
        return launch.body(body, self._inputs.unpack(action), self._tick_rate)._replace(kind=launch.kind)

    def of_kind(self, kind: int) -> Launch | None:
        """The launch by which bodies of that kind come."""
        return next((launch for _, launch in self._launches if launch.kind == kind), None)

    def is_free(self, begun: Body) -> bool:
        """Whether it does not begin in a wall."""
        return self._arena.is_free(begun.x, begun.y, begun.w, begun.h)

    def spawn(self, world: World, launch: Launch, owner: int, count: int, begun: Body) -> int | None:
        """Bring it into the world, as launched by the intent of that number; its NetID, None where none is left.

        Inside `with world`.
        """
        net_id = launched_id(owner, count)
        if net_id is None or net_id in world:
            return None
        world.spawn(net_id, *self.parts(launch, owner, begun))
        return net_id

    def parts(self, launch: Launch, owner: int, begun: Body) -> list[Any]:
        """The components of a body that begins so."""
        at, by, size = Position(begun.x, begun.y), Velocity(begun.vx, begun.vy), Size(begun.w, begun.h)
        return [at, by, size, Kind(begun.kind), *launch.components(owner)]


def body_of(entity: int) -> Body | None:
    """esper's entity as a Body, None where it is none; inside `with world`."""
    found = esper.try_components(entity, Position, Velocity, Size)
    if found is None:
        return None
    at, by, size = found
    kind = esper.try_component(entity, Kind)
    return Body(at.x, at.y, by.x, by.y, size.w, size.h, 0, kind.number if kind else 0)
