"""What a server tells the local network of itself, when, and that it plays on where it can tell nothing."""

import asyncio
import logging
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import game.server.advertising
import net.io.lan
from game.server.advertising import Advertiser
from net.io.address import Address
from net.io.lan import SERVICE, Advert, read_advert
from tests.game.lan import FakeNetwork
from tests.game.live import run, until
from tests.game.processes import ROOT, port_of, programs

EVERYWHERE = Address("::", 5000)


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch) -> FakeNetwork:
    """In the place of the real one."""
    fake = FakeNetwork()
    monkeypatch.setattr(game.server.advertising, "open_lan", fake.open)
    monkeypatch.setattr(game.server.advertising, "UPDATE_SECONDS", 0.02)
    return fake


class Table:
    """A server whose players come and go."""

    def __init__(self, name: str = "Ann's den") -> None:
        self.name = name
        self.players = 0

    def __call__(self) -> Advert:
        return Advert(self.name, self.players, 8)


def test_a_server_is_advertised_with_its_name_players_version_and_all_its_addresses(network: FakeNetwork) -> None:
    async def test() -> None:
        table = Table("Ann's 1.5th dén")
        advertiser = Advertiser(EVERYWHERE, table)
        advertiser.start()
        await until(lambda: bool(network.lan.registered))
        (info,) = network.lan.registered
        assert info.type == SERVICE
        assert info.name == f"Ann's 1 5th dén.{SERVICE}"
        assert info.port == 5000
        assert info.parsed_addresses() == ["192.168.1.5", "10.0.0.5"]
        assert read_advert(info.properties) == table()
        assert info.server is not None
        assert info.server.startswith("pygame-net-")
        await advertiser.close()
        assert network.lan.closed

    run(test())


def test_the_network_hears_of_players_who_come_and_go_no_oftener_than_it_should(network: FakeNetwork) -> None:
    async def test() -> None:
        table = Table()
        advertiser = Advertiser(EVERYWHERE, table)
        advertiser.start()
        await until(lambda: bool(network.lan.registered))
        for _ in range(20):
            table.players += 1  # all within one look
        await until(lambda: bool(network.lan.updated))
        await asyncio.sleep(0.1)
        (info,) = network.lan.updated  # and silence where nothing changes
        assert read_advert(info.properties).players == 20
        assert info.name == network.lan.registered[0].name
        await advertiser.close()

    run(test())


def test_a_name_that_another_server_has_already_keeps_the_number_that_it_was_given(network: FakeNetwork) -> None:
    network.lan.renames = "Ann's den"

    async def test() -> None:
        table = Table()
        advertiser = Advertiser(EVERYWHERE, table)
        advertiser.start()
        await until(lambda: bool(network.lan.registered))
        table.players = 1
        await until(lambda: bool(network.lan.updated))
        assert network.lan.updated[0].name == f"Ann's den-2.{SERVICE}"
        await advertiser.close()

    run(test())


@pytest.mark.parametrize(
    ("host", "interfaces"),
    [("0.0.0.0", None), ("::", None), ("192.168.7.7", ["192.168.7.7"]), ("fd00::7", ["fd00::7"])],
)
def test_it_is_advertised_where_the_server_listens_and_nowhere_else(
    network: FakeNetwork, host: str, interfaces: list[str] | None
) -> None:
    async def test() -> None:
        advertiser = Advertiser(Address(host, 5000), Table())
        advertiser.start()
        await until(lambda: bool(network.opened))
        assert network.opened == [interfaces]
        await advertiser.close()

    run(test())


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "::1"])
def test_a_server_for_this_machine_alone_is_not_advertised(
    network: FakeNetwork, host: str, caplog: pytest.LogCaptureFixture
) -> None:
    async def test() -> None:
        caplog.set_level(logging.INFO)
        advertiser = Advertiser(Address(host, 5000), Table())
        advertiser.start()
        await until(lambda: "not advertised: the server listens on this machine alone" in caplog.text)
        await advertiser.close()

    run(test())
    assert network.opened == []


def test_without_multicast_one_line_says_so_and_it_is_tried_again(
    network: FakeNetwork, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(game.server.advertising, "RETRY_SECONDS", 0.01)
    network.problem = "this network has no multicast: no such device"

    async def test() -> None:
        advertiser = Advertiser(EVERYWHERE, Table())
        advertiser.start()
        await until(lambda: len(network.opened) > 3)
        network.problem = ""
        await until(lambda: bool(network.lan.registered))
        await advertiser.close()

    run(test())
    assert caplog.text.count("not advertised on the network: this network has no multicast") == 1


def test_closing_takes_no_longer_than_it_may_whatever_the_network_does(
    network: FakeNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(net.io.lan, "CLOSE_SECONDS", 0.02)
    network.lan.hangs = True

    async def test() -> None:
        advertiser = Advertiser(EVERYWHERE, Table())
        advertiser.start()
        await until(lambda: bool(network.lan.registered))
        await advertiser.close()
        assert network.lan.closed
        await advertiser.close()  # a second time does nothing

    run(test())


def test_the_program_says_that_it_is_advertised_under_the_name_that_it_was_given_and_ends_at_once() -> None:
    with programs() as start:
        server = start("--server", "--port", "0", "--server-name", "  Ann's   den ")
        port_of(server)
        said = server.wait_for("advertised")
        assert said.endswith('advertised on the network as "Ann\'s den"') or "not advertised on the network" in said
        assert server.end(signal.SIGTERM) == 0
        assert not any("Traceback" in line for line in server.lines)


def test_the_program_is_silent_about_itself_where_it_is_told_to_be() -> None:
    with programs() as start:
        server = start("--server", "--port", "0", "--no-advertise", "--log-level", "debug")
        bots = start("--bots", "1", "--connect", f"127.0.0.1:{port_of(server)}", "--seconds", "2")
        assert bots.wait() == 0
        assert server.end() == 0
        assert not any("advertised" in line for line in server.lines)


def test_the_program_serves_as_well_without_the_package(tmp_path: Path) -> None:
    (tmp_path / "zeroconf.py").write_text("raise ImportError('no', name='zeroconf')")
    with programs() as start:
        server = start("--server", "--port", "0", PYTHONPATH=str(tmp_path))
        bots = start("--bots", "1", "--connect", f"127.0.0.1:{port_of(server)}", "--seconds", "2")
        server.wait_for("not advertised on the network: the package zeroconf is not installed: python -m pip install")
        assert bots.wait() == 0
        assert server.end() == 0
        assert not any("Traceback" in line for line in server.lines)


def test_nothing_imports_the_package_before_somebody_wants_to_be_found_or_to_find() -> None:
    check = (
        "import sys; import main, game.server.app, game.client.discovery, net.client.doctor\n"
        "assert 'zeroconf' not in sys.modules"
    )
    result = subprocess.run([sys.executable, "-c", check], cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
