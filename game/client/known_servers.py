"""Which certificate a server showed when it was first joined: a file beside the settings, a server a line.

As with SSH's known_hosts: the first time one looks, and from then on a server that shows another is not believed.
"""

import logging
from pathlib import Path
from typing import Final

from game.client.settings import keep, settings_file
from net.address import Address
from net.tls import read_fingerprint

log = logging.getLogger(__name__)

MOST: Final = 1000  # servers; the ones that were joined first are forgotten beyond
MOST_BYTES: Final = 1 << 20  # such a file has at most 330 kB


def known_servers_file() -> Path:
    """Where they are kept."""
    return settings_file().with_name("known_servers")


def known_fingerprint(address: Address) -> str:
    """That of the certificate which a server is known by; empty where it is not known."""
    return _load().get(_key(address), "")


def remember(address: Address, fingerprint: str) -> None:
    """The player has looked, and trusts it."""
    known = _load()
    known[_key(address)] = fingerprint
    lines = [f"{server} {digits}\n" for server, digits in known.items()][-MOST:]
    keep(known_servers_file(), "".join(lines).encode())


def _key(address: Address) -> str:
    return str(Address(address.host.lower(), address.port))


def _load() -> dict[str, str]:
    path = known_servers_file()
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            lines = file.read(MOST_BYTES).splitlines()
    except FileNotFoundError:
        return {}
    except OSError as error:  # then every server is new, and the player is asked
        log.warning("cannot read the known servers %s: %s", path, error.strerror or error)
        return {}
    known: dict[str, str] = {}
    for line in lines:
        server, _, digits = line.partition(" ")
        try:
            known[server] = read_fingerprint(digits)
        except ValueError:
            log.warning("in %s, not possible and ignored: %.100r", path, line)
    return known
