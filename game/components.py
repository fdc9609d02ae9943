"""The components that this game adds to those of `ecs`: what a player is called and looks like."""

from dataclasses import dataclass


@dataclass(slots=True)
class Name:
    """What the others read above the head."""

    text: str


@dataclass(slots=True)
class Color:
    """The colour of the body, 0xRRGGBB."""

    rgb: int
