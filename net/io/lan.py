"""What both ends of discovery share: how a server on the local network is described, and how multicast DNS is opened.

What comes from there was said by strangers: it is bounded and cleaned before anybody sees it. The package zeroconf is
imported here alone, in a thread, and only when somebody wants to be found or to find.
"""

import asyncio
import contextlib
import ipaddress
import json
import os
import re
import socket
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from net.wire.codec import SERVER_ID_DIGITS
from net.wire.messages import VERSION

if TYPE_CHECKING:
    from zeroconf.asyncio import AsyncZeroconf

SERVICE: Final = "_pygame-net._tcp.local."
SERVER_NAME_LIMIT: Final = 32  # characters: what fits into a line of a list
MOST: Final = 99_999  # of any number in an advert; what is larger is a joke
INTERFACES: Final = 16  # networks of one machine that are spoken on; containers can have hundreds
NAME_VARIABLE: Final = "PYGAME_NETWORKING_SERVER_NAME"  # between two programs of ours: a string of JSON
CLOSE_SECONDS: Final = 1.0  # for the last word to leave, which takes a quarter of that

_NAME, _PLAYERS, _MAX_PLAYERS, _VERSION = "name", "players", "max", "version"  # the keys of the TXT record
_ID, _GAME = "id", "game"
_TLS, _PASSWORD = "tls", "password"  # there where it is so, whatever their values


class LanError(Exception):
    """Nothing can be advertised or discovered here; the message says why."""


@dataclass(frozen=True, slots=True)
class Advert:
    """What a server says of itself."""

    name: str
    players: int
    max_players: int
    version: int = VERSION
    tls: bool = False  # one talks to it encrypted
    password: bool = False  # it wants one
    server_id: str = ""  # what it answers to a Query with; empty: it is of a version that knows none
    game: str = ""  # the name of what it plays; empty: it does not say

    def properties(self) -> dict[str, str]:
        """As a TXT record has it."""
        numbers = {_PLAYERS: self.players, _MAX_PLAYERS: self.max_players, _VERSION: self.version}
        flags = {_TLS: self.tls, _PASSWORD: self.password}
        said = {key: str(number) for key, number in numbers.items()} | {key: "1" for key, flag in flags.items() if flag}
        if self.server_id:
            said[_ID] = self.server_id
        if self.game:
            said[_GAME] = self.game
        return {_NAME: self.name, **said}


def read_advert(properties: Mapping[bytes, bytes | None]) -> Advert:
    """The advert that a stranger's TXT record means. Raises ValueError where it means none."""
    said = {key: properties.get(key.encode()) or b"" for key in (_NAME, _PLAYERS, _MAX_PLAYERS, _VERSION)}
    name = tidy(said[_NAME].decode(errors="replace"))
    if not name:
        raise ValueError("an advert without a name")
    players, most, version = (_number(said[key]) for key in (_PLAYERS, _MAX_PLAYERS, _VERSION))
    server_id = (properties.get(_ID.encode()) or b"").decode(errors="replace")
    if server_id and not re.fullmatch(f"[0-9a-f]{{{SERVER_ID_DIGITS}}}", server_id):
        raise ValueError("an advert with an id that is none")
    locks = _TLS.encode() in properties, _PASSWORD.encode() in properties
    game = tidy((properties.get(_GAME.encode()) or b"").decode(errors="replace"))
    return Advert(name, players, most, version, *locks, server_id, game)


def tidy(text: str) -> str:
    """The part of a text that can be shown in a list: normalised (NFKC), visible, short; empty if nothing is left."""
    text = unicodedata.normalize("NFKC", text[: 4 * SERVER_NAME_LIMIT])  # cut before: NFKC can make 18 of one
    # What our Unicode tables lack, those of whoever said it may have: it shall not cost them their place in the list.
    known = ("?" if unicodedata.category(letter) == "Cn" else letter for letter in text)
    visible = "".join(letter for letter in known if letter.isprintable() or letter.isspace())
    return " ".join(visible.split())[:SERVER_NAME_LIMIT].strip()


def clean_server_name(text: str) -> str:
    """A name for a server as its host typed it. Raises ValueError saying what is wrong."""
    name = " ".join(unicodedata.normalize("NFKC", text).split())
    if not name or not name.isprintable():
        raise ValueError("a server's name needs at least one character, and only such as can be seen")
    if len(name) > SERVER_NAME_LIMIT:
        raise ValueError(f"a server's name has at most {SERVER_NAME_LIMIT} characters, this one has {len(name)}")
    return name


def default_server_name() -> str:
    """What this machine is called."""
    return tidy(socket.gethostname()) or "a server"


def give_server_name(name: str) -> dict[str, str]:
    """The environment in which a program of ours finds that name for its server.

    No argument says it: not every system's encoding of arguments has every letter.
    """
    return {NAME_VARIABLE: json.dumps(name)}  # ASCII alone


def given_server_name() -> str:
    """The name that whoever started us gave our server; empty where there is none, or none that is possible."""
    try:
        return clean_server_name(json.loads(os.environ.get(NAME_VARIABLE, "null")))
    except (ValueError, TypeError):
        return ""


async def open_lan(interfaces: Sequence[str] | None) -> "tuple[AsyncZeroconf, list[str]]":
    """Multicast DNS on the networks of these own addresses, of all but the loopback where it is None.

    Returns it and the addresses, under which others there reach this machine. Raises LanError.
    """
    try:
        kind, found = await asyncio.to_thread(_load)
    except ImportError as error:
        package = str(error.name).partition(".")[0]
        raise LanError(f"the package {package} is not installed: python -m pip install zeroconf") from None
    addresses = list(interfaces or found)
    if not addresses:
        raise LanError("this machine is on no network")
    # A service is found through IPv4 wherever there is any; its IPv6 addresses are told there too.
    speaks = [address for address in addresses if ":" not in address] or addresses
    try:
        return kind(interfaces=speaks[:INTERFACES]), addresses
    except (OSError, RuntimeError) as error:
        raise LanError(f"this network has no multicast: {getattr(error, 'strerror', None) or error}") from None


async def close_lan(lan: "AsyncZeroconf") -> None:
    """Say that we are gone, in a bounded time."""
    with contextlib.suppress(TimeoutError, OSError):
        async with asyncio.timeout(CLOSE_SECONDS):
            await lan.async_close()


Interface = ipaddress.IPv4Interface | ipaddress.IPv6Interface


async def own_interfaces() -> list[Interface]:
    """The addresses of this machine, each with the network that it lies in; none where nobody can tell."""
    try:
        return await asyncio.to_thread(_interfaces)
    except ImportError:
        return []


def distance(host: str, own: Sequence[Interface]) -> int:
    """How far an address seems to be, to try the nearest first.

    0: in a network of ours; 1: elsewhere; 2: our own, which another machine may have as well (a container's bridge).
    """
    number = ipaddress.ip_address(host)
    if number.is_loopback or any(number == interface.ip for interface in own):
        return 2
    return 0 if any(number in interface.network for interface in own) else 1


def _interfaces() -> list[Interface]:
    import ifaddr

    return [
        ipaddress.ip_interface(f"{str(host).partition('%')[0]}/{ip.network_prefix}")
        for adapter in ifaddr.get_adapters()
        for ip in adapter.ips
        for host in (ip.ip if isinstance(ip.ip, str) else ip.ip[0],)
    ]


def _load() -> "tuple[type[AsyncZeroconf], list[str]]":
    """Import what is needed, which takes longer than a tick, and look up the own addresses."""
    import ifaddr
    from zeroconf.asyncio import AsyncZeroconf

    own = [
        ip.ip if isinstance(ip.ip, str) else str(ip.ip[0]) for adapter in ifaddr.get_adapters() for ip in adapter.ips
    ]
    return AsyncZeroconf, sorted(filter(_reaches_others, own), key=lambda address: ":" in address)


def _reaches_others(address: str) -> bool:
    number = ipaddress.ip_address(address.partition("%")[0])
    return not (number.is_loopback or number.is_unspecified or (number.version == 6 and number.is_link_local))


def _number(text: bytes) -> int:
    if not (text.isdigit() and len(text) <= len(str(MOST)) and int(text) <= MOST):
        raise ValueError(f"{text[:20]!r} is no number from 0 to {MOST}")
    return int(text)
