"""What of the world a client is told: the cells that its screen and a margin cover. Pure; knows no sessions.

What somebody sees depends on a **middle** cell alone, so all who share it share their frames as well, joined once. The
middle follows its player with some slack: who walks to and fro over a border is not told of the same cells again and
again.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from ecs.arena import TILE
from ecs.components import UNITS_PER_PIXEL
from ecs.grid import Grid
from net.defaults import VIEW_PIXELS

CELL_TILES: Final = 16  # 512 pixels: a view of 5 by 3 cells covers the screen wherever in the middle one its player is
SLACK: Final = 2 * TILE  # that a player may be outside of the middle cell
MARGIN: Final = 2 * TILE  # beyond the screen: what is told of has arrived before it is seen


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """Which cells a client is told of. There is one object for each middle, so to be equal is to be the same."""

    cells: frozenset[int]
    middle: int  # the cell that it is made for
    left: int  # the middle and some more: as long as a player is within that, the view stays (world units)
    top: int
    right: int
    bottom: int

    def holds(self, x: int, y: int) -> bool:
        """Whether that place is near enough to the middle."""
        return self.left <= x < self.right and self.top <= y < self.bottom


class Interest:
    """Views of one grid; the same object for the same middle, so that what is made for one serves all."""

    def __init__(self, grid: Grid) -> None:
        self._grid = grid
        self._views: dict[int, View] = {}  # middle cell -> view: at most one for each cell of the arena

    def view(self, x: int, y: int, former: View | None = None) -> View:
        """The view of who is at that place (world units), and had that one so far."""
        if former is not None and (self._grid.whole or former.holds(x, y)):
            return former
        middle = self._grid.cell(x, y)
        view = self._views.get(middle)
        if view is None:
            view = self._views[middle] = self._around(middle)
        return view

    def _around(self, middle: int) -> View:
        """Made of the cell alone, whoever asked for it from wherever: it is handed to all who are in that cell."""
        if self._grid.whole:
            return View(self._grid.cells(0, 0, 0, 0), middle, 0, 0, 0, 0)
        side = self._grid.tiles * TILE
        left, top = self._grid.corner(middle)
        reach_x, reach_y = (pixels * UNITS_PER_PIXEL // 2 + SLACK + MARGIN for pixels in VIEW_PIXELS)
        cells = self._grid.cells(left - reach_x, top - reach_y, left + side + reach_x, top + side + reach_y)
        return View(cells, middle, left - SLACK, top - SLACK, left + side + SLACK, top + side + SLACK)


class Audience:
    """The views that somebody has, or had a moment ago: who is to be told of a cell, without a look at each view."""

    def __init__(self, patience: int) -> None:
        """`patience`: for how many ticks a view may be told nothing."""
        self.watching: dict[int, list[View]] = {}  # cell -> the views that it is in
        self._told: dict[View, int] = {}  # in which tick last
        self._patience = patience

    def add(self, view: View, tick: int) -> None:
        """Somebody has this from now on, and is being told all of it."""
        if view not in self._told:
            self._told[view] = tick
            for cell in view.cells:
                self.watching.setdefault(cell, []).append(view)

    def keep(self, views: Iterable[View]) -> None:
        """Somebody has these, and nobody has another one any more."""
        for view in self._told.keys() - set(views):
            del self._told[view]
            for cell in view.cells:
                self.watching[cell].remove(view)

    def silent(self, tick: int) -> list[View]:
        """Those of which something must be said in this tick, if only that we live."""
        return [view for view, told in self._told.items() if tick - told > self._patience]

    def told(self, views: Iterable[View], tick: int) -> None:
        """Of these something is said in this tick."""
        self._told.update(dict.fromkeys(views, tick))
