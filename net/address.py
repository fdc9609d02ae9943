"""Reads what people type as a server's address: HOST, HOST:PORT, [IPv6] or [IPv6]:PORT; tls:// before it encrypts."""

import ipaddress
import re
from typing import Final, NamedTuple

DEFAULT_PORT: Final = 5000
TLS: Final = "tls://"
_LABEL = re.compile(r"(?!-)[A-Za-z0-9_-]{1,63}(?<!-)")


class AddressError(ValueError):
    """That is no address; the message says why and what one looks like."""


class Address(NamedTuple):
    """Where a server is: a pair, as sockets take it."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def tls(self) -> bool:
        """Whether one talks to it encrypted."""
        return False


class TlsAddress(Address):
    """Where a server is that one talks to encrypted; another one than the same without."""

    def __str__(self) -> str:
        return f"{TLS}{super().__str__()}"

    @property
    def tls(self) -> bool:
        """As above."""
        return True

    def __eq__(self, other: object) -> bool:
        return isinstance(other, TlsAddress) and tuple(self) == tuple(other)

    def __ne__(self, other: object) -> bool:  # tuples have one of their own
        return not self == other

    def __hash__(self) -> int:
        return hash((TLS, *self))


def parse_address(text: str) -> Address:
    """The address that `text` means. Raises AddressError."""
    text = text.strip()
    if text[: len(TLS)].lower() == TLS:
        return TlsAddress(*_parse(text[len(TLS) :]))
    return _parse(text)


def _parse(text: str) -> Address:
    if not text:
        raise AddressError("type the server's address, such as 192.168.1.5 or play.example.org:5000")
    if text.startswith("["):
        host, bracket, rest = text[1:].partition("]")
        if not bracket:
            raise AddressError("the bracket of the IPv6 address is not closed: write [::1] or [::1]:5000")
        if rest and not rest.startswith(":"):
            raise AddressError(f"{rest!r} follows the bracket: write [::1] or [::1]:5000")
        return Address(_ipv6(host), _port(rest[1:]) if rest else DEFAULT_PORT)
    if text.count(":") > 1:
        return Address(_ipv6(text), DEFAULT_PORT)
    host, colon, port = text.partition(":")
    return Address(_host(host), _port(port) if colon else DEFAULT_PORT)


def _ipv6(text: str) -> str:
    try:
        ipaddress.IPv6Address(text)
    except ValueError:
        raise AddressError(f"{text!r} is no IPv6 address: write one as [::1] or [::1]:5000") from None
    return text


def _host(text: str) -> str:
    if not text:
        raise AddressError("the host is missing: write it before the colon, such as 192.168.1.5:5000")
    try:
        ascii_name = text.encode("idna").decode() if not text.isascii() else text
    except UnicodeError:
        ascii_name = ""
    labels = ascii_name.removesuffix(".").split(".")
    if len(ascii_name) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise AddressError(f"{text!r} is no host name: letters, digits, '-' and '.' only, such as play.example.org")
    if labels[-1].isdigit():
        try:
            ipaddress.IPv4Address(text)
        except ValueError:
            raise AddressError(f"{text!r} is no IPv4 address: four numbers of 0 to 255, such as 192.168.1.5") from None
    return text


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 5 and 1 <= int(text) <= 65535):
        raise AddressError(f"{text!r} is no port: a number from 1 to 65535, such as {DEFAULT_PORT}")
    return int(text)
