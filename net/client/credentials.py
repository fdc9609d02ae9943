"""What a client brings along to be let in by a server that does not let in everybody."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final


@dataclass(frozen=True, slots=True)
class Credentials:
    """Of one server; the password is kept in memory alone."""

    password: str = field(default="", repr=False)  # clean; empty: none
    ca: Path | None = None  # whose word counts for a certificate; None: the system's authorities'
    fingerprint: str = ""  # of the only certificate that counts; empty: see `net.client.connect`


NOTHING: Final = Credentials()
