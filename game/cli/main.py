"""The program: plays, serves or sends bots, as the arguments say. Imports what draws only where something is drawn."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from ecs.arena import ArenaError
from game.arenas import arenas_of, find_arena
from game.cli.arguments import build_parser
from game.cli.new_game import NewGameError, write_starter
from game.cli.options import check_together, check_values
from game.cli.passwords import PasswordError, find_password
from game.games import GAMES, GameError, find_game
from net.game import Game
from net.io import logs
from net.io.certificates import CertificateError, server_tls
from net.io.lan import default_server_name, given_server_name
from net.io.terminal import complain, ignore_job_control, say

if TYPE_CHECKING:
    from net.client.credentials import Credentials


def main(arguments: list[str] | None = None) -> int:
    """Run the program; returns its exit code."""
    try:
        return _run(arguments)
    except KeyboardInterrupt:
        return 130  # as shells have it for Ctrl-C


def _run(arguments: list[str] | None) -> int:
    parser = build_parser()
    options = parser.parse_args(arguments)
    logs.set_up(options.log_level, options.log_format)
    check_together(parser, arguments)
    check_values(parser, options)
    if options.new_game is not None:
        return _new_game(parser, options.new_game)
    try:
        password = find_password(options.password, options.password_file)
    except PasswordError as error:
        parser.error(str(error))
    try:
        game = find_game(options.game or next(iter(GAMES)))
    except GameError as error:
        parser.error(f"argument --game: {error}")
    ignore_job_control()
    if options.server:
        return _serve(parser, options, password, game)
    from net.client.credentials import Credentials

    credentials = Credentials(password, options.tls_ca, options.tls_fingerprint or "")
    if options.doctor is not None:
        from net.client.doctor import run_doctor

        return run_doctor(game, options.doctor, credentials)
    if options.bots is not None:
        from game.bots import run_bots

        return run_bots(
            game, options.bots, options.connect, options.seconds, options.seed, options.simulate, credentials, GAMES
        )
    return _play(options, credentials, game if options.game else None)


def _new_game(parser: argparse.ArgumentParser, name: str) -> int:
    try:
        written = write_starter(name, Path.cwd())
    except NewGameError as error:
        parser.error(f"argument --new-game: {error}")
    say(f"written: {', '.join(path.name for path in written)}")
    program = Path(sys.argv[0]).name
    run = f"python {program}" if program.endswith(".py") else program
    say(f"play it: {run} --server --game {name}, and in another terminal: {run} --connect 127.0.0.1 --game {name}")
    return 0


def _serve(parser: argparse.ArgumentParser, options: argparse.Namespace, password: str, game: Game) -> int:
    from game.server.app import Service, serve
    from net.defaults import READY_SECONDS
    from net.io import walltime
    from net.replication.interest import CELL_TILES
    from net.server.limits.bans import BanFileError, Bans
    from net.server.simulation import ServerSettings, most_players

    try:
        arena = find_arena(game, options.arena)
    except ArenaError as error:
        parser.error(f"argument --arena: {error}")
    if options.max_players > (most := most_players(options.tick_rate)):
        parser.error(f"argument --max-players: at {options.tick_rate} ticks a second, clients bear {most} at most")
    if options.send_rate > options.tick_rate or options.tick_rate % options.send_rate:
        parser.error(f"argument --send-rate: {options.tick_rate} ticks a second must be a multiple of it")
    try:
        tls = server_tls(*options.tls) if options.tls else None
    except CertificateError as error:
        parser.error(f"argument --tls: {error}")
    try:
        bans = Bans(walltime.now, options.ban_file)
    except BanFileError as error:
        parser.error(f"argument --ban-file: {error}")
    settings = ServerSettings(
        arena,
        options.max_players,
        options.tick_rate,
        options.send_rate,
        options.seed,
        options.silence,
        options.hold_seat,
        cell_tiles=CELL_TILES if options.visible == "area" else 0,
        idle_seconds=options.idle_seconds,
        round_seconds=options.round_seconds,
        ready_seconds=READY_SECONDS,
        max_spectators=options.max_spectators,
        max_per_address=options.max_per_address,
        password=password,
        fingerprint=tls.fingerprint if tls else "",
    )
    own_name = options.server_name or given_server_name() or default_server_name()
    name = None if options.no_advertise else own_name
    service = Service(options.host, options.port, options.with_parent, name, options.metrics, tls, bans, options.admin)
    # Who brings a map or a game of their own wants that to be played.
    listed = not options.no_votes and any(choice.title == arena.title for choice in arenas_of(game))
    others = [game, *(GAMES.values() if game.name in GAMES else ())] if listed else []
    return serve(game, settings, service, others)


def _play(options: argparse.Namespace, credentials: "Credentials", game: Game | None) -> int:
    try:
        from game.client.app import play
    except ImportError as error:
        complain(f"cannot draw: {error}")
        return 1
    return play(
        options.connect, options.name, options.color, GAMES, options.simulate, options.spectate, credentials, game
    )
