"""A bad network around a good pipe: what passes a real connection is delayed, both ways, by a `Channel` each.

So that a player, or a bot, can feel on one machine what a train does. Reads no clock and waits for nothing by itself:
it is told the time, and asks to be woken. The connection under it should be much better than what is simulated.
"""

import itertools
from collections.abc import Callable

from net.conditioner.channel import Channel, Ended, Outages
from net.conditioner.conditions import Conditions
from net.wire.pipe import Pipe, Receiver

Accept = Callable[[Pipe], Receiver]
Wake = Callable[[float, Callable[[], None]], object]  # (seconds from now, what to call), such as loop.call_later


class SimulatedPipe:
    """A Pipe to the one side, which writes to it, and a Receiver to the other, the pipe under it.

    Works at either end of a connection. What comes in is taken from the pipe under it at once and held here, so the far
    end does not see that the way to us is slow; simulate at the end that is to see its `unsent` grow.
    """

    def __init__(
        self,
        under: Pipe,
        conditions: Conditions,
        now: Callable[[], float],
        wake: Wake,
        seed: int = 0,
    ) -> None:
        outages = Outages(conditions, seed, now())
        self.receiver: Receiver | None = None  # to be set before anything can come
        self.outgoing = Channel(conditions, f"{seed} up", outages)
        self.incoming = Channel(conditions, f"{seed} down", outages)
        self._under, self._now, self._wake = under, now, wake
        self._closed = False  # by whom we are a Pipe to: nothing goes out any more
        self._ended = False  # by the pipe under us: nothing comes in any more

    @property
    def name(self) -> str:
        """As a Pipe has it."""
        return self._under.name

    @property
    def unsent(self) -> int:
        """As a Pipe has it."""
        return self.outgoing.unsent(self._now()) + self._under.unsent

    def write(self, data: bytes) -> bool:
        """As a Pipe has it."""
        if not self._closed:
            self._put(self.outgoing, data, self._send)
        return not self.unsent

    def close(self) -> None:
        """As a Pipe has it: what is under way goes first."""
        if not self._closed:
            self._closed = True
            self._put(self.outgoing, Ended("closed"), self._send)

    def received(self, data: bytes) -> None:
        """As a Receiver has it."""
        if not self._ended:
            self._put(self.incoming, data, self._hand_over)

    def lost(self, reason: str) -> None:
        """As a Receiver has it: it is known only after what came before it."""
        if not self._ended:
            self._ended = True
            self._put(self.incoming, Ended(reason), self._hand_over)

    def _put(self, channel: Channel, what: bytes | Ended, due: Callable[[], None]) -> None:
        idle = channel.due is None  # else somebody is to be woken already, and nothing overtakes
        channel.put(self._now(), what)
        if idle:
            self._wake_for(channel, due)

    def _wake_for(self, channel: Channel, due: Callable[[], None]) -> None:
        if channel.due is not None:
            self._wake(max(0.0, channel.due - self._now()), due)

    def _send(self) -> None:
        now = self._now()
        while (what := self.outgoing.take(now)) is not None:
            if isinstance(what, Ended):
                self._under.close()
            else:
                self._under.write(what)
        self._wake_for(self.outgoing, self._send)

    def _hand_over(self) -> None:
        now = self._now()
        try:
            while (what := self.incoming.take(now)) is not None:
                assert self.receiver is not None
                if isinstance(what, Ended):
                    self.receiver.lost(what.reason)
                else:
                    self.receiver.received(what)
        finally:
            self._wake_for(self.incoming, self._hand_over)


def simulated(
    accept: Accept, conditions: Conditions, now: Callable[[], float], wake: Wake, seed: int = 0
) -> Callable[[Pipe], SimulatedPipe]:
    """`accept` for `transport.connect` or `transport.listen`, behind such a network; each connection has its own."""
    seeds = itertools.count(seed)

    def accept_simulated(under: Pipe) -> SimulatedPipe:
        pipe = SimulatedPipe(under, conditions, now, wake, next(seeds))
        pipe.receiver = accept(pipe)
        return pipe

    return accept_simulated
