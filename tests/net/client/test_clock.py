"""Clocks: the server's tick is found from pings, and what follows it neither goes back nor rushes."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from net.client.clock import SAFETY_TICKS, SLEW, SNAP_SECONDS, WINDOW, Pace, ServerClock, quantile

RATE = 60
quick = settings(derandomize=True, deadline=None, max_examples=150)
delays = st.floats(0.0, 0.5)


def ping(clock: ServerClock, sent: float, up: float, down: float, start: float, held: float = 0.0) -> None:
    """One round trip to a server whose tick is `start` when our clock shows 0; all in seconds but `start`."""
    arrived = sent + up + held + down
    clock.pong(sent, arrived, start + (sent + up) * RATE, start + (sent + up + held) * RATE)


def test_without_a_pong_there_is_no_estimate() -> None:
    clock = ServerClock(RATE)
    assert not clock.synced
    assert clock.round_trip == 0.0
    with pytest.raises(ValueError, match="nothing is known"):
        clock.tick(1.0)
    ping(clock, 0.0, 0.01, 0.01, 0.0)
    assert clock.synced


@quick
@given(st.floats(0, 1e6), st.floats(0, 1e5), delays, delays, st.floats(0, 0.1))
def test_the_servers_tick_is_exact_where_both_ways_take_equally_long(
    start: float, sent: float, delay: float, held: float, later: float
) -> None:
    clock = ServerClock(RATE)
    ping(clock, sent, delay, delay, start, held)
    now = sent + 2 * delay + held + later
    assert clock.tick(now) == pytest.approx(start + now * RATE, abs=1e-3)
    assert clock.round_trip == pytest.approx(2 * delay, abs=1e-6)


@quick
@given(st.floats(0, 1e6), delays, delays)
def test_the_error_is_half_of_what_the_two_ways_differ_by(start: float, up: float, down: float) -> None:
    clock = ServerClock(RATE)
    ping(clock, 10.0, up, down, start)
    assert clock.tick(20.0) - (start + 20.0 * RATE) == pytest.approx((up - down) / 2 * RATE, abs=1e-3)


def test_the_shortest_round_trip_of_the_window_counts() -> None:
    clock = ServerClock(RATE)
    ping(clock, 0.0, 0.300, 0.020, 1000.0)
    assert clock.tick(1.0) != pytest.approx(1060.0, abs=1.0)
    ping(clock, 0.1, 0.010, 0.010, 1000.0)
    ping(clock, 0.2, 0.020, 0.400, 1000.0)
    assert clock.tick(1.0) == pytest.approx(1060.0)


def test_the_round_trip_that_is_shown_is_the_median_and_leaves_out_how_long_the_server_kept_the_ping() -> None:
    clock = ServerClock(RATE)
    for up in (0.010, 0.020, 0.500):
        ping(clock, 0.0, up, up, 0.0, held=0.2)
    assert clock.round_trip == pytest.approx(0.040)


def test_the_best_ping_counts_until_a_window_of_others_has_come() -> None:
    clock = ServerClock(RATE)
    ping(clock, 0.0, 0.0, 0.0, 2.0)  # the shortest trip there is, and two ticks off what the others say
    for number in range(WINDOW - 1):
        ping(clock, float(number), 0.05, 0.05, 0.0)
        assert clock.tick(0.0) == pytest.approx(2.0)
    ping(clock, 99.0, 0.05, 0.05, 0.0)
    assert clock.tick(0.0) == pytest.approx(0.0)


def test_a_server_that_gave_ticks_up_is_believed_at_once() -> None:
    clock = ServerClock(RATE)
    for number in range(5):
        ping(clock, float(number), 0.0, 0.0, 500.0)
    ping(clock, 6.0, 0.05, 0.05, 470.0)  # half a second behind what it was: no round trip explains that
    assert clock.tick(0.0) == pytest.approx(470.0)
    assert clock.lead < 0.06 * RATE + SAFETY_TICKS, "and what it took before is no measure any more"


def test_a_server_that_claims_to_have_kept_a_ping_for_longer_than_it_took_does_no_harm() -> None:
    clock = ServerClock(RATE)
    clock.pong(1.0, 1.1, 1000.0, 9000.0)
    assert clock.round_trip == 0.0
    clock.pong(1.0, 1.1, 9000.0, 1000.0)  # nor one that sent it before it came
    assert 0.0 <= clock.round_trip <= 0.1 + 1e-9
    assert clock.synced


@quick
@given(st.floats(0.0, 0.4), st.floats(0, 1e5))
def test_on_a_steady_line_the_lead_is_the_way_there_and_a_margin(delay: float, start: float) -> None:
    clock = ServerClock(RATE)
    for number in range(10):
        ping(clock, number / 4, delay, delay, start)
    assert clock.lead == pytest.approx(delay * RATE + SAFETY_TICKS, abs=1e-3)


@pytest.mark.parametrize("seed", range(10))
def test_the_lead_covers_nearly_all_messages_and_does_not_wait_for_the_rest(seed: int) -> None:
    rng, clock = random.Random(seed), ServerClock(RATE)
    usual = [0.100 + rng.gauss(0, 0.010) for _ in range(WINDOW - 4)]
    stalled = [0.5, 0.6, 0.7, 0.8]
    ups = rng.sample([*usual, *stalled], WINDOW)
    for number, up in enumerate(ups):
        ping(clock, number / 4, up, 0.100, 0.0)
    error = clock.tick(0.0)  # how far ahead of the server we believe it to be
    in_time = [up for up in ups if up * RATE - error <= clock.lead - SAFETY_TICKS + 1e-6]
    assert len(usual) - 1 <= len(in_time) <= len(usual)
    assert not set(in_time) & set(stalled)
    assert clock.lead - SAFETY_TICKS + error < 0.15 * RATE, "and no longer a lead than that takes"


def test_one_stalled_ping_in_a_window_does_not_move_the_lead() -> None:
    clock = ServerClock(RATE)
    for number in range(WINDOW - 1):
        ping(clock, number / 4, 0.050, 0.050, 0.0)
    before = clock.lead
    ping(clock, 10.0, 2.0, 0.050, 0.0)
    assert clock.lead == pytest.approx(before)


@quick
@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=50), st.floats(0, 1))
def test_a_quantile_is_the_smallest_value_that_the_share_does_not_exceed(values: list[float], share: float) -> None:
    found = quantile(iter(values), share)
    assert found in values
    within = sum(value <= found for value in values)
    below = sum(value < found for value in values)
    assert within >= share * len(values) - 1e-6
    assert below == 0 or below < share * len(values) + 1e-6


def test_a_quantile_of_nothing_is_zero() -> None:
    assert quantile([], 0.5) == 0.0
    assert [quantile([3, 1, 2], share) for share in (0.0, 0.3, 0.5, 0.9, 1.0)] == [1, 1, 2, 3, 3]


def test_a_clock_begins_where_it_should_be_and_keeps_time() -> None:
    pace = Pace(RATE)
    for tick in range(100):
        assert pace.follow(tick / RATE, 500.0 + tick) == pytest.approx(500.0 + tick)


@quick
@given(st.lists(st.tuples(st.floats(0.0, 0.5), st.floats(-200.0, 200.0)), min_size=1, max_size=60))
def test_a_clock_never_goes_back_and_is_never_off_by_more_than_the_slew_but_for_a_jump_or_a_stand(
    beats: list[tuple[float, float]],
) -> None:
    pace, now, bound = Pace(RATE), 10.0, SNAP_SECONDS * RATE
    value = pace.follow(now, 600.0)
    for elapsed, wander in beats:
        now += elapsed
        target = now * RATE + wander
        last, value = value, pace.follow(now, target)
        ticks = elapsed * RATE
        behind = target - (last + ticks)
        assert value >= last
        if behind > bound + 1e-6:
            assert value == target
        elif behind < -bound - 1e-6:
            assert value == last
        elif abs(abs(behind) - bound) > 1e-6:
            assert (1 - SLEW) * ticks - 1e-6 <= value - last <= (1 + SLEW) * ticks + 1e-6
            assert abs(target - value) <= abs(behind) + 1e-6  # nearer, and never past it


@pytest.mark.parametrize("off", [-40.0, -1.0, 1.0, 40.0])
def test_a_clock_that_is_off_comes_right_at_five_percent_and_stays_right(off: float) -> None:
    pace = Pace(RATE)
    pace.follow(0.0, 0.0)
    beats = 0
    while abs(pace.follow((beats + 1) / RATE, beats + 1 + off) - (beats + 1 + off)) > 1e-6:
        beats += 1
        assert beats < 2000
    assert beats == pytest.approx(abs(off) / SLEW, abs=2)


def test_a_clock_jumps_forward_only_past_the_bound() -> None:
    bound = SNAP_SECONDS * RATE
    within, past = Pace(RATE), Pace(RATE)
    assert within.follow(0.0, 0.0) == past.follow(0.0, 0.0) == 0.0
    assert within.follow(1 / RATE, 1 + bound - 0.01) == pytest.approx(1 + SLEW)
    assert past.follow(1 / RATE, 1 + bound + 0.01) == pytest.approx(1 + bound + 0.01)


def test_a_clock_that_is_far_ahead_stands_until_its_time_comes_and_goes_on() -> None:
    pace = Pace(RATE)
    assert pace.follow(0.0, 100.0) == 100.0
    shown = [pace.follow(tick / RATE, float(tick)) for tick in range(1, 200)]
    assert shown == sorted(shown)
    assert shown[:20] == [100.0] * 20
    assert shown[-1] > 180.0


def test_a_clock_whose_time_stands_still_or_goes_back_does_not_move() -> None:
    pace = Pace(RATE)
    pace.follow(5.0, 100.0)
    assert pace.follow(5.0, 110.0) == 100.0
    assert pace.follow(4.0, 110.0) == 100.0
    assert pace.follow(4.5, 110.0) == pytest.approx(100.0 + 30 * (1 + SLEW), abs=11)
