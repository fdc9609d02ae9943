"""Servers on the local network, as strangers tell of them: listed, cleaned, timed, and forgotten when they are gone."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from enum import Enum, auto
from ipaddress import ip_interface
from typing import Any

import pytest
import zeroconf
import zeroconf.asyncio

import game.client.discovery
import net.io.lan
from game.client.discovery import MAX_SERVERS, Discovery, FoundServer
from game.client.identify import identify
from net.io import walltime
from net.io.address import Address
from net.io.certificates import server_tls
from net.io.lan import SERVICE, Advert, distance, own_interfaces
from net.server.simulation import ServerSettings, Simulation
from net.wire.messages import VERSION
from tests.certificates import OTHER
from tests.game.lan import FakeNetwork
from tests.game.live import answering, free_port, live_server, mute_port, run, until
from tests.harness import HALL


class Change(Enum):
    """As zeroconf names them."""

    Added = auto()
    Updated = auto()
    Removed = auto()


class Hall:
    """A network full of strangers, in the place of zeroconf."""

    def __init__(self) -> None:
        self.network = FakeNetwork()
        self.says: dict[str, tuple[dict[bytes, bytes | None], list[str], int | None]] = {}
        self.tell: Callable[..., None] | None = None  # to whoever listens
        self.silent: set[str] = set()

    def info(self, service: str, name: str) -> Any:
        """In the place of AsyncServiceInfo."""
        hall = self

        class Info:
            properties, _hosts, port = hall.says[name]

            async def async_request(self, lan: Any, milliseconds: float) -> bool:
                await asyncio.sleep(0)
                return name not in hall.silent

            def parsed_addresses(self, version: Any) -> list[str]:
                return self._hosts

        assert service == SERVICE
        return Info()

    def browser(self, lan: Any, services: list[str], handlers: list[Callable[..., None]]) -> Any:
        """In the place of AsyncServiceBrowser."""
        assert services == [SERVICE]
        (self.tell,) = handlers

        class Browser:
            async def async_cancel(self) -> None:
                pass

        return Browser()

    def put(
        self,
        name: str,
        *addresses: Address,
        title: str = "",
        players: int = 1,
        change: Change = Change.Added,
        said: dict[str, bytes] | None = None,
    ) -> None:
        """A stranger says that there is a server; `said` is in its TXT record instead of what would be right."""
        right = {key: value.encode() for key, value in Advert(title or name, players, 8).properties().items()}
        raw: dict[bytes, bytes | None] = {key.encode(): value for key, value in {**right, **(said or {})}.items()}
        hosts, port = [address.host for address in addresses], addresses[0].port if addresses else 5000
        self.says[f"{name}.{SERVICE}"] = raw, hosts, port
        self.heard(name, change)

    def heard(self, name: str, change: Change) -> None:
        assert self.tell is not None, "nobody listens yet"
        self.tell(zeroconf=None, service_type=SERVICE, name=f"{name}.{SERVICE}", state_change=change)


@pytest.fixture
def hall(monkeypatch: pytest.MonkeyPatch) -> Hall:
    hall = Hall()
    monkeypatch.setattr(game.client.discovery, "open_lan", hall.network.open)
    monkeypatch.setattr(zeroconf.asyncio, "AsyncServiceBrowser", hall.browser)
    monkeypatch.setattr(zeroconf.asyncio, "AsyncServiceInfo", hall.info)
    monkeypatch.setattr(game.client.discovery, "PING_SECONDS", 0.2)
    return hall


@asynccontextmanager
async def listening(hall: Hall) -> AsyncIterator[Discovery]:
    """A discovery that hears what the hall says."""
    discovery = Discovery()
    discovery.start()
    await until(lambda: hall.tell is not None or bool(discovery.problem))
    try:
        yield discovery
    finally:
        await discovery.close()


@asynccontextmanager
async def door() -> AsyncIterator[tuple[asyncio.Server, Address]]:
    """Something that takes connections."""
    server = await asyncio.start_server(lambda reader, writer: writer.close(), "127.0.0.1", 0)
    try:
        yield server, Address("127.0.0.1", server.sockets[0].getsockname()[1])
    finally:
        server.close()


def names(discovery: Discovery) -> list[str]:
    return [server.name for server in discovery.servers]


@asynccontextmanager
async def servers_at_one_port(*hosts: str) -> AsyncIterator[list[tuple[Simulation, Address]]]:
    """A server of ours at each of these hosts, all with the same port, as machines with the same bridge have them."""
    port = free_port()
    async with AsyncExitStack() as stack:
        yield [(await stack.enter_async_context(live_server(port, host=host))) for host in hosts]


def test_an_address_at_which_another_server_answers_leads_nobody_there(hall: Hall) -> None:
    """Two hosts with the same bridge of containers and the same port: the first address of the other is one's own."""

    async def test() -> None:
        async with servers_at_one_port("127.0.0.1", "127.0.0.2") as ((mine, bridge), (others, lan)):
            assert mine.server_id != others.server_id
            async with listening(hall) as discovery:
                hall.put("others", bridge, lan, said={"id": others.server_id.encode()})
                hall.put("mine", bridge, lan, said={"id": mine.server_id.encode()})
                await until(lambda: [server.ping is not None for server in discovery.servers] == [True, True])
                assert [(server.name, server.address, server.server_id) for server in discovery.servers] == [
                    ("mine", bridge, mine.server_id),
                    ("others", lan, others.server_id),
                ]

    run(test())


def test_a_server_none_of_whose_addresses_leads_to_it_is_not_listed(hall: Hall) -> None:
    async def test() -> None:
        async with servers_at_one_port("127.0.0.1") as ((mine, bridge),), listening(hall) as discovery:
            hall.put("others", bridge, said={"id": b"0123456789abcdef"})
            hall.put("mine", bridge, said={"id": mine.server_id.encode()})
            await until(lambda: [server.ping is not None for server in discovery.servers] == [True])
            assert names(discovery) == ["mine"]
            hall.put("others", bridge, said={"id": mine.server_id.encode()}, change=Change.Updated)  # it has moved here
            await until(lambda: [server.ping is not None for server in discovery.servers] == [True, True])

    run(test())


def test_a_server_that_encrypts_is_asked_so_whoever_vouches_for_it(hall: Hall) -> None:
    async def test() -> None:
        async with live_server(tls=server_tls(*OTHER)) as (simulation, address), listening(hall) as discovery:
            hall.put("locked", address, said={"id": simulation.server_id.encode(), "tls": b"1"})
            await until(lambda: [server.ping is not None for server in discovery.servers] == [True])
            assert discovery.servers[0].address == address
            assert discovery.servers[0].address.tls

    run(test())


def test_who_only_asks_takes_no_seat_and_leaves_nothing_behind(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)

    async def test() -> None:
        async with live_server(settings=ServerSettings(HALL, max_players=1, password="xyzzy")) as (simulation, address):
            before = asyncio.all_tasks()
            answer = await identify(address, 5.0, walltime.now)
            assert answer is not None
            assert answer.server_id == simulation.server_id
            await until(lambda: not simulation.admission.sessions)
            assert not simulation.stats.faults
            assert asyncio.all_tasks() == before

    run(test())
    assert not caplog.records, "lists are asked for every few seconds: that is worth no line"


@pytest.mark.parametrize("said", [b"", b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\0\0\0\x03\x92\x13\xa0"])
def test_what_does_not_say_who_it_is_is_nobody(hall: Hall, said: bytes) -> None:
    async def test() -> None:
        async with answering(said) as address, listening(hall) as discovery:
            answer = await identify(address, 5.0, walltime.now)
            assert answer is not None
            assert answer.server_id == ""
            hall.put("den", address, said={"id": b"0123456789abcdef"})
            await until(lambda: names(discovery) == ["den"])
            await asyncio.sleep(0.01)
            assert discovery.servers[0].ping is None, "it may not be there yet"

    run(test())


OWN = [ip_interface("192.168.1.5/24"), ip_interface("172.17.0.1/16"), ip_interface("fd00::5/64")]


def test_addresses_in_a_network_of_ours_are_tried_first_and_our_own_last() -> None:
    told = ["172.17.0.1", "10.0.0.9", "127.0.0.1", "192.168.1.7", "fd00::7", "192.168.1.5"]
    assert sorted(told, key=lambda host: distance(host, OWN)) == [
        *("192.168.1.7", "fd00::7"),
        "10.0.0.9",
        *("172.17.0.1", "127.0.0.1", "192.168.1.5"),
    ]


def test_one_that_cannot_say_who_it_is_is_not_looked_for_at_our_own_addresses(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def own() -> list[Any]:
        return OWN

    monkeypatch.setattr(game.client.discovery, "own_interfaces", own)

    async def test() -> None:
        async with listening(hall) as discovery:
            hall.put("old", Address("172.17.0.1", 5000), Address("192.168.1.7", 5000), said={"version": b"4"})
            hall.put("ours", Address("172.17.0.1", 5000), Address("192.168.1.5", 5000), said={"version": b"4"})
            await until(lambda: len(discovery.servers) == 2)
            assert [known.addresses for known in discovery._known.values()] == [
                [Address("192.168.1.7", 5000)],
                [Address("172.17.0.1", 5000), Address("192.168.1.5", 5000)],
            ]

    run(test())


def test_the_own_interfaces_are_known_with_their_networks() -> None:
    async def test() -> None:
        assert ip_interface("127.0.0.1/8") in await own_interfaces()

    run(test())


def test_a_server_that_encrypts_is_joined_so_and_one_that_wants_a_password_is_known_to(hall: Hall) -> None:
    async def test() -> None:
        async with door() as (_, address), listening(hall) as discovery:
            hall.put("locked", address, said={"tls": b"1", "password": b""})
            hall.put("open", address)
            await until(lambda: len(discovery.servers) == 2)
            locked, unlocked = discovery.servers
            assert (str(locked.address), locked.password) == (f"tls://{address}", True)
            assert (str(unlocked.address), unlocked.password) == (str(address), False)

    run(test())


def test_servers_are_listed_by_name_with_players_and_how_long_they_take_to_answer(hall: Hall) -> None:
    async def test() -> None:
        async with door() as (_, address), listening(hall) as discovery:
            began = walltime.now()
            assert discovery.servers == []
            hall.put("zoo", address, players=3)
            hall.put("Bar", address, players=8)
            await until(lambda: [server.ping is not None for server in discovery.servers] == [True, True])
            assert names(discovery) == ["Bar", "zoo"]
            bar, zoo = discovery.servers
            assert (bar.address, bar.players, bar.max_players, bar.version) == (address, 8, 8, VERSION)
            assert zoo.players == 3
            assert bar.ping is not None
            assert 0 < bar.ping < walltime.now() - began, "in seconds"
            assert discovery.problem == ""

    run(test())


def test_the_list_follows_what_a_server_says_later_and_forgets_who_says_goodbye(hall: Hall) -> None:
    async def test() -> None:
        async with door() as (_, address), listening(hall) as discovery:
            hall.put("den", address, players=1)
            await until(lambda: names(discovery) == ["den"])
            hall.put("den", address, players=5, title="den of Ann", change=Change.Updated)
            await until(lambda: [server.players for server in discovery.servers] == [5])
            assert names(discovery) == ["den of Ann"]
            hall.heard("den", Change.Removed)
            assert discovery.servers == []

    run(test())


def test_a_server_with_several_addresses_is_listed_with_the_one_that_answers(hall: Hall) -> None:
    async def test() -> None:
        async with door() as (_, address), listening(hall) as discovery:
            hall.put("den", Address("127.0.0.2", address.port), Address("127.0.0.1", address.port))
            await until(lambda: [server.ping is not None for server in discovery.servers] == [True])
            assert discovery.servers[0].address == address

    run(test())


def test_one_that_does_not_answer_is_listed_without_a_ping_and_holds_nobody_up(hall: Hall) -> None:
    async def test() -> None:
        async with door() as (_, address), listening(hall) as discovery:
            with mute_port() as mute:
                hall.put("mute", mute)
                hall.put("shut", Address("127.0.0.1", free_port()))
                hall.put("den", address)
                await until(lambda: len(discovery.servers) == 3)
                await until(lambda: discovery.servers[0].ping is not None)
                assert names(discovery) == ["den", "mute", "shut"]
                assert [server.ping is None for server in discovery.servers] == [False, True, True]

    run(test())


def test_one_that_answered_and_answers_no_more_is_gone_until_it_answers_again(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(game.client.discovery, "PING_EVERY", 0.01)

    async def test() -> None:
        async with door() as (server, address), listening(hall) as discovery:
            hall.put("den", address)
            await until(lambda: [found.ping is not None for found in discovery.servers] == [True])
            server.close()
            await until(lambda: discovery.servers == [])  # though its advert is still there
            again = await asyncio.start_server(lambda reader, writer: writer.close(), "127.0.0.1", address.port)
            await until(lambda: names(discovery) == ["den"])
            again.close()

    run(test())


def test_a_crowd_of_strangers_makes_neither_the_list_nor_the_memory_grow(hall: Hall) -> None:
    async def test() -> None:
        async with door() as (_, address), listening(hall) as discovery:
            for number in range(5 * MAX_SERVERS):
                hall.put(f"server {number}", address)
                if number % 50 == 0:
                    await asyncio.sleep(0.005)
            await until(lambda: len(discovery.servers) == MAX_SERVERS)
            await asyncio.sleep(0.02)
            assert len(discovery.servers) == len(discovery._known) == MAX_SERVERS
            assert len(discovery._news) == 0
            hall.heard("server 0", Change.Removed)
            hall.put("den", address)
            await until(lambda: "den" in names(discovery))

    run(test())


GOOD = Address("127.0.0.1", 9)


@pytest.mark.parametrize(
    ("addresses", "said"),
    [
        ([GOOD], {"name": b""}),
        ([GOOD], {"name": b"\xe2\x80\xae\x00\x1b"}),
        ([GOOD], {"players": b"-1"}),
        ([GOOD], {"players": b"many"}),
        ([GOOD], {"players": "²".encode()}),
        ([GOOD], {"max": b"9" * 200}),
        ([GOOD], {"max": b""}),
        ([GOOD], {"version": b"1.5"}),
        ([GOOD], {"id": b"0123"}),
        ([GOOD], {"id": b"0123456789ABCDEF"}),
        ([GOOD], {"id": "0123456789abcde²".encode()}),
        ([], {}),
        ([Address("224.0.0.251", 5000)], {}),
        ([Address("0.0.0.0", 5000)], {}),
        ([Address("255.255.255.255", 5000)], {}),
        ([Address("fe80::1%eth0", 5000)], {}),
        ([Address("fe80::1", 5000)], {}),
        ([Address("127.0.0.1", 0)], {}),
    ],
)
def test_nonsense_of_strangers_is_not_listed(hall: Hall, addresses: list[Address], said: dict[str, bytes]) -> None:
    async def test() -> None:
        async with listening(hall) as discovery:
            hall.put("bad", *addresses, said=said)
            hall.put("good", GOOD)
            hall.put("mute", GOOD)
            hall.silent.add(f"mute.{SERVICE}")
            await until(lambda: names(discovery) == ["good"])
            await asyncio.sleep(0.01)
            assert names(discovery) == ["good"]

    run(test())


def test_a_known_server_that_begins_to_say_nonsense_is_forgotten(hall: Hall) -> None:
    async def test() -> None:
        async with listening(hall) as discovery:
            hall.put("den", GOOD)
            await until(lambda: names(discovery) == ["den"])
            hall.put("den", GOOD, said={"max": b"x"}, change=Change.Updated)
            await until(lambda: discovery.servers == [])

    run(test())


@pytest.mark.parametrize(
    ("name", "listed"),
    [
        ("Ann's\u202e den\x07".encode(), "Ann's den"),
        (b"  a \n\t b ", "a b"),
        ("ＡＮＮ".encode(), "ANN"),
        (b"bad \xff\xfe", "bad \ufffd\ufffd"),
        (b"x" * 250, "x" * 32),
        ("\ufdfa".encode() * 80, None),
    ],
)
def test_a_strangers_name_is_shown_as_far_as_it_can_be_shown(hall: Hall, name: bytes, listed: str | None) -> None:
    async def test() -> None:
        async with listening(hall) as discovery:
            hall.put("odd", GOOD, said={"name": name})
            await until(lambda: len(discovery.servers) == 1)
            (shown,) = names(discovery)
            assert shown.isprintable()
            assert 0 < len(shown) <= 32
            assert listed is None or shown == listed

    run(test())


def test_why_nothing_can_be_found_is_said_and_is_over_when_the_network_is_there(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(game.client.discovery, "RETRY_SECONDS", 0.01)
    hall.network.problem = "this machine is on no network"

    async def test() -> None:
        async with listening(hall) as discovery:
            await until(lambda: discovery.problem == "this machine is on no network")
            assert discovery.servers == []
            hall.network.problem = ""
            await until(lambda: discovery.problem == "")
            hall.put("den", GOOD)
            await until(lambda: names(discovery) == ["den"])

    run(test())


def test_closing_is_bounded_and_leaves_no_task(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(net.io.lan, "CLOSE_SECONDS", 0.02)
    hall.network.lan.hangs = True

    async def test() -> None:
        with mute_port() as mute:
            async with listening(hall) as discovery:
                hall.put("mute", mute)
                await until(lambda: len(discovery.servers) == 1)
            assert hall.network.lan.closed
            assert discovery.servers == []
            await discovery.close()
            assert len(asyncio.all_tasks()) == 1
        await Discovery().close()  # one that never began

    run(test())


def test_it_can_be_closed_while_it_asks_and_begin_again(hall: Hall) -> None:
    async def test() -> None:
        async with listening(hall) as discovery:
            hall.put("den", GOOD)
            await asyncio.sleep(0)  # it has just asked, and waits for the answer
            await discovery.close()
            assert not discovery._asking
            assert not discovery._news
            hall.tell = None
            discovery.start()
            await until(lambda: hall.tell is not None)
            hall.put("den", GOOD)
            await until(lambda: names(discovery) == ["den"])

    run(test())


def test_a_line_is_what_the_menu_expects() -> None:
    line = FoundServer("den", GOOD, 1, 8, None)
    assert (line.name, line.address, line.players, line.max_players, line.ping) == ("den", GOOD, 1, 8, None)
