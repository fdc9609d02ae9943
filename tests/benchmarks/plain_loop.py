"""The baseline: a plain loop that writes as many bytes as a server did, to as many sockets, at the same rate.

Nothing else: no game, no reading. What it costs is what the kernel and the interpreter charge for the sends alone.

`python -m tests.benchmarks.plain_loop CLIENTS SECONDS TAPE`, where TAPE is a JSON file: for each of some samples, the
[tick, bytes] of the frames that it was sent. Client n is written what sample n was, counted round.
"""

import contextlib
import json
import socket
import sys
import time
from pathlib import Path

from net.defaults import TICK_RATE
from net.wire.framing import LENGTH_BYTES, frame

PATIENCE = 30.0  # seconds for somebody to connect
SHORTEST = LENGTH_BYTES + 7  # bytes: length, header of the list, tag, tick


def filler(tick: int, size: int) -> bytes:
    """Something of that size which a reader that looks no further takes for the frame of that tick."""
    head = b"\x98\x08\xce" + tick.to_bytes(4, "big")
    return frame(head + bytes(max(0, size - LENGTH_BYTES - len(head))))


def write_all(socks: list[socket.socket], tapes: list[list[tuple[int, int]]], seconds: float) -> None:
    """Write the tapes, over and over, for so long."""
    groups = [socks[n :: len(tapes)] for n in range(len(tapes))]
    first = min(tape[0][0] for tape in tapes)
    length = max(tape[-1][0] for tape in tapes) + 2 - first
    at = [{tick - first: size for tick, size in tape} for tape in tapes]
    steps = sorted({step for sizes in at for step in sizes})
    began, turn = time.monotonic(), 0
    while True:
        for step in steps:
            tick = turn * length + step
            wait = began + tick / TICK_RATE - time.monotonic()
            if wait > 0:
                time.sleep(wait)
            if time.monotonic() - began > seconds:
                return
            for sizes, group in zip(at, groups, strict=True):
                if step in sizes:
                    data = filler(tick, sizes[step])
                    for sock in group:
                        with contextlib.suppress(BlockingIOError):
                            sock.send(data)
        turn += 1


def main(clients: int, seconds: float, tape: Path) -> None:
    """Take that many connections, and write."""
    tapes = [[(tick, size) for tick, size in rows] for rows in json.loads(tape.read_text())]
    server = socket.create_server(("127.0.0.1", 0), backlog=1024)
    server.settimeout(PATIENCE)
    print(f"listening on 127.0.0.1:{server.getsockname()[1]}", flush=True)
    socks = []
    for _ in range(clients):
        sock, _ = server.accept()
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.setblocking(False)
        socks.append(sock)
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # the readers have seen enough
        write_all(socks, tapes, seconds)


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]), Path(sys.argv[3]))
