"""Angles as whole numbers: 256 to a turn, clockwise from east, as the screen has it (y grows downwards)."""

import math
from typing import Final

TURN: Final = 256

# 256ths of the unit vector of each angle. None of them is near a half before it is rounded, so all machines agree.
_X: Final = tuple(round(256 * math.cos(2 * math.pi * angle / TURN)) for angle in range(TURN))
_Y: Final = tuple(round(256 * math.sin(2 * math.pi * angle / TURN)) for angle in range(TURN))


def along(angle: int, length: int) -> tuple[int, int]:
    """The vector of that length at that angle; whole numbers alone, so both ends agree."""
    x, y = _X[angle % TURN] * length, _Y[angle % TURN] * length
    return (x + 128) // 256, (y + 128) // 256


def angle_of(dx: float, dy: float) -> int:
    """The angle from here to there; for who aims, not for what both ends have to compute alike."""
    return round(math.atan2(dy, dx) * TURN / (2 * math.pi)) % TURN
