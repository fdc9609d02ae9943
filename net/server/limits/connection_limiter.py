"""Who may come in at all: how many connections there are, from where, and how fast new ones come.

Sans-IO: it is told addresses and asks what time it is. Knows no sockets and no sessions; what a client may do once it
is in is the MessageRateLimit's affair, and for how long it may wait the NetworkSystem's.
"""

import logging
from collections import Counter
from collections.abc import Callable
from functools import lru_cache
from typing import Final

from net.server.limits.log_quota import LogQuota
from net.server.limits.origin import THIS_MACHINE, of_host
from net.server.limits.rate_limits import Bucket
from net.wire.codec import encode
from net.wire.framing import frame
from net.wire.messages import VERSION, Refusal, Refused

log = logging.getLogger(__name__)

NEW_PER_SECOND: Final = 4.0  # from one address, for ever; our client, thrown out, tries 4 times in its first 4 s
NEW_IN_TOTAL: Final = 100.0  # a second, from all addresses; at half a millisecond each, nobody who plays notices
ALL_AT_ONCE: Final = 256  # of these: a full server that comes back, and everybody with it
ROUNDS_AT_ONCE: Final = 2  # times as many as may be there: all come back together, and again when that went wrong
SPARE_CONNECTIONS: Final = 1024  # beyond the players: 256 who greet, 512 who are being closed, and some room
REMEMBERED_SECONDS: Final = 60.0  # since an address last came: long enough for its bucket to be full again
REMEMBERED: Final = 4096  # addresses at most: half a megabyte


class ConnectionLimiter:
    """Counts who is there; `enter` and `leave` are called for each connection, as a Gate has it."""

    def __init__(
        self,
        max_connections: int,
        max_per_address: int,
        now: Callable[[], float],
        refusals: Counter[str] | None = None,
    ) -> None:
        """`refusals` is where to count them, by what there was too much or too little of."""
        self.connections = 0  # that there are
        self.refusals: Counter[str] = Counter() if refusals is None else refusals
        self._max_connections = max_connections
        self._max_per_address = max_per_address
        self._now = now
        self._quota = LogQuota(log, now)
        self._here: Counter[str] = Counter()  # connections by household; only of those that have some
        # Two, so that in a flood of those who come again and again others find room who come for the first time.
        self._first, self._again = (Bucket(ALL_AT_ONCE, NEW_IN_TOTAL, now()) for _ in range(2))
        self._buckets: dict[str, Bucket] = {}  # by household, who came longest ago first

    def enter(self, host: str) -> bytes | None:
        """Somebody connects from there: None to let them in, else what to say before closing."""
        home = _home(host)
        if self.connections >= self._max_connections:
            return self._refuse(host, "connections", "the server has as many connections as it can bear")
        if home not in THIS_MACHINE:
            if self._here[home] >= self._max_per_address:
                allowed = f"{self._max_per_address} connections from one address are allowed"
                return self._refuse(host, "connections of one address", f"{allowed}, and that many are there")
            total = self._again if home in self._buckets else self._first
            if not self._bucket(home).take(1.0, self._now()):
                return self._refuse(host, "new connections of one address", "too fast: wait some seconds")
            if not total.take(1.0, self._now()):
                return self._refuse(host, "new connections", "too many come in just now: try again")
        self.connections += 1
        self._here[home] += 1
        return None

    def leave(self, host: str) -> None:
        """One of those who were let in is gone."""
        home = _home(host)
        self.connections -= 1
        self._here[home] -= 1
        if not self._here[home]:
            del self._here[home]

    def exhausted(self) -> bytes:
        """Somebody connected, and the system has no descriptor left for it: what to say before closing."""
        return self._refuse("somewhere", "descriptors", "the server has as many connections as its system allows")

    def _refuse(self, host: str, what: str, reason: str) -> bytes:
        self.refusals[what] += 1
        self._quota.info("refused at the door: %s: %s", host, reason)
        return _refusal(reason)

    def _bucket(self, home: str) -> Bucket:
        now = self._now()
        bucket = self._buckets.pop(home, None)
        if bucket is None:
            bucket = Bucket(float(ROUNDS_AT_ONCE * self._max_per_address), NEW_PER_SECOND, now)
        bucket.left(now)
        self._buckets[home] = bucket
        while (
            len(self._buckets) > REMEMBERED or now - self._buckets[next(iter(self._buckets))].when > REMEMBERED_SECONDS
        ):
            del self._buckets[next(iter(self._buckets))]
        return bucket


def is_counted(origin: str) -> bool:
    """Whether what is allowed to one address holds there: not for this machine, nor for what is no address."""
    return origin not in THIS_MACHINE and bool(of_host(origin.partition("/")[0]))


@lru_cache(16)
def _refusal(reason: str) -> bytes:
    return frame(encode(Refused(Refusal.FULL, VERSION, reason, ())))


@lru_cache(REMEMBERED)
def _home(host: str) -> str:
    """What an address counts as: itself, or the network that all addresses of one IPv6 household share."""
    return of_host(host) or host
