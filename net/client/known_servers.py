"""Which certificate a server showed when it was first joined: a file beside the settings, a server a line.

As with SSH's known_hosts: the first time one looks, and from then on a server that shows another is not believed.
"""

import logging
from pathlib import Path
from typing import Final

from net.io.address import Address
from net.io.files import NotTextError, read_text
from net.io.tls import read_fingerprint
from net.io.user_folder import keep, set_aside, user_file

log = logging.getLogger(__name__)

MOST: Final = 1000  # servers; the ones that were joined first are forgotten beyond
MOST_BYTES: Final = 1 << 20  # such a file has at most 330 kB


def known_servers_file() -> Path:
    """Where they are kept. Raises NoFolderError."""
    return user_file("known_servers")


def known_fingerprint(address: Address) -> str:
    """That of the certificate which a server is known by; empty where it is not known."""
    try:
        lines = _read()
    except OSError as error:  # then every server is new, and the player is asked
        log.warning("cannot read the known servers: %s", error.strerror or error)
        return ""
    known = ""
    for line in lines:
        server, digits = _said(line)
        if server == _key(address):
            known = digits
    return known


def remember(address: Address, fingerprint: str) -> None:
    """The player has looked, and trusts it. What else is in the file stays as it is."""
    try:
        kept = [line for line in _read() if _said(line)[0] != _key(address)]
        keep(
            known_servers_file(),
            "".join(f"{line}\n" for line in [*kept, f"{_key(address)} {fingerprint}"][-MOST:]).encode(),
        )
    except OSError as error:  # never written anew: all that is known would be lost
        log.warning("%s is not kept as known: %s", address, error.strerror or error)


def _key(address: Address) -> str:
    return str(Address(address.host.lower(), address.port))


def _read() -> list[str]:
    """The lines of the file; none where there is none. Raises OSError."""
    path = known_servers_file()
    try:
        return read_text(path, MOST_BYTES, "replace").splitlines()  # a byte that is wrong costs one line
    except FileNotFoundError:
        return []
    except NotTextError as error:
        log.warning("the known servers %s are now called %s.broken: %s", path, path.name, error)
        set_aside(path)
        return []


def _said(line: str) -> tuple[str, str]:
    """A server and its fingerprint; both are empty where the line, a comment say, is about none."""
    server, _, digits = line.partition(" ")
    try:
        return server, read_fingerprint(digits)
    except ValueError:
        if line.strip() and not line.startswith("#"):
            log.warning("among the known servers, not possible and ignored: %.100r", line)
        return "", ""
