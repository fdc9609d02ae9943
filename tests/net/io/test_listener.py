"""Accepting: the gate is asked first, who is refused reads why, and without descriptors there is no spin."""

import asyncio
import contextlib
import errno
import os
import resource
import socket
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator
from typing import Any

import pytest

from net.io import listener, stream
from net.io.listener import ACCEPTS
from net.io.transport import bound_address, listen
from net.wire.pipe import Pipe

HOST = "127.0.0.1"


class Room:
    """A Gate that lets so many in, and the Receiver of each."""

    def __init__(self, places: int) -> None:
        self.places = places
        self.pipes: list[Pipe] = []
        self.counts: Counter[str] = Counter()
        self.heard = 0  # bytes

    def enter(self, host: str) -> bytes | None:
        assert host == HOST
        self.counts["asked"] += 1
        if self.places == 0:
            return b"no room"
        self.places -= 1
        return None

    def leave(self, host: str) -> None:
        assert host == HOST
        self.counts["left"] += 1
        self.places += 1

    def exhausted(self) -> bytes:
        self.counts["exhausted"] += 1
        return b"no descriptors"

    def accept(self, pipe: Pipe) -> "Room":
        self.pipes.append(pipe)
        return self

    def received(self, data: bytes) -> None:
        self.heard += len(data)

    def lost(self, reason: str) -> None:
        self.counts["lost"] += 1


def run(test: Coroutine[Any, Any, None]) -> None:
    async def within_reason() -> None:
        async with asyncio.timeout(20.0):
            await test

    asyncio.run(within_reason())


async def until(holds: Callable[[], bool]) -> None:
    while not holds():  # noqa: ASYNC110 - what is waited for is several layers below
        await asyncio.sleep(0.002)


async def said_to(sock: socket.socket) -> bytes:
    """All that a client reads until the server closes."""
    sock.setblocking(False)
    loop, words = asyncio.get_running_loop(), b""
    with contextlib.suppress(ConnectionError):
        while data := await loop.sock_recv(sock, 4096):
            words += data
    return words


def test_who_is_refused_reads_why_and_never_becomes_a_pipe() -> None:
    async def test() -> None:
        room = Room(2)
        server = await listen(HOST, 0, room.accept, room)
        first, second = (socket.create_connection(bound_address(server)) for _ in range(2))
        await until(lambda: len(room.pipes) == 2)
        with socket.create_connection(bound_address(server)) as third:
            assert await said_to(third) == b"no room"
        assert len(room.pipes) == 2
        first.close()
        await until(lambda: room.counts["left"] == 1)
        with socket.create_connection(bound_address(server)):
            await until(lambda: len(room.pipes) == 3)
        second.close()
        await until(lambda: room.counts["left"] == 3)
        assert (room.places, room.counts["lost"]) == (2, 3)
        server.close()
        server.close()

    run(test())


def test_who_is_gone_before_anybody_looked_leaves_no_trace() -> None:
    async def test() -> None:
        room = Room(50)
        server = await listen(HOST, 0, room.accept, room)
        for _ in range(40):
            sock = socket.create_connection(bound_address(server))
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")  # closing resets it
            sock.close()
        await until(lambda: room.counts["asked"] == 40 and room.counts["left"] == 40)
        assert room.places == 50
        server.close()

    run(test())


def test_a_crowd_at_the_door_does_not_keep_the_loop_from_its_other_work() -> None:
    async def test() -> None:
        room, turns, asked = Room(0), 0, []
        server = await listen(HOST, 0, room.accept, room)
        crowd = [socket.create_connection(bound_address(server)) for _ in range(4 * ACCEPTS)]
        while room.counts["asked"] < len(crowd):
            before = room.counts["asked"]
            await asyncio.sleep(0)
            asked.append(room.counts["asked"] - before)
            turns += 1
        assert max(asked) <= ACCEPTS
        assert turns >= 4
        for sock in crowd:
            sock.close()
        server.close()

    run(test())


@contextlib.contextmanager
def few_descriptors(spare: int) -> Iterator[None]:
    """This process can open so many files more, and the hard limit stays."""
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    fillers = []
    try:
        highest = os.dup(0)
        fillers.append(highest)
        resource.setrlimit(resource.RLIMIT_NOFILE, (highest + 64, limits[1]))
        with contextlib.suppress(OSError):
            while True:
                fillers.append(os.dup(0))
        for _ in range(spare):
            os.close(fillers.pop())
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
        for filler in fillers:
            os.close(filler)


def test_without_descriptors_it_refuses_with_its_reserve_and_goes_on_when_there_are_some(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(listener, "PAUSE_SECONDS", 0.05)

    async def test() -> None:
        room = Room(100)
        server = await listen(HOST, 0, room.accept, room)
        looks, look = 0, asyncio.get_running_loop().sock_accept

        async def counted(sock: socket.socket) -> tuple[socket.socket, Any]:
            nonlocal looks
            looks += 1
            return await look(sock)

        monkeypatch.setattr(asyncio.get_running_loop(), "sock_accept", counted)
        clients = [socket.socket() for _ in range(8)]
        last = socket.socket()
        with few_descriptors(3):
            for client in clients:
                client.connect(bound_address(server))
            words = [await said_to(client) for client in clients[3:]]
            assert words == [b"no descriptors"] * 5
            assert room.counts == {"asked": 3, "exhausted": 5}
            looks, began = 0, asyncio.get_running_loop().time()
            await until(lambda: looks >= 3)  # it looks again now and then, and does not spin
            assert looks <= 2 + (asyncio.get_running_loop().time() - began) / listener.PAUSE_SECONDS
            clients[0].close()
            await until(lambda: room.counts["left"] == 1)
            last.connect(bound_address(server))
            await until(lambda: len(room.pipes) == 4)
        for sock in (*clients, last):
            sock.close()
        await until(lambda: room.counts["left"] == 4)
        server.close()

    run(test())


def test_where_even_the_reserve_is_gone_it_waits_and_comes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listener, "PAUSE_SECONDS", 0.01)

    async def test() -> None:
        room = Room(100)
        server = await listen(HOST, 0, room.accept, room)
        accepts = 0  # that were tried

        async def none_left(sock: socket.socket) -> tuple[socket.socket, Any]:
            nonlocal accepts
            accepts += 1
            raise OSError(errno.EMFILE, "Too many open files")

        loop = asyncio.get_running_loop()
        with monkeypatch.context() as patch:
            patch.setattr(listener, "_spare_descriptor", lambda: None)
            patch.setattr(loop, "sock_accept", none_left)
            with socket.create_connection(bound_address(server)) as first:
                assert await said_to(first) == b"no descriptors"
            second = socket.create_connection(bound_address(server))
            accepts, began = 0, loop.time()
            await until(lambda: accepts >= 3)
            assert accepts <= 2 + (loop.time() - began) / listener.PAUSE_SECONDS, "one look a pause"
            assert not room.pipes
        with second, socket.create_connection(bound_address(server)):
            await until(lambda: len(room.pipes) == 2)
        server.close()
        await until(lambda: room.counts["left"] == 2)

    run(test())


def test_who_goes_on_talking_to_a_closed_pipe_is_cut_off_after_so_many_bytes() -> None:
    async def test() -> None:
        for size, cut in ((stream.CLOSE_BYTES - 1, False), (stream.CLOSE_BYTES, False), (1 << 20, True)):
            room = Room(1)
            server = await listen(HOST, 0, room.accept, room)
            with socket.create_connection(bound_address(server)) as sock:
                await until(lambda: len(room.pipes) == 1)  # noqa: B023
                room.pipes[0].write(b"goodbye")
                room.pipes[0].close()
                sock.setblocking(False)
                with contextlib.suppress(ConnectionError, TimeoutError):
                    async with asyncio.timeout(0.1):
                        await asyncio.get_running_loop().sock_sendall(sock, bytes(size))
                        await until(lambda: room.counts["lost"] == 1)  # noqa: B023
                assert (room.counts["lost"] == 1) is cut
                assert room.heard == 0
            server.close()

    run(test())


def test_of_those_being_closed_the_one_that_dawdles_longest_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "MAX_CLOSING", 3)

    async def test() -> None:
        room = Room(10)
        server = await listen(HOST, 0, room.accept, room)
        clients = [socket.create_connection(bound_address(server)) for _ in range(5)]
        await until(lambda: len(room.pipes) == 5)
        for pipe in room.pipes[:3]:
            pipe.close()
        await asyncio.sleep(0.01)
        assert room.counts["lost"] == 0
        for pipe in room.pipes[3:]:
            pipe.close()
        await until(lambda: room.counts["lost"] == 2)
        for client in clients[2:]:
            client.close()
        await until(lambda: room.counts["lost"] == 5)
        server.close()
        for client in clients:
            client.close()

    run(test())


def test_a_fault_of_ours_in_the_gate_is_not_silent() -> None:
    class Broken(Room):
        def enter(self, host: str) -> bytes | None:
            raise ZeroDivisionError

    async def test() -> None:
        heard: list[dict[str, Any]] = []
        asyncio.get_running_loop().set_exception_handler(lambda loop, context: heard.append(context))
        room = Broken(1)
        server = await listen(HOST, 0, room.accept, room)
        with socket.create_connection(bound_address(server)):
            await until(lambda: bool(heard))
        assert isinstance(heard[0]["exception"], ZeroDivisionError)
        server.close()

    run(test())
