"""Which options of the command line go together.

Knows their names and nothing of what they do.
"""

import argparse
from typing import Final

# What a program does, by the option that says so; without any it plays.
KINDS: Final = ("server", "doctor", "bots", "new_game")

# Which kind an option is for, and who that is. What is in no list is for all, such as --log-level and --seed.
FOR: Final[dict[tuple[str, ...], tuple[str, ...]]] = {
    ("server",): (
        *("host", "port", "max_players", "max_per_address", "max_spectators", "server_name", "no_advertise"),
        *("tick_rate", "send_rate", "visible", "arena", "silence", "hold_seat", "idle_seconds", "round_seconds"),
        *("no_votes", "metrics", "tls", "admin", "ban_file", "with_parent"),
    ),
    ("bots",): ("seconds",),
    ("play",): ("name", "color", "spectate"),
    ("play", "bots"): ("connect", "simulate"),
    ("play", "bots", "doctor"): ("tls_ca", "tls_fingerprint"),
}
INSTEAD: Final = {"tls": "it is for --server; a client puts tls:// before the address of a server that encrypts"}
WHO: Final = {
    ("server",): "a server: add --server, or omit it",
    ("bots",): "bots: add --bots N, or omit it",
    ("play",): "a person who plays: omit it with --server, --bots and --doctor",
    ("play", "bots"): "clients, a person's or bots: omit it with --server and --doctor",
    ("play", "bots", "doctor"): "clients: omit it with --server, which has --tls CERT KEY",
}


def check_together(parser: argparse.ArgumentParser, arguments: list[str] | None) -> None:
    """Refuse options that would do nothing, or contradict each other: ends the program with one line.

    An option counts as given where it was typed, whatever its default is.
    """
    nothing = argparse.Namespace(**dict.fromkeys(vars(parser.parse_args([]))))
    given = {name for name, value in vars(parser.parse_args(arguments, nothing)).items() if value is not None}
    kinds = [kind for kind in KINDS if kind in given]
    if len(kinds) > 1:
        parser.error(f"{_flag(kinds[0])} cannot be combined with {_flag(kinds[1])}: start a program for each")
    if "server" in given and "connect" in given:
        parser.error("--server cannot be combined with --connect: it only serves; start another program to play there")
    kind = kinds[0] if kinds else "play"
    for fit, names in FOR.items():
        for name in names:
            if name in given and kind not in fit:
                parser.error(f"argument {_flag(name)}: {INSTEAD.get(name, f'it is for {WHO[fit]}')}")
    if kind == "bots" and "connect" not in given:
        parser.error("--bots needs --connect HOST[:PORT]: where shall they play?")
    if "spectate" in given and "connect" not in given:
        parser.error("--spectate needs --connect HOST[:PORT]: whom to watch?")
    if "no_advertise" in given and "server_name" in given:
        parser.error(
            "--no-advertise cannot be combined with --server-name: nobody would see the name; omit one of them"
        )


def check_values(parser: argparse.ArgumentParser, options: argparse.Namespace) -> None:
    """Refuse values that contradict each other, likewise."""
    if options.tls_ca and options.tls_fingerprint:
        parser.error("--tls-fingerprint says which certificate counts, and so does --tls-ca: omit one of them")
    address = options.connect or options.doctor
    if (options.tls_ca or options.tls_fingerprint) and address is not None and not address.tls:
        option = "--tls-ca" if options.tls_ca else "--tls-fingerprint"
        parser.error(f"argument {option}: it is for a server that encrypts: put tls:// before the address")
    if options.admin and options.with_parent:
        parser.error("argument --admin: its commands come by standard input, which ends the server: --with-parent")


def _flag(name: str) -> str:
    return "--" + name.replace("_", "-")
