"""Many players in one thread, as cheap as they can be: they steer, ping, and throw away what they are told.

They speak the real protocol over real sockets and look at the tag and the tick of each message. Most of the cost is the
kernel's, for each read; so only some hundreds read at once and measure the time from frame to frame, and the rest five
times a second, several frames at a time. A few, the samples, read all that frames say.
"""

import heapq
import random
import select
import socket
import time
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from itertools import count
from typing import Final

from game.bots import MEAN_HOLD_SECONDS
from game.tag import TAG
from net.bots import PAUSE_SHARE
from net.client.client_session import PING_SECONDS, RIDE_SECONDS
from net.defaults import TICK_RATE
from net.wire.codec import decode_from_server, encode
from net.wire.framing import LENGTH_BYTES, frame
from net.wire.messages import VERSION, Goodbye, Hello, Ping, Refused, Steer
from tests.benchmarks.window import Window, surprises, tick_of, welcomed_as

NAP_SECONDS: Final = 0.001  # between looks at the sockets: nobody sleeps in epoll, so the server's sends wake nobody
LEAD_TICKS: Final = 3  # how far ahead of the last frame an intent is meant for, as a client's on a local network
BUFFER: Final = 1 << 18
PROMPT: Final = 500  # players who read at once, spread over the crowd
LOOK_SECONDS: Final = 0.2  # from read to read of the rest
CONNECT_LOOK_SECONDS: Final = 0.01  # from look to look at a connection that does not stand at once
SAMPLES: Final = 32  # of the prompt ones, who read everything
WELCOME, SNAPSHOT, FRAME, PONG = 5, 7, 8, 9  # tags
LEFT: Final = "left"

Steering = Callable[[random.Random], tuple[float, int] | None]  # seconds to hold it and the direction; None: no more


def wander(rng: random.Random) -> tuple[float, int]:
    """Steer as people do: about three changes a second, some of them a stop."""
    return rng.expovariate(1 / MEAN_HOLD_SECONDS), 0 if rng.random() < PAUSE_SHARE else rng.randint(1, 8)


def stand(rng: random.Random) -> None:
    """Never steer at all."""


class Client:
    """One player."""

    def __init__(self, number: int, sock: socket.socket, counts: bool, sample: bool) -> None:
        self.number = number
        self.sock = sock
        self.fd = sock.fileno()
        self.counts = counts  # whether it reads at once, and is measured
        self.deaf = False  # whether it reads nothing at all
        self.sample = sample
        self.net_id = 0  # 0: not welcome yet
        self.snapshots = 0
        self.tick = -1  # of the last frame or snapshot
        self.arrived = 0.0  # when it came; 0: none yet
        self.beside = 0  # bytes since the last frame that are none of it: pongs
        self.next_ping = 0.0  # when one is to be sent that has found nothing to ride along with
        self.rest = b""
        self.ended = ""  # why it is gone


class Load:
    """The crowd. `run` plays for a while; `window` collects what is seen meanwhile."""

    def __init__(self, port: int, seed: int = 0, plain: bool = False, homes: Sequence[str] = ()) -> None:
        """`plain`: there is no game behind the port, only something that writes frames.

        `homes`: the addresses from which they come, in turn; without any, from 127.0.0.1, which is not counted.
        """
        self.clients: list[Client] = []
        self.window = Window()
        self.snapshot = b""  # the payload of the last one that anybody was sent
        self._port = port
        self._plain = plain
        self._homes = homes
        self._connects = 0
        self._rng = random.Random(seed)
        self._hash = TAG.registry().schema_hash
        self._epoll = select.epoll()
        self._tick, self._ticked = 0, 0.0  # the newest that anybody was told, and when
        self._by_fd: dict[int, Client] = {}
        self._buffer = memoryview(bytearray(BUFFER))
        self._order = count()
        self.due: list[tuple[float, int, partial[None]]] = []  # a heap: what to do when

    @property
    def here(self) -> list[Client]:
        """Who is connected and welcome."""
        return [client for client in self.clients if client.net_id and not client.ended]

    @property
    def lost(self) -> list[Client]:
        """Who was refused or cut off, and did not want to go."""
        return [client for client in self.clients if client.ended not in ("", LEFT)]

    def add(
        self, number: int, per_second: float, steering: Steering = wander, counts: bool = True, receive_buffer: int = 0
    ) -> None:
        """Let that many more come, evenly, from now on."""
        began, prompt = time.monotonic(), min(number, PROMPT) if counts else 0
        stride = max(1, prompt // SAMPLES)
        for n in range(number):
            turn = n * prompt // number  # among the prompt ones
            at_once = turn != (n - 1) * prompt // number
            come = partial(self._connect, steering, at_once, at_once and turn % stride == 0, receive_buffer)
            self._at(began + n / per_second, come)

    def arrive(self, number: int, patience: float = 30.0) -> None:
        """Play on until that many are in the game and have been told something. Raises TimeoutError."""
        limit = time.monotonic() + patience
        while sum(client.tick >= 0 for client in self.here) < number:
            if time.monotonic() > limit or self.lost:
                why = Counter(client.ended for client in self.lost)
                raise TimeoutError(f"{len(self.here)} of {number} came in; lost: {dict(why)}")
            self.run(0.1)

    def steer(self, client: Client, direction: int) -> None:
        """Tell the server what this player wants, from about now on."""
        now = time.monotonic()
        data = frame(encode(Steer(self._tick + LEAD_TICKS + int((now - self._ticked) * TICK_RATE), direction)))
        if now >= client.next_ping - PING_SECONDS + RIDE_SECONDS:
            data += self._ping_now(client, now)
        self._send(client, data)

    def leave(self, clients: list[Client], per_second: float) -> None:
        """Let these say goodbye and close their connections, evenly, from now on."""
        began = time.monotonic()
        for n, client in enumerate(clients):
            self._at(began + n / per_second, partial(self._leave, client))

    def run(self, seconds: float) -> Window:
        """Play for so long; returns what was seen."""
        self.window = window = Window()
        end = window.began + seconds
        clients, due, read, now = self._by_fd, self.due, self._read, window.began
        while now < end:
            for fd, _ in self._epoll.poll(0, maxevents=4096):
                read(clients[fd], time.monotonic())
            while due and due[0][0] <= now:
                heapq.heappop(due)[2]()
            time.sleep(NAP_SECONDS)
            now = time.monotonic()
        return window.close()

    def close(self) -> None:
        """Everybody leaves."""
        for client in self.clients:
            self._leave(client)
        self._epoll.close()

    def _at(self, when: float, act: partial[None]) -> None:
        heapq.heappush(self.due, (when, next(self._order), act))

    def _connect(self, steering: Steering, counts: bool, sample: bool, receive_buffer: int) -> None:
        sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        if receive_buffer:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        if self._homes:
            sock.bind((self._homes[self._connects % len(self._homes)], 0))
        self._connects += 1
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.setblocking(False)
        sock.connect_ex(("127.0.0.1", self._port))
        self._begin(steering, counts, sample, sock)

    def _begin(self, steering: Steering, counts: bool, sample: bool, sock: socket.socket) -> None:
        """Play, as soon as the connection stands: on a server that is besieged that may take seconds."""
        looker = select.poll()
        looker.register(sock, select.POLLOUT)
        if not looker.poll(0):
            self._at(time.monotonic() + CONNECT_LOOK_SECONDS, partial(self._begin, steering, counts, sample, sock))
            return
        client = Client(len(self.clients) + 1, sock, counts, sample)
        self.clients.append(client)
        self._by_fd[client.fd] = client
        if counts:
            self._epoll.register(client.fd, select.EPOLLIN)
        else:
            self._at(time.monotonic() + LOOK_SECONDS, partial(self._look, client))
        if self._plain:
            client.net_id = client.number
            return
        self._send(client, frame(encode(Hello(VERSION, self._hash, f"Load {client.number}", 0x56B4E9))))
        now = time.monotonic()
        self._at(now + PING_SECONDS * self._rng.random(), partial(self._ping, client))
        self._at(now + self._rng.random(), partial(self._play, client, steering))

    def _leave(self, client: Client) -> None:
        if not client.ended:
            self._send(client, frame(encode(Goodbye("that was all"))))
            self._end(client, LEFT)

    def _look(self, client: Client) -> None:
        if not client.ended:
            now = time.monotonic()
            self._at(now + LOOK_SECONDS, partial(self._look, client))
            if not client.deaf:
                self._read(client, now)

    def _ping(self, client: Client) -> None:
        """If none rode along with an intent meanwhile, as our client's do."""
        if not client.ended:
            now = time.monotonic()
            if now >= client.next_ping and client.net_id:
                self._send(client, self._ping_now(client, now))
            due = client.next_ping if client.next_ping > now else now + PING_SECONDS  # not welcome yet
            self._at(due, partial(self._ping, client))

    @staticmethod
    def _ping_now(client: Client, now: float) -> bytes:
        client.next_ping = now + PING_SECONDS
        return frame(encode(Ping(int(now * 1000))))

    def _play(self, client: Client, steering: Steering) -> None:
        if client.ended:
            return
        now = time.monotonic()
        if client.tick < 0:
            self._at(now + 0.1, partial(self._play, client, steering))
        elif (choice := steering(self._rng)) is not None:
            self.steer(client, choice[1])
            self._at(now + choice[0], partial(self._play, client, steering))

    def _send(self, client: Client, data: bytes) -> None:
        try:
            client.sock.send(data)
        except BlockingIOError:
            self._end(client, "the server does not read")
        except OSError as error:
            self._end(client, error.strerror or str(error))

    def _read(self, client: Client, now: float) -> None:
        if client.ended:
            return
        try:
            size = client.sock.recv_into(self._buffer)
        except BlockingIOError:
            return
        except OSError as error:
            self._end(client, error.strerror or str(error))
            return
        if not size:
            self._end(client, "the server closed the connection")
            return
        window = self.window
        if client.counts:
            window.bytes += size
        data = bytes(self._buffer[:size])
        if client.rest:
            data = client.rest + data
        start, end = 0, len(data)
        while end - start > LENGTH_BYTES:
            stop = start + LENGTH_BYTES + int.from_bytes(data[start : start + LENGTH_BYTES], "big")
            if stop > end:
                break
            tag = data[start + LENGTH_BYTES + 1]  # behind the header of the list
            if tag == FRAME:
                tick = tick_of(data, start + LENGTH_BYTES + 2)
                if tick <= client.tick:
                    raise RuntimeError(f"a frame of tick {tick} after one of tick {client.tick}")
                if tick > self._tick:
                    self._tick, self._ticked = tick, now
                if client.counts:
                    window.frames += 1
                    if client.arrived:
                        window.gaps.add(now - client.arrived)
                    if tick not in window.first_seen:
                        window.first_seen[tick] = now
                    if client.sample:
                        self._sample(client, tick, data[start + LENGTH_BYTES : stop])
                client.tick, client.arrived, client.beside = tick, now, 0
            else:
                client.beside += stop - start
                if tag == SNAPSHOT:
                    client.snapshots += 1
                    self.snapshot = data[start + LENGTH_BYTES : stop]
                    client.tick, client.arrived = tick_of(data, start + LENGTH_BYTES + 2), now
                elif tag == WELCOME:
                    client.net_id = welcomed_as(data[start + LENGTH_BYTES : stop])
                elif tag != PONG:
                    self._hear(client, data[start + LENGTH_BYTES : stop])
            start = stop
        client.rest = data[start:]

    def _sample(self, client: Client, tick: int, payload: bytes) -> None:
        window, size = self.window, LENGTH_BYTES + len(payload)
        window.tape.setdefault(client.number, []).append((tick, size + client.beside))
        if self._plain:
            return
        told = surprises(payload)
        window.turned.update(told.turned)
        window.intents += len(told.turned)
        window.bodies += told.bodies
        window.others += told.others
        window.sampled_frames += 1
        window.sampled_bytes += size
        if told.turned:
            window.intent_bytes += size - told.beside

    def _hear(self, client: Client, payload: bytes) -> None:
        message = decode_from_server(payload)
        if isinstance(message, Goodbye | Refused):
            self._end(client, message.reason)

    def _end(self, client: Client, why: str) -> None:
        if not client.ended:
            client.ended = why
            del self._by_fd[client.fd]
            client.sock.close()  # which takes it out of the epoll too
