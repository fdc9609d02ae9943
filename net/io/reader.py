"""Hears hundreds of sockets at one look, where the system has epoll.

asyncio looks up, wraps and queues a callback for each socket that has something, which costs as much as to hear it.
Here it looks at one file, the epoll's, which has something as soon as any of them has.
"""

import asyncio
import select
from collections.abc import Callable


class Reader:
    """Sockets of the running loop, and what to call when there is something to read from them."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._epoll = select.epoll()
        self._hear: dict[int, Callable[[], None]] = {}  # file descriptor -> what to call
        self._ending = False
        self._loop.add_reader(self._epoll.fileno(), self._look)

    @staticmethod
    def works() -> bool:
        """Whether there can be one on this system, in this loop."""
        return hasattr(select, "epoll") and isinstance(asyncio.get_running_loop(), asyncio.SelectorEventLoop)

    def add(self, fd: int, hear: Callable[[], None]) -> None:
        """Call `hear` as long as there is something to read, an end or an error included."""
        self._hear[fd] = hear
        self._epoll.register(fd, select.EPOLLIN)

    def remove(self, fd: int) -> None:
        """Look at it no more, before it is closed; for one that is not looked at it does nothing."""
        if self._hear.pop(fd, None) is not None:
            self._epoll.unregister(fd)
            self._end_if_idle()

    def close(self) -> None:
        """Nothing more will be added; it ends with the last of those that are there."""
        self._ending = True
        self._end_if_idle()

    def _look(self) -> None:
        for fd, _ in self._epoll.poll(0):
            if (hear := self._hear.get(fd)) is not None:  # else one that was heard before it has ended it
                hear()

    def _end_if_idle(self) -> None:
        if self._ending and not self._hear and not self._epoll.closed:
            self._loop.remove_reader(self._epoll.fileno())
            self._epoll.close()
