"""What a player can ask for besides a direction: buttons and analogue values, packed into one integer, the **action**.

Pure arithmetic; knows no keys, but by the names under which they are bound, and no world. A game that declares nothing
pays nothing: its action is always 0 and never on the wire.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

MOST_ACTIONS: Final = 1 << 40  # different ones; what both ends hold in columns, and JavaScript in a double
REWIND_STEPS: Final = 128  # how far back a view can be said to lie, in halves of a tick: half a second at 60 Hz


@dataclass(frozen=True, slots=True)
class Button:
    """Something that is held down or not."""

    name: str
    """What rules call it."""

    label: str
    """What players read in the settings and in hints."""

    keys: tuple[str, ...] = ()
    """The default keys, as the settings have them: 'space', 'mouse left', 'position of e'."""

    pad: str = ""
    """The default button of a gamepad: 'a', 'b', 'x', 'y', 'left shoulder', 'right shoulder'."""


@dataclass(frozen=True, slots=True)
class Axis:
    """An analogue value; it is said with each change of a button, as it is then."""

    name: str
    low: int
    high: int
    source: Literal["angle", "x", "y"] = "angle"
    """Where it comes from: 'angle' is the way to the pointer (or of the right stick), a whole turn from `low` to just
    beyond `high`, clockwise from east; 'x' and 'y' are how far the pointer is from one's own body, in world units."""


class InputState(NamedTuple):
    """An action, unpacked."""

    buttons: int = 0  # a bit for each button, in the order of their declaration
    values: tuple[int, ...] = ()  # of the axes, in order
    lag: int = 0  # by how many halves of a tick what the player saw of others lay behind; 0 where nothing is rewound


@dataclass(frozen=True)
class Inputs:
    """All that the players of a game can ask for."""

    buttons: Sequence[Button] = ()
    axes: Sequence[Axis] = ()
    dash: bool = False
    """Whether players can dash, which is a part of the direction."""

    rewinds: bool = False
    """Whether each action says what its player saw, for rules that judge what somebody aimed at."""

    def __post_init__(self) -> None:
        """Raises ValueError for what cannot be declared so."""
        names = [*(button.name for button in self.buttons), *(axis.name for axis in self.axes)]
        if len(set(names)) < len(names):
            raise ValueError(f"buttons and axes need names of their own: {', '.join(names)}")
        for axis in self.axes:
            if axis.high <= axis.low:
                raise ValueError(f"axis {axis.name} goes from {axis.low} to {axis.high}: make it a range")
        if self.size > MOST_ACTIONS:
            raise ValueError(f"there are {self.size} different actions, and at most {MOST_ACTIONS} fit: narrow an axis")

    @property
    def size(self) -> int:
        """How many different actions there are."""
        size = 1 << len(self.buttons)
        for axis in self.axes:
            size *= axis.high - axis.low + 1
        return size * (REWIND_STEPS if self.rewinds else 1)

    @property
    def silent(self) -> bool:
        """Whether there is nothing to ask for but a direction."""
        return not (self.buttons or self.axes)

    def bit(self, button: str) -> int:
        """The bit of that button. Raises KeyError for a name that is none."""
        for index, each in enumerate(self.buttons):
            if each.name == button:
                return 1 << index
        raise KeyError(button)

    def pack(self, buttons: int, values: Mapping[str, int], lag: int = 0) -> int:
        """One integer for all of it; values beyond their range are clamped, an axis without a value is at its `low`."""
        packed = min(max(lag, 0), REWIND_STEPS - 1) if self.rewinds else 0
        for axis in self.axes:
            value = min(max(values.get(axis.name, axis.low), axis.low), axis.high)
            packed = packed * (axis.high - axis.low + 1) + value - axis.low
        return packed << len(self.buttons) | buttons

    def unpack(self, packed: int) -> InputState:
        """The way back. Raises ValueError for an integer that is no action of this game."""
        if not 0 <= packed < self.size:
            raise ValueError(f"action {packed} of {self.size}")
        buttons, rest = packed & ((1 << len(self.buttons)) - 1), packed >> len(self.buttons)
        values: list[int] = []
        for axis in reversed(self.axes):
            rest, value = divmod(rest, axis.high - axis.low + 1)
            values.append(axis.low + value)
        return InputState(buttons, tuple(reversed(values)), rest)
