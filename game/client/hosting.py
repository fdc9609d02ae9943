"""A server of one's own: a child process that ends when we do, however we end.

Nothing here blocks, and nothing draws. The child holds the other end of a pipe as its standard input, and stops when
that closes: no signal has to reach it.
"""

import asyncio
import logging
import os
import sys
from collections.abc import Sequence
from typing import Final

from game.arenas import ASSETS
from net.io.address import DEFAULT_PORT, Address, parse_address
from net.io.background import start_in_background
from net.io.lan import give_server_name

log = logging.getLogger(__name__)

MAIN: Final = ASSETS.parent / "main.py"
HERE: Final = "127.0.0.1"
LISTENING: Final = "listening on "  # how the server says that it is ready
FRIENDS: Final = "--connect "  # what precedes the address for others, in the line after that
END_SECONDS: Final = 2.0  # a server says goodbye within 0.3 s; then it is asked less kindly


class Hosting:
    """One server, from its start to its end. Needs a running asyncio loop."""

    def __init__(self, ports: Sequence[int] = (DEFAULT_PORT, 0), *, name: str = "", game: str = "") -> None:
        """`ports` are tried one after the other; 0 is any that is free.

        `name` is what the local network sees it listed as; by default what this machine is called.

        `game` is what `--game` is told.
        """
        self.address: Address | None = None  # where to join it, once it listens
        self.friends = ""  # where others on the same network join it, once that is known
        self.problem = ""  # why it ended before it listened, or after
        self._closing = False
        self._process: asyncio.subprocess.Process | None = None
        self._task = start_in_background(lambda: self._run(ports, name, game), "hosting", self._failed)

    @property
    def over(self) -> bool:
        """Whether the server has ended, or never began."""
        return self._task.done()

    async def close(self) -> None:
        """End the server and wait until it is gone."""
        self._closing = True
        if self._process is None:
            self._task.cancel()  # which ends a child that is only just being started
        else:
            await self._end(self._process)
        await asyncio.gather(self._task, return_exceptions=True)

    def _failed(self, reason: str) -> None:
        self.address, self.problem = None, reason

    async def _run(self, ports: Sequence[int], name: str, game: str) -> None:
        for port in ports:
            listened = await self._serve(port, name, game)
            if listened or self._closing:
                return

    async def _serve(self, port: int, name: str, game: str) -> bool:
        """Run a server to its end; returns whether it ever listened."""
        pipe = asyncio.subprocess.PIPE
        # Frozen (PyInstaller), the program is its own main.py.
        program = (sys.executable,) if getattr(sys, "frozen", False) else (sys.executable, str(MAIN))
        self._process = None  # until this one is there: `close` must not wait for a former one
        try:
            child = self._process = await asyncio.create_subprocess_exec(
                *(*program, "--server", "--with-parent", "--port", str(port), *(("--game", game) if game else ())),
                stdin=pipe,
                stdout=pipe,
                stderr=pipe,
                env={**os.environ, **(give_server_name(name) if name else {})},
            )
        except (OSError, ValueError) as error:  # the latter: a path that the system cannot spell
            self.problem = f"the server could not be started: {getattr(error, 'strerror', None) or error}"
            return False
        assert child.stdout is not None
        assert child.stderr is not None
        # Read to the end, whatever it says: a child whose pipe is full stands still.
        _, last = await asyncio.gather(self._listen(child.stdout), self._last_words(child.stderr))
        code = await child.wait()
        listened, self.address = self.address is not None, None
        if not self._closing:
            self.problem = last or f"the server ended at once, with exit code {code}"
            log.warning("the hosted server ended: %s", self.problem)
        return listened

    async def _listen(self, output: asyncio.StreamReader) -> None:
        async for line in output:
            text = line.decode(errors="replace").strip()
            if text.startswith(LISTENING):
                self.problem = ""  # which a former port may have left
                self.address = Address(HERE, parse_address(text.removeprefix(LISTENING)).port)
            elif FRIENDS in text:
                self.friends = text.partition(FRIENDS)[2]
            log.info("hosted server: %s", text)

    async def _last_words(self, errors: asyncio.StreamReader) -> str:
        text = ""
        async for line in errors:
            text = line.decode(errors="replace").strip() or text
            log.debug("hosted server: %s", text)
        return text

    async def _end(self, child: asyncio.subprocess.Process) -> None:
        assert child.stdin is not None
        child.stdin.close()
        for insist in (child.terminate, child.kill):
            try:
                async with asyncio.timeout(END_SECONDS):
                    await asyncio.shield(self._task)
                return
            except TimeoutError:
                log.warning("the hosted server does not end by itself")
                try:
                    insist()
                except ProcessLookupError:
                    return  # it just did
