"""Playing encrypted, over real TCP: whom a client believes, what it says of others, and what strangers get."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

import net.client.client_session
import net.client.connect
from game.tag import TAG
from net.client.client_session import ClientSession, Ending
from net.client.connect import ChangedError, TlsError, UntrustedError, connect_to
from net.client.connector import Connector, Phase
from net.client.controls import Controls
from net.client.credentials import NOTHING, Credentials
from net.client.doctor import examine
from net.client.known_servers import MOST, known_fingerprint, known_servers_file, remember
from net.conditioner.conditions import PROFILES
from net.conditioner.link import link
from net.io.address import Address, TlsAddress, parse_address
from net.io.certificates import server_tls, trusting_context
from net.io.tls import TlsPipe, secured, spelled
from net.io.transport import DialError, resolve
from net.io.user_folder import DIRECTORY_VARIABLE
from net.io.walltime import now
from net.server.network_system import GREETING_SECONDS
from net.server.simulation import ServerSettings
from net.wire.pipe import Pipe
from tests.certificates import CA, EXPIRED, FUTURE, OTHER, SERVER
from tests.game.live import answering, ended, frames_until, live_server, mute_port, run, until
from tests.game.processes import port_of, programs
from tests.harness import HALL, Stage
from tests.net.io.test_tls import Ear
from tests.test_server_program import run_to_its_end

TLS = server_tls(*SERVER)
OTHERS = server_tls(*OTHER)
BY_CA = Credentials(ca=CA)


@pytest.fixture(autouse=True)
def settings_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(DIRECTORY_VARIABLE, str(tmp_path))
    monkeypatch.setattr(net.client.connect, "TLS_SECONDS", 0.5)
    return tmp_path


async def plays(address: Address, credentials: Credentials = NOTHING) -> Connector:
    """A session that has been let in."""
    session = Connector(TAG, address, "Ann", 0, now, credentials=credentials)
    await frames_until(session, lambda: session.phase in (Phase.PLAYING, Phase.FAILED))
    assert session.phase is Phase.PLAYING, session.message
    return session


async def fault(address: Address, credentials: Credentials = NOTHING) -> DialError:
    """Why one cannot connect; nothing was said to the server then."""

    def accept(pipe: Pipe, fingerprint: str) -> ClientSession:
        raise AssertionError("the server is believed")

    with pytest.raises(DialError) as caught:
        await connect_to(address, await resolve(address), accept, credentials)
    return caught.value


def test_whom_an_authority_vouches_for_is_joined_and_the_world_arrives() -> None:
    async def test() -> None:
        async with live_server(tls=TLS) as (simulation, address):
            assert address.tls
            session = await plays(address, BY_CA)
            assert session.play is not None
            joined = session.play.joined
            assert joined is not None
            await frames_until(session, lambda: joined.mirror.checks >= 1)
            assert joined.mirror.mismatches == 0
            session.leave()
            await until(lambda: not simulation.admission.sessions)

    run(test())


def test_an_authority_of_the_system_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    async def test() -> None:
        async with live_server(tls=TLS) as (_, address):
            assert isinstance(await fault(address), UntrustedError)
            monkeypatch.setenv("SSL_CERT_FILE", str(CA))  # as the system has it
            (await plays(address)).leave()
            assert not known_servers_file().exists(), "there is nothing to remember"

    run(test())


def test_whom_the_given_authority_does_not_vouch_for_is_not_believed_and_nobody_is_asked() -> None:
    async def test() -> None:
        async with live_server(tls=TLS) as (_, address):
            remember(address, TLS.fingerprint)  # which does not count then
            error = await fault(address, Credentials(ca=OTHER[0]))
            assert type(error) is TlsError
            assert f"{OTHER[0]} does not vouch for {address}" in error.fact
            assert "is signed by an authority that is not known here" in error.fact
        async with live_server(tls=OTHERS) as (_, address):
            elsewhere = TlsAddress("localhost", address.port)
            assert "is for another name than localhost" in str(await fault(elsewhere, Credentials(ca=OTHER[0])))

    run(test())


def test_at_first_the_player_looks_at_the_fingerprint_and_from_then_on_it_counts() -> None:
    async def test() -> None:
        async with live_server(tls=OTHERS) as (_, address):
            first = Connector(TAG, address, "Ann", 0, now)
            assert spelled(OTHERS.fingerprint) in await ended(first)
            assert (first.ending, first.shown) == (Ending.UNTRUSTED, OTHERS.fingerprint)
            assert first.play is None, "nothing was said"
            remember(address, first.shown)
            (await plays(address)).leave()
            (await plays(address, Credentials(fingerprint=OTHERS.fingerprint))).leave()

    run(test())


@pytest.mark.parametrize(
    ("certificate", "known_here", "host", "why"),
    [
        (EXPIRED, EXPIRED[0], "127.0.0.1", "has expired, says this machine's clock"),
        (FUTURE, FUTURE[0], "127.0.0.1", "is not valid yet, says this machine's clock"),
        (OTHER, OTHER[0], "localhost", "is for another name than localhost"),
        (OTHER, CA, "127.0.0.1", "is self-signed, as those of servers that friends host usually are"),
        (SERVER, OTHER[0], "127.0.0.1", "is signed by an authority that is not known here"),
    ],
    ids=["expired", "not yet valid", "other name", "self-signed", "unknown authority"],
)
def test_what_is_wrong_with_a_certificate_is_said_as_it_is(
    monkeypatch: pytest.MonkeyPatch, certificate: tuple[Path, Path], known_here: Path, host: str, why: str
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(known_here))  # as the system has it

    async def test() -> None:
        async with live_server(tls=server_tls(*certificate)) as (_, address):
            address = TlsAddress(host, address.port)
            session = Connector(TAG, address, "Ann", 0, now)
            assert f"the certificate of {address} {why}" in await ended(session)
            assert session.ending is Ending.UNTRUSTED, "the player may believe it all the same"
            assert session.why_untrusted.startswith(why)
            by_file = await fault(address, Credentials(ca=known_here))
            assert f"{known_here} does not vouch for {address}: its certificate {why}" in by_file.fact

    run(test())


@pytest.mark.parametrize(
    ("certificate", "why"),
    [(EXPIRED, "; besides, it has expired"), (FUTURE, "; besides, it is not valid yet"), (OTHER, "")],
    ids=["expired", "not yet valid", "valid"],
)
def test_what_a_host_made_and_is_out_of_date_is_said_to_be_so_too(
    monkeypatch: pytest.MonkeyPatch, certificate: tuple[Path, Path], why: str
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(CA))

    async def test() -> None:
        async with live_server(tls=server_tls(*certificate)) as (_, address):
            session = Connector(TAG, address, "Ann", 0, now)
            await ended(session)
            assert session.why_untrusted.startswith("is self-signed")
            assert session.why_untrusted.partition("vouches for it")[2].partition(", says")[0] == why

    run(test())


@pytest.mark.parametrize("credentials", [NOTHING, BY_CA], ids=["the system's authorities", "a given one"])
def test_a_server_that_was_trusted_by_its_fingerprint_may_get_a_certificate_that_an_authority_vouches_for(
    monkeypatch: pytest.MonkeyPatch, credentials: Credentials
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(CA))

    async def test() -> None:
        expired = server_tls(*EXPIRED)
        async with live_server(tls=expired) as (_, address):
            remember(address, expired.fingerprint)
            session = await plays(address)
            assert session.notice == ""
            session.leave()
        async with live_server(address.port, tls=TLS):
            session = await plays(address, credentials)
            assert "this server has a new certificate, which an authority vouches for" in session.notice
            session.leave()
            assert known_fingerprint(address) == TLS.fingerprint
            session = await plays(address)
            assert session.notice == "", "it is said once"
            session.leave()
        async with live_server(address.port, tls=expired):
            session = Connector(TAG, address, "Ann", 0, now)
            message = await ended(session)
            assert session.ending is Ending.IMPOSSIBLE
            assert "another certificate than the one that is known, and the new one is self-signed" in message
            assert known_fingerprint(address) == TLS.fingerprint

    run(test())


def test_a_fingerprint_that_was_given_counts_whoever_vouches_for_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(CA))

    async def test() -> None:
        async with live_server(tls=TLS) as (_, address):
            assert isinstance(await fault(address, Credentials(fingerprint=OTHERS.fingerprint)), ChangedError)

    run(test())


def test_a_server_with_another_certificate_than_before_is_refused_with_an_explanation() -> None:
    async def test() -> None:
        async with live_server(tls=OTHERS) as (_, address):
            remember(address, TLS.fingerprint)
            session = Connector(TAG, address, "Ann", 0, now)
            message = await ended(session)
            assert session.ending is Ending.IMPOSSIBLE
            for part in (
                "shows another certificate than the one that is known",
                "somebody may sit between",
                spelled(OTHERS.fingerprint)[:23],
                spelled(TLS.fingerprint)[:23],
                str(known_servers_file()),
            ):
                assert part.lower() in message.lower()
            assert known_fingerprint(address) == TLS.fingerprint, "and it is not forgotten"
            assert isinstance(await fault(address, Credentials(fingerprint="0" * 64)), ChangedError)

    run(test())


def test_who_comes_back_looks_again_and_stops_where_the_certificate_has_changed() -> None:
    async def test() -> None:
        async with live_server(tls=TLS) as (simulation, address):
            session = await plays(address, Credentials(fingerprint=TLS.fingerprint))
            assert session.play is not None
            joined = session.play.joined
            assert joined is not None
            own = joined.net_id
            await frames_until(session, lambda: joined.clock.synced)  # so that its seat will be held
            for each in list(simulation.admission.sessions):
                each.lost("a test")
            await frames_until(session, lambda: session.phase is Phase.WAITING)
            await frames_until(session, lambda: session.phase is Phase.PLAYING)
            assert session.play.joined is not None
            assert session.play.joined.net_id == own
        async with live_server(address.port, tls=OTHERS):
            await frames_until(session, lambda: session.phase is Phase.FAILED)
            assert session.ending is Ending.IMPOSSIBLE

    run(test())


def test_a_password_is_proven_over_it_and_a_refusal_arrives() -> None:
    async def test() -> None:
        settings = ServerSettings(HALL, max_players=1, password="xyzzy", fingerprint=TLS.fingerprint)
        async with live_server(settings=settings, tls=TLS) as (_, address):
            ann = await plays(address, replace(BY_CA, password="xyzzy"))
            assert "the password is wrong" in await ended(
                Connector(TAG, address, "Bob", 0, now, credentials=replace(BY_CA, password="x"))
            )
            full = Connector(TAG, address, "Bob", 0, now, credentials=replace(BY_CA, password="xyzzy"))
            assert await ended(full) == "the server is full: 1 of 1 players are there"
            ann.leave()

    run(test())


def test_a_client_without_tls_is_told_what_to_type() -> None:
    async def test() -> None:
        async with live_server(tls=TLS) as (_, address):
            plain = Address(*address)
            message = await ended(Connector(TAG, plain, "Ann", 0, now))
            assert message == "this server takes encrypted connections alone: put tls:// before its address"
            found = [finding async for finding in examine(TAG, plain)]
            assert not found[-1].ok
            assert "tls://" in found[-1].text
            (await plays(address, BY_CA)).leave()

    run(test())


def test_a_client_with_tls_is_told_that_a_server_has_none() -> None:
    async def test() -> None:
        async with live_server() as (_, address):
            error = await fault(TlsAddress(*address))
            assert error.fact == f"tls://{address} does not encrypt"
            assert f"join without tls://, if it may be so: {address}" in error.advice
        async with answering(b"SSH-2.0-OpenSSH_9.6p1\r\n", hang_up=False) as address:
            assert "does not encrypt" in (await fault(TlsAddress(*address))).fact
        async with answering(b"") as address:
            assert "no encrypted connection" in (await fault(TlsAddress(*address))).fact
        async with answering(b"", hang_up=False) as address:
            assert "timed out" in (await fault(TlsAddress(*address))).fact

    run(test())


def test_what_fails_before_tls_fails_as_without(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("net.io.transport.CONNECT_SECONDS", 0.2)

    async def test() -> None:
        with mute_port() as address:
            error = await fault(TlsAddress(*address))
            assert not isinstance(error, TlsError)
            assert "timed out" in error.fact

    run(test())


def test_the_doctor_goes_the_same_way() -> None:
    async def test() -> None:
        async with live_server(tls=TLS) as (_, address):
            found = [finding async for finding in examine(TAG, address, BY_CA)]
            assert all(finding.ok for finding in found)
            assert "encrypted" in found[1].text
            assert found[-1].text == f"this works: python main.py --connect {address}"
            found = [finding async for finding in examine(TAG, address)]
            assert [finding.step for finding in found] == ["resolve", "connect", "verdict"]
            assert spelled(TLS.fingerprint) in found[1].text
            assert "--tls-fingerprint" in found[1].advice

    run(test())


def test_one_can_leave_in_the_middle_of_a_handshake_and_a_simulated_network_goes_around_it() -> None:
    async def test() -> None:
        async with answering(b"", hang_up=False) as address:
            session = Connector(TAG, TlsAddress(*address), "Ann", 0, now, credentials=BY_CA)
            await frames_until(session, lambda: session.phase is Phase.CONNECTING)
            await asyncio.sleep(0.05)
            session.leave()
            await asyncio.sleep(0.05)
            assert session.phase is Phase.LEFT
        async with live_server(tls=TLS) as (_, address):
            session = Connector(TAG, address, "Ann", 0, now, simulate=PROFILES["wifi"], credentials=BY_CA)
            await frames_until(session, lambda: session.phase is Phase.PLAYING)
            session.leave()
            await asyncio.sleep(0.1)

    run(test())


@pytest.mark.parametrize("said", [b"", b"\x16\x03\x01\x02\x00\x01", b"\x16"], ids=["nothing", "a part", "a byte"])
def test_a_handshake_that_does_not_end_is_ended_as_soon_as_a_hello_that_does_not_come(said: bytes) -> None:
    stage = Stage()
    near, far = link(stage.clock)
    far.receiver = secured(stage.simulation.accept, TLS.context, b"")(far)
    told = Ear()
    near.receiver = told
    near.write(said)

    def deliver(_: int) -> None:
        far.deliver()
        near.deliver()

    stage.run(round((GREETING_SECONDS - 0.2) * 60), deliver)
    assert told.ends == []
    stage.run(40, deliver)
    assert len(told.ends) == 1
    assert not stage.simulation.admission.sessions
    stage.close()


class Relay:
    """Passes on what it hears."""

    def __init__(self) -> None:
        self.to: Pipe | None = None

    def received(self, data: bytes) -> None:
        assert self.to is not None
        self.to.write(data)

    def lost(self, reason: str) -> None:
        """Nobody cares."""


@pytest.mark.parametrize("between", [False, True], ids=["nobody between", "somebody between"])
def test_who_sits_between_with_another_certificate_cannot_pass_a_proof_on(between: bool) -> None:
    stage = Stage(password="xyzzy", fingerprint=TLS.fingerprint)
    middle = link(stage.clock)
    middle[1].receiver = secured(stage.simulation.accept, TLS.context, b"")(middle[1])
    ends = [middle]
    if between:
        first = link(stage.clock)
        inwards, outwards = Relay(), Relay()
        to_server = TlsPipe(middle[0], trusting_context(), "127.0.0.1")
        to_server.receiver = outwards
        middle[0].receiver = to_server
        to_client = secured(lambda pipe: inwards, OTHERS.context, b"")(first[1])
        first[1].receiver = to_client
        inwards.to, outwards.to = to_server, to_client
        to_server.start()
        ends.append(first)
    play = ClientSession(TAG, "Ann", 0, Controls(), stage.clock, password="xyzzy")
    near = ends[-1][0]
    pipe = TlsPipe(near, trusting_context(), "127.0.0.1")
    near.receiver = pipe
    pipe.receiver = play
    pipe.secured = lambda: (play.attach(pipe, pipe.fingerprint), None)[1]
    pipe.start()

    def deliver(_: int) -> None:
        for _ in range(3):
            for a, b in ends:
                a.deliver()
                b.deliver()

    stage.run(30, deliver)
    assert (play.joined is None) is between
    assert (play.ending is Ending.PASSWORD) is between
    play.leave()
    play.world.close()
    stage.close()


def test_known_servers_are_kept_whole_or_not_at_all_and_bounded(settings_directory: Path) -> None:
    one, two = parse_address("tls://Play.Example.org:5000"), parse_address("tls://[::1]")
    remember(one, "ab" * 32)
    remember(two, "cd" * 32)
    remember(one, "ef" * 32)
    assert known_fingerprint(parse_address("tls://play.example.org")) == "ef" * 32
    assert known_fingerprint(two) == "cd" * 32
    assert known_fingerprint(parse_address("tls://play.example.org:5001")) == ""
    assert [path.name for path in settings_directory.iterdir()] == ["known_servers"]
    with known_servers_file().open("a") as file:
        file.write("rubbish\n\xff more\nhost:1 abc\n")
    assert known_fingerprint(one) == "ef" * 32
    many = "".join(f"10.0.{n // 256}.{n % 256}:5000 {'ab' * 32}\n" for n in range(MOST))
    known_servers_file().write_text(many)
    remember(one, "ef" * 32)
    lines = known_servers_file().read_text().splitlines()
    assert len(lines) == MOST
    assert known_fingerprint(parse_address("10.0.0.0")) == ""
    assert known_fingerprint(one) == "ef" * 32


def test_where_known_servers_cannot_be_kept_one_is_asked_each_time(settings_directory: Path) -> None:
    known_servers_file().mkdir()
    address = parse_address("tls://[::1]")
    remember(address, "ab" * 32)
    assert known_fingerprint(address) == ""


def test_a_tls_address_is_another_one_than_the_same_without() -> None:
    plain, encrypted = Address("::1", 5000), parse_address("TLS://[::1]:5000")
    assert str(encrypted) == "tls://[::1]:5000"
    assert parse_address(str(encrypted)) == encrypted
    assert encrypted != plain
    assert plain != encrypted
    assert len({plain, encrypted, TlsAddress("::1", 5000)}) == 2
    assert (plain.tls, encrypted.tls) == (False, True)
    assert Address(*encrypted) == plain


def test_server_and_bots_as_programs() -> None:
    with programs() as start:
        server = start("--server", "--port", "0", "--host", "127.0.0.1", "--tls", *map(str, OTHER))
        there = f"tls://127.0.0.1:{port_of(server)}"
        assert server.lines[0] == f"listening on {there}"
        printed = server.wait_for("fingerprint").rsplit(" ", 1)[1]
        assert printed == spelled(OTHERS.fingerprint)
        stranger = start("--bots", "1", "--connect", there, "--seconds", "60")
        assert stranger.wait() == 1
        assert printed in stranger.lines[-1]
        start("--bots", "2", "--connect", there, "--seconds", "60", "--tls-fingerprint", printed)
        server.wait_for("join:", 2)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--server", "--tls", "no.pem", "no.key"], ["--tls", "no.pem", "cannot be read"]),
        (["--server", "--tls", str(SERVER[0]), str(OTHER[1])], ["--tls", "other-key.pem is not the key to"]),
        (["--tls", *map(str, SERVER)], ["--tls", "--server", "tls://"]),
        (["--connect", "localhost", "--tls-ca", str(CA)], ["--tls-ca", "tls://"]),
        (["--connect", "tls://localhost", "--tls-ca", "no.pem"], ["--tls-ca", "no.pem", "No such file"]),
        (["--server", "--tls-fingerprint", "ab" * 32], ["--tls-fingerprint", "clients"]),
        (["--connect", "tls://localhost", "--tls-fingerprint", "xy"], ["--tls-fingerprint", "'xy'", "64"]),
        (["--connect", "tls://a", "--tls-ca", str(CA), "--tls-fingerprint", "ab" * 32], ["--tls-ca", "omit one"]),
        (["--connect", "tls://"], ["--connect", "type the server's address"]),
    ],
)
def test_wrong_options_are_one_line_that_names_them_and_what_is_possible(
    arguments: list[str], words: list[str]
) -> None:
    code, lines = run_to_its_end(*arguments)
    assert code == 2
    assert all(word in lines[-1] for word in words), lines[-1]


def test_what_was_written_by_hand_among_known_servers_stays_and_nothing_is_lost_that_cannot_be_read() -> None:
    one, two = parse_address("tls://one.example"), parse_address("tls://two.example")
    path = known_servers_file()
    path.write_bytes(b"\xef\xbb\xbfone.example:5000 " + b"ab" * 32 + b"\r\n# from my friend \xff\r\n")
    assert known_fingerprint(one) == "ab" * 32, "the first line, behind the mark that an editor put there"
    remember(two, "cd" * 32)
    assert "# from my friend" in path.read_text()
    assert (known_fingerprint(one), known_fingerprint(two)) == ("ab" * 32, "cd" * 32)
    path.write_text(f"one.example:5000 {'ab' * 32}\n", encoding="utf-16")
    remember(two, "cd" * 32)
    assert "ab" * 32 in path.with_name("known_servers.broken").read_text(encoding="utf-16")
    assert known_fingerprint(two) == "cd" * 32
