"""Connects to whichever of a server's addresses answers first, so that a dead one costs no wait: RFC 8305.

Knows sockets and nothing else: what an error means for a person is its caller's affair.
"""

import asyncio
import contextlib
import socket
from collections import deque
from collections.abc import Iterable, Sequence
from itertools import chain, zip_longest
from typing import Any, Final

ATTEMPT_DELAY: Final = 0.25  # seconds from one attempt to the next, as RFC 8305 recommends
MAX_ADDRESSES: Final = 8  # of one server that are tried: the last of them begins before two seconds have passed

SocketAddress = tuple[Any, ...]  # a row of getaddrinfo: family, kind, protocol, canonical name, address


async def first_to_answer(found: Sequence[SocketAddress], seconds: float) -> tuple[socket.socket, SocketAddress]:
    """A socket that is connected to one of the addresses, and which one that is. `seconds` is what each of them has.

    The next attempt begins when the last one has failed, or has not answered for a moment; the families take turns.
    Raises an ExceptionGroup of one OSError for each address where none answers. Can be cancelled at any time.
    """
    waiting = deque(interleaved(found)[:MAX_ADDRESSES])
    attempts: set[asyncio.Task[tuple[socket.socket, SocketAddress]]] = set()
    errors: list[OSError] = []
    try:
        while waiting or attempts:
            if waiting:
                attempts.add(asyncio.create_task(_attempt(waiting.popleft(), seconds)))
            patience = ATTEMPT_DELAY if waiting else None
            done, attempts = await asyncio.wait(attempts, timeout=patience, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                if (error := task.exception()) is None:
                    attempts |= done - {task}  # to be closed, where another one answered in the same moment
                    return task.result()
                if not isinstance(error, OSError):
                    raise error
                errors.append(error)
    finally:
        for task in attempts:  # nothing is awaited here: whoever gives up now must not lose the socket that has won
            task.cancel()
            task.add_done_callback(_close)
    raise ExceptionGroup("no address answers", errors)


def interleaved(found: Iterable[SocketAddress]) -> list[SocketAddress]:
    """The same addresses, each once, in turns of IPv6 and IPv4 (or whatever comes first), otherwise in their order."""
    families: dict[Any, list[SocketAddress]] = {}
    for row in dict.fromkeys(found):
        families.setdefault(row[0], []).append(row)
    turns = zip_longest(*families.values())
    return [row for row in chain.from_iterable(turns) if row is not None]


def _close(task: asyncio.Task[tuple[socket.socket, SocketAddress]]) -> None:
    """It is not needed, even where it has connected just now."""
    if not task.cancelled() and task.exception() is None:
        task.result()[0].close()


async def _attempt(row: SocketAddress, seconds: float) -> tuple[socket.socket, SocketAddress]:
    family, kind, protocol, _, target = row
    with contextlib.ExitStack() as failed:
        sock = failed.enter_context(socket.socket(family, kind, protocol))
        sock.setblocking(False)
        async with asyncio.timeout(seconds):
            await asyncio.get_running_loop().sock_connect(sock, target)
        failed.pop_all()
    return sock, row
