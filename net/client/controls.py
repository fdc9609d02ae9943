"""What the player's hands do: keys held, and taps that must not get lost between two ticks."""

from collections import deque
from collections.abc import Mapping
from typing import Final, NamedTuple

from ecs.movement.step import COMPASS, DASH, DIRECTIONS
from net.inputs import Inputs

WAYS: Final = ("up", "down", "left", "right")
_NUMBER: Final = {vector: number for number, vector in enumerate(DIRECTIONS)}

DASH_WISH_TICKS: Final = 8  # for which a tap counts: who is a moment early, for the pause or for the way, meant it


class Wanted(NamedTuple):
    """What the player wants of one tick."""

    direction: int
    action: int = 0


class Controls:
    """Turns keys and the pointer into directions and actions, at most one change for each tick that asks."""

    def __init__(self, inputs: Inputs = Inputs(dash=True)) -> None:  # noqa: B008 - it cannot be changed
        self.inputs = inputs
        self._held: set[str] = set()
        self._direction = 0
        self._changes: deque[int] = deque(maxlen=2)  # the last two: a tap between two ticks is a turn and its end
        self._dash_held = False
        self._dash_wish = 0  # ticks for which the last press of the dash still counts
        self._buttons = 0  # that are held, a bit for each
        self._tapped = 0  # that went down since the last tick
        self._values: dict[str, int] = {}  # by axis
        self._action = 0  # of the last tick
        self.lag = 0  # by how many halves of a tick others are shown late, as whoever draws them has it

    def press(self, key: str) -> None:
        """A key goes down: a way, "dash", or one of the game's buttons."""
        if key in WAYS or key == "dash":
            self._held.add(key)
            self.steer(self._wanted())
        elif bit := self._bit(key):
            self._buttons |= bit
            self._tapped |= bit

    def release(self, key: str) -> None:
        """A key comes up."""
        if key in WAYS or key == "dash":
            self._held.discard(key)
            self.steer(self._wanted())
        else:
            self._buttons &= ~self._bit(key)

    def release_all(self) -> None:
        """Nobody touches the keys any more: the window lost the focus, say."""
        self._held.clear()
        self._buttons = 0
        self.steer(0)

    def point(self, values: Mapping[str, int]) -> None:
        """Where the axes are now, by name; they are said with the next change of a button."""
        self._values.update(values)

    def steer(self, direction: int) -> None:
        """Go in one of `ecs.movement.step`'s directions, with DASH or without, as bots do.

        A dash that is held comes again as soon as it can; one that is tapped is wanted for a few ticks.
        """
        dash, way = bool(direction & DASH) and self.inputs.dash, direction & COMPASS
        if dash and not self._dash_held:
            self._dash_wish = DASH_WISH_TICKS
        self._dash_held = dash
        if way != (self._changes[-1] if self._changes else self._direction):
            self._changes.append(way)

    def next(self) -> Wanted:
        """What the next tick is to be like: the direction, with DASH where that is wanted, and the action."""
        wanted = self.upcoming
        if self._changes:
            self._direction = self._changes.popleft()
        self._dash_wish = max(0, self._dash_wish - 1)
        self._tapped = self._pressed_again()
        self._action = wanted.action
        return wanted

    @property
    def upcoming(self) -> Wanted:
        """What `next` would give, without taking it."""
        way = self._changes[0] if self._changes else self._direction
        direction = way | DASH if self._dash_held or self._dash_wish else way
        return Wanted(direction, self._acted())

    def _acted(self) -> int:
        """The action of the next tick: its values are those of the moment in which a button last changed."""
        down = (self._buttons | self._tapped) & ~self._pressed_again()
        if not down:
            return 0
        return self._action if down == self._former() else self.inputs.pack(down, self._values, self.lag)

    def _former(self) -> int:
        """The buttons of the last tick."""
        return self._action & ((1 << len(self.inputs.buttons)) - 1)

    def _pressed_again(self) -> int:
        """Buttons that came up and went down since the last tick: they come up in one tick, and go down in the next."""
        return self._tapped & self._former()

    def _bit(self, button: str) -> int:
        try:
            return self.inputs.bit(button)
        except KeyError:  # no button of this game
            return 0

    def _wanted(self) -> int:
        held = self._held
        way = _NUMBER[("right" in held) - ("left" in held), ("down" in held) - ("up" in held)]
        return way | DASH if "dash" in held else way
