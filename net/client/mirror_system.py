"""The first system of a client: takes in what the server said since the last time, in order."""

from collections import deque
from collections.abc import Callable
from typing import Final

import esper

from net.replication.mirror import Mirror
from net.wire.messages import Frame, Private, Snapshot

MOST_SECONDS: Final = 0.1  # spent on what came, before the window has its turn again; the rest waits for the next time


class MirrorSystem(esper.Processor):
    """Brings the world to the tick of the last frame that came. Raises RemoteProtocolError for an impossible one."""

    def __init__(self, mirror: Mirror, clock: Callable[[], float]) -> None:
        """`clock` tells seconds: however much a server says at once, we go on drawing and can leave."""
        self._mirror = mirror
        self._clock = clock
        self.inbox: deque[Snapshot | Frame | Private] = deque()  # bounded by the bytes that may wait, see ClientSession
        self.news: list[Snapshot | Frame] = []  # what was taken in this time
        self.took: Callable[[int, Frame], None] = lambda since, frame: (
            None
        )  # after each frame; `since` which tick it was

    def process(self, now: float) -> None:
        self.news.clear()
        self._mirror.touched.clear()
        began = self._clock()
        while self.inbox and self._clock() - began < MOST_SECONDS:
            message = self.inbox.popleft()
            if isinstance(message, Private):
                self._mirror.private(message)
                continue
            if isinstance(message, Snapshot):
                self._mirror.show(message)
            else:
                since = self._mirror.tick
                self._mirror.advance(message)
                self.took(since, message)
            self.news.append(message)
