"""The components of players that every game has: what they are called and look like, and who is away."""

from dataclasses import dataclass


@dataclass(slots=True)
class Name:
    """What the others read above the head."""

    text: str


@dataclass(slots=True)
class Color:
    """The colour of the body, 0xRRGGBB."""

    rgb: int


@dataclass(slots=True)
class Away:
    """The connection of this player is lost, and the seat is held in case they come back.

    `since` is the tick in which it was noticed.
    """

    since: int
