"""Reads what people type as a server's address: HOST, HOST:PORT, [IPv6] or [IPv6]:PORT; tls:// before it encrypts."""

import ipaddress
import re
import unicodedata
from typing import Final, NamedTuple

DEFAULT_PORT: Final = 5000
TLS: Final = "tls://"
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):/+", re.IGNORECASE)
_SECURE = re.compile(r"(https|wss):", re.IGNORECASE)
_PATH = re.compile(r"[/?#\\].*", re.DOTALL)
_SPACES = re.compile(r"\s*([:.@/\[\]])\s*")  # around what parts an address
_SPACE_FOR_COLON = re.compile(r"^([^\s:]+)\s+(\d{1,5})$")
# What input methods for Chinese and Japanese type, and what looks like a colon or a point.
_LOOK_ALIKES = {0xFF01 + number: 0x21 + number for number in range(94)} | dict.fromkeys(map(ord, "。．｡"), ".")
_LOOK_ALIKES |= dict.fromkeys(map(ord, "：﹕∶꞉ː"), ":")
_LIKE_IPV6 = re.compile(r"[0-9a-f]*:[0-9a-f:]*(:[0-9.]+)?(%.*)?", re.IGNORECASE)
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
    """The address that `text` means. Raises AddressError, which says what to type where that can be guessed."""
    text = text.strip()
    try:
        return _parse_any(text)
    except AddressError:
        wrong, rest = _pasted(text)
        if not wrong:
            raise
    try:
        found = _parse_any(rest)
    except AddressError as error:
        raise AddressError(f"{wrong}; and then, {error}") from None
    encrypted = f", or {TLS}{found} if the server encrypts" if _SECURE.match(text) and not found.tls else ""
    raise AddressError(f"{wrong}: type {found}{encrypted}")


def _parse_any(text: str) -> Address:
    if text[: len(TLS)].lower() == TLS:
        return TlsAddress(*_parse(text[len(TLS) :]))
    return _parse(text)


def _pasted(text: str) -> tuple[str, str]:
    """What is wrong with a text that holds more than an address, empty where nothing is; and what remains of it."""
    _, command, rest = text.rpartition("--connect ")
    wide = rest.translate(_LOOK_ALIKES)
    seen = _SPACES.sub(r"\1", "".join(each for each in wide if unicodedata.category(each) != "Cf").strip("\"'<>` "))
    left_out = [command.strip()] if command else []
    seen = _SPACE_FOR_COLON.sub(r"\1:\2", seen)
    tls = ""
    while (scheme := _SCHEME.match(seen)) is not None:
        seen = seen[scheme.end() :]
        if scheme[1].lower() == "tls":
            tls = TLS
        if scheme[0].lower() != TLS:
            left_out.append(scheme[0])
    if (path := _PATH.search(seen)) is not None:
        left_out.append(path[0])
        seen = seen[: path.start()]
    user, at, seen = seen.rpartition("@")
    if at:
        left_out.append(user + at)
    wrong = [f"leave {' and '.join(map(repr, left_out))} out"] if left_out else []
    if wide != rest:
        wrong.append("use a plain colon and plain points, digits and letters")
    if not wrong and tls + seen != text:
        wrong.append("leave spaces, quotes and what cannot be seen out")
    return ", and ".join(wrong), tls + seen


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
        if not _LIKE_IPV6.fullmatch(text):
            raise AddressError(
                f"{text!r} has too many colons: one host and one port, such as 192.168.1.5:{DEFAULT_PORT}"
            )
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
