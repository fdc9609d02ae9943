"""An in-memory connection with the manners of TCP on a bad network, on a clock that somebody steps by hand.

What arrives when is up to its two channels; here is what a writer and a reader at either end see of them.
"""

from collections.abc import Callable

from net.conditioner.channel import Channel, Ended, Outages
from net.conditioner.conditions import PERFECT, Conditions
from net.wire.pipe import Receiver

__all__ = ["PERFECT", "Conditions", "End", "link"]


class End:
    """One end of a link in memory: a Pipe to write to, and the Receiver that hears what the other end wrote."""

    def __init__(self, name: str, outgoing: Channel, incoming: Channel, now: Callable[[], float]) -> None:
        self.name = name
        self.receiver: Receiver | None = None
        self.reading = True  # a peer that stopped reading: set to False
        self.other: End = self
        self.outgoing = outgoing  # what is written here goes through it
        self._incoming, self._now = incoming, now
        self._open = True

    @property
    def unsent(self) -> int:
        """As a Pipe has it."""
        return self.outgoing.unsent(self._now(), self.other.reading)

    def write(self, data: bytes) -> bool:
        """As a Pipe has it."""
        if self._open and self.other._open:
            self.outgoing.put(self._now(), data)
        return not self.unsent

    def close(self) -> None:
        """As a Pipe has it."""
        if self._open:
            self._open = False
            self.outgoing.put(self._now(), Ended("the other side closed the connection"))

    def lose(self, reason: str) -> None:
        """The connection dies here and now, as with a reset or a pulled plug that somebody noticed."""
        if self._open:
            self._open = False
            self._incoming.clear()
            if self.receiver is not None:
                self.receiver.lost(reason)

    def deliver(self) -> None:
        """Hand over what has arrived by now."""
        now = self._now()
        while self._open and self.reading and (what := self._incoming.take(now)) is not None:
            if isinstance(what, Ended):
                self.lose(what.reason)
            elif self.receiver is not None:
                self.receiver.received(what)


def link(now: Callable[[], float], conditions: Conditions = PERFECT, seed: int = 0) -> tuple[End, End]:
    """Two connected ends, the client's and the server's; `deliver` of each moves what is due at `now()`."""
    outages = Outages(conditions, seed, now())
    up, down = Channel(conditions, f"{seed} up", outages), Channel(conditions, f"{seed} down", outages)
    client, server = End("link", up, down, now), End("link", down, up, now)
    client.other, server.other = server, client
    return client, server
