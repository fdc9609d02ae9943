"""Connecting takes as long as it takes, never blocks a frame, can be left at any moment, and fails in plain words."""

import asyncio
import socket
import threading
import time
from typing import Any

import pytest

import net.client.client_session
import net.client.connector
import net.io.happy_eyeballs
import net.io.transport
from game.tag import TAG
from net.client.connector import Connector, Phase, seconds_before
from net.io import walltime
from net.io.address import Address
from net.server.simulation import ServerSettings
from net.wire.messages import VERSION, Hello, Refusal, Refused
from tests.game.live import answering, ended, frames_until, free_port, live_server, mute_port, run, until
from tests.harness import HALL, Stage, Stranger
from tests.net.io.test_happy_eyeballs import swallowing_first


def session_to(address: Address, name: str = "Ann") -> Connector:
    return Connector(TAG, address, name, 0xABCDEF, walltime.now)


def test_joining_works_and_shows_its_phases() -> None:
    async def test() -> None:
        async with live_server() as (simulation, address):
            session = session_to(address)
            phases = [session.phase]

            def playing() -> bool:
                phases.append(session.phase)
                return session.phase is Phase.PLAYING

            await frames_until(session, playing)
            assert (phases[0], phases[-1]) == (Phase.RESOLVING, Phase.PLAYING)
            await frames_until(session, lambda: len(simulation.seats) == 1)
            session.leave()
            await frames_until(session, lambda: len(simulation.seats) == 0)

    run(test())


def test_an_unknown_host_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(*args: Any, **more: Any) -> Any:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    async def test() -> None:
        monkeypatch.setattr(socket, "getaddrinfo", nobody)
        assert "unknown host: nobody knows the name 'nobody.example'" in await ended(
            session_to(Address("nobody.example", 5000))
        )

    run(test())


def test_a_refused_connection_says_that_nothing_listens() -> None:
    async def test() -> None:
        port = free_port()
        assert f"refused: nothing listens at 127.0.0.1:{port}" in await ended(session_to(Address("127.0.0.1", port)))

    run(test())


def test_an_address_that_does_not_answer_times_out_and_frames_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    async def test() -> None:
        monkeypatch.setattr(net.io.transport, "CONNECT_SECONDS", 0.3)
        with mute_port() as address:
            session = session_to(address)
            assert await frames_until(session, lambda: session.phase is Phase.FAILED) > 10
            assert "timed out" in session.message
            assert "firewall" in session.message

    run(test())


@pytest.mark.parametrize(
    "answer",
    [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"SSH-2.0-OpenSSH_9.2\r\n", b"\0\0\0\x05hello", b"\0\0\0\x01\x05", b""],
)
def test_something_else_that_answers_is_no_server_of_this_game(answer: bytes) -> None:
    async def test() -> None:
        async with answering(answer) as address:
            message = await ended(session_to(address))
            assert "something answered" in message
            assert "server of this game" in message

    run(test())


def test_something_that_answers_with_silence_is_no_server_of_this_game(monkeypatch: pytest.MonkeyPatch) -> None:
    async def test() -> None:
        monkeypatch.setattr(net.client.client_session, "JOIN_SECONDS", 0.2)
        async with answering(b"", hang_up=False) as address:
            session = session_to(address)
            assert await frames_until(session, lambda: session.phase is Phase.FAILED) > 10
            assert "said nothing" in session.message

    run(test())


@pytest.mark.parametrize(("version", "side"), [(VERSION + 1, "server"), (0, "client")])
def test_another_version_is_refused_naming_both_and_which_to_update(version: int, side: str) -> None:
    stage = Stage()
    old = Stranger(stage)
    old.say(Hello(version, "whatever", "Old", 0))
    stage.run(3)
    assert len(old.told) == 1
    refused = old.told[0]
    assert isinstance(refused, Refused)
    assert refused.refusal is Refusal.VERSION
    assert refused.reason == f"the server speaks version {VERSION}, the client {version}: update the {side}"
    assert old.ended is not None
    assert len(stage.simulation.seats) == 0


@pytest.mark.parametrize("name", ["", "   ", "x" * 17, "a\x07b", "a\u202eb", "\u200b"])
def test_a_name_that_is_not_acceptable_is_refused_by_the_server_too(name: str) -> None:
    stage = Stage()
    odd = Stranger(stage)
    odd.say(Hello(VERSION, TAG.registry().schema_hash, name, 0))
    stage.run(3)
    refused = odd.told[0]
    assert isinstance(refused, Refused)
    assert refused.refusal is Refusal.NAME
    assert "this name is not acceptable: a name" in refused.reason


def test_a_full_server_is_told_apart_in_the_session_too() -> None:
    async def test() -> None:
        async with live_server(settings=ServerSettings(HALL, max_players=1)) as (_, address):
            first = session_to(address)
            await frames_until(first, lambda: first.phase is Phase.PLAYING)
            assert "the server is full: 1 of 1 players are there" in await ended(session_to(address))
            first.leave()

    run(test())


def test_whoever_joins_a_server_of_a_list_is_in_that_one_or_in_none_but_may_come_back_to_another_run_of_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(net.client.connector, "FIRST_WAIT", 0.0)

    async def test() -> None:
        async with live_server() as (simulation, address):
            lost = Connector(TAG, address, "Ann", 0, walltime.now, server_id="0123456789abcdef")
            assert "another server answers there than the one that was listed" in await ended(lost)
            assert lost.play is not None
            assert lost.play.joined is None
            await until(lambda: not simulation.admission.sessions)
            session = Connector(TAG, address, "Ann", 0, walltime.now, server_id=simulation.server_id)
            await frames_until(session, lambda: session.phase is Phase.PLAYING)
        async with live_server(address.port) as (again, _):
            await frames_until(session, lambda: session.phase is Phase.PLAYING and len(again.seats) == 1)
            assert again.server_id != simulation.server_id
            session.leave()

    run(test())


def test_leaving_while_a_name_is_looked_up_neither_waits_nor_blocks_a_frame(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, answer = threading.Event(), threading.Event()

    def slow(*args: Any, **more: Any) -> Any:
        asked.set()
        answer.wait(20)
        raise socket.gaierror(socket.EAI_NONAME, "too late")

    async def test() -> None:
        monkeypatch.setattr(socket, "getaddrinfo", slow)
        session = session_to(Address("slow.example", 5000))
        assert await frames_until(session, asked.is_set) >= 1
        for _ in range(20):
            session.update()
            await asyncio.sleep(0.001)
        before = session.phase
        session.leave()
        assert (before, session.phase) == (Phase.RESOLVING, Phase.LEFT)

    run(test())  # asyncio.run would wait here for an executor's thread
    assert not answer.is_set()
    answer.set()
    for thread in threading.enumerate():
        if thread.name == "resolve":
            thread.join()


def test_leaving_while_connecting_or_joining_works_at_once() -> None:
    async def test() -> None:
        with mute_port() as address:
            session = session_to(address)
            await frames_until(session, lambda: session.phase is Phase.CONNECTING)
            session.leave()
            assert session.phase is Phase.LEFT
        async with answering(b"", hang_up=False) as address:
            session = session_to(address)
            await frames_until(session, lambda: session.phase is Phase.JOINING)
            session.leave()
            assert session.phase is Phase.LEFT
        await until(lambda: [task for task in asyncio.all_tasks() if "Connector" in repr(task)] == [])

    run(test())


def test_a_connection_that_drops_is_said_and_tried_again_until_the_server_is_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(net.client.connector, "FIRST_WAIT", 0.05)

    async def test() -> None:
        async with live_server() as (_, address):
            session = session_to(address)
            await frames_until(session, lambda: session.phase is Phase.PLAYING)
            picture = session.play
        await frames_until(session, lambda: session.phase is Phase.WAITING)
        assert session.message == "the test is over"  # the reason that the server gave
        await frames_until(session, lambda: session.attempts >= 2)
        assert session.message == "the test is over", "and not why we are not back yet"
        assert session.play is picture, "the last picture stays while we try"
        async with live_server(port=address.port) as (simulation, _):
            await frames_until(session, lambda: session.phase is Phase.PLAYING)
            assert session.play is not picture
            assert len(simulation.seats) == 1
            session.leave()

    run(test())


def test_a_dead_address_delays_neither_the_first_join_nor_the_return_which_needs_no_lookup(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(net.io.happy_eyeballs, "ATTEMPT_DELAY", 0.0)
    monkeypatch.setattr(net.client.connector, "FIRST_WAIT", 0.0)
    real, lookups = socket.getaddrinfo, []

    def two_addresses(host: str, port: int, **more: Any) -> Any:
        if host != "den.example":
            return real(host, port, **more)
        lookups.append(host)
        return [row for number in ("127.0.0.2", "127.0.0.1") for row in real(number, port, **more)]

    monkeypatch.setattr(socket, "getaddrinfo", two_addresses)

    async def test() -> None:
        loop = asyncio.get_running_loop()
        connects: list[str] = []
        monkeypatch.setattr(loop, "sock_connect", swallowing_first(loop.sock_connect, {"127.0.0.2"}, connects))
        async with live_server() as (simulation, address):
            session = session_to(Address("den.example", address.port))
            await frames_until(session, lambda: session.phase is Phase.PLAYING)
            assert connects == ["127.0.0.2", "127.0.0.1"]
            monkeypatch.setattr(
                net.io.happy_eyeballs, "ATTEMPT_DELAY", 3600.0
            )  # whoever tries the dead one first is stuck
            assert session.play is not None
            joined = session.play.joined
            assert joined is not None
            await frames_until(session, lambda: joined.clock.synced)  # so that its seat will be held
            for _ in range(2):
                for each in list(simulation.admission.sessions):
                    each.lost("a test")
                former = session.play
                await frames_until(session, lambda former=former: session.play is not former)  # type: ignore[misc]
                await frames_until(session, lambda: session.phase is Phase.PLAYING)
                assert session.play.joined is not None
                assert session.play.joined.net_id == joined.net_id, "the seat was still held"
            assert connects == ["127.0.0.2", "127.0.0.1", "127.0.0.1", "127.0.0.1"]
            assert len(lookups) == 1
            session.leave()

    run(test())


def test_where_the_known_address_fails_the_next_attempt_looks_the_name_up_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(net.client.connector, "FIRST_WAIT", 0.0)
    real, lookups = socket.getaddrinfo, []

    def count(host: str, port: int, **more: Any) -> Any:
        lookups.append(host)
        return real(host, port, **more)

    monkeypatch.setattr(socket, "getaddrinfo", count)

    async def test() -> None:
        async with live_server() as (_, address):
            session = session_to(address)
            await frames_until(session, lambda: session.phase is Phase.PLAYING)
        before = lookups.count(address.host)
        await frames_until(session, lambda: session.attempts >= 2)
        await frames_until(session, lambda: lookups.count(address.host) > before)
        session.leave()

    run(test())


def test_the_waits_between_attempts_grow_up_to_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    sleep = asyncio.sleep

    async def note(seconds: float) -> None:
        waits.append(seconds)
        await sleep(0)

    async def test() -> None:
        async with live_server() as (_, address):
            session = session_to(address)
            await frames_until(session, lambda: session.phase is Phase.PLAYING)
            monkeypatch.setattr(net.client.connector.asyncio, "sleep", note)  # type: ignore[attr-defined]
        began = time.monotonic()
        while len([wait for wait in waits if wait >= 0.25]) < 8 and time.monotonic() - began < 10:
            session.update()
            await sleep(0.001)
        session.leave()
        assert [wait for wait in waits if wait >= 0.25][:8] == [0.25, 0.5, 1, 2, 4, 8, 8, 8]

    run(test())


def test_however_often_one_has_tried_the_wait_before_the_next_attempt_is_the_longest() -> None:
    assert [seconds_before(attempt) for attempt in (0, 1, 5, 6, 10_000)] == [0.25, 0.5, 8.0, 8.0, 8.0]
