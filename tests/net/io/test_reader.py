"""Many sockets at one look: who has something is heard, who is gone is not, and nothing is left behind."""

import asyncio
import contextlib
import select
import socket
from collections.abc import Callable, Iterator

import pytest

from net.io.reader import Reader

pytestmark = pytest.mark.skipif(not hasattr(select, "epoll"), reason="this system has no epoll")


@contextlib.contextmanager
def pairs(number: int) -> Iterator[list[tuple[socket.socket, socket.socket]]]:
    with contextlib.ExitStack() as stack:
        made = [socket.socketpair() for _ in range(number)]
        for pair in made:
            for sock in pair:
                stack.enter_context(sock)
        yield made


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 - it is the loop that is tested
            await asyncio.sleep(0)


def test_who_has_something_is_heard_until_it_is_read_and_nobody_else() -> None:
    async def test() -> None:
        heard: list[tuple[int, bytes]] = []
        reader = Reader()
        assert Reader.works()
        with pairs(300) as made:
            for number, (near, _) in enumerate(made):
                reader.add(near.fileno(), lambda n=number, sock=near: heard.append((n, sock.recv(2))))  # type: ignore[misc]
            await asyncio.sleep(0.01)
            assert heard == []
            for number in (7, 40, 299):
                made[number][1].send(b"abc")
            await until(lambda: len(heard) == 6)
            assert sorted(heard) == [(7, b"ab"), (7, b"c"), (40, b"ab"), (40, b"c"), (299, b"ab"), (299, b"c")]
            made[5][1].close()
            await until(lambda: len(heard) == 7)
            assert heard[6] == (5, b""), "the end is something to read"
            for near, _ in made:
                reader.remove(near.fileno())
        reader.close()

    asyncio.run(test())


def test_one_that_is_removed_by_another_of_the_same_look_is_not_heard() -> None:
    async def test() -> None:
        heard: list[int] = []
        reader = Reader()
        with pairs(2) as made:
            ends = [near for near, _ in made]

            def hear(number: int) -> None:
                heard.append(number)
                for near in ends:
                    reader.remove(near.fileno())

            for number, near in enumerate(ends):
                reader.add(near.fileno(), lambda n=number: hear(n))  # type: ignore[misc]
            for _, far in made:
                far.send(b"x")
            await until(lambda: bool(heard))
            await asyncio.sleep(0.01)
            assert len(heard) == 1
        reader.close()

    asyncio.run(test())


def test_it_ends_with_the_last_of_those_that_it_hears() -> None:
    async def test() -> None:
        reader = Reader()
        with pairs(1) as [(near, far)]:
            heard: list[bytes] = []
            reader.add(near.fileno(), lambda: heard.append(near.recv(9)))
            reader.close()
            far.send(b"still")
            await until(lambda: bool(heard))
            assert not reader._epoll.closed
            reader.remove(near.fileno())
            reader.remove(near.fileno())
        assert reader._epoll.closed
        reader.close()

    asyncio.run(test())
