"""What can be chosen on the settings page: which tab a setting is on, its words, and its values.

To add one, give `Settings` the field and its reader, and add a `Setting` to a tab here.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from game.client.draw.canvas import possible
from game.client.settings import SCALES

OFF_ON: Final = (False, True)
VOLUMES: Final = tuple(range(0, 101, 10))


def switch(value: bool) -> str:
    """How a setting that is on or off is shown."""
    return "on" if value else "off"


def volume(value: int) -> str:
    """How a volume is shown."""
    return f"{value} %" if value else "off"


@dataclass(frozen=True, slots=True)
class Setting:
    """A row with an arrow at each end of its value."""

    field: str  # of `Settings`
    label: str
    values: Callable[[], Sequence[Any]]  # in their order; asked when the tab opens, for a display may allow less
    shown: Callable[[Any], str]
    around: bool = True  # whether the first follows the last


def _always(values: Sequence[Any]) -> Callable[[], Sequence[Any]]:
    return lambda: values


PLAYER: Final = "Player"  # its tab has the name and the colour, and no rows
TABS: Final[dict[str, tuple[Setting, ...]]] = {
    PLAYER: (),
    "Picture": (
        Setting("fullscreen", "Full screen (F11)", _always(OFF_ON), switch),
        Setting(
            "scale",
            "Size of the window",
            lambda: possible(SCALES),
            lambda scale: f"{scale} %" if scale else "automatic",
        ),
        Setting("net_graph", "Network graph (F3)", _always(OFF_ON), switch),
    ),
    "Sound": (Setting("volume", "Effects", _always(VOLUMES), volume, around=False),),
}
