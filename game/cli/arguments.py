"""The command line: which options there are, and how each is read. What they do is the affair of `main`.

Which of them go together is in `options`.
"""

import argparse
import os
import sys
from pathlib import Path
from typing import Final, NoReturn

from game.cli.passwords import VARIABLE
from net.colors import parse_color
from net.conditioner.conditions import PROFILES, Conditions, ConditionsError, parse_conditions
from net.defaults import (
    HOLD_SECONDS,
    IDLE_SECONDS,
    MAX_PER_ADDRESS,
    MAX_SPECTATORS,
    ROUND_SECONDS,
    SEND_RATE,
    SILENCE_SECONDS,
    TICK_RATE,
)
from net.io import logs
from net.io.address import DEFAULT_PORT, Address, AddressError, parse_address
from net.io.certificates import CertificateError, client_context
from net.io.lan import clean_server_name
from net.io.terminal import complain
from net.io.tls import read_fingerprint
from net.wire.texts import clean_name

HERE: Final = "127.0.0.1"  # where metrics are told: they are nobody else's business unless the host says so


class Parser(argparse.ArgumentParser):
    """One that says in one line what is wrong, without the whole usage before it."""

    def error(self, message: str) -> NoReturn:
        """End the program with that line, and exit code 2."""
        complain(f"{self.prog}: error: {message} (--help lists all options)")
        sys.exit(2)


def build_parser() -> argparse.ArgumentParser:
    """The parser of the whole command line; bad values end the program with one line."""
    parser = Parser(
        prog="main.py",
        description="A game for several people over the network. Without arguments, a start screen asks for the rest.",
    )
    parser.add_argument("--log-level", choices=("debug", "info", "warning", "error"), default="info")
    parser.add_argument(
        "--log-format", choices=tuple(logs.FORMATS), default="text", help="json: an object a line (default %(default)s)"
    )

    parser.add_argument("--game", metavar="NAME", help="a built-in game, or a module with a GAME (default: tag)")

    parser.add_argument("--new-game", metavar="NAME", help="write a starter for a game of your own into this folder")

    access = parser.add_argument_group("password", f"of the server, or of servers; or in the environment as {VARIABLE}")
    access.add_argument("--password", action="store_true", help="ask for it at the terminal")
    access.add_argument("--password-file", type=Path, metavar="FILE", help="it is the first line of that file")

    certificates = parser.add_argument_group("encryption", "a client puts tls:// before the address of a server")
    certificates.add_argument(
        "--tls", nargs=2, type=Path, metavar=("CERT", "KEY"), help="serve encrypted, with that certificate and key"
    )
    certificates.add_argument(
        "--tls-ca", type=_authority, metavar="FILE", help="believe servers that this authority vouches for, no others"
    )
    certificates.add_argument(
        "--tls-fingerprint",
        type=_fingerprint,
        metavar="SHA256",
        help="believe the server whose certificate has this one, no other",
    )

    join = parser.add_argument_group("play")
    join.add_argument(
        "--connect", metavar="HOST[:PORT]", type=_address, help=f"join that server (port {DEFAULT_PORT} if not given)"
    )
    join.add_argument("--spectate", action="store_true", help="only watch that server's game, without a body")
    join.add_argument(
        "--doctor", metavar="HOST[:PORT]", type=_address, help="find out, step by step, why joining a server fails"
    )
    join.add_argument("--name", type=_name, help="what the others call you")
    join.add_argument(
        "--simulate",
        metavar="NETWORK",
        type=_network,
        help=f"as if over a worse network: {', '.join(PROFILES)}, or latency=120,jitter=30,loss=1%%",
    )
    join.add_argument(
        "--color", type=_color, help="#RRGGBB, a name such as orange, or any; the server keeps players apart"
    )

    host = parser.add_argument_group("serve")
    host.add_argument("--server", action="store_true", help="run a server, without a window")
    host.add_argument("--host", metavar="ADDR", help="listen on that address alone (default: on all)")
    host.add_argument("--port", type=_port, default=DEFAULT_PORT, help="default %(default)s; 0 picks a free one")
    host.add_argument("--max-players", type=_positive, default=128, metavar="N", help="default %(default)s")
    host.add_argument(
        "--max-spectators", type=_audience, default=MAX_SPECTATORS, metavar="N", help="default %(default)s; 0: nobody"
    )
    host.add_argument(
        "--server-name", type=_server_name, metavar="NAME", help="how machines on the same network see it listed"
    )
    host.add_argument("--no-advertise", action="store_true", help="do not tell the network that there is a server")
    host.add_argument(
        "--max-per-address",
        type=_positive,
        default=MAX_PER_ADDRESS,
        metavar="N",
        help="connections from one address, other than this machine's own (default %(default)s)",
    )
    host.add_argument("--tick-rate", type=_rate, default=TICK_RATE, metavar="HZ", help="default %(default)s")
    host.add_argument("--send-rate", type=_rate, default=SEND_RATE, metavar="HZ", help="default %(default)s")
    host.add_argument(
        "--visible",
        choices=("all", "area"),
        default="all",
        help="what players are told of: everything, or the area round them (for large arenas; default %(default)s)",
    )
    host.add_argument(
        "--arena",
        type=_typed,
        default="",
        metavar="NAME",
        help="the arena: one of the game's own, or a text file (default: the game's first)",
    )
    host.add_argument(
        "--silence",
        type=_seconds,
        default=SILENCE_SECONDS,
        metavar="S",
        help="a client that sends nothing for so long is gone (default %(default)s)",
    )
    host.add_argument(
        "--hold-seat",
        type=_seconds_or_none,
        default=HOLD_SECONDS,
        metavar="S",
        help="so long can a player whose connection is lost come back (default %(default)s; 0: not at all)",
    )
    host.add_argument(
        "--idle-seconds",
        type=_seconds_or_none,
        default=IDLE_SECONDS,
        metavar="S",
        help="who does nothing for so long on a full server may lose the seat (default %(default)s; 0: never)",
    )
    host.add_argument(
        "--round-seconds",
        type=_seconds,
        default=ROUND_SECONDS,
        metavar="S",
        help="how long a round is (default %(default)s)",
    )
    host.add_argument(
        "--no-votes",
        action="store_true",
        help="play the same game for ever: players do not vote after a round",
    )
    host.add_argument(
        "--metrics",
        type=_metrics,
        metavar="[ADDR:]PORT",
        help="figures for Prometheus at /metrics, and a check at /health; without ADDR for this machine alone",
    )
    host.add_argument(
        "--admin", action="store_true", help="take commands from standard input, a terminal or a pipe: help lists them"
    )
    host.add_argument("--ban-file", type=Path, metavar="FILE", help="keep bans there, an address a line")
    host.add_argument("--with-parent", action="store_true", help=argparse.SUPPRESS)  # end when standard input ends

    bots = parser.add_argument_group("bots")
    bots.add_argument("--bots", type=_positive, metavar="N", help="let N bots play, without a window")
    bots.add_argument("--seconds", type=_seconds, default=10.0, metavar="S", help="for so long (default %(default)s)")
    parser.add_argument("--seed", type=int, default=0, help="of all that is random: places to start, bots")
    return parser


def _typed(text: str) -> str:
    """An argument as it was typed, in UTF-8: a narrow locale (LC_ALL=C) leaves its letters as bytes."""
    return os.fsencode(text).decode(errors="surrogateescape")


def _address(text: str) -> Address:
    try:
        return parse_address(_typed(text))
    except AddressError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _authority(text: str) -> Path:
    try:
        client_context(Path(text))
    except CertificateError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    return Path(text)


def _fingerprint(text: str) -> str:
    try:
        return read_fingerprint(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _network(text: str) -> Conditions:
    try:
        return parse_conditions(text)
    except ConditionsError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _name(text: str) -> str:
    try:
        return clean_name(_typed(text), judge=False)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _server_name(text: str) -> str:
    try:
        return clean_server_name(_typed(text))
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _color(text: str) -> int:
    try:
        return parse_color(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _port(text: str) -> int:
    return _whole(text, 0, 65535)


def _positive(text: str) -> int:
    return _whole(text, 1, 10_000)


def _audience(text: str) -> int:
    return _whole(text, 0, 10_000)


def _rate(text: str) -> int:
    return _whole(text, 1, 240)


def _whole(text: str, low: int, high: int) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10 and low <= int(text) <= high):
        raise argparse.ArgumentTypeError(f"{text!r} is not possible: a whole number from {low} to {high}")
    return int(text)


def _seconds(text: str) -> float:
    value = _seconds_or_none(text)
    if not value:
        raise argparse.ArgumentTypeError(f"{text!r} is not possible: seconds, more than 0 and at most a day")
    return value


def _seconds_or_none(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 86400:
        raise argparse.ArgumentTypeError(f"{text!r} is not possible: seconds, at least 0 and at most a day")
    return value


def _metrics(text: str) -> Address:
    """Where to tell metrics, from PORT or ADDR:PORT; for argparse, so it raises ArgumentTypeError."""
    host, colon, port = text.rpartition(":")
    if not (port.isascii() and port.isdigit() and len(port) <= 5 and int(port) <= 65535) or (colon and not host):
        raise argparse.ArgumentTypeError(f"{text!r} is not possible: PORT or ADDR:PORT, such as 9100 or 0.0.0.0:9100")
    if not colon:
        return Address(HERE, int(port))
    try:
        return parse_address(text)
    except AddressError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
