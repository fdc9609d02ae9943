"""The components that Tag adds to those of every game.

Ticks are the server's. What only some have, or only for a while, is present only then: for all the others it costs
nothing.
"""

from dataclasses import dataclass


@dataclass(slots=True)
class Tagged:
    """This player is "it". `since` is the tick in which they became it.

    `how` is one of `game.tag.rules.Passed`, and `by` the NetID of who was "it" before them; 0 where they were drawn.
    """

    since: int
    by: int = 0
    how: int = 0


@dataclass(slots=True)
class Immune:
    """This player has just passed it on, and cannot get it back before the tick `until`."""

    until: int
