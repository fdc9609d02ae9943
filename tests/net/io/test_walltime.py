"""The clock of the loop: late ticks are made up for, minutes are not, and nobody is deaf meanwhile."""

import asyncio
import logging
import socket
import time
from collections.abc import Callable

import pytest

from net.io import walltime

TICK = 1 / 60


class Jumps:
    """A clock that only ticks move, each by a tick's length and, where it is said, by more."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, more: dict[int, float]) -> None:
        self.time = 1000.0
        self.dues: list[float] = []
        self.more = more
        self.then: Callable[[int], None] = lambda number: None
        self._stop = asyncio.Event()
        monkeypatch.setattr(walltime, "now", lambda: self.time)

    def tick(self, due: float) -> None:
        self.dues.append(due)
        self.time += TICK + self.more.get(len(self.dues), 0.0)
        self.then(len(self.dues))

    async def run(self, ticks: int) -> None:
        self._left = ticks
        last = self.then

        def then(number: int) -> None:
            last(number)
            if number == ticks:
                self._stop.set()

        self.then = then
        async with asyncio.timeout(20):
            await walltime.every_tick(60, self.tick, self._stop)


def test_a_tick_or_two_that_are_lost_are_made_up_for_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    jumps = Jumps(monkeypatch, {10: 0.3})
    asyncio.run(jumps.run(60))
    assert jumps.dues == pytest.approx([1000 + n * TICK for n in range(1, 61)])


@pytest.mark.parametrize("gap", [0.6, 600.0, 86400.0])
def test_a_machine_that_was_suspended_goes_on_where_it_was_without_a_storm_of_ticks(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, gap: float
) -> None:
    caplog.set_level(logging.WARNING)
    jumps = Jumps(monkeypatch, {10: gap})
    asyncio.run(jumps.run(60))
    steps = [later - earlier for earlier, later in zip(jumps.dues, jumps.dues[1:], strict=False)]
    assert steps[9] == pytest.approx(gap + TICK, abs=2 * TICK)
    assert steps[:9] + steps[10:] == pytest.approx([TICK] * 58)
    assert len(caplog.records) == 1
    assert "gives" in caplog.text


@pytest.mark.parametrize("waiting", [False, True], ids=["in a tick", "between two"])
def test_what_came_while_all_stood_still_is_heard_before_the_next_tick(
    monkeypatch: pytest.MonkeyPatch, waiting: bool
) -> None:
    events: list[str] = []

    async def test() -> None:
        near, far = socket.socketpair()
        near.setblocking(False)
        jumps = Jumps(monkeypatch, {5: -TICK})  # so that there is time to wait for the next
        loop = asyncio.get_running_loop()
        loop.add_reader(near, lambda: events.append(near.recv(10).decode()))

        def sleep() -> None:
            jumps.time += 10.0
            far.send(b"said")

        class Asleep:
            """A wait at whose end the machine has slept, before the loop has had a look at anything."""

            async def __aenter__(self) -> None:
                monkeypatch.setattr(asyncio, "timeout", timeout)
                sleep()
                raise TimeoutError

            async def __aexit__(self, *error: object) -> None:
                pass

        timeout = asyncio.timeout

        def then(number: int) -> None:
            events.append(str(number))
            if number == 5:
                if waiting:
                    monkeypatch.setattr(asyncio, "timeout", lambda seconds: Asleep())
                else:
                    sleep()

        jumps.then = then
        await jumps.run(8)
        loop.remove_reader(near)
        near.close()
        far.close()

    asyncio.run(test())
    assert events == ["1", "2", "3", "4", "5", "said", "6", "7", "8"]


class Busy(Jumps):
    """The same, and sleep takes the time that it should; what is asleep hears nothing."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        super().__init__(monkeypatch, dict.fromkeys(range(1, 100), -0.9 * TICK))  # a tick takes a tenth of its time
        self.naps: list[float] = []
        self.during: Callable[[int], None] = lambda number: None
        monkeypatch.setattr(time, "sleep", self.sleep)

    def sleep(self, seconds: float) -> None:
        self.naps.append(seconds)
        self.time += seconds
        self.during(len(self.naps))

    async def loop(self) -> None:
        async with asyncio.timeout(20):
            await walltime.every_tick(60, self.tick, self._stop, lambda: True)


def test_a_busy_server_looks_at_the_network_a_few_times_a_tick_and_misses_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def test() -> None:
        near, far = socket.socketpair()
        near.setblocking(False)
        busy = Busy(monkeypatch)
        events: list[str] = []
        asyncio.get_running_loop().add_reader(near, lambda: events.append(near.recv(10).decode()))

        def during(number: int) -> None:
            far.send(f"said {number}".encode())

        busy.during = during
        busy.then = lambda number: events.append(f"tick {number}") if number < 3 else busy._stop.set()
        await busy.loop()
        near.close()
        far.close()
        assert busy.dues == pytest.approx([1000 + n * TICK for n in range(1, 4)])
        assert max(busy.naps) == walltime.LOOK_AWAY_SECONDS < TICK / 4
        assert 4 * 3 < len(busy.naps) <= 5 * 3
        said = [event for event in events if event.startswith("said")]
        assert said == [f"said {n}" for n in range(1, len(busy.naps) + 1)], "each is heard before the next look away"
        assert events.index("tick 1") == 5
        assert events[4:6] == ["said 5", "tick 1"], "also what was said just before the tick"

    asyncio.run(test())


def test_a_busy_server_stops_in_the_midst_of_a_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    async def test() -> None:
        busy = Busy(monkeypatch)
        busy.during = lambda number: busy._stop.set() if number == 7 else None
        await busy.loop()
        assert len(busy.dues) == 1
        assert len(busy.naps) == 7

    asyncio.run(test())
