"""Both ends of discovery over the real thing, on the loopback alone; and what a machine without a network is told."""

import asyncio
import os
import socket
import sys
import threading
from typing import Any

import pytest
import zeroconf.asyncio
from hypothesis import given, settings
from hypothesis import strategies as st

import game.server.advertising
import net.io.lan
from game.client.discovery import Discovery
from game.server.advertising import Advertiser
from game.tag import TAG
from net.client.connector import Connector
from net.io import walltime
from net.io.lan import (
    MOST,
    SERVER_NAME_LIMIT,
    Advert,
    LanError,
    clean_server_name,
    close_lan,
    default_server_name,
    open_lan,
    read_advert,
    tidy,
)
from net.wire.messages import VERSION
from tests.game.live import PATIENCE, frames_until, live_server, run, until

HERE = ["127.0.0.1"]


def test_a_server_is_found_and_followed_and_forgotten_over_real_multicast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(game.server.advertising, "UPDATE_SECONDS", 0.1)
    name = f"test {os.getpid()}"  # other tests may be on the same loopback

    async def test() -> None:
        try:
            lan, _ = await open_lan(HERE)
        except LanError as error:
            pytest.skip(f"no multicast on the loopback: {error}")
        await close_lan(lan)
        async with live_server() as (simulation, address):
            advertiser = Advertiser(
                address, lambda: Advert(name, len(simulation.seats), 8, server_id=simulation.server_id), HERE
            )
            discovery = Discovery(HERE)
            advertiser.start()
            discovery.start()

            def found() -> list[tuple[int, bool]]:
                return [
                    (server.players, server.ping is not None)
                    for server in discovery.servers
                    if (server.name, server.address, server.version) == (name, address, VERSION)
                ]

            before = simulation.tick
            await until(lambda: found() == [(0, True)])
            assert simulation.tick > before, "the server ticked on"
            ann = Connector(TAG, address, "Ann", 0, walltime.now)
            await frames_until(ann, lambda: found() == [(1, True)])
            ann.leave()
            await advertiser.close()
            await until(lambda: found() == [])
            await discovery.close()

    run(test())


def test_without_the_package_the_reason_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in [module for module in sys.modules if module.partition(".")[0] == "zeroconf"]:
        monkeypatch.setitem(sys.modules, module, None)

    async def test() -> None:
        with pytest.raises(LanError, match="the package zeroconf is not installed: python -m pip install zeroconf"):
            await open_lan(HERE)

    run(test())


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (OSError(19, "No such device"), "this network has no multicast: No such device"),
        (RuntimeError("No adapter found for IP address 9.9.9.9"), "this network has no multicast: No adapter"),
    ],
)
def test_where_there_is_no_multicast_the_reason_says_so(
    monkeypatch: pytest.MonkeyPatch, fault: Exception, reason: str
) -> None:
    def refuse(**_: Any) -> None:
        raise fault

    async def test() -> None:
        monkeypatch.setattr(zeroconf.asyncio, "AsyncZeroconf", refuse)
        with pytest.raises(LanError, match=reason):
            await open_lan(HERE)

    run(test())


def test_a_machine_that_is_on_no_network_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    async def test() -> None:
        import ifaddr

        monkeypatch.setattr(ifaddr, "get_adapters", list)
        with pytest.raises(LanError, match="this machine is on no network"):
            await open_lan(None)

    run(test())


def test_opening_imports_in_a_thread_and_lets_the_loop_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    load, went, enough = net.io.lan._load, 0, threading.Event()

    def slowly() -> Any:
        assert threading.current_thread() is not threading.main_thread()
        assert enough.wait(PATIENCE), "the loop stands still"
        return load()

    async def test() -> None:
        monkeypatch.setattr(net.io.lan, "_load", slowly)
        opening = asyncio.create_task(open_lan(HERE))
        nonlocal went
        while not opening.done():
            went += 1
            if went > 5:
                enough.set()
            await asyncio.sleep(0.001)
        try:
            lan, addresses = opening.result()
        except LanError as error:
            pytest.skip(str(error))
        assert addresses == HERE
        await close_lan(lan)

    run(test())
    assert went > 5


texts = st.text(max_size=80)
keys = st.sampled_from([b"name", b"players", b"max", b"version", b"x"])


@settings(derandomize=True, deadline=None, max_examples=100)
@given(
    st.dictionaries(
        st.sampled_from([b"name", b"players", b"max", b"version", b"x"]), st.binary(max_size=40) | st.none()
    )
)
def test_whatever_a_stranger_says_is_a_sound_advert_or_none(properties: dict[bytes, bytes | None]) -> None:
    try:
        advert = read_advert(properties)
    except ValueError:
        return
    assert advert.name.isprintable()
    assert 0 < len(advert.name) <= SERVER_NAME_LIMIT
    assert all(0 <= number <= MOST for number in (advert.players, advert.max_players, advert.version))


@settings(derandomize=True, deadline=None, max_examples=100)
@given(texts)
def test_what_is_tidied_can_be_shown_and_is_tidy(text: str) -> None:
    once = tidy(text)
    assert len(once) <= SERVER_NAME_LIMIT
    assert once.isprintable()
    assert once == once.strip()


@settings(derandomize=True, deadline=None, max_examples=100)
@given(texts.map(tidy).filter(bool), st.integers(0, MOST), st.integers(0, MOST), st.integers(0, MOST))
def test_an_advert_survives_the_way_there_and_back(name: str, players: int, most: int, version: int) -> None:
    advert = Advert(tidy(name), players, most, version)
    raw = {key.encode(): value.encode() for key, value in advert.properties().items()}
    assert read_advert(raw) == Advert(tidy(advert.name), players, most, version)
    assert all(len(key) + 1 + len(value) <= 255 for key, value in raw.items())  # as DNS has it


@pytest.mark.parametrize("name", ["", " \t ", "x" * 33, "a\x07b", "a\u202eb"])
def test_a_host_is_told_what_is_wrong_with_a_name(name: str) -> None:
    with pytest.raises(ValueError, match="a server's name"):
        clean_server_name(name)


def test_a_hosts_name_is_taken_as_it_was_meant() -> None:
    assert clean_server_name("  Ann's   den ") == "Ann's den"
    assert clean_server_name("x" * 32) == "x" * 32


def test_a_machines_own_name_is_the_default_whatever_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    for host, name in (
        ("box.example", "box.example"),
        ("", "a server"),
        ("\x00\x1b", "a server"),
        ("h" * 64, "h" * 32),
    ):
        monkeypatch.setattr(socket, "gethostname", lambda host=host: host)
        assert default_server_name() == name


def test_an_advert_says_whether_a_server_encrypts_and_wants_a_password() -> None:
    for tls, password in ((False, False), (True, False), (False, True), (True, True)):
        advert = Advert("Attic", 1, 8, VERSION, tls, password)
        raw = {key.encode(): value.encode() for key, value in advert.properties().items()}
        assert read_advert(raw) == advert
    assert set(Advert("Attic", 1, 8).properties()) == {"name", "players", "max", "version"}, "as ever, where it is not"
