"""How many frames go into one write: one, unless the server cannot keep up. Pure; is told how late it is.

Sending costs more than all else, and two frames in one write cost hardly more than one. So under too much load clients
hear from the server less often, and still of every tick: frames become fewer before the simulation becomes slower.
"""

from typing import Final

LATE_TICKS: Final = 3.0  # that a tick may begin late
LATE_FRAMES: Final = 5  # so late, one after the other: a busy machine that stops us for once is not yet too much load
MOST_FRAMES: Final = 4  # in one write: 7.5 writes a second, which others' delay still bridges
CALM_SECONDS: Final = 1.0  # without being late, after which one more write is tried; twice as long after each failure
MOST_CALM_SECONDS: Final = 8.0


class Beat:
    """Says at which frames to write."""

    def __init__(self, frames_per_second: float) -> None:
        self.frames_per_write = 1
        self._least = round(CALM_SECONDS * frames_per_second)  # frames
        self._most = round(MOST_CALM_SECONDS * frames_per_second)
        self._calm = self._least  # for so long must nothing be late
        self._waiting = 0  # frames since the last write
        self._since_late = 0
        self._late = 0  # frames, one after the other
        self._since_more = self._most  # frames since more writes were tried

    def frame(self, ticks_late: float) -> bool:
        """Another frame is there, in a tick that began so late: whether to write now."""
        self._since_more += 1
        self._since_late += 1
        if ticks_late > LATE_TICKS:
            self._since_late = 0
            self._late += 1
            if self._late >= LATE_FRAMES and self.frames_per_write < MOST_FRAMES:
                self._late = 0
                self.frames_per_write *= 2
                self._calm = min(self._most, 2 * self._calm) if self._since_more < self._most else self._least
        else:
            self._late = 0
            if self._since_late > self._calm and self.frames_per_write > 1:
                self._since_late = self._since_more = 0
                self.frames_per_write //= 2
        self._waiting += 1
        if self._waiting < self.frames_per_write:
            return False
        self._waiting = 0
        return True
