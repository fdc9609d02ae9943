"""Who is "it", as the world says, and what happened to that since the last look.

Only reads; called inside `with world`. The mirror assigns components in place, so what is kept are values.
"""

from collections.abc import Iterator
from enum import Enum, auto
from typing import NamedTuple

import esper

from ecs.components import NetID
from game.client.people import GameEvent
from game.tag.components import Tagged
from game.tag.rules import Passed


class It(NamedTuple):
    """Who is "it"."""

    net_id: int
    by: int | None  # the NetID of who was "it" before; None: nobody passed it on, who is "it" was drawn
    how: Passed


class Chase(Enum):
    """What there is to tell of Tag, beside of people and rounds."""

    TAGGED = auto()  # somebody became "it"


def read_it() -> It | None:
    """Who is "it", if anybody."""
    for _, (bearer, tagged) in esper.get_components(NetID, Tagged):
        return It(bearer.id, tagged.by or None, Passed(tagged.how))
    return None


class ItWatcher:
    """Watches one stay in one world. What was there before it came is no news, but for being "it" oneself."""

    def __init__(self, net_id: int) -> None:
        self._net_id = net_id
        self._began = False
        self._last: It | None = None

    def look(self, it: It | None) -> Iterator[GameEvent]:
        """What happened since the last look."""
        began, self._began = self._began, True
        last, self._last = self._last, it
        if it is None or (last is not None and last.net_id == it.net_id):
            return
        if began:
            yield GameEvent(Chase.TAGGED, it.net_id, by=it.by, how=it.how)
        elif it.net_id == self._net_id:
            yield GameEvent(Chase.TAGGED, it.net_id)
