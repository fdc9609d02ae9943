"""A bad network around a good pipe: later, but the same bytes, both ways, and the ends in their place."""

import asyncio
import heapq
import itertools
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from net.conditioner.conditions import PERFECT, PROFILES, Conditions
from net.conditioner.link import End, link
from net.conditioner.simulated import SimulatedPipe, simulated
from net.io.transport import bound_address, connect, listen, resolve
from net.wire.pipe import Pipe

quick = settings(derandomize=True, deadline=None, max_examples=60)
BAD = Conditions(
    latency=0.05, jitter=0.03, loss=0.05, rate=20_000, outage=(0.2, 0.5), outage_every=3.0, largest_chunk=7
)


class Timers:
    """Time that a test moves, and who is to be woken in it."""

    def __init__(self) -> None:
        self.time = 100.0
        self.asked: list[tuple[float, int, Callable[[], None]]] = []
        self._numbers = itertools.count()

    def now(self) -> float:
        return self.time

    def wake(self, delay: float, callback: Callable[[], None]) -> None:
        assert delay >= 0.0
        heapq.heappush(self.asked, (self.time + delay, next(self._numbers), callback))


class Ear:
    """A Receiver that remembers what it heard, and when."""

    def __init__(self, timers: Timers) -> None:
        self._timers = timers
        self.heard: list[tuple[float, bytes]] = []
        self.reasons: list[str] = []
        self.ended_at = 0.0

    @property
    def data(self) -> bytes:
        return b"".join(data for _, data in self.heard)

    def received(self, data: bytes) -> None:
        assert not self.reasons, "the end comes last"
        self.heard.append((self._timers.time, data))

    def lost(self, reason: str) -> None:
        self.reasons.append(reason)
        self.ended_at = self._timers.time


class Scene:
    """A client behind a simulated network, over a perfect link, and its server."""

    def __init__(self, conditions: Conditions, seed: int = 0) -> None:
        self.timers = Timers()
        self.near, self.far = link(self.timers.now)
        self.at_client, self.at_server = Ear(self.timers), Ear(self.timers)
        self.client: Pipe
        self.far.receiver = self.at_server
        self.pipe = simulated(self._accept, conditions, self.timers.now, self.timers.wake, seed)(self.near)
        self.near.receiver = self.pipe

    def run(self, seconds: float) -> None:
        """Let time pass, from one timer to the next."""
        until = self.timers.time + seconds
        self._settle()
        while self.timers.asked and self.timers.asked[0][0] <= until:
            self.timers.time, _, callback = heapq.heappop(self.timers.asked)
            callback()
            self._settle()
        self.timers.time = until

    def _settle(self) -> None:
        for end in (self.near, self.far):
            end.deliver()

    def _accept(self, pipe: Pipe) -> Ear:
        self.client = pipe
        return self.at_client


def test_what_is_written_arrives_after_half_a_round_trip_each_way() -> None:
    scene = Scene(Conditions(latency=0.25))
    scene.client.write(b"up")
    scene.far.write(b"down")
    scene.run(0.24)
    assert (scene.at_client.heard, scene.at_server.heard) == ([], [])
    scene.run(0.02)
    assert scene.at_client.heard == [(100.25, b"down")]
    assert scene.at_server.heard == [(100.25, b"up")]


writes = st.lists(
    st.tuples(st.booleans(), st.binary(min_size=1, max_size=300), st.floats(0, 0.2)), min_size=2, max_size=40
)


@quick
@given(writes, st.integers(0, 1000), st.sampled_from([PERFECT, BAD, *PROFILES.values()]))
def test_a_simulated_connection_carries_the_same_bytes_as_a_direct_one(
    script: list[tuple[bool, bytes, float]], seed: int, conditions: Conditions
) -> None:
    scene = Scene(conditions, seed)
    timers = Timers()
    client, server = link(timers.now)
    client.receiver, server.receiver = at_client, at_server = Ear(timers), Ear(timers)
    for up, data, pause in script:
        (scene.client if up else scene.far).write(data)
        (client if up else server).write(data)
        scene.run(pause)
    scene.run(100.0)
    client.deliver()
    server.deliver()
    assert (scene.at_client.data, scene.at_server.data) == (at_client.data, at_server.data)
    assert at_client.data or at_server.data
    assert not scene.timers.asked, "nobody is woken for nothing"


def test_the_same_seed_is_the_same_network_and_each_connection_has_its_own() -> None:
    def history(seed: int) -> list[tuple[float, bytes]]:
        scene = Scene(BAD, seed)
        for number in range(100):
            scene.far.write(bytes([number]) * 20)
            scene.run(0.03)
        scene.run(20.0)
        assert len(scene.at_client.data) == 2000
        return scene.at_client.heard

    assert history(1) == history(1)
    assert history(1) != history(2)

    timers, pipes = Timers(), list[Pipe]()

    def accept(pipe: Pipe) -> Ear:
        pipes.append(pipe)
        return Ear(timers)

    ends = [link(timers.now) for _ in range(2)]
    dial = simulated(accept, replace(BAD, outage_every=0.0), timers.now, timers.wake, seed=3)
    for near, _ in ends:
        near.receiver = dial(near)
    for pipe in pipes:
        pipe.write(b"x")
    assert len({when for when, _, _ in timers.asked}) == 2, "the second connection is not the first one's twin"


@pytest.mark.parametrize("conditions", [Conditions(latency=0.3), BAD], ids=["slow", "bad"])
def test_close_sends_what_is_under_way_first_and_nothing_after(conditions: Conditions) -> None:
    scene = Scene(conditions)
    scene.client.write(b"last ")
    scene.client.write(b"words")
    scene.client.close()
    scene.client.close()
    scene.client.write(b"too late")
    assert scene.at_server.heard == []
    scene.run(60.0)
    assert scene.at_server.data == b"last words"
    assert scene.pipe.outgoing.counts.writes == 3, "two writes and one end"
    assert scene.at_server.reasons == ["the other side closed the connection"]
    assert scene.at_server.ended_at >= scene.at_server.heard[-1][0]


@pytest.mark.parametrize("conditions", [Conditions(latency=0.3), BAD], ids=["slow", "bad"])
def test_a_loss_is_told_once_after_what_came_before_it_and_as_late(conditions: Conditions) -> None:
    scene = Scene(conditions)
    scene.far.write(b"goodbye")
    scene.far.close()
    scene.run(0.0)
    scene.pipe.lost("a second time")
    scene.pipe.received(b"from beyond")
    assert scene.at_client.reasons == []
    scene.run(60.0)
    assert scene.at_client.data == b"goodbye"
    assert scene.at_client.reasons == ["the other side closed the connection"]
    assert scene.at_client.ended_at >= scene.at_client.heard[-1][0] > 100.0
    scene.client.write(b"to nobody")
    scene.client.close()
    scene.run(60.0)
    assert scene.at_server.heard == []


def test_who_has_closed_still_hears_what_the_other_side_says_until_it_closes_too() -> None:
    scene = Scene(Conditions(latency=0.2))
    scene.pipe.received(b"was under way")
    scene.client.close()
    scene.run(0.3)
    assert scene.at_client.data == b"was under way"


def test_what_does_not_fit_is_unsent_and_so_is_what_the_pipe_under_it_has_not_sent() -> None:
    scene = Scene(Conditions(rate=1000, buffer=500))
    scene.client.write(bytes(1000))
    assert scene.client.unsent == 500
    scene.run(0.75)
    assert scene.client.unsent == 0
    scene.run(2.0)
    assert len(scene.at_server.data) == 1000
    scene.far.reading = False
    scene.near.write(bytes(70_000))
    assert scene.client.unsent == scene.near.unsent > 0


def test_it_goes_by_the_name_of_the_pipe_under_it() -> None:
    scene = Scene(PERFECT)
    scene.near.name = "192.0.2.1:5000"
    assert scene.client.name == "192.0.2.1:5000"


def test_an_outage_silences_both_ways_at_once() -> None:
    scene = Scene(Conditions(latency=0.02, outage=(2.0, 2.0), outage_every=10.0), seed=4)
    for number in range(1000):
        scene.client.write(number.to_bytes(2, "big"))
        scene.far.write(number.to_bytes(2, "big"))
        scene.run(0.02)
    scene.run(5.0)
    everything = b"".join(number.to_bytes(2, "big") for number in range(1000))
    assert scene.at_client.data == scene.at_server.data == everything
    silences = [
        [(round(a, 6), round(b, 6)) for (a, _), (b, _) in itertools.pairwise(ear.heard) if b - a > 0.5]
        for ear in (scene.at_client, scene.at_server)
    ]
    assert silences[0] == silences[1]
    assert len(silences[0]) == 2
    assert all(2.0 <= b - a < 2.1 for a, b in silences[0])


def test_a_timer_that_fires_too_early_is_set_again() -> None:
    scene = Scene(Conditions(latency=1.0))
    scene.client.write(b"x")
    (_, _, early) = scene.timers.asked.pop()
    early()
    scene.run(0.99)
    assert scene.at_server.heard == []
    scene.run(0.02)
    assert scene.at_server.data == b"x"


def test_there_is_one_timer_for_each_way_however_much_is_under_way() -> None:
    scene = Scene(Conditions(latency=1.0))
    for _ in range(100):
        scene.client.write(b"x")
        scene.pipe.received(b"y")
    assert len(scene.timers.asked) == 2
    scene.run(2.0)
    assert (scene.at_server.data, scene.at_client.data) == (b"x" * 100, b"y" * 100)


def test_a_receiver_that_fails_does_not_stop_what_comes_after() -> None:
    scene = Scene(Conditions(latency=0.1))

    class Clumsy(Ear):
        def received(self, data: bytes) -> None:
            super().received(data)
            if data == b"first":
                raise ZeroDivisionError

    scene.pipe.receiver = clumsy = Clumsy(scene.timers)
    scene.far.write(b"first")
    scene.run(0.05)
    scene.far.write(b"second")
    with pytest.raises(ZeroDivisionError):
        scene.run(1.0)
    scene.run(1.0)
    assert [data for _, data in clumsy.heard] == [b"first", b"second"]


def test_who_answers_from_within_is_heard_in_turn() -> None:
    scene = Scene(Conditions(latency=0.1))

    class Echo(Ear):
        def received(self, data: bytes) -> None:
            super().received(data)
            scene.client.write(data.upper())

    scene.pipe.receiver = Echo(scene.timers)
    for word in (b"one ", b"two ", b"three"):
        scene.far.write(word)
    scene.run(1.0)
    assert scene.at_server.data == b"ONE TWO THREE"
    assert {round(when, 6) for when, _ in scene.at_server.heard} == {100.2}


def test_over_real_sockets_on_a_real_loop_it_is_as_late_as_it_should_be() -> None:
    class Echo:
        def __init__(self, pipe: Pipe) -> None:
            self.pipe = pipe

        def received(self, data: bytes) -> None:
            self.pipe.write(data)

        def lost(self, reason: str) -> None:
            self.pipe.close()

    class Caller:
        def __init__(self) -> None:
            self.data, self.reason = b"", ""
            self.news = asyncio.Event()
            self.pipe: Pipe

        def accept(self, pipe: Pipe) -> "Caller":
            self.pipe = pipe
            pipe.write(b"from accept, ")  # as a client says hello
            return self

        def received(self, data: bytes) -> None:
            self.data += data
            self.news.set()

        def lost(self, reason: str) -> None:
            self.reason = reason
            self.news.set()

    async def call() -> tuple[Caller, float]:
        loop, caller = asyncio.get_running_loop(), Caller()
        server = await listen("127.0.0.1", 0, Echo)
        address = bound_address(server)
        accept = simulated(caller.accept, Conditions(latency=0.04), loop.time, loop.call_later)
        began = loop.time()
        async with asyncio.timeout(20.0):
            await connect(address, await resolve(address), accept)
            caller.pipe.write(b"and after")
            while caller.data != b"from accept, and after":
                caller.news.clear()
                await caller.news.wait()
            took = loop.time() - began
            caller.pipe.close()
            while not caller.reason:
                caller.news.clear()
                await caller.news.wait()
        server.close()
        await asyncio.sleep(0)  # for its last task to end
        return caller, took

    caller, took = asyncio.run(call())
    assert caller.data == b"from accept, and after"
    assert took >= 0.08 - 0.002  # timers of a loop may fire a tick of its clock early
    assert caller.reason == "the other side closed the connection"


def test_it_is_a_pipe_and_a_receiver() -> None:
    near: End = link(lambda: 0.0)[0]
    pipe: Pipe = SimulatedPipe(near, PERFECT, lambda: 0.0, lambda delay, callback: None)
    near.receiver = SimulatedPipe(pipe, PERFECT, lambda: 0.0, lambda delay, callback: None)
    assert pipe.name == "link", "and one can stand on another"
