"""A program with a client in each step of a visit, made to be killed: `python -m tests.game.doomed PORT`.

Says `ready` once all are there, and plays on with those who play until it is killed or standard input ends.
"""

import random
import select
import socket
import sys

from game.tag import TAG
from net.wire.codec import decode_from_server, encode
from net.wire.framing import Deframer, frame
from net.wire.messages import VERSION, FromServer, Hello, Ping, Steer, Welcome

PING_SECONDS = 0.1
HELLO = frame(encode(Hello(VERSION, TAG.registry().schema_hash, "Doomed", 0x56B4E9)))


class Doomed:
    """A client by hand, on a socket that blocks."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), 10)
        self._deframer = Deframer(1 << 24)

    def hear(self) -> list[FromServer]:
        """What the server says next."""
        return [decode_from_server(payload) for payload in self._deframer.feed(self.socket.recv(1 << 16))]

    def join(self) -> "Doomed":
        """Say Hello and wait for the welcome."""
        self.socket.sendall(HELLO)
        while not any(isinstance(message, Welcome) for message in self.hear()):
            pass
        return self


def main(port: int) -> None:
    """Be there."""
    connected, halfway, unread = Doomed(port), Doomed(port), Doomed(port)
    halfway.socket.sendall(HELLO[: len(HELLO) // 2])
    unread.socket.sendall(HELLO)
    silent = Doomed(port).join()
    playing = [Doomed(port).join(), Doomed(port).join()]  # of two who play, one is "it"
    rng = random.Random(0)
    print("ready", flush=True)
    while not select.select([sys.stdin], [], [], PING_SECONDS)[0]:
        for player in playing:
            player.hear()
            player.socket.sendall(frame(encode(Ping(0))) + frame(encode(Steer(0, rng.randint(0, 8)))))
    for client in (connected, halfway, unread, silent, *playing):
        client.socket.close()


if __name__ == "__main__":
    main(int(sys.argv[1]))
