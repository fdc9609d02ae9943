"""Emotes: a player shows a feeling above their head, in any game, to everybody who sees them there."""

from collections import deque
from dataclasses import dataclass
from typing import Any, Final

import esper

from ecs.components import Position, Size
from ecs.surprises import Surprises
from ecs.world import World

EMOTES: Final = ("laugh", "love", "angry", "cry")  # by number; how they look is a window's affair


@dataclass(frozen=True, slots=True)
class Emote:
    """A client's request: show that one of `EMOTES`."""

    number: int


@dataclass(frozen=True, slots=True)
class Emoted:
    """The event: a player shows that one of `EMOTES`."""

    net_id: int
    number: int


def is_emote(emote: Emote | Emoted) -> bool:
    """Whether there is an emote of that number."""
    return 0 <= emote.number < len(EMOTES)


class EmoteSystem(esper.Processor):
    """Passes emotes on. They are rate limited as all requests are."""

    def __init__(self, world: World, surprises: Surprises, requests: deque[tuple[int, Any]]) -> None:
        self._world, self._surprises, self._requests = world, surprises, requests

    def process(self, tick: int) -> None:
        for each in [each for each in self._requests if isinstance(each[1], Emote)]:
            self._requests.remove(each)
            net_id, emote = each
            entity = self._world.entity(net_id)
            at = esper.try_components(entity, Position, Size) if entity is not None else None
            if at is not None:
                middle = at[0].x + at[1].w // 2, at[0].y + at[1].h // 2
                self._surprises.event(Emoted(net_id, emote.number), at=middle)
