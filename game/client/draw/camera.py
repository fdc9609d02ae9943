"""What part of the arena the window shows. Pure arithmetic in pixels; draws nothing."""

from typing import Final

HALF_LIFE: Final = 0.045  # seconds in which the way to the player halves: soft starts and stops, never a dizzy lag
HEADROOM: Final = 60  # pixels beyond the arena's upper edge that can be seen, so that the time covers nobody there
JUMP: Final = 480.0  # pixels; further away than this, the camera is there at once


class Camera:
    """Follows a point, and shows nothing beyond the arena where there is arena enough, but for some room above it."""

    def __init__(self) -> None:
        self._x = self._y = 0.0  # the point in the middle, before it is held back at the border
        self._when = 0.0
        self._placed = False

    def follow(self, x: float, y: float, now: float) -> None:
        """Move towards a point (pixels of the arena)."""
        far = max(abs(x - self._x), abs(y - self._y)) > JUMP
        if far or not self._placed:
            self._x, self._y, self._placed = x, y, True
        else:
            rest = 0.5 ** (max(0.0, now - self._when) / HALF_LIFE)
            self._x = x + (self._x - x) * rest
            self._y = y + (self._y - y) * rest
        self._when = now

    @property
    def placed(self) -> bool:
        """Whether it has ever had anything to follow."""
        return self._placed

    def corner(self, window: tuple[int, int], arena: tuple[int, int]) -> tuple[int, int]:
        """The arena's pixel in the window's top left corner, for these sizes in pixels; negative beside a small one."""
        return _held(self._x, window[0], arena[0], 0), _held(self._y, window[1], arena[1], HEADROOM)


def _held(middle: float, window: int, arena: int, before: int) -> int:
    if arena + 2 * before <= window:
        return (arena - window) // 2
    return round(min(max(middle - window / 2, -before), max(arena - window, -before)))
