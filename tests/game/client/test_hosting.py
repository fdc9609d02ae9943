"""A server of one's own, as a real child process: found, drained, and gone when it should be."""

import asyncio
import contextlib
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from game.client import hosting
from game.client.hosting import Hosting
from net.address import Address
from tests.game.live import PATIENCE, free_port, run
from tests.game.processes import ROOT


async def wait_for(done: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not done():  # noqa: ASYNC110 - what is waited for happens in another process
            await asyncio.sleep(0.01)


def is_alive(child: int) -> bool:
    try:
        os.kill(child, 0)
    except ProcessLookupError:
        return False
    return True


def child_of(server: Hosting) -> int:
    assert server._process is not None
    return server._process.pid


def test_it_listens_takes_connections_and_ends_when_told(caplog: pytest.LogCaptureFixture) -> None:
    async def story() -> None:
        port = free_port()
        server = Hosting((port,))
        await wait_for(lambda: server.address is not None)
        assert server.address == Address("127.0.0.1", port)
        with socket.create_connection(server.address, timeout=PATIENCE):
            pass
        child = child_of(server)
        await server.close()
        assert not is_alive(child)  # neither running nor a zombie
        assert server.over
        assert not server.problem

    run(story())
    assert "does not end by itself" not in caplog.text


def test_a_port_in_use_is_said_in_the_servers_own_words() -> None:
    async def story() -> None:
        with socket.create_server(("0.0.0.0", 0)) as other:
            port = other.getsockname()[1]
            server = Hosting((port,))
            await wait_for(lambda: server.over)
            assert server.address is None
            assert f"cannot listen on port {port}: it is in use" in server.problem
            await server.close()

    run(story())


def test_where_a_port_is_in_use_the_next_one_serves() -> None:
    async def story() -> None:
        with socket.create_server(("0.0.0.0", 0)) as other:
            taken = other.getsockname()[1]
            server = Hosting((taken, 0))
            await wait_for(lambda: server.address is not None or server.over)
            assert server.address is not None
            assert server.address.port != taken
            with socket.create_connection(server.address, timeout=PATIENCE):
                pass
            child = child_of(server)
            await server.close()
            assert not is_alive(child)
            assert not server.problem

    run(story())


def test_it_can_be_given_up_between_two_ports(monkeypatch: pytest.MonkeyPatch) -> None:
    """A former child is no reason to wait, and the next one is none to stay."""
    monkeypatch.setattr(hosting, "END_SECONDS", 100 * PATIENCE)  # whoever waits for a former one does so for ever

    async def story() -> None:
        with socket.create_server(("0.0.0.0", 0)) as other:
            server = Hosting((other.getsockname()[1], 0))
            await wait_for(lambda: bool(server.problem))
            async with asyncio.timeout(PATIENCE):
                await server.close()
            assert server.over
            assert server.address is None

    run(story())


def test_it_can_be_given_up_at_once() -> None:
    async def story() -> None:
        for naps in range(4):
            server = Hosting((free_port(),))
            for _ in range(naps):
                await asyncio.sleep(0.002)
            await server.close()
            assert server.over
            assert server.address is None

    run(story())


def test_a_server_that_cannot_be_started_is_a_problem_and_no_crash(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")

    async def story() -> None:
        server = Hosting((0,))
        await wait_for(lambda: server.over)
        assert "could not be started" in server.problem
        await server.close()

    run(story())


TALKATIVE = """
import sys
print("listening on [::]:4321", flush=True)
for number in range(20000):
    print("x" * 50)
    print("y" * 50, file=sys.stderr)
print("friends: --connect 192.168.1.5:4321", flush=True)
sys.stdin.read()
"""


def test_a_talkative_server_never_waits_for_us_to_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = tmp_path / "main.py"
    script.write_text(TALKATIVE, encoding="utf-8")
    monkeypatch.setattr(hosting, "MAIN", script)

    async def story() -> None:
        server = Hosting()
        await wait_for(lambda: bool(server.friends))  # after two megabytes
        assert server.address == Address("127.0.0.1", 4321)
        assert server.friends == "192.168.1.5:4321"
        await server.close()
        assert server.over

    run(story())


STUBBORN = """
import time
print("listening on 127.0.0.1:4321", flush=True)
time.sleep(600)
"""


def test_a_server_that_does_not_end_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = tmp_path / "main.py"
    script.write_text(STUBBORN, encoding="utf-8")
    monkeypatch.setattr(hosting, "MAIN", script)
    monkeypatch.setattr(hosting, "END_SECONDS", 0.1)

    async def story() -> None:
        server = Hosting()
        await wait_for(lambda: server.address is not None)
        child = child_of(server)
        await server.close()
        assert not is_alive(child)

    run(story())


def test_a_server_that_dies_later_is_a_problem() -> None:
    async def story() -> None:
        server = Hosting((free_port(),))
        await wait_for(lambda: server.address is not None)
        os.kill(child_of(server), 9)
        await wait_for(lambda: server.over)
        assert server.address is None
        assert server.problem
        await server.close()

    run(story())


def test_the_server_is_told_what_it_is_called(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = tmp_path / "main.py"
    script.write_text("import sys; print(sys.argv[1:], file=sys.stderr); sys.exit(1)")
    monkeypatch.setattr(hosting, "MAIN", script)

    async def story() -> None:
        for name in ("Ann's den", "-den", ""):
            server = Hosting((free_port(),), name=name)
            await wait_for(lambda server=server: server.over)  # type: ignore[misc]
            assert (f"--server-name={name}" in server.problem) is bool(name)
            await server.close()

    run(story())


PARENT = """
import asyncio
from game.client.hosting import Hosting

async def host():
    server = Hosting((0,))
    while server.address is None:
        await asyncio.sleep(0.01)
    print(server.address.port, flush=True)
    await asyncio.sleep(600)

asyncio.run(host())
"""


def test_it_ends_when_its_host_is_killed() -> None:
    def listens(port: int) -> bool:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=PATIENCE):
            return True
        return False

    with subprocess.Popen([sys.executable, "-c", PARENT], cwd=ROOT, stdout=subprocess.PIPE, text=True) as host:
        assert host.stdout is not None
        port = int(host.stdout.readline())
        assert listens(port)
        host.kill()
    run(wait_for(lambda: not listens(port)))
