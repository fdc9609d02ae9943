"""How many frames go into one write: one, unless the server cannot keep up. Pure; is told how late it is, and how busy.

Sending costs more than all else, and two frames in one write cost hardly more than one. So under too much load clients
hear from the server less often, and still of every tick: frames become fewer before the simulation becomes slower.

The way back depends on how much of the core is free. A server that was late because another program had it is back
within three seconds; one that has too much to do tries it now and then, and less often each time.
"""

from collections import deque
from typing import Final

LATE_TICKS: Final = 3.0  # that a tick may begin late
LATE_FRAMES: Final = 5  # so late, one after the other: a busy machine that stops us for once is not yet too much load
MOST_FRAMES: Final = 4  # in one write: 7.5 writes a second, which others' delay still bridges
CALM_SECONDS: Final = 1.0  # without being late, after which one more write is tried; twice as long after each failure
MOST_CALM_SECONDS: Final = 8.0
ROOM: Final = 0.85  # of the core that we may need: beyond, a busy second makes us late


class SendRate:
    """Says at which frames to write."""

    def __init__(self, frames_per_second: float) -> None:
        self.frames_per_write = 1
        self._rate = frames_per_second
        self._least = round(CALM_SECONDS * frames_per_second)  # frames
        self._most = round(MOST_CALM_SECONDS * frames_per_second)
        self._calm = self._least  # for so long must nothing be late
        self._waiting = 0  # frames since the last write
        self._since_late = 0
        self._late = 0  # frames, one after the other
        self._since_more = self._most  # frames since more writes were tried
        self._worked = 0.0  # seconds since the last frame
        self._spent: deque[float] = deque(maxlen=max(1, self._least))  # seconds, by frame
        self._write = 0.0  # seconds that the last write took

    def worked(self, seconds: float) -> None:
        """So long did a tick take, with what was written in it and read before it."""
        self._worked += seconds

    def wrote(self, seconds: float) -> None:
        """To write to everybody took so long."""
        self._write = seconds

    def frame(self, ticks_late: float) -> bool:
        """Another frame is there, in a tick that began so late: whether to write now."""
        self._spent.append(self._worked)
        self._worked = 0.0
        self._since_more += 1
        self._since_late += 1
        if ticks_late > LATE_TICKS:
            self._late += 1
            if self._late >= LATE_FRAMES or not self._has_room():
                self._since_late = 0
            if self._late >= LATE_FRAMES and self.frames_per_write < MOST_FRAMES:
                self._late = 0
                self.frames_per_write *= 2
                # To try more writes was wrong, unless it went well for a while and we do not need too much even now.
                in_vain = self._since_more < (self._most if self._share() >= ROOM else self._least)
                self._calm = min(self._most, 2 * self._calm) if in_vain else self._least
        else:
            self._late = 0
            if self.frames_per_write > 1 and self._since_late > self._calm:
                self._since_late = self._since_more = 0
                self.frames_per_write //= 2
        self._waiting += 1
        if self._waiting < self.frames_per_write:
            return False
        self._waiting = 0
        return True

    def _share(self) -> float:
        """What part of the core we have needed in the last second."""
        return sum(self._spent) * self._rate / len(self._spent)

    def _has_room(self) -> bool:
        """Whether we would need no more than we may with twice as many writes, each as long as the last."""
        return self._share() + self._write * self._rate / self.frames_per_write < ROOM
