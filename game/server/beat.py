"""How many frames go into one write: one, unless the server cannot keep up. Pure; is told how late it is.

Sending costs more than all else, and two frames in one write cost hardly more than one. So under too much load clients
hear from the server less often, and still of every tick: frames become fewer before the simulation becomes slower.
"""

from typing import Final

LATE_TICKS: Final = 3.0  # that a tick may begin late; what a busy machine takes from us now and then
MOST_FRAMES: Final = 4  # in one write: 7.5 writes a second, which others' delay still bridges
AGAIN_SECONDS: Final = 0.25  # after a change, until its effect can be judged
CALM_SECONDS: Final = 5.0  # without being late, after which one more write is tried


class Beat:
    """Says at which frames to write."""

    def __init__(self, frames_per_second: float) -> None:
        self.frames_per_write = 1
        self._again = round(AGAIN_SECONDS * frames_per_second)
        self._calm = round(CALM_SECONDS * frames_per_second)
        self._waiting = 0  # frames since the last write
        self._since_change = 0  # frames
        self._since_late = 0

    def frame(self, ticks_late: float) -> bool:
        """Another frame is there, in a tick that began so late: whether to write now."""
        self._since_change += 1
        self._since_late += 1
        if ticks_late > LATE_TICKS:
            self._since_late = 0
            if self._since_change > self._again:
                self._change(min(MOST_FRAMES, 2 * self.frames_per_write))
        elif self._since_late > self._calm and self._since_change > self._calm:
            self._change(max(1, self.frames_per_write // 2))
        self._waiting += 1
        if self._waiting < self.frames_per_write:
            return False
        self._waiting = 0
        return True

    def _change(self, frames_per_write: int) -> None:
        if frames_per_write != self.frames_per_write:
            self.frames_per_write = frames_per_write
            self._since_change = 0
