"""Fewer writes under too much load, and the usual number again when it is over."""

from net.server.send_rate import MOST_FRAMES, SendRate
from net.server.tick_times import TickTimes

RATE = 30.0  # frames a second


def writes(send_rate: SendRate, frames: int, ticks_late: float) -> int:
    return sum(send_rate.frame(ticks_late) for _ in range(frames))


def test_a_server_that_keeps_up_writes_each_frame() -> None:
    assert writes(SendRate(RATE), 300, 1.0) == 300


def test_a_server_that_is_late_for_long_writes_up_to_four_frames_at_once_and_never_more() -> None:
    send_rate = SendRate(RATE)
    writes(send_rate, 60, 10.0)
    assert send_rate.frames_per_write == MOST_FRAMES
    assert writes(send_rate, 120, 10.0) == 120 // MOST_FRAMES


def test_when_it_is_over_the_usual_number_comes_back_step_by_step() -> None:
    send_rate = SendRate(RATE)
    writes(send_rate, 60, 10.0)
    seen = []
    for _ in range(600):
        send_rate.frame(0.0)
        seen.append(send_rate.frames_per_write)
    assert sorted(set(seen)) == [1, 2, 4]
    assert seen == sorted(seen, reverse=True)


class Core:
    """A core that runs ticks of a server, each so long, and now and then something else. Time is counted, not spent."""

    def __init__(self, tick: float, write: float, read: float = 0.0) -> None:
        """Seconds of each tick but for its write, of a write (a tenth more for each frame more), and of reads."""
        self.send_rate = SendRate(RATE)
        self.now = self.due = 0.0
        self.changes: list[tuple[float, int]] = []  # when the send_rate changed, and to what
        self._tick, self._write, self._read = tick, write, read
        self._number = 0

    def run(self, seconds: float) -> None:
        until = self.now + seconds
        while self.now < until:
            self.due += 1 / 60
            if self.now - self.due > 0.5:  # it is given up, as in `every_tick`
                self.due = self.now
            self.now = max(self.now, self.due)
            late, began = (self.now - self.due) * 60, self.now
            self.now += self._tick
            self._number += 1
            before = self.send_rate.frames_per_write
            if self._number % 2 == 0 and self.send_rate.frame(late):
                spent = self._write * (0.9 + 0.1 * self.send_rate.frames_per_write)
                self.now += spent
                self.send_rate.wrote(spent)
            if self.send_rate.frames_per_write != before:
                self.changes.append((self.now, self.send_rate.frames_per_write))
            self.now += self._read
            self.send_rate.worked(self.now - began)

    def stop(self, seconds: float) -> None:
        """Another program has the core."""
        self.now += seconds

    def is_back_after(self) -> float:
        """Run until all is written again; how long that took."""
        began = self.now
        while self.send_rate.frames_per_write > 1:
            self.run(0.1)
            assert self.now - began < 60
        return self.now - began


def test_after_one_late_moment_a_server_with_room_writes_everything_again_within_three_seconds() -> None:
    core = Core(tick=0.004, write=0.012)  # 0.6 of the core
    core.run(5)
    assert core.changes == []
    core.stop(0.45)
    core.run(0.5)
    assert core.send_rate.frames_per_write > 1, "it was late for long enough"
    assert core.is_back_after() < 3


def test_however_often_another_program_takes_the_core_a_server_with_room_is_back_each_time() -> None:
    core = Core(tick=0.004, write=0.012)
    core.run(5)
    fewer = 0
    for number in range(20):
        core.stop(0.45)
        core.run(0.3)
        fewer += core.send_rate.frames_per_write > 1
        assert core.is_back_after() < 3
        core.run(1.2 + number % 4)
    assert fewer == 20


def test_short_stops_again_and_again_do_not_keep_a_server_from_its_way_back() -> None:
    core = Core(tick=0.004, write=0.012)
    core.run(5)
    core.stop(0.45)
    core.run(0.5)
    assert core.send_rate.frames_per_write > 1
    for _ in range(8):  # each makes it late for a moment, and never five frames long
        core.stop(0.07)
        core.run(0.4)
    assert core.send_rate.frames_per_write == 1


def test_a_server_without_room_does_not_flap() -> None:
    loads = ((0.004, 0.028, 0.0, 2), (0.009, 0.021, 0.0, 4), (0.004, 0.02, 0.005, 2))  # 1.08 to 1.17 of the core
    for tick, write, read, enough in loads:
        core = Core(tick, write, read)
        core.run(120)
        late = [change for change in core.changes if change[0] > 60]
        assert core.send_rate.frames_per_write in (enough, enough // 2)
        assert len(late) <= 2 * 60 / 8 + 2, "it tries at most each eight seconds"


def test_when_the_load_is_gone_so_are_fewer_writes() -> None:
    core = Core(tick=0.009, write=0.025)
    core.run(60)
    assert core.send_rate.frames_per_write > 1
    core._tick = 0.002
    assert core.is_back_after() < 3


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
