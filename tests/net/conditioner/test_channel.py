"""One direction of a connection: delays are as the conditions say, and what is lost costs what TCP makes of it.

All of it is seeded: the bounds are far outside of what these seeds give, and the same on every machine.
"""

import itertools
import statistics
from collections.abc import Iterable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from net.conditioner.channel import SEGMENT, Channel, Ended, Outages
from net.conditioner.conditions import PROFILES, Conditions

quick = settings(derandomize=True, deadline=None, max_examples=100)
FRAME = 1 / 30
DISTURBANCES = Conditions(
    latency=0.05, jitter=0.03, loss=0.05, rate=50_000, outage=(0.2, 0.6), outage_every=4.0, stall=0.4, stall_every=20
)


def channel(conditions: Conditions, seed: int = 0) -> Channel:
    return Channel(conditions, f"{seed} up", Outages(conditions, seed, 0.0))


def delays(of: Channel, writes: int, apart: float, size: int = 60) -> list[float]:
    """In seconds, of so many writes."""
    return [of.arrival(n * apart, size) - n * apart for n in range(writes)]


@quick
@given(st.lists(st.tuples(st.floats(0, 1), st.integers(1, 5000)), min_size=1, max_size=60), st.integers(0, 1000))
def test_whatever_happens_nothing_overtakes_and_nothing_arrives_before_it_was_sent(
    writes: list[tuple[float, int]], seed: int
) -> None:
    under_test, now, last = channel(DISTURBANCES, seed), 0.0, 0.0
    for wait, size in writes:
        now += wait
        arrives = under_test.arrival(now, size)
        assert arrives >= now
        assert arrives >= last
        last = arrives
    assert last < now + 3600, "and all of it arrives"


@pytest.mark.parametrize("name", PROFILES)
@pytest.mark.parametrize("apart", [1.0, FRAME], ids=["far apart", "at 30 Hz"])
def test_median_and_spread_of_the_delay_are_the_profiles(name: str, apart: float) -> None:
    """Median: to 2 % of the latency and 5 % of the jitter; spread: to 15 %, for what the cut at 0 takes of it."""
    profile = replace(PROFILES[name], loss=0.0, outage_every=0.0)
    measured = delays(channel(profile), 20_000, apart)
    assert abs(statistics.median(measured) - profile.latency) < 0.02 * profile.latency + 0.05 * profile.jitter
    assert 0.85 * profile.jitter < statistics.pstdev(measured) < 1.05 * profile.jitter
    assert min(measured) >= 0.0


def test_with_its_losses_and_outages_a_train_still_has_the_median_of_its_round_trip() -> None:
    """To 15 %: a tenth of the trips falls into an outage, and a few per cent into a loss."""
    profile = PROFILES["train"]
    outages = Outages(profile, 1, 0.0)
    up, down = Channel(profile, "up", outages), Channel(profile, "down", outages)
    trips = []
    for n in range(5000):
        there = up.arrival(4.3 * n, 30)
        trips.append(down.arrival(there, 30) - 4.3 * n)
    assert statistics.median(trips) == pytest.approx(0.080, rel=0.15)
    assert max(trips) > 1.0


def test_the_delay_wanders_so_writes_of_one_moment_have_nearly_the_same_and_a_second_later_it_is_another() -> None:
    def steps(apart: float) -> float:
        measured = delays(channel(Conditions(latency=1.0, jitter=0.03)), 5000, apart)
        return statistics.pstdev(b - a for a, b in itertools.pairwise(measured))

    assert steps(0.001) < 0.2 * 0.03
    assert steps(1.0) == pytest.approx(2**0.5 * 0.03, rel=0.05), "independent"
    still = channel(Conditions(latency=1.0, jitter=0.03))
    assert still.arrival(0.0, 10) == still.arrival(0.0, 10) != 1.0


def test_a_bare_lane_has_no_delay_at_all() -> None:
    assert delays(channel(Conditions()), 100, 0.01) == [0.0] * 100
    assert delays(channel(Conditions(latency=0.25)), 100, 0.5) == [0.25] * 100


@pytest.mark.parametrize(
    ("latency", "retransmission"), [(0.0, 0.2), (0.03, 0.2), (0.05, 0.2), (0.055, 0.22), (0.3, 1.2)]
)
def test_a_lost_segment_is_late_by_two_round_trips_and_never_by_less_than_200_ms(
    latency: float, retransmission: float
) -> None:
    measured = delays(under_test := channel(Conditions(latency=latency, loss=0.1)), 2000, 200.0)
    late = sorted({round((delay - latency) / retransmission, 6) for delay in measured})
    assert late[:3] == [0.0, 1.0, 3.0], "lost once: as long again; lost twice: TCP doubles its patience"
    counts = under_test.counts
    assert counts.segments == counts.writes == 2000
    assert counts.lost_segments == counts.delayed_by_loss == sum(delay > latency + 1e-6 for delay in measured)
    assert counts.lost_segments == pytest.approx(200, rel=0.15)


def test_a_segment_is_lost_as_often_as_said_and_a_long_write_has_many_of_them() -> None:
    under_test = channel(Conditions(loss=0.01))
    delays(under_test, 1000, 100.0, size=10 * SEGMENT - 5)
    counts = under_test.counts
    assert counts.segments == 10_000
    assert counts.lost_segments == pytest.approx(100, rel=0.25)
    assert counts.delayed_by_loss == pytest.approx(1000 * (1 - 0.99**10), rel=0.25)


def test_segments_that_are_lost_together_are_sent_again_together() -> None:
    measured = delays(channel(Conditions(loss=0.1)), 2000, 100.0, size=10 * SEGMENT)
    share_twice = sum(delay > 0.2 + 1e-6 for delay in measured) / 2000
    assert share_twice == pytest.approx(1 - 0.99**10, rel=0.25), "only where one of them was lost twice"
    assert sum(delay > 0.1 for delay in measured) / 2000 == pytest.approx(1 - 0.9**10, rel=0.1)


def test_what_comes_behind_a_lost_segment_waits_for_it_and_is_counted() -> None:
    under_test = channel(Conditions(latency=0.03, loss=0.002), seed=3)
    measured = delays(under_test, 10_000, 0.0103)
    late = [delay > 0.03 + 1e-9 for delay in measured]
    counts = under_test.counts
    assert counts.delayed_by_loss == sum(late)
    assert 5 < counts.lost_segments < 50
    assert counts.delayed_by_loss > 15 * counts.lost_segments, "200 ms are 20 writes"
    first = late.index(True)
    assert measured[first] == pytest.approx(0.23)
    assert measured[first : first + 20] == pytest.approx([0.23 - 0.0103 * n for n in range(20)])


def test_nothing_else_counts_as_a_loss() -> None:
    under_test = channel(replace(DISTURBANCES, loss=0.0))
    delays(under_test, 2000, FRAME)
    counts = under_test.counts
    assert (counts.lost_segments, counts.delayed_by_loss) == (0, 0)
    assert counts.stalled == pytest.approx(100, rel=0.3)
    assert counts.delayed_by_outage == pytest.approx(2000 * 0.4 / 4.0, rel=0.3)


def test_losses_do_not_change_any_other_delay() -> None:
    calm = delays(channel(Conditions(latency=0.05, jitter=0.02)), 500, 60.0)
    lossy = delays(channel(Conditions(latency=0.05, jitter=0.02, loss=0.2)), 500, 60.0)
    same = [a == b for a, b in zip(calm, lossy, strict=True)]
    assert all(b == a or b > a + 0.19 for a, b in zip(calm, lossy, strict=True))
    assert 350 < sum(same) < 450


def test_a_slow_network_passes_one_write_after_the_other_at_its_rate() -> None:
    under_test = channel(Conditions(latency=0.5, rate=1000))
    assert [under_test.arrival(0.0, 100) for _ in range(5)] == pytest.approx([0.6, 0.7, 0.8, 0.9, 1.0])
    assert under_test.arrival(10.0, 100) == pytest.approx(10.6), "after a pause it does not catch up"


def test_unsent_is_what_the_buffer_does_not_hold_and_drains_as_the_network_takes_it() -> None:
    under_test = channel(Conditions(rate=1000, buffer=500))
    under_test.put(0.0, bytes(1500))
    under_test.put(0.0, bytes(1000))
    assert under_test.unsent(0.0) == 2000
    assert under_test.unsent(0.4) == 1600, "in the middle of a write too"
    assert under_test.unsent(1.6) == 400
    assert under_test.unsent(2.0) == under_test.unsent(9.0) == 0
    assert under_test.unsent(9.0, reading=False) == 2000, "nobody has taken any of it"


def test_in_an_outage_what_is_written_is_unsent_also_where_the_rate_has_no_limit() -> None:
    network = Conditions(outage=(2.0, 2.0), outage_every=10.0, buffer=50)
    outages = Outages(network, 0, 0.0)
    start = next(n / 100 for n in range(1000) if outages.over(n / 100) > n / 100)
    under_test = Channel(network, "up", outages)
    under_test.put(start + 0.1, bytes(80))
    under_test.put(start + 0.2, bytes(80))
    assert under_test.unsent(start + 0.3) == 110
    assert under_test.unsent(start + 2.1) == 0


def within(outages: Outages, times: Iterable[float]) -> list[bool]:
    return [outages.over(time) > time for time in times]


def test_there_is_one_outage_in_every_so_many_seconds_of_a_length_between_the_bounds() -> None:
    train = PROFILES["train"]
    outages = Outages(train, 7, 1000.0)
    lengths: list[float] = []
    for number in range(100):
        inside = within(outages, (1000.0 + 20.0 * number + n / 25 for n in range(500)))
        assert sum(b and not a for a, b in zip([False, *inside], inside, strict=False)) == 1
        lengths.append(sum(inside) / 25)
    assert 1.0 - 0.05 <= min(lengths) < 1.2
    assert 2.8 < max(lengths) <= 3.0 + 0.05
    assert statistics.fmean(lengths) == pytest.approx(2.0, rel=0.1)


def test_an_outage_holds_up_what_is_under_way_and_what_is_written_until_it_is_over() -> None:
    network = Conditions(latency=0.1, outage=(2.0, 2.0), outage_every=10.0)
    outages = Outages(network, 0, 0.0)
    start = next(n / 1000 for n in range(10_000) if outages.over(n / 1000) > n / 1000)
    over = outages.over(start)
    under_test = Channel(network, "up", outages)
    assert under_test.arrival(start - 0.2, 10) == pytest.approx(start - 0.1), "arrived before it"
    assert under_test.arrival(start - 0.05, 10) == over, "was under way when it began"
    assert under_test.arrival(start + 1.0, 10) == pytest.approx(over + 0.1), "written in it: leaves when it is over"
    assert under_test.arrival(over + 0.5, 10) == pytest.approx(over + 0.6)
    assert under_test.counts.delayed_by_outage == 2


def test_the_end_comes_after_everything_and_chunks_join_to_what_was_written() -> None:
    under_test = channel(replace(DISTURBANCES, largest_chunk=7), seed=1)
    written = [bytes([n]) * (n + 1) for n in range(200)]
    for n, data in enumerate(written):
        under_test.put(n * FRAME, data)
    under_test.put(200 * FRAME, Ended("done"))
    got: list[bytes] = []
    while not isinstance(what := under_test.take(1e6), Ended):
        assert what is not None
        assert 1 <= len(what) <= 7
        got.append(what)
    assert what.reason == "done"
    assert b"".join(got) == b"".join(written)
    assert under_test.take(1e9) is None
    assert under_test.due is None


def test_nothing_can_be_taken_before_it_is_due() -> None:
    under_test = channel(Conditions(latency=1.0))
    assert under_test.due is None
    under_test.put(5.0, b"x")
    assert under_test.due == 6.0
    assert under_test.take(5.999) is None
    assert under_test.take(6.0) == b"x"
