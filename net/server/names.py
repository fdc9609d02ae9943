"""What everybody on a server is called: one namespace for players, those whose seats are held, and spectators.

Two names that look alike to a reader are one name, so "kick Ann" can only ever mean one person.
"""

import itertools
import unicodedata

from net.wire.texts import NAME_LIMIT


class Names:
    """The names that are taken. Its size is bounded by the seats and the spectators."""

    def __init__(self) -> None:
        self._taken: set[str] = set()  # as `seen` has them

    def claim(self, name: str) -> str:
        """Take a clean name; where somebody has it already, the same with the first free number behind it."""
        numbered = (f"{name[: NAME_LIMIT - len(f' {n}')].rstrip()} {n}" for n in itertools.count(2))
        free = next(each for each in itertools.chain([name], numbered) if seen(each) not in self._taken)
        self._taken.add(seen(free))
        return free

    def release(self, name: str) -> None:
        """Others may take it again."""
        self._taken.discard(seen(name))


def seen(name: str) -> str:
    """What two names share that a reader would take for one: compared without case, and compatibly (NFKC)."""
    # Folding case can bring up what normalising would change, and the other way round (Unicode 15, D146).
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFD", name).casefold())
    return unicodedata.normalize("NFKC", folded.casefold())
