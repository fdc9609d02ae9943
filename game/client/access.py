"""What a client brings along to be let in by a server that does not let in everybody."""

from dataclasses import dataclass, field
from typing import Final


@dataclass(frozen=True, slots=True)
class Access:
    """Of one server; the password is kept in memory alone."""

    password: str = field(default="", repr=False)  # clean; empty: none


NOTHING: Final = Access()
