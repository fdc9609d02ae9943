"""From an address to a game, and back into it when the connection drops: resolve, connect, join, play, wait, again.

Who comes back in time gets the same body, by the token that the last Welcome brought; who does not joins anew.

Needs a running asyncio loop, and somebody who calls `update` once a frame. Nothing here blocks.
"""

import asyncio
from collections.abc import Callable
from enum import Enum
from typing import Final

from game.client.controls import Controls
from game.client.play import Ending, Play
from game.rules import build_registry
from net.address import Address
from net.transport import DialError, connect, resolve

FIRST_WAIT: Final = 0.25  # seconds before the first attempt to come back, doubled each time: four fit into a held seat
LONGEST_WAIT: Final = 8.0


class Phase(Enum):
    """What a session is doing, as the player reads it."""

    RESOLVING = "looking up"
    CONNECTING = "connecting to"
    JOINING = "joining"
    PLAYING = "playing at"
    WAITING = "waiting to reconnect to"
    FAILED = "could not join"
    LEFT = "left"


class Session:
    """A player's will to be in one server's game."""

    def __init__(
        self,
        address: Address,
        name: str,
        color: int,
        now: Callable[[], float],
        controls: Controls | None = None,
        draws: bool = True,
    ) -> None:
        self.address = address
        self.controls = controls or Controls()
        self.phase = Phase.RESOLVING
        self.message = ""  # why it failed, or why we are not playing just now
        self.attempts = 0  # to come back, since we last played
        self.retry_at = 0.0
        self.play: Play | None = None  # the present or last one, so that the last picture stays
        self.entered: Callable[[Play], None] = lambda play: None  # called each time that we are let in
        self._token = ""  # to come back into the same body; empty: join as a new player
        self._name, self._color, self._now, self._draws = name, color, now, draws
        self._news = asyncio.Event()
        self._task = asyncio.get_running_loop().create_task(self._run())

    def update(self) -> None:
        """Once a frame: let the present game go on."""
        if self.play is not None:
            self.play.update()

    def leave(self) -> None:
        """Say goodbye if there is anybody to say it to, and stop trying. At any moment."""
        self._task.cancel()
        if self.play is not None:
            self.play.leave()
        if self.phase is not Phase.FAILED:
            self.phase = Phase.LEFT

    async def _run(self) -> None:
        played = False
        while True:
            ending, self.message = await self._once()
            if ending is Ending.EXPIRED and self._token:
                self._token = ""
                continue
            played = played or (self.play is not None and self.play.stay is not None)
            if not played or ending in (Ending.IMPOSSIBLE, Ending.LEFT):
                self.phase = Phase.FAILED if ending is not Ending.LEFT else Phase.LEFT
                return
            wait = min(FIRST_WAIT * 2**self.attempts, LONGEST_WAIT)
            self.attempts += 1
            self.retry_at = self._now() + wait
            self.phase = Phase.WAITING
            await asyncio.sleep(wait)

    async def _once(self) -> tuple[Ending, str]:
        """One attempt, and the stay that may follow; why it ended."""
        play = Play(self._name, self._color, self.controls, build_registry(), self._now, self._draws, self._token)
        play.changed = self._news.set
        try:
            self.phase = Phase.RESOLVING
            found = await resolve(self.address)
            self.phase = Phase.CONNECTING
            await connect(self.address, found, play.attach)
        except DialError as error:
            return Ending.LOST, str(error)
        self.phase = Phase.JOINING
        former, self.play = self.play, play
        try:
            while play.ending is None:
                await self._news.wait()
                self._news.clear()
                if play.stay is not None and self.phase is Phase.JOINING:
                    self.phase = Phase.PLAYING
                    self.attempts = 0
                    self.entered(play)
        finally:
            if play.stay is None and former is not None:
                self.play = former  # its last picture stays on the screen
            elif former is not None:
                former.world.close()
        self._token = play.token
        return play.ending, play.reason
