"""Those who besiege a server: who never say hello, who never read, who send garbage as fast as they can.

`python -m tests.benchmarks.attackers PORT SECONDS ADDRESSES SILENT MUTE GARBAGE`: so many of each, from 127.3.0.1 and
so many addresses on. Whoever is thrown out comes back: who sends garbage at once, the others after a second. Prints one
line of JSON at its end, which comes by itself; knows of the protocol what it takes to be let in.
"""

import errno
import heapq
import json
import random
import select
import socket
import sys
import time
from collections import Counter
from contextlib import suppress
from typing import Final

from game.tag import TAG
from net.wire.codec import encode
from net.wire.framing import frame
from net.wire.messages import VERSION, Hello, Ping

SILENT, MUTE, GARBAGE = "silent", "mute", "garbage"
BACK_SECONDS: Final = {SILENT: 1.0, MUTE: 1.0, GARBAGE: 0.0}  # from being thrown out to the next attempt
PING_SECONDS: Final = 1.0  # so that the mute ones do not count as silent
CONNECTS: Final = 40  # in one turn
CHUNK: Final = 16 * 1024  # bytes of garbage in one send


class Siege:
    """All of them, in one thread."""

    def __init__(self, port: int, addresses: int) -> None:
        self.counts: Counter[str] = Counter()
        self._port, self._addresses = port, addresses
        self._epoll = select.epoll()
        self._kinds: dict[int, str] = {}  # by descriptor
        self._sockets: dict[int, socket.socket] = {}
        self._due: list[tuple[float, int, str]] = []  # who comes when, with the number that says from where
        self._number: dict[int, int] = {}
        self._pings: list[tuple[float, int]] = []
        self._garbage = random.Random(1).randbytes(CHUNK)
        self._hello = TAG.registry().schema_hash

    def add(self, kind: str, number: int, now: float) -> None:
        """So many more of that kind."""
        for _ in range(number):
            heapq.heappush(self._due, (now, len(self._due), kind))

    def run(self, seconds: float) -> None:
        """Attack for so long."""
        end = time.monotonic() + seconds
        while (now := time.monotonic()) < end:
            for fd, event in self._epoll.poll(0.002, 256):
                self._happened(fd, event, now)
            for _ in range(CONNECTS):
                if not self._due or self._due[0][0] > now:
                    break
                _, number, kind = heapq.heappop(self._due)
                self._connect(kind, number, now)
            while self._pings and self._pings[0][0] <= now:
                _, fd = heapq.heappop(self._pings)
                if self._kinds.get(fd) == MUTE:
                    self._send(fd, frame(encode(Ping(1))))
                    heapq.heappush(self._pings, (now + PING_SECONDS, fd))

    def here(self) -> dict[str, int]:
        """How many of each kind are connected."""
        return dict(Counter(self._kinds.values()))

    def close(self) -> None:
        """All go."""
        for sock in self._sockets.values():
            sock.close()
        self._epoll.close()

    def _connect(self, kind: str, number: int, now: float) -> None:
        sock = socket.socket()
        sock.setblocking(False)
        place = number % self._addresses
        try:
            sock.bind((f"127.3.{place >> 8}.{(place & 255) or 255}", 0))
            sock.connect(("127.0.0.1", self._port))
        except BlockingIOError:
            pass
        except OSError as error:
            self.counts[errno.errorcode.get(error.errno or 0, "?")] += 1
            sock.close()
            heapq.heappush(self._due, (now + 1.0, number, kind))
            return
        fd = sock.fileno()
        self._sockets[fd], self._kinds[fd], self._number[fd] = sock, kind, number
        self._epoll.register(fd, select.EPOLLOUT | select.EPOLLRDHUP)
        self.counts[f"{kind} connections"] += 1

    def _happened(self, fd: int, event: int, now: float) -> None:
        kind = self._kinds[fd]
        if event & (select.EPOLLRDHUP | select.EPOLLHUP | select.EPOLLERR):
            self._gone(fd, now)
        elif kind == GARBAGE:
            self.counts["garbage bytes"] += self._send(fd, self._garbage)
        else:
            self._epoll.modify(fd, select.EPOLLRDHUP)
            if kind == MUTE:
                name = f"Mute {self._number[fd]}"
                self._send(fd, frame(encode(Hello(VERSION, self._hello, name, 0))))
                heapq.heappush(self._pings, (now + PING_SECONDS, fd))

    def _send(self, fd: int, data: bytes) -> int:
        with suppress(OSError):  # a loss shows in epoll
            return self._sockets[fd].send(data)
        return 0

    def _gone(self, fd: int, now: float) -> None:
        kind, number = self._kinds.pop(fd), self._number.pop(fd)
        self._sockets.pop(fd).close()
        self.counts[f"{kind} thrown out"] += 1
        heapq.heappush(self._due, (now + BACK_SECONDS[kind], number, kind))


def main() -> None:
    """Besiege, and say how that went."""
    port, seconds, addresses, silent, mute, garbage = map(int, sys.argv[1:])
    siege, now = Siege(port, addresses), time.monotonic()
    for kind, number in ((MUTE, mute), (SILENT, silent), (GARBAGE, garbage)):
        siege.add(kind, number, now)
    siege.run(seconds)
    print(json.dumps({"here_at_the_end": siege.here(), **siege.counts}), flush=True)
    siege.close()


if __name__ == "__main__":
    main()
