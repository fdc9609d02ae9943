"""A server of one's own, as a real child process: found, drained, and gone when it should be."""

import asyncio
import contextlib
import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from game.client import hosting
from game.client.hosting import Hosting
from net.io.address import Address
from net.io.lan import NAME_VARIABLE, give_server_name, given_server_name
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


TELLS = """
import os, sys
print("listening on 127.0.0.1:4321", flush=True)
from net.io.lan import given_server_name
print(ascii(sys.argv[1:]), ascii(given_server_name()), "--connect 1", flush=True)
sys.stdin.read()
"""


@pytest.mark.parametrize("name", ["Ann's den", "-den", "Paweł 你好 🎉", ""])
@pytest.mark.parametrize("locale", [{}, {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}])
def test_the_server_is_told_what_it_is_called_whatever_arguments_can_spell(
    name: str, locale: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "main.py").write_text(TELLS)
    script = (
        "import asyncio, json, sys; from pathlib import Path; from game.client import hosting\n"
        f"hosting.MAIN = Path({str(tmp_path / 'main.py')!r})\n"
        "class Spy(hosting.Hosting):\n"
        "    async def _listen(self, output): self.lines = [await output.readline(), await output.readline()]\n"
        "async def story():\n"
        "    server = Spy((0,), name=json.loads(sys.argv[1]))\n"
        "    while not getattr(server, 'lines', None) and not server.over: await asyncio.sleep(0.01)\n"
        "    print(server.problem or server.lines[1].decode())\n"
        "    await server.close()\n"
        "asyncio.run(story())\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **locale}
    command = [sys.executable, "-c", script, json.dumps(name)]
    said = subprocess.run(command, env=environment, capture_output=True, text=True, check=True, timeout=PATIENCE).stdout
    assert said.split(" --connect")[0] == f"{['--server', '--with-parent', '--port', '0']} {name!a}"


def test_a_name_that_is_none_is_no_reason_not_to_serve(monkeypatch: pytest.MonkeyPatch) -> None:
    for text in ("", "no json", "7", "[]", '"\\ud800"', '"' + "x" * 40 + '"'):
        monkeypatch.setenv(NAME_VARIABLE, text)
        assert given_server_name() == ""
    monkeypatch.setenv(NAME_VARIABLE, give_server_name("Ann's den")[NAME_VARIABLE])
    assert given_server_name() == "Ann's den"


def test_a_frozen_program_is_its_own_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As PyInstaller makes one: there is no main.py, and a stray argument would be refused."""
    frozen = tmp_path / "tag"
    frozen.write_text(f"#!{sys.executable}\n{TELLS}")
    frozen.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(frozen))
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    told: list[str] = []
    monkeypatch.setattr(hosting.log, "info", lambda text, line: told.append(line))

    async def story() -> None:
        server = Hosting((0,), name="Ann's game")
        await wait_for(lambda: bool(server.friends) or server.over)
        assert server.address == Address("127.0.0.1", 4321)
        await server.close()

    run(story())
    assert told[1].startswith("""['--server', '--with-parent', '--port', '0'] "Ann's game" """)


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
