"""How other bodies than players move: a ball that rolls, and a projectile that flies straight on.

Each is a scalar function and its twin for many at once, which give the same numbers to the bit.
"""

import numpy as np

from ecs.arena import Arena
from ecs.bodies import Bodies
from ecs.columns import Array
from ecs.components import UNITS_PER_PIXEL
from ecs.movement.walls import Walls


class Roller:
    """A ball: it keeps rolling, slower and slower, and bounces off walls."""

    def __init__(self, arena: Arena, tick_rate: int, *, top_speed: int, slowing: int, bounce: int) -> None:
        """`top_speed` in pixels a second, on one axis; `slowing`: 1024ths of its speed that it loses in 1/60 s;
        `bounce`: 256ths of its speed with which it comes back from a wall.
        """
        self.top_speed = max(1, top_speed * UNITS_PER_PIXEL // tick_rate)
        self._slowing = max(1, slowing * 60 // tick_rate)
        self._bounce = bounce
        self._arena, self._walls = arena, Walls(arena)

    def move(
        self, x: int, y: int, vx: int, vy: int, w: int, h: int, rest: int, direction: int, action: int
    ) -> tuple[int, int, int, int, int]:
        """As a Mover has it."""
        top = self.top_speed
        vx, vy = self._slower(min(max(vx, -top), top)), self._slower(min(max(vy, -top), top))
        to_x = self._arena.reach_x(x, y, w, h, vx)
        if to_x != x + vx:
            vx = self._back(vx)
        to_y = self._arena.reach_y(y, to_x, h, w, vy)
        if to_y != y + vy:
            vy = self._back(vy)
        return to_x, to_y, vx, vy, rest

    def move_all(self, bodies: Bodies, rows: Array) -> None:
        """As a Mover has it."""
        x, y, w, h = bodies.x[rows], bodies.y[rows], bodies.w[rows], bodies.h[rows]
        vx, vy = self._slowed(bodies.vx[rows]), self._slowed(bodies.vy[rows])
        x, hit_x = self._walls.along_x(x, w, vx, y, h)
        y, hit_y = self._walls.along_y(y, h, vy, x, w)
        bodies.x[rows], bodies.y[rows] = x, y
        bodies.vx[rows] = np.where(hit_x, self._turned(vx), vx)
        bodies.vy[rows] = np.where(hit_y, self._turned(vy), vy)

    def _slower(self, v: int) -> int:
        less = max(1, abs(v) * self._slowing // 1024) if v else 0
        return v - less if v > 0 else v + less

    def _back(self, v: int) -> int:
        return -(v * self._bounce // 256) if v > 0 else -v * self._bounce // 256

    def _slowed(self, v: Array) -> Array:
        v = np.clip(v, -self.top_speed, self.top_speed)
        less = np.where(v != 0, np.maximum(1, np.abs(v) * self._slowing // 1024), 0)
        slowed: Array = v - np.sign(v) * less
        return slowed

    def _turned(self, v: Array) -> Array:
        turned: Array = -np.sign(v) * (np.abs(v) * self._bounce // 256)
        return turned


class Flyer:
    """A projectile: it flies straight on, and stops at the first wall."""

    def __init__(self, arena: Arena, tick_rate: int, *, top_speed: int) -> None:
        """`top_speed`: pixels a second, the fastest on one axis that one is launched with."""
        self.top_speed = max(1, top_speed * UNITS_PER_PIXEL // tick_rate)
        self._arena, self._walls = arena, Walls(arena)

    def move(
        self, x: int, y: int, vx: int, vy: int, w: int, h: int, rest: int, direction: int, action: int
    ) -> tuple[int, int, int, int, int]:
        """As a Mover has it."""
        to_x = self._arena.reach_x(x, y, w, h, vx)
        if to_x != x + vx:
            return to_x, y, 0, 0, rest
        to_y = self._arena.reach_y(y, to_x, h, w, vy)
        if to_y != y + vy:
            return to_x, to_y, 0, 0, rest
        return to_x, to_y, vx, vy, rest

    def move_all(self, bodies: Bodies, rows: Array) -> None:
        """As a Mover has it."""
        x, y, w, h = bodies.x[rows], bodies.y[rows], bodies.w[rows], bodies.h[rows]
        vx, vy = bodies.vx[rows], bodies.vy[rows]
        x, hit = self._walls.along_x(x, w, vx, y, h)
        vy = np.where(hit, 0, vy)
        y, hit_y = self._walls.along_y(y, h, vy, x, w)
        flies = ~(hit | hit_y)
        bodies.x[rows], bodies.y[rows] = x, y
        bodies.vx[rows], bodies.vy[rows] = vx * flies, vy * flies
