"""The in-memory link: what TCP promises holds, however bad the network is, and every run is the same."""

import itertools
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from net.conditioner.link import PERFECT, Conditions, End, link

quick = settings(derandomize=True, deadline=None, max_examples=100)
BAD_NETWORK = Conditions(latency=0.05, jitter=0.03, stall=0.4, stall_every=10, largest_chunk=7)


class Clock:
    """Time that a test moves."""

    def __init__(self) -> None:
        self.time = 0.0

    def now(self) -> float:
        """Seconds."""
        return self.time


class Ear:
    """A Receiver that remembers what it heard, and when."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.heard: list[tuple[float, bytes]] = []
        self.reasons: list[str] = []

    @property
    def data(self) -> bytes:
        """All of it."""
        return b"".join(data for _, data in self.heard)

    def received(self, data: bytes) -> None:
        """As a Receiver has it."""
        assert not self.reasons, "the end comes last"
        self.heard.append((self._clock.time, data))

    def lost(self, reason: str) -> None:
        """As a Receiver has it."""
        self.reasons.append(reason)


class Pair:
    """Both ends of a link, with ears, and its clock."""

    def __init__(self, conditions: Conditions = PERFECT, seed: int = 0) -> None:
        self.clock = Clock()
        self.client, self.server = link(self.clock.now, conditions, seed)
        self.at_client, self.at_server = Ear(self.clock), Ear(self.clock)
        self.client.receiver, self.server.receiver = self.at_client, self.at_server

    def run(self, seconds: float, beat: float = 0.01) -> None:
        """Let time pass, in beats, and deliver what is due."""
        until = self.clock.time + seconds
        while self.clock.time < until:
            self.clock.time += beat
            self.client.deliver()
            self.server.deliver()


def test_a_perfect_link_delivers_at_once_whole_and_both_ways() -> None:
    pair = Pair()
    pair.client.write(b"up")
    pair.server.write(b"down")
    assert (pair.at_client.heard, pair.at_server.heard) == ([], [])
    pair.client.deliver()
    pair.server.deliver()
    assert (pair.at_client.heard, pair.at_server.heard) == ([(0.0, b"down")], [(0.0, b"up")])


def test_latency_delays_each_way_by_as_much_and_not_less() -> None:
    pair = Pair(Conditions(latency=0.1))
    pair.client.write(b"up")
    pair.clock.time = 0.0999
    pair.server.deliver()
    assert pair.at_server.heard == []
    pair.clock.time = 0.1
    pair.server.deliver()
    assert pair.at_server.heard == [(0.1, b"up")]


@quick
@given(st.lists(st.binary(min_size=1, max_size=40), min_size=1, max_size=30), st.integers(0, 1000))
def test_on_a_bad_network_all_bytes_arrive_in_order(writes: list[bytes], seed: int) -> None:
    pair = Pair(BAD_NETWORK, seed)
    for number, data in enumerate(writes):
        (pair.client if number % 2 else pair.server).write(data)
        pair.run(0.02)
    pair.run(20.0, beat=0.5)
    assert pair.at_server.data == b"".join(writes[1::2])
    assert pair.at_client.data == b"".join(writes[::2])
    assert pair.at_client.data


@quick
@given(st.binary(min_size=1, max_size=500), st.integers(1, 20), st.integers(0, 1000))
def test_chunks_are_of_the_largest_size_at_most_and_join_to_the_same_bytes(data: bytes, size: int, seed: int) -> None:
    pair = Pair(Conditions(largest_chunk=size), seed)
    pair.client.write(data)
    pair.server.deliver()
    assert pair.at_server.data == data
    assert all(1 <= len(chunk) <= size for _, chunk in pair.at_server.heard)


def test_a_stall_delays_all_that_is_behind_it_and_nothing_that_is_before() -> None:
    stalls = 0
    for seed in range(20):
        pair = Pair(Conditions(latency=0.05, stall=1.0, stall_every=5), seed)
        for number in range(10):
            pair.client.write(bytes([number]))
            pair.run(0.1, beat=0.05)
        pair.run(3.0, beat=0.05)
        assert pair.at_server.data == bytes(range(10))
        late = [when - 0.1 * data[0] > 0.2 for when, data in pair.at_server.heard]
        if True in late:
            stalls += 1
            first = late.index(True)
            assert all(late[first : first + 8])  # a stall of a second holds up what is said meanwhile
            assert not any(late[:first])
    assert stalls > 10


def test_jitter_makes_half_of_the_writes_faster_and_half_slower_but_none_arrives_before_it_is_sent() -> None:
    pair = Pair(Conditions(latency=0.05, jitter=0.05), seed=3)
    for _ in range(200):
        pair.client.write(pair.clock.time.hex().encode())
        pair.run(0.5, beat=0.001)
    trips = [when - float.fromhex(data.decode()) for when, data in pair.at_server.heard]
    assert len(trips) == 200
    assert min(trips) >= 0.0
    assert min(trips) < 0.01
    assert max(trips) > 0.1
    assert 80 < sum(trip < 0.05 for trip in trips) < 120


def test_what_goes_one_way_does_not_change_the_delays_of_the_other() -> None:
    def history(server_talks: bool) -> list[tuple[float, bytes]]:
        pair = Pair(replace(BAD_NETWORK, loss=0.1), seed=5)
        for number in range(100):
            pair.client.write(bytes([number]) * 10)
            if server_talks:
                pair.server.write(bytes(5000))
            pair.run(0.03)
        pair.run(20.0)
        assert len(pair.at_client.data) == 500_000 * server_talks
        return pair.at_server.heard

    assert history(False) == history(True)
    assert len(b"".join(data for _, data in history(False))) == 1000


def test_the_two_ways_of_a_link_are_not_the_same() -> None:
    pair = Pair(Conditions(latency=0.05, jitter=0.02), seed=5)
    pair.client.write(b"x")
    pair.server.write(b"x")
    pair.run(1.0, beat=1e-4)
    assert pair.at_client.heard[0][0] != pair.at_server.heard[0][0]


def test_the_same_seed_is_the_same_network_and_another_is_not() -> None:
    def history(seed: int) -> list[tuple[float, bytes]]:
        pair = Pair(BAD_NETWORK, seed)
        for number in range(50):
            pair.client.write(bytes([number]) * 20)
            pair.run(0.03)
        pair.run(5.0)
        return pair.at_server.heard

    assert history(1) == history(1)
    assert history(1) != history(2)
    assert len(history(1)) > 50


def test_in_an_outage_nothing_arrives_either_way_and_after_it_everything_does() -> None:
    network = Conditions(latency=0.05, outage=(1.0, 3.0), outage_every=20.0)
    pair = Pair(network, seed=1)
    for number in range(6000):
        pair.client.write(number.to_bytes(2, "big"))
        pair.server.write(number.to_bytes(2, "big"))
        pair.run(0.02, beat=0.02)
    pair.run(5.0)
    both = []
    for ear in (pair.at_client, pair.at_server):
        assert ear.data == b"".join(number.to_bytes(2, "big") for number in range(6000))
        times = [when for when, _ in ear.heard]
        both.append([(a, b) for a, b in itertools.pairwise(times) if b - a > 0.5])
    up, down = both
    assert up == down, "the same outages"
    assert len(up) == 6, "one in 20 s, for two minutes"
    assert all(1.0 <= b - a <= 3.0 + 0.05 + 0.04 for a, b in up), "what is written in it leaves when it is over"
    assert max(b - a for a, b in up) > 1.5


def test_what_is_held_up_comes_out_in_one_chunk_and_what_is_not_as_it_was_written() -> None:
    pair = Pair(Conditions(latency=0.05, stall=1.05, stall_every=30), seed=2)
    for number in range(100):
        pair.client.write(bytes([number]))
        pair.run(0.1, beat=0.05)
    pair.run(3.0, beat=0.05)
    assert pair.at_server.data == bytes(range(100))
    sizes = [len(data) for _, data in pair.at_server.heard]
    assert set(sizes) == {1, 11}, "eleven writes are under way when a stall of a second ends"
    assert sizes.count(1) > 30


def test_a_slow_network_takes_what_its_buffer_holds_and_the_rest_is_unsent_until_it_has_passed() -> None:
    pair = Pair(Conditions(latency=0.1, rate=10_000, buffer=5000))
    for _ in range(10):
        pair.server.write(bytes(2000))
    assert pair.server.unsent == 15_000
    assert pair.client.unsent == 0, "the other way is another matter"
    pair.run(1.0, beat=0.01)
    assert pair.server.unsent == pytest.approx(5000, abs=110)
    assert len(pair.at_client.data) == pytest.approx(9000, abs=1000), "a second's bytes, less those on their way"
    pair.run(0.6, beat=0.01)
    assert pair.server.unsent == 0
    assert len(pair.at_client.data) == pytest.approx(15_000, abs=1000)
    pair.run(1.0, beat=0.01)
    assert len(pair.at_client.data) == 20_000
    assert pair.at_client.heard[-1][0] == pytest.approx(2.1, abs=0.011)


def test_unsent_stays_nothing_while_the_other_end_reads_however_much_is_under_way() -> None:
    pair = Pair(Conditions(latency=1.0, buffer=1000))
    for _ in range(10):
        pair.server.write(bytes(1000))
        assert pair.server.unsent == 0
    pair.run(2.0)
    assert len(pair.at_client.data) == 10_000


def test_unsent_grows_past_the_kernels_buffers_once_the_other_end_stops_reading_and_shrinks_when_it_reads() -> None:
    pair = Pair(Conditions(buffer=5000))
    pair.client.reading = False
    pair.server.write(bytes(5000))
    assert pair.server.unsent == 0
    for number in range(1, 5):
        pair.server.write(bytes(1000))
        pair.run(0.1)
        assert pair.server.unsent == 1000 * number
    assert pair.client.unsent == 0  # the other way is another matter
    assert pair.at_client.heard == []
    pair.client.reading = True
    pair.run(0.1)
    assert pair.server.unsent == 0
    assert len(pair.at_client.data) == 9000


@pytest.mark.parametrize("conditions", [PERFECT, BAD_NETWORK])
def test_close_delivers_what_was_written_before_and_nothing_after_and_then_the_end_once(conditions: Conditions) -> None:
    pair = Pair(conditions)
    pair.server.write(b"last ")
    pair.server.write(b"words")
    pair.server.close()
    pair.server.close()
    pair.server.write(b"too late")
    pair.client.write(b"into the void")
    pair.run(20.0, beat=0.1)
    assert pair.at_client.data == b"last words"
    assert pair.at_client.reasons == ["the other side closed the connection"]
    assert pair.at_server.heard == []


def test_a_lost_end_hears_so_once_and_nothing_more() -> None:
    pair = Pair(Conditions(latency=0.1))
    pair.server.write(b"under way")
    pair.client.lose("the network is gone")
    pair.client.lose("the network is gone")
    pair.client.close()
    pair.run(1.0)
    assert pair.at_client.heard == []
    assert pair.at_client.reasons == ["the network is gone"]
    pair.server.write(b"nobody there")
    assert pair.server.unsent == 0


def test_who_loses_the_connection_while_it_handles_a_chunk_hears_no_more_writes() -> None:
    pair = Pair()

    class Quitter(Ear):
        def received(self, data: bytes) -> None:
            super().received(data)
            pair.server.close()

    pair.server.receiver = quitter = Quitter(pair.clock)
    for number in range(3):
        pair.client.write(bytes([number]))
    pair.run(0.1)
    assert quitter.data == b"\0"


def test_who_quits_in_the_middle_of_what_was_cut_hears_no_more_pieces() -> None:
    pair = Pair(Conditions(largest_chunk=1))

    class Quitter(Ear):
        def received(self, data: bytes) -> None:
            super().received(data)
            pair.server.lose("enough")

    pair.server.receiver = quitter = Quitter(pair.clock)
    pair.client.write(b"abc")
    pair.run(0.1)
    assert quitter.data == b"a"
    assert quitter.reasons == ["enough"]


def test_who_stops_reading_in_the_middle_of_what_was_cut_gets_the_rest_later() -> None:
    pair = Pair(Conditions(largest_chunk=1, buffer=0))

    class Dozer(Ear):
        def received(self, data: bytes) -> None:
            super().received(data)
            pair.server.reading = False

    pair.server.receiver = dozer = Dozer(pair.clock)
    pair.client.write(b"abc")
    pair.run(0.1)
    assert dozer.data == b"a"
    assert pair.client.unsent == 2
    for _ in range(2):
        pair.server.reading = True
        pair.run(0.1)
    assert dozer.data == b"abc"
    assert pair.client.unsent == 0


def test_a_write_of_nothing_is_not_heard() -> None:
    pair = Pair(Conditions(largest_chunk=3))
    pair.client.write(b"")
    pair.run(0.1)
    pair.client.write(b"something")
    pair.run(0.1)
    assert pair.at_server.data == b"something"


def test_writing_while_handling_a_chunk_is_heard_in_turn() -> None:
    pair = Pair()

    class Echo(Ear):
        def received(self, data: bytes) -> None:
            super().received(data)
            pair.server.write(data.upper())

    pair.server.receiver = Echo(pair.clock)
    for word in (b"one ", b"two ", b"three"):
        pair.client.write(word)
    pair.run(0.1)
    assert pair.at_client.data == b"ONE TWO THREE"


def test_the_ends_are_one_anothers_other() -> None:
    client, server = link(lambda: 0.0)
    ends: list[End] = [client, server]
    for one, other in itertools.permutations(ends):
        assert one.other is other
