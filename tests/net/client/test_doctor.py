"""The connection doctor tells apart whatever may be wrong on the way to a server, and always says what would help."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import esper
import pytest

import net.client.client_session
import net.client.connect
import net.client.doctor
import net.io.transport
from ecs.components import Position
from game.tag import TAG
from net.client.connector import Connector
from net.client.credentials import NOTHING, Credentials
from net.client.doctor import Finding, examine
from net.io.address import Address
from net.io.transport import DialError, bound_address
from net.io.walltime import now
from net.server.simulation import ServerSettings
from net.wire.banners import guess
from net.wire.codec import encode
from net.wire.framing import frame
from net.wire.messages import VERSION, Goodbye, Message, Refusal, Refused, Welcome
from tests.game.live import answering, frames_until, free_port, live_server, mute_port, run, until
from tests.game.processes import port_of, programs
from tests.harness import HALL

STEPS = ["resolve", "connect", "handshake", "round trip", "clock", "verdict"]


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """As long as a test may wait."""
    monkeypatch.setattr(net.client.doctor, "MEASURE_SECONDS", 0.3)
    monkeypatch.setattr(net.client.doctor, "PONG_SECONDS", 0.3)
    monkeypatch.setattr(net.client.client_session, "JOIN_SECONDS", 1.0)
    monkeypatch.setattr(net.io.transport, "CONNECT_SECONDS", 0.3)


async def findings(address: Address, credentials: Credentials = NOTHING) -> list[Finding]:
    return [finding async for finding in examine(TAG, address, credentials)]


def fails_at(step: str, found: list[Finding], *, text: str, advice: str) -> None:
    """It went well up to that step, which failed, for that reason; the verdict repeats both."""
    assert [finding.step for finding in found] == [*STEPS[: STEPS.index(step) + 1], "verdict"]
    *passed, bad, verdict = found
    assert all(finding.ok for finding in passed)
    assert not bad.ok
    assert text in bad.text
    assert advice in bad.advice
    assert (verdict.ok, verdict.text, verdict.advice) == (False, f"this does not work: {bad.text}", bad.advice)


@contextlib.asynccontextmanager
async def saying(*messages: Message) -> AsyncIterator[Address]:
    """A server that says these whoever comes, and nothing else."""
    async with answering(b"".join(frame(encode(message)) for message in messages), hang_up=False) as address:
        yield address


def test_all_is_well_with_a_server_of_ours_and_it_takes_no_seat_and_is_seen_by_nobody() -> None:
    async def test() -> None:
        async with live_server(settings=ServerSettings(HALL, max_players=1)) as (simulation, address):
            found = await findings(address)
            assert [finding.step for finding in found] == STEPS
            assert all(finding.ok for finding in found), found
            assert f"version {VERSION}" in found[2].text
            assert "ms" in found[3].text
            assert "ticks ahead" in found[4].text
            assert found[-1].text == f"this works: python main.py --connect {address}"
            assert len(simulation.seats) == 0
            assert simulation.tick > 10
            with simulation.world:
                assert esper.get_component(Position) == []
            await until(lambda: not simulation.admission.sessions)

    run(test())


def test_a_full_server_is_told_apart_and_the_rest_is_examined_all_the_same() -> None:
    async def test() -> None:
        async with live_server(settings=ServerSettings(HALL, max_players=1)) as (_, address):
            ann = Connector(TAG, address, "Ann", 0, now)
            await frames_until(ann, lambda: ann.play is not None and ann.play.joined is not None)
            found = await findings(address)
            assert [finding.step for finding in found] == STEPS
            assert [finding.ok for finding in found] == [True, True, False, True, True, False]
            assert "the server is full" in found[-1].text
            assert "watch" in found[-1].advice
            assert not any("--" in finding.advice for finding in found), "the window shows this, too"
            assert found[2].option == "--spectate"
            ann.leave()

    run(test())


def test_where_enough_are_watching_it_says_that_playing_may_be_possible() -> None:
    async def test() -> None:
        async with live_server(settings=ServerSettings(HALL, max_spectators=0)) as (_, address):
            found = await findings(address)
            assert [finding.step for finding in found] == ["resolve", "connect", "handshake", "verdict"]
            assert found[-1].ok
            assert "no more may watch" in found[2].text
            assert "playing may well be possible" in found[2].advice

    run(test())


def test_a_server_with_a_password_says_so_and_all_is_well_with_it_where_one_brings_it() -> None:
    async def test() -> None:
        async with live_server(settings=ServerSettings(HALL, password="xyzzy")) as (_, address):
            text = f"a server of this game, version {VERSION}, but this server wants a password"
            fails_at("handshake", await findings(address), text=text, advice="--password")
            found = await findings(address, Credentials("xyzzz"))
            fails_at("handshake", found, text="but the password is wrong", advice="ask whoever hosts it")
            found = await findings(address, Credentials("xyzzy"))
            assert [finding.step for finding in found] == STEPS
            assert found[-1].ok

    run(test())


def test_an_unknown_host(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(*args: Any, **more: Any) -> Any:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    async def test() -> None:
        monkeypatch.setattr(socket, "getaddrinfo", nobody)
        found = await findings(Address("nobody.example", 5000))
        fails_at("resolve", found, text="nobody knows the name 'nobody.example'", advice="spelling")

    run(test())


def test_a_resolver_that_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    async def silence(address: Address) -> Any:
        await asyncio.Event().wait()

    async def test() -> None:
        monkeypatch.setattr(net.client.doctor, "resolve", silence)
        monkeypatch.setattr(net.client.doctor, "RESOLVE_SECONDS", 0.05)
        found = await findings(Address("slow.example", 5000))
        fails_at("resolve", found, text="nobody said within", advice="on the network")

    run(test())


def test_a_port_at_which_nothing_listens() -> None:
    async def test() -> None:
        port = free_port()
        found = await findings(Address("127.0.0.1", port))
        fails_at("connect", found, text=f"nothing listens at 127.0.0.1:{port}", advice="is the server running, and is")
        assert "your own machine" in found[1].advice

    run(test())


def test_a_firewall_that_drops_silently() -> None:
    async def test() -> None:
        with mute_port() as address:
            found = await findings(address)
            fails_at("connect", found, text="timed out", advice="firewall")

    run(test())


@pytest.mark.parametrize(
    ("number", "words"),
    [
        ("127.0.0.1", "your own machine"),
        ("::1", "your own machine"),
        ("192.168.1.5", "own network alone"),
        ("10.0.0.1", "own network alone"),
        ("fe80::1%eth0", "own network alone"),
        ("9.9.9.9", "router must forward TCP port 5000"),
    ],
)
def test_what_helps_depends_on_where_an_address_works(monkeypatch: pytest.MonkeyPatch, number: str, words: str) -> None:
    async def resolved(address: Address) -> list[tuple[Any, ...]]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 0, "", (number, 5000))]

    async def refused(address: Address, *more: Any) -> None:
        raise DialError("nothing there", "look closer")

    async def test() -> None:
        monkeypatch.setattr(net.client.doctor, "resolve", resolved)
        monkeypatch.setattr(net.client.connect, "connect", refused)
        fails_at("connect", await findings(Address("a.example", 5000)), text="nothing there", advice="look closer (")
        assert words in (await findings(Address("a.example", 5000)))[1].advice

    run(test())


@pytest.mark.parametrize(
    ("answer", "what"),
    [
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "a web server (HTTP)"),
        (b"\x15\x03\x01\x00\x02\x02\x46", "encryption (TLS"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "an SSH server"),
        (b"220 mail.example.org ESMTP\r\n", "a mail or file server"),
        (b"RFB 003.008\n", "a remote desktop"),
        (b"\0\0\0\x05hello", "is not a server of this game"),
        (b"", "hung up"),
    ],
)
def test_something_that_answers_and_is_no_server_of_ours(answer: bytes, what: str) -> None:
    async def test() -> None:
        async with answering(answer) as address:
            found = await findings(address)
            fails_at("handshake", found, text=what, advice="another program's: the server prints the right one")

    run(test())


def test_a_program_that_answers_only_when_we_have_given_up_is_recognised_all_the_same() -> None:
    async def wait_for_the_end(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.write(b"<!DOCTYPE HTML>\n<html><p>Bad request</p></html>")
        writer.close()

    async def test() -> None:
        server = await asyncio.start_server(wait_for_the_end, "127.0.0.1", 0)
        found = await findings(bound_address(server))
        fails_at("handshake", found, text="looks like a web server (HTTP)", advice="another program's")
        server.close()

    run(test())


def test_a_server_that_hangs_after_the_connection() -> None:
    async def test() -> None:
        async with answering(b"", hang_up=False) as address:
            found = await findings(address)
            fails_at("handshake", found, text="said nothing for 1 s", advice="the server hangs (start it again)")

    run(test())


@pytest.mark.parametrize(
    ("refused", "text", "advice"),
    [
        (Refused(Refusal.VERSION, VERSION + 1, "new", ()), "update the game", "the older one is to be updated"),
        (Refused(Refusal.VERSION, VERSION - 1, "old", ()), "update the server", "the older one is to be updated"),
        (
            Refused(Refusal.SCHEMA, VERSION, "other", (*TAG.registry().schema, "Hat(size: int)")),
            "the server has Hat(size: int), which we lack",
            "the same components",
        ),
        (Refused(Refusal.CLOSING, VERSION, "the server is closing", ()), "is closing", "try again"),
    ],
    ids=["game too old", "server too old", "schema", "closing"],
)
def test_a_server_that_does_not_let_us_in(refused: Refused, text: str, advice: str) -> None:
    async def test() -> None:
        async with saying(refused) as address:
            fails_at("handshake", await findings(address), text=text, advice=advice)

    run(test())


WELCOME = Welcome(0, 118, 60, 2, 0, HALL.rows, "", 3)


def test_a_server_that_lets_us_in_and_hangs_then() -> None:
    async def test() -> None:
        async with saying(WELCOME) as address:
            found = await findings(address)
            fails_at("round trip", found, text="answered no ping", advice="look at its terminal")

    run(test())


def test_a_server_that_lets_us_in_and_ends() -> None:
    async def test() -> None:
        async with answering(frame(encode(WELCOME))) as address:
            found = await findings(address)
            fails_at("round trip", found, text="the connection ended", advice="look at what the server says")

    run(test())


def test_a_server_that_breaks_the_protocol_is_no_stranger_but_broken() -> None:
    async def test() -> None:
        async with saying(Welcome(7, 118, 60, 2, 0, HALL.rows, "secret", 3)) as address:
            found = await findings(address)
            fails_at("handshake", found, text="broke the protocol: a welcome as 7 to a spectator", advice="terminal")

    run(test())


def test_who_stops_listening_to_the_doctor_leaves_nothing_behind() -> None:
    async def test() -> None:
        async with live_server() as (simulation, address):
            async with contextlib.aclosing(examine(TAG, address)) as steps:
                async for finding in steps:
                    if finding.step == "handshake":
                        break
            await until(lambda: not simulation.admission.sessions)

    run(test())


def test_bytes_that_say_nothing_are_nobodys() -> None:
    assert guess(b"") == guess(b"\0\0\0\x05") == guess(b"HTT") == ""


def test_the_program_prints_it_and_says_by_its_exit_code_whether_one_can_play() -> None:
    with programs() as start:
        server = start("--server", "--port", "0", "--host", "127.0.0.1")
        address = f"127.0.0.1:{port_of(server)}"
        doctor = start("--doctor", address)
        assert doctor.wait() == 0
        assert [line[6:].split("  ")[0] for line in doctor.lines if line.startswith("ok  ")] == STEPS
        assert server.end() == 0
        doctor = start("--doctor", address)
        assert doctor.wait() == 1
        doctor.wait_for(f"FAIL  connect     refused: nothing listens at {address}")
        doctor.wait_for("FAIL  verdict     this does not work")
        assert not any("Traceback" in line for line in doctor.lines)


FORGED = "full\r\nok    verdict     this works: all is well\x1b[1A\x1b[2K\x9b\u202e\u2028" + " " * 60 + "ok    verdict"


@pytest.mark.parametrize("message", [Refused(Refusal.FULL, VERSION, FORGED, ()), Goodbye(FORGED)])
def test_a_servers_words_forge_no_finding(message: Message, capsys: pytest.CaptureFixture[str]) -> None:
    async def test() -> None:
        async with answering(frame(encode(message))) as address:
            await net.client.doctor._print(TAG, address, NOTHING)

    run(test())
    fine = {"resolve", "connect"} | ({"handshake", "verdict"} if isinstance(message, Refused) else set())
    lines = capsys.readouterr().out.split("\n")
    assert any("all is well" in line for line in lines), "they are told"
    assert all(line.isprintable() for line in lines)
    assert [line[:17] for line in lines if line[:1] not in ("", " ")] == [
        f"{'ok  ' if step in fine else 'FAIL'}  {step:<10} " for step in ("resolve", "connect", "handshake", "verdict")
    ]
    assert not any("ok    verdict" in line[1:] for line in lines), "nor where the terminal breaks the line"


def test_a_doctor_and_bots_say_all_in_any_encoding(tmp_path: Path) -> None:
    with programs() as start:
        server = start("--server", "--port", "0", "--host", "127.0.0.1")
        doctor = start("--doctor", f"127.0.0.1:{port_of(server)}", PYTHONIOENCODING="ascii")
        assert doctor.wait() == 0
        unknown = start("--doctor", "paweł.invalid", PYTHONIOENCODING="ascii")
        assert unknown.wait() == 1
        assert any(r"pawe\u0142" in line for line in unknown.lines)
        assert not any("Traceback" in line for line in doctor.lines + unknown.lines)
