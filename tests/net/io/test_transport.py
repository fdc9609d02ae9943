"""TCP: the promises of a Pipe over real sockets of this machine, and the sentences that people read when it fails."""

import asyncio
import errno
import socket
import struct
import threading
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from net.io import stream, transport
from net.io.address import Address
from net.io.listener import Listener
from net.io.reader import Reader
from net.io.stream import Stream
from net.io.transport import DialError, ListenError, bound_address, connect, friends_address, listen, resolve
from net.wire.codec import encode
from net.wire.connection import ServerConnection
from net.wire.errors import RemoteProtocolError
from net.wire.framing import frame
from net.wire.messages import VERSION, FromClient, Goodbye, Hello, Ping, Steer, Welcome
from net.wire.pipe import Pipe

HOST = "127.0.0.1"
PATIENCE = 20.0  # seconds before a test that waits in vain fails


class Ear:
    """A Receiver that remembers what it heard."""

    def __init__(self) -> None:
        self.data = bytearray()
        self.reasons: list[str] = []
        self.news = asyncio.Event()
        self.pipe: Pipe | None = None

    def accept(self, pipe: Pipe) -> "Ear":
        """To be passed to `listen` or `connect`."""
        self.pipe = pipe
        self.news.set()
        return self

    def received(self, data: bytes) -> None:
        """As a Receiver has it."""
        assert not self.reasons, "the end comes last"
        self.data += data
        self.news.set()

    def lost(self, reason: str) -> None:
        """As a Receiver has it."""
        self.reasons.append(reason)
        self.news.set()

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait for what was heard to be so."""
        while not holds():
            self.news.clear()
            await self.news.wait()

    @property
    def there(self) -> Pipe:
        """The pipe, once there is one."""
        assert self.pipe is not None
        return self.pipe


def run(test: Coroutine[Any, Any, None]) -> None:
    """Run to the end, within reason."""

    async def within_reason() -> None:
        async with asyncio.timeout(PATIENCE):
            await test

    asyncio.run(within_reason())


async def pair() -> tuple[Listener, Ear, Ear]:
    """A listening server, its ear and a client's, connected."""
    at_server, at_client = Ear(), Ear()
    server = await listen(HOST, 0, at_server.accept)
    address = bound_address(server)
    await connect(address, await resolve(address), at_client.accept)
    await at_server.until(lambda: at_server.pipe is not None)
    return server, at_server, at_client


async def end(server: Listener, *ears: Ear) -> None:
    """Close all of it and wait until every end has heard so, once."""
    server.close()
    for ear in ears:
        ear.there.close()
    for ear in ears:
        await ear.until(lambda: bool(ear.reasons))  # noqa: B023
        assert len(ear.reasons) == 1


@pytest.mark.parametrize("system", ["with epoll", "without", "whose loop wants its sockets for itself"])
def test_megabytes_go_both_ways_whole_and_in_order_on_every_system(
    monkeypatch: pytest.MonkeyPatch, system: str
) -> None:
    async def test() -> None:
        if system != "with epoll":
            monkeypatch.setattr(Reader, "works", lambda: False)
        if system == "whose loop wants its sockets for itself":
            monkeypatch.setattr(asyncio, "SelectorEventLoop", type("Other", (), {}))
        server, at_server, at_client = await pair()
        data = bytes(range(256)) * 12_000
        for start in range(0, len(data), 100_000):
            at_server.there.write(data[start : start + 100_000])
            at_client.there.write(data[start : start + 100_000])
        assert at_server.there.unsent + at_client.there.unsent > 1_000_000
        await at_server.until(lambda: at_server.data == data)
        await at_client.until(lambda: at_client.data == data)
        assert at_server.there.unsent == 0
        assert at_server.there.write(b".")
        await at_client.until(lambda: at_client.data == data + b".")
        await end(server, at_server, at_client)

    run(test())


def test_port_zero_is_some_free_port_and_bytes_go_both_ways() -> None:
    async def test() -> None:
        server, at_server, at_client = await pair()
        assert bound_address(server).host == HOST
        assert bound_address(server).port > 0
        at_client.there.write(b"up")
        at_client.there.write(b"wards")
        at_server.there.write(b"down")
        await at_server.until(lambda: at_server.data == b"upwards")
        await at_client.until(lambda: at_client.data == b"down")
        assert at_client.there.name == str(bound_address(server))
        assert at_server.there.name.startswith(f"{HOST}:")
        await end(server, at_client, at_server)

    run(test())


def test_no_host_means_every_address_of_this_machine() -> None:
    async def test() -> None:
        at_server, at_client = Ear(), Ear()
        server = await listen(None, 0, at_server.accept)
        address = Address(HOST, bound_address(server).port)
        await connect(address, await resolve(address), at_client.accept)
        at_client.there.write(b"hello")
        await at_server.until(lambda: at_server.data == b"hello")
        await end(server, at_client, at_server)

    run(test())


def test_both_ends_send_small_messages_at_once() -> None:
    async def test() -> None:
        server, at_server, at_client = await pair()
        set_at = []
        for ear in (at_server, at_client):
            assert isinstance(ear.pipe, Stream)
            assert ear.pipe._transport is not None
            sock = ear.pipe._transport.get_extra_info("socket")
            set_at.append(bool(sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)))
        await end(server, at_client, at_server)
        assert set_at == [True, True]

    run(test())


def test_close_sends_what_was_written_before_and_both_ends_hear_of_the_end_once() -> None:
    async def test() -> None:
        server, at_server, at_client = await pair()
        last_words = bytes(range(256)) * 16384  # 4 MiB: more than the kernel takes at once
        at_server.there.write(last_words)
        assert at_server.there.unsent > 0
        at_server.there.close()
        at_server.there.close()
        at_server.there.write(b"too late")
        await at_client.until(lambda: bool(at_client.reasons))
        assert at_client.data == last_words
        await at_server.until(lambda: bool(at_server.reasons))
        at_client.there.close()
        at_client.there.write(b"too late")
        assert at_client.reasons == ["the other side closed the connection"]
        assert len(at_server.reasons) == 1
        server.close()

    run(test())


def test_a_peer_that_takes_nothing_is_cut_off_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "CLOSE_SECONDS", 0.01)

    async def test() -> None:
        at_server = Ear()
        server = await listen(HOST, 0, at_server.accept)
        with socket.create_connection(bound_address(server)):  # it never reads
            await at_server.until(lambda: at_server.pipe is not None)
            at_server.there.write(bytes(1 << 24))
            assert at_server.there.unsent > 0
            assert at_server.reasons == []
            at_server.there.close()
            await at_server.until(lambda: bool(at_server.reasons))
            assert len(at_server.reasons) == 1
        server.close()

    run(test())


@pytest.mark.skipif(not hasattr(socket, "TCP_NOTSENT_LOWAT"), reason="this system hides what it holds for us")
def test_a_peer_that_reads_nothing_is_seen_by_what_is_unsent_before_it_is_megabytes() -> None:
    async def test() -> None:
        at_server, hidden = Ear(), 0
        server = await listen(HOST, 0, at_server.accept)
        with socket.socket() as sock:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            sock.connect(bound_address(server))
            await at_server.until(lambda: at_server.pipe is not None)
            while at_server.there.unsent == 0 and hidden < 1 << 20:
                at_server.there.write(bytes(1000))
                hidden += 1000
                await asyncio.sleep(0)
        assert 0 < hidden < 128 * 1024
        server.close()

    run(test())


def test_unsent_tells_what_a_peer_does_not_take_and_falls_to_nothing_when_it_does() -> None:
    async def test() -> None:
        at_server, size = Ear(), 1 << 23
        server = await listen(HOST, 0, at_server.accept)
        loop = asyncio.get_running_loop()
        with socket.create_connection(bound_address(server)) as sock:
            sock.setblocking(False)
            await at_server.until(lambda: at_server.pipe is not None)
            assert at_server.there.unsent == 0
            at_server.there.write(bytes(size))
            assert 0 < at_server.there.unsent <= size
            got = 0
            while got < size:
                got += len(await loop.sock_recv(sock, 1 << 20))
            assert at_server.there.unsent == 0
        await at_server.until(lambda: bool(at_server.reasons))
        server.close()

    run(test())


def test_a_reset_is_told_as_such_once() -> None:
    async def test() -> None:
        at_server = Ear()
        server = await listen(HOST, 0, at_server.accept)
        sock = socket.create_connection(bound_address(server))
        sock.sendall(b"hello")
        await at_server.until(lambda: at_server.data == b"hello")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        sock.close()
        await at_server.until(lambda: bool(at_server.reasons))
        at_server.there.close()
        assert at_server.reasons == ["the connection was reset"]
        server.close()

    run(test())


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        (errno.EPIPE, "the connection was reset"),
        (errno.ECONNABORTED, "the connection was reset"),
        (errno.ETIMEDOUT, "the network did not deliver any more"),
        (errno.ENETUNREACH, "the network is gone"),
        (errno.EIO, "Input/output error"),
    ],
)
def test_what_the_system_reports_becomes_a_reason_that_people_can_read(number: int, reason: str) -> None:
    async def test() -> None:
        server, at_server, at_client = await pair()
        assert isinstance(at_client.pipe, Stream)
        other = Ear()
        stream = Stream(other.accept)
        assert at_client.pipe._transport is not None
        stream.connection_made(at_client.pipe._transport)
        stream.connection_lost(OSError(number, "Input/output error"))
        assert other.reasons == [reason]
        await end(server, at_client, at_server)

    run(test())


def test_a_port_where_nobody_listens_refuses_and_says_what_to_look_at() -> None:
    async def test() -> None:
        with socket.socket() as taken:
            taken.bind((HOST, 0))  # nobody else gets it, and nobody listens
            address = Address(HOST, taken.getsockname()[1])
            ear = Ear()
            with pytest.raises(DialError) as caught:
                await connect(address, await resolve(address), ear.accept)
        assert str(caught.value) == (
            f"refused: nothing listens at {address}; is the server running, and is the port right?"
        )
        assert ear.pipe is None

    run(test())


def test_the_next_address_is_tried_where_the_first_does_not_answer() -> None:
    async def test() -> None:
        at_server, at_client = Ear(), Ear()
        server = await listen(HOST, 0, at_server.accept)
        address = bound_address(server)
        with socket.socket() as taken:
            taken.bind((HOST, 0))
            dead = await resolve(Address(HOST, taken.getsockname()[1]))
            await connect(address, dead + await resolve(address), at_client.accept)
        at_client.there.write(b"here")
        await at_server.until(lambda: at_server.data == b"here")
        await end(server, at_client, at_server)

    run(test())


def test_the_next_address_is_tried_where_this_machine_has_no_such_sockets() -> None:
    async def test() -> None:
        at_server, at_client = Ear(), Ear()
        server = await listen(HOST, 0, at_server.accept)
        address = bound_address(server)
        unheard_of = (socket.AF_INET, socket.SOCK_STREAM, 254, "", (HOST, 1))  # as IPv6 is where it is switched off
        try:
            with pytest.raises(DialError):
                await connect(address, [unheard_of], at_client.accept)
            await connect(address, [unheard_of, *await resolve(address)], at_client.accept)
        finally:
            server.close()
        at_client.there.write(b"here")
        await at_server.until(lambda: at_server.data == b"here")
        await end(server, at_client, at_server)

    run(test())


def test_no_address_at_all_is_an_unknown_host() -> None:
    async def test() -> None:
        with pytest.raises(DialError, match="unknown host: 'nowhere' has no address"):
            await connect(Address("nowhere", 1), [], Ear().accept)

    run(test())


@pytest.mark.parametrize("error", [socket.gaierror(socket.EAI_NONAME, "?"), UnicodeError("label too long")])
def test_a_name_that_nobody_knows_is_said_to_be_that(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def nobody_knows(*_: Any, **__: Any) -> Any:
        raise error

    monkeypatch.setattr(socket, "getaddrinfo", nobody_knows)

    async def test() -> None:
        for own, hint in ((Address("192.168.1.5", 0), ""), (None, ", and whether this machine is on a network")):
            monkeypatch.setattr(transport, "friends_address", lambda port, own=own: own)
            with pytest.raises(DialError) as caught:
                await resolve(Address("play.exmaple.org", 5000))
            said = "unknown host: nobody knows the name 'play.exmaple.org'; check the spelling"
            assert str(caught.value) == said + hint

    run(test())


@pytest.mark.parametrize(
    ("number", "fact"),
    [
        (socket.EAI_AGAIN, "not looked up: nobody could be asked for the address of 'play.example.org'"),
        (socket.EAI_FAIL, "not looked up: nobody could be asked for the address of 'play.example.org'"),
        (getattr(socket, "EAI_NODATA", None), "unknown host: the name 'play.example.org' is known, but has no address"),
    ],
)
def test_a_name_that_could_not_be_looked_up_is_not_called_misspelt(
    monkeypatch: pytest.MonkeyPatch, number: int | None, fact: str
) -> None:
    if number is None:
        pytest.skip("this system has no such error")

    def fails(*_: Any, **__: Any) -> Any:
        raise socket.gaierror(number, "Temporary failure in name resolution")

    monkeypatch.setattr(socket, "getaddrinfo", fails)

    async def test() -> None:
        with pytest.raises(DialError) as caught:
            await resolve(Address("play.example.org", 5000))
        assert caught.value.fact == fact
        assert ("network" in caught.value.advice) is fact.startswith("not looked up")

    run(test())


def test_an_address_that_does_not_answer_times_out_and_its_socket_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "CONNECT_SECONDS", 0.0)

    async def test() -> None:
        socks: list[socket.socket] = []

        async def never(sock: socket.socket, _: Any) -> None:
            socks.append(sock)
            await asyncio.get_running_loop().create_future()

        monkeypatch.setattr(asyncio.get_running_loop(), "sock_connect", never)
        address = Address(HOST, 5000)
        with pytest.raises(DialError, match=f"timed out: {address} did not answer within 0 s; is the address right"):
            await connect(address, await resolve(address), Ear().accept)
        assert [sock.fileno() for sock in socks] == [-1]

    run(test())


def test_no_way_to_an_address_is_said_to_be_that(monkeypatch: pytest.MonkeyPatch) -> None:
    async def test() -> None:
        async def fails(*_: Any) -> None:
            raise OSError(errno.ENETUNREACH, "Network is unreachable")

        monkeypatch.setattr(asyncio.get_running_loop(), "sock_connect", fails)
        address = Address("192.0.2.1", 5000)
        with pytest.raises(DialError, match=f"unreachable: there is no way from here to {address}"):
            await connect(address, await resolve(address), Ear().accept)

    run(test())


def test_cancelling_a_lookup_at_once_leaves_no_task_and_no_thread_that_is_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked, release = threading.Event(), threading.Event()
    finished: list[threading.Thread] = []

    def slow(*_: Any, **__: Any) -> list[Any]:
        finished.append(threading.current_thread())
        asked.set()
        assert release.wait(PATIENCE)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", slow)

    async def test() -> None:
        before = asyncio.all_tasks()
        task = asyncio.create_task(resolve(Address("slow.example.org", 5000)))
        await asyncio.sleep(0)  # the lookup begins with the task's first step
        assert asked.wait(PATIENCE)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert asyncio.all_tasks() == before

    run(test())  # returns, though the lookup has not
    (thread,) = finished
    assert thread.is_alive()
    assert thread.daemon
    release.set()
    thread.join(PATIENCE)  # and a late answer, when the loop has ended, harms nobody: pytest would report it
    assert not thread.is_alive()


def test_an_answer_that_comes_after_a_lookup_was_cancelled_harms_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, release = threading.Event(), threading.Event()
    threads: list[threading.Thread] = []

    def slow(*_: Any, **__: Any) -> list[Any]:
        threads.append(threading.current_thread())
        asked.set()
        assert release.wait(PATIENCE)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", slow)

    async def test() -> None:
        troubles: list[dict[str, Any]] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, trouble: troubles.append(trouble))
        task = asyncio.create_task(resolve(Address("slow.example.org", 5000)))
        await asyncio.sleep(0)  # the lookup begins with the task's first step
        assert asked.wait(PATIENCE)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        release.set()
        (thread,) = threads
        thread.join(PATIENCE)
        assert not thread.is_alive()  # so the answer is in the loop's queue by now
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert troubles == []

    run(test())


def test_a_lookup_that_is_cancelled_before_it_began_asks_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []

    def look_up(*args: Any, **_: Any) -> list[Any]:
        asked.append(args)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", look_up)

    async def test() -> None:
        task = asyncio.create_task(resolve(Address("a.example.org", 5000)))
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert asked == []
        assert await resolve(Address("b.example.org", 5000)) == []
        assert len(asked) == 1

    run(test())


def test_cancelling_a_connect_at_once_closes_its_socket_and_leaves_no_task(monkeypatch: pytest.MonkeyPatch) -> None:
    async def test() -> None:
        socks: list[socket.socket] = []
        dialling = asyncio.Event()

        async def never(sock: socket.socket, _: Any) -> None:
            socks.append(sock)
            dialling.set()
            await asyncio.get_running_loop().create_future()

        monkeypatch.setattr(asyncio.get_running_loop(), "sock_connect", never)
        address = Address(HOST, 5000)
        before = asyncio.all_tasks()
        task = asyncio.create_task(connect(address, await resolve(address), Ear().accept))
        await dialling.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert [sock.fileno() for sock in socks] == [-1]
        assert asyncio.all_tasks() == before

    run(test())


def test_a_port_in_use_is_said_to_be_that_with_another_to_try() -> None:
    async def test() -> None:
        server = await listen(HOST, 0, Ear().accept)
        port = bound_address(server).port
        with pytest.raises(ListenError) as caught:
            await listen(HOST, port, Ear().accept)
        assert str(caught.value) == (
            f"cannot listen on {HOST}, port {port}: it is in use; is a server running already? "
            f"Try --port {port + 1 if port < 65535 else 0}, or --port 0 for any free one"
        )
        server.close()

    run(test())


@pytest.mark.parametrize(
    ("number", "port", "said"),
    [
        (errno.EADDRINUSE, 65535, "it is in use; is a server running already? Try --port 0"),
        (errno.EACCES, 80, "cannot listen on 127.0.0.1, port 80: not permitted; try a port of 1024 or more"),
        (errno.EADDRNOTAVAIL, 5000, "this machine has no such address; leave --host away"),
        (errno.EMFILE, 5000, "Too many open files"),
    ],
)
def test_why_it_cannot_listen_is_said_with_what_to_try(
    monkeypatch: pytest.MonkeyPatch, number: int, port: int, said: str
) -> None:
    def fails(*_: Any, **__: Any) -> socket.socket:
        raise OSError(number, "Too many open files")

    monkeypatch.setattr(socket, "create_server", fails)

    async def test() -> None:
        with pytest.raises(ListenError) as caught:
            await listen(HOST, port, Ear().accept)
        assert said in str(caught.value)

    run(test())


@pytest.mark.parametrize("host", ["no such host!", "a" * 70 + ".example", "a..b"])
def test_a_host_to_listen_on_that_is_no_address_is_named(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    def nobody_knows(name: str, *_: Any, **__: Any) -> Any:
        name.encode("idna")
        raise socket.gaierror(socket.EAI_NONAME, "?")

    monkeypatch.setattr(socket, "getaddrinfo", nobody_knows)

    async def test() -> None:
        with pytest.raises(ListenError, match="is no address of this machine; omit it to use all") as caught:
            await listen(host, 0, Ear().accept)
        assert f"--host {host}" in str(caught.value)

    run(test())


def test_a_port_can_be_used_again_as_soon_as_a_server_has_closed() -> None:
    async def test() -> None:
        server, at_server, at_client = await pair()
        port = bound_address(server).port
        at_server.there.close()  # the side that closes first is the one whose port lingers
        await at_client.until(lambda: bool(at_client.reasons))
        server.close()
        again = await listen(HOST, port, Ear().accept)
        assert bound_address(again).port == port
        again.close()

    run(test())


def test_friends_are_given_an_address_of_the_network_or_none_never_this_machines_own() -> None:
    address = friends_address(5000)
    assert address is None or (address.port == 5000 and not address.host.startswith("127."))


class Session(Ear):
    """A server's receiver that speaks the protocol and says goodbye to who does not."""

    def __init__(self) -> None:
        super().__init__()
        self.connection = ServerConnection()
        self.messages: list[FromClient] = []
        self.faults: list[str] = []

    def received(self, data: bytes) -> None:
        """As a Receiver has it."""
        super().received(data)
        try:
            for message in self.connection.receive(data):
                self.messages.append(message)
                if isinstance(message, Hello):
                    self.there.write(self.connection.send(Welcome(1, 0, 60, 2, 0, (), "secret")))
        except RemoteProtocolError as fault:
            self.faults.append(str(fault))
            self.there.close()


def test_single_bytes_and_fifty_messages_in_one_write_and_cuts_anywhere_are_heard_as_they_were_said() -> None:
    async def test() -> None:
        session, at_client = Session(), Ear()
        server = await listen(HOST, 0, session.accept)
        address = bound_address(server)
        await connect(address, await resolve(address), at_client.accept)
        hello = Hello(VERSION, "0123456789abcdef", "Ann", 0)
        for byte in frame(encode(hello)):
            at_client.there.write(bytes([byte]))
            await asyncio.sleep(0)  # so that most go out on their own
        said: list[FromClient] = [Steer(tick, tick % 9) for tick in range(50)]
        at_client.there.write(b"".join(frame(encode(message)) for message in said))
        stream = b"".join(frame(encode(Ping(time))) for time in range(1000, 1050)) + frame(encode(Goodbye("left")))
        for start in range(0, len(stream), 7):
            at_client.there.write(stream[start : start + 7])
            await asyncio.sleep(0)
        await session.until(lambda: session.connection.closed)
        assert session.messages == [hello, *said, *map(Ping, range(1000, 1050)), Goodbye("left")]
        assert session.faults == []
        assert at_client.reasons == []
        server.close()
        at_client.there.close()
        await session.until(lambda: bool(session.reasons))

    run(test())


def test_a_stranger_is_dropped_with_a_reason_and_the_others_go_on() -> None:
    async def test() -> None:
        sessions: list[Session] = []

        def accept(pipe: Pipe) -> Session:
            sessions.append(Session())
            sessions[-1].accept(pipe)
            return sessions[-1]

        server = await listen(HOST, 0, accept)
        address = bound_address(server)
        friend, stranger = Ear(), Ear()
        await connect(address, await resolve(address), friend.accept)
        await connect(address, await resolve(address), stranger.accept)
        stranger.there.write(b"GET / HTTP/1.1\r\nHost: here\r\n\r\n")
        await stranger.until(lambda: bool(stranger.reasons))
        friend.there.write(frame(encode(Hello(VERSION, "", "Ann", 0))))
        await friend.until(lambda: bool(friend.data))
        assert friend.reasons == []
        faults = [fault for session in sessions for fault in session.faults]
        assert len(faults) == 1
        assert "GET / HTTP" in faults[0]
        server.close()
        friend.there.close()
        for session in sessions:
            await session.until(lambda session=session: bool(session.reasons))  # type: ignore[misc]

    run(test())
