"""The public names of each package: what other programs may build on. Who adds or removes one changes this list."""

import importlib
import pkgutil
import subprocess
import sys

import pytest

import ecs
import game
import net

API: dict[str, list[str]] = {
    "ecs": [
        "Action",
        "Arena",
        "ArenaError",
        "BodyKind",
        "Dash",
        "Grid",
        "Intent",
        "Kind",
        "Kinds",
        "Meeting",
        "Mover",
        "NetID",
        "PASS",
        "PUSH",
        "Position",
        "Size",
        "Surprises",
        "TILE",
        "UNITS_PER_PIXEL",
        "Velocity",
        "Walking",
        "World",
        "along",
        "angle_of",
        "owner_of",
        "parse_arena",
    ],
    "ecs.collision": ["CollisionSystem"],
    "ecs.movement": ["Body", "DASH", "DIRECTIONS", "Flyer", "Motion", "MovementSystem", "Roller", "STILL", "motion_at"],
    "game": [],
    "game.cli": [],
    "game.client": [],
    "game.client.audio": [],
    "game.client.draw": [],
    "game.client.input": [],
    "game.client.ui": [],
    "game.football": ["FOOTBALL"],
    "game.server": [],
    "game.snowball": ["SNOWBALL"],
    "game.tag": ["TAG"],
    "net": [
        "Away",
        "Axis",
        "Button",
        "Color",
        "Game",
        "InputState",
        "Inputs",
        "Launch",
        "Mind",
        "Name",
        "Past",
        "Press",
        "RuleContext",
        "Seen",
        "Wish",
        "body_of",
        "heading",
        "wander",
    ],
    "net.client": [
        "Cause",
        "ClientSession",
        "Connector",
        "Controls",
        "Correction",
        "Ending",
        "JoinedState",
        "Phase",
        "Wanted",
    ],
    "net.conditioner": ["Conditions", "ConditionsError", "End", "PERFECT", "PROFILES", "parse_conditions"],
    "net.io": [
        "Address",
        "AddressError",
        "CertificateError",
        "DialError",
        "ListenError",
        "ServerTls",
        "TlsAddress",
        "TlsPipe",
        "connect",
        "listen",
        "parse_address",
        "resolve",
        "secured",
        "server_tls",
    ],
    "net.replication": [
        "Audience",
        "FrameBuilder",
        "Interest",
        "Mirror",
        "Publisher",
        "Registry",
        "View",
        "checksum",
        "difference",
    ],
    "net.rounds": [
        "Ballot",
        "NAMED",
        "Podium",
        "Round",
        "RoundPhase",
        "RoundSystem",
        "Score",
        "Scores",
        "Vote",
        "Voted",
        "listed",
        "ranks",
        "score_at",
    ],
    "net.server": ["ServerSettings", "Session", "Simulation", "WornOutError"],
    "net.server.limits": [
        "Bans",
        "Bucket",
        "ChatRateLimit",
        "ConnectionLimiter",
        "LogQuota",
        "MessageRateLimit",
        "Pace",
        "PasswordGate",
    ],
    "net.testing": ["Clock", "Player", "Stage", "Stranger", "Tap", "Walker", "understood"],
    "net.wire": [
        "ClientConnection",
        "Deframer",
        "LocalProtocolError",
        "NotOurProtocolError",
        "Pipe",
        "Receiver",
        "RemoteProtocolError",
        "ServerConnection",
        "State",
        "VERSION",
        "frame",
    ],
}


@pytest.mark.parametrize("package", API)
def test_a_package_exports_what_it_is_known_for_and_says_what_it_is(package: str) -> None:
    module = importlib.import_module(package)
    assert sorted(module.__all__) == API[package]
    assert all(hasattr(module, name) for name in module.__all__)
    assert module.__doc__
    assert len(module.__doc__.strip().splitlines()) < 10


def test_every_package_is_listed() -> None:
    found = {package.__name__ for package in (ecs, net, game)}
    for package in (ecs, net, game):
        walked = pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
        found |= {module.name for module in walked if module.ispkg}
    assert found == set(API)


def test_a_game_and_its_server_are_imported_without_what_draws() -> None:
    code = "import sys, game.games, game.server.app, net.testing; assert 'pygame' not in sys.modules"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
