"""Words for people that several games and both ends need: lists of names, and places that equals share."""

from collections.abc import Iterable, Sequence
from typing import Final

NAMED: Final = 3  # people, at most, before they are only counted


def ranks(scores: Iterable[int]) -> dict[int, int]:
    """The place of each score, counted from 1: equals share one, and as many behind it are left out ("1, 1, 3")."""
    places: dict[int, int] = {}
    for place, score in enumerate(sorted(scores, reverse=True), 1):
        places.setdefault(score, place)
    return places


def listed(names: Sequence[str]) -> str:
    """Names in a sentence; of more than `NAMED`, only how many there are."""
    if len(names) > NAMED:
        return f"{len(names)} players"
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))
