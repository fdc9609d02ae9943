"""Dead addresses of a server cost no wait, whichever they are, and leave nothing behind."""

import asyncio
import errno
import socket
from collections.abc import Callable
from typing import Any

import pytest

from net.io import happy_eyeballs, transport
from net.io.address import Address
from net.io.happy_eyeballs import MAX_ADDRESSES, SocketAddress, first_to_answer, interleaved
from net.io.transport import DialError, connect
from tests.net.io.test_listener import until
from tests.net.io.test_transport import Ear, run

HERE = "127.0.0.1"


def row(host: str, port: int = 5000) -> SocketAddress:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return (family, socket.SOCK_STREAM, 6, "", (host, port))


def hosts(rows: list[SocketAddress]) -> list[str]:
    return [target[0] for *_, target in rows]


class Net:
    """In the place of the loop's sock_connect: addresses that swallow, refuse or answer; and an impatient clock."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, patience: float | None = 0.0, **hosts: str | int) -> None:
        """What happens to each host: an errno, "answers", or nothing at all. `patience` of the race, None: as it is."""
        self.tried: list[str] = []
        self.sockets: list[socket.socket] = []
        self._hosts = hosts
        if patience is not None:
            monkeypatch.setattr(happy_eyeballs, "ATTEMPT_DELAY", patience)
        monkeypatch.setattr(asyncio.get_running_loop(), "sock_connect", self._connect)

    async def _connect(self, sock: socket.socket, target: Any) -> None:
        self.tried.append(target[0])
        self.sockets.append(sock)
        fate = self._hosts.get(f"_{target[0].replace('.', '_')}")
        if isinstance(fate, int):
            raise OSError(fate, "what the system says")
        if fate != "answers":
            await asyncio.get_running_loop().create_future()

    @property
    def open(self) -> int:
        return sum(sock.fileno() >= 0 for sock in self.sockets)


def test_an_address_that_swallows_everything_does_not_keep_the_next_one_waiting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def test() -> None:
        net = Net(monkeypatch, _10_0_0_2="answers")
        before = asyncio.all_tasks()
        sock, answered = await first_to_answer([row("10.0.0.1"), row("10.0.0.2"), row("10.0.0.3")], 3600.0)
        assert answered == row("10.0.0.2")
        assert net.tried[:2] == ["10.0.0.1", "10.0.0.2"]
        await until(lambda: net.open == 1 and asyncio.all_tasks() == before)  # those that lost are closed
        sock.close()

    run(test())


def test_the_first_address_has_its_moment_before_the_second_is_bothered(monkeypatch: pytest.MonkeyPatch) -> None:
    async def test() -> None:
        net = Net(monkeypatch, patience=3600.0, _10_0_0_1="answers")
        sock, _ = await first_to_answer([row("10.0.0.1"), row("10.0.0.2")], 3600.0)
        assert net.tried == ["10.0.0.1"]
        sock.close()

    run(test())


def test_one_that_fails_is_followed_by_the_next_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    async def test() -> None:
        net = Net(monkeypatch, patience=3600.0, _10_0_0_1=errno.ECONNREFUSED, _10_0_0_2="answers")
        sock, answered = await first_to_answer([row("10.0.0.1"), row("10.0.0.2")], 3600.0)
        assert answered == row("10.0.0.2")
        await until(lambda: net.open == 1)
        sock.close()

    run(test())


def test_of_two_that_answer_in_the_same_moment_one_is_taken_and_the_other_closed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def test() -> None:
        net = Net(monkeypatch)
        release = asyncio.Event()

        async def together(sock: socket.socket, target: Any) -> None:
            net.sockets.append(sock)
            if len(net.sockets) == 2:
                release.set()
            await release.wait()

        monkeypatch.setattr(asyncio.get_running_loop(), "sock_connect", together)
        sock, _ = await first_to_answer([row("10.0.0.1"), row("10.0.0.2")], 3600.0)
        assert len(net.sockets) == 2
        await until(lambda: net.open == 1)
        sock.close()

    run(test())


def test_who_gives_up_leaves_neither_sockets_nor_tasks(monkeypatch: pytest.MonkeyPatch) -> None:
    async def test() -> None:
        net = Net(monkeypatch)
        before = asyncio.all_tasks()
        race = asyncio.create_task(first_to_answer([row("10.0.0.1"), row("10.0.0.2"), row("10.0.0.3")], 3600.0))
        await until(lambda: len(net.tried) == 3)
        race.cancel()
        with pytest.raises(asyncio.CancelledError):
            await race
        assert net.open == 0
        assert asyncio.all_tasks() == before

    run(test())


def test_families_take_turns_and_nothing_is_tried_twice() -> None:
    rows = [row("::1"), row("::2"), row("::3"), row("10.0.0.1"), row("::1"), row("10.0.0.2")]
    assert hosts(interleaved(rows)) == ["::1", "10.0.0.1", "::2", "10.0.0.2", "::3"]
    assert interleaved([]) == []


def test_a_name_with_a_thousand_addresses_makes_no_thousand_attempts(monkeypatch: pytest.MonkeyPatch) -> None:
    async def test() -> None:
        net = Net(monkeypatch, **{f"_10_0_1_{n}": errno.ECONNREFUSED for n in range(200)})
        with pytest.raises(ExceptionGroup):
            await first_to_answer([row(f"10.0.1.{n}") for n in range(200)], 3600.0)
        assert len(net.tried) == MAX_ADDRESSES

    run(test())


@pytest.mark.parametrize("fates", [(errno.ECONNREFUSED, errno.ENETUNREACH), (errno.ENETUNREACH, errno.ECONNREFUSED)])
def test_the_reason_that_is_told_is_the_one_that_says_most(
    monkeypatch: pytest.MonkeyPatch, fates: tuple[int, int]
) -> None:
    """Not that this machine lacks IPv6, where the server's IPv4 address refuses."""

    async def test() -> None:
        Net(monkeypatch, _10_0_0_1=fates[0], _10_0_0_2=fates[1])
        with pytest.raises(DialError, match=r"refused: nothing listens at den\.example:5000"):
            await connect(Address("den.example", 5000), [row("10.0.0.1"), row("10.0.0.2")], Ear().accept)

    run(test())


def test_a_dead_address_before_a_refusal_is_no_refusal_by_the_whole_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "CONNECT_SECONDS", 0.0)

    async def test() -> None:
        Net(monkeypatch, _10_0_0_2=errno.ENETUNREACH)
        with pytest.raises(DialError, match="timed out"):
            await connect(Address("den.example", 5000), [row("10.0.0.1"), row("10.0.0.2")], Ear().accept)

    run(test())


def swallowing_first(real: Callable[..., Any], swallowed: set[str], tried: list[str]) -> Callable[..., Any]:
    """A loop's sock_connect that never comes back from some hosts."""

    async def sock_connect(sock: socket.socket, target: Any) -> None:
        tried.append(target[0])
        if target[0] in swallowed:
            await asyncio.get_running_loop().create_future()
        await real(sock, target)

    return sock_connect


def test_the_address_that_answered_is_in_front_from_then_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(happy_eyeballs, "ATTEMPT_DELAY", 0.0)

    async def test() -> None:
        loop = asyncio.get_running_loop()
        tried: list[str] = []
        monkeypatch.setattr(loop, "sock_connect", swallowing_first(loop.sock_connect, {"127.0.0.2"}, tried))
        server = await asyncio.start_server(lambda reader, writer: writer.close(), HERE, 0)
        port = server.sockets[0].getsockname()[1]
        ear = Ear()
        found = await connect(Address("den.example", port), [row("127.0.0.2", port), row(HERE, port)], ear.accept)
        assert hosts(found) == [HERE, "127.0.0.2"]
        await ear.until(lambda: bool(ear.reasons))
        server.close()

    run(test())
