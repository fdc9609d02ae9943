"""Fewer writes under too much load, and the usual number again when it is over."""

from game.server.beat import MOST_FRAMES, Beat
from game.server.tick_times import TickTimes

RATE = 30.0  # frames a second


def writes(beat: Beat, frames: int, ticks_late: float) -> int:
    return sum(beat.frame(ticks_late) for _ in range(frames))


def test_a_server_that_keeps_up_writes_each_frame() -> None:
    assert writes(Beat(RATE), 300, 1.0) == 300


def test_a_server_that_is_late_for_long_writes_up_to_four_frames_at_once_and_never_more() -> None:
    beat = Beat(RATE)
    writes(beat, 60, 10.0)
    assert beat.frames_per_write == MOST_FRAMES
    assert writes(beat, 120, 10.0) == 120 // MOST_FRAMES


def test_when_it_is_over_the_usual_number_comes_back_step_by_step() -> None:
    beat = Beat(RATE)
    writes(beat, 60, 10.0)
    seen = []
    for _ in range(600):
        beat.frame(0.0)
        seen.append(beat.frames_per_write)
    assert sorted(set(seen)) == [1, 2, 4]
    assert seen == sorted(seen, reverse=True)


def test_ticks_are_timed_by_system_and_late_ones_are_counted() -> None:
    now = iter([10.0, 10.001, 10.003, 20.1, 20.101, 20.102])
    times = TickTimes(["a", "b"], 60, lambda: next(now))
    for due in (10.0, 20.0):
        times.begin(due)
        times.lap("a")
        times.lap("b")
        times.end()
    assert {name: round(total, 3) for name, total in times.seconds.items()} == {"a": 0.002, "b": 0.003}
    assert (times.ticks, times.late) == (2, 1)
    assert str(times).startswith("2 ticks, 1 late, longest 3.0 ms")
