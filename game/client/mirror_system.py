"""The first system of a client: takes in what the server said since the last time, in order."""

from collections import deque
from collections.abc import Callable

import esper

from net.messages import Frame, Snapshot
from net.replication.mirror import Mirror


class MirrorSystem(esper.Processor):
    """Brings the world to the tick of the last frame that came. Raises RemoteProtocolError for an impossible one."""

    def __init__(self, mirror: Mirror) -> None:
        self._mirror = mirror
        self.inbox: deque[Snapshot | Frame] = deque()  # bounded by what came since the last drawn frame
        self.news: list[Snapshot | Frame] = []  # what was taken in this time
        self.took: Callable[[int, Frame], None] = lambda since, frame: (
            None
        )  # after each frame; `since` which tick it was

    def process(self, now: float) -> None:
        self.news.clear()
        self._mirror.touched.clear()
        while self.inbox:
            message = self.inbox.popleft()
            if isinstance(message, Snapshot):
                self._mirror.show(message)
            else:
                since = self._mirror.tick
                self._mirror.advance(message)
                self.took(since, message)
            self.news.append(message)
