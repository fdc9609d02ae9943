"""From an address to a game, and back into it when the connection drops: resolve, connect, join, play, wait, again.

Who comes back in time gets the same body, by the token that the last Welcome brought; who does not joins anew.

Needs a running asyncio loop, and somebody who calls `update` once a frame. Nothing here blocks.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from enum import Enum
from typing import Final

from net.client.client_session import ClientSession, Ending
from net.client.connect import ChangedError, UntrustedError, connect_to
from net.client.controls import Controls
from net.client.credentials import NOTHING, Credentials
from net.conditioner.conditions import Conditions
from net.conditioner.simulated import simulated
from net.game import Game
from net.io.address import Address
from net.io.background import start_in_background
from net.io.happy_eyeballs import SocketAddress
from net.io.transport import DialError, resolve
from net.wire.messages import Refusal
from net.wire.pipe import Pipe, Receiver

log = logging.getLogger(__name__)

LAST_WORDS: Final = 0.05  # seconds; to the kernel it takes one turn of the event loop
FIRST_WAIT: Final = 0.25  # seconds before the first attempt to come back, doubled each time: four fit into a held seat
LONGEST_WAIT: Final = 8.0
STEADY_SECONDS: Final = 2.0  # of play, after which a loss is a new one; a server that lets in and throws out is spared

FINAL: Final = frozenset({Ending.IMPOSSIBLE, Ending.UNTRUSTED, Ending.PASSWORD, Ending.LEFT})  # no other try helps


class Phase(Enum):
    """What a session is doing, as the player reads it."""

    RESOLVING = "looking up"
    CONNECTING = "connecting to"
    JOINING = "joining"
    PLAYING = "playing at"
    WAITING = "waiting to reconnect to"
    FAILED = "could not join"
    LEFT = "left"


def goodbye_seconds(simulate: Conditions | None) -> float:
    """How long to wait after leaving, so that a goodbye reaches the server through a network that is simulated here."""
    return LAST_WORDS + (simulate.latency + 4 * simulate.jitter if simulate else 0.0)


def seconds_before(attempt: int) -> float:
    """How long to wait before the attempt of that number, counted from 0."""
    return min(FIRST_WAIT * 2.0 ** min(attempt, 100), LONGEST_WAIT)  # two hours of attempts are more than floats hold


class Connector:
    """A player's will to be in one server's game."""

    def __init__(
        self,
        game: Game,
        address: Address,
        name: str,
        color: int,
        now: Callable[[], float],
        controls: Controls | None = None,
        draws: bool = True,
        simulate: Conditions | None = None,
        seed: int = 0,
        watch: bool = False,
        credentials: Credentials = NOTHING,
        server_id: str = "",
        games: Mapping[str, Game] | None = None,
    ) -> None:
        """`games`: by name, those that we know besides: where the server plays one of them, we follow.

        `simulate`: a network to add to the real one, the same for the same `seed`. `watch`: as a spectator.

        `credentials` are what we bring along to be let in. `server_id` is that of the server that is meant, empty for
        any; once we have played there, another run of it will do.
        """
        self.address = address
        self.game = game  # that we join with
        self._games = games or {}
        self.controls = controls or Controls()
        self.phase = Phase.RESOLVING
        self.ending: Ending | None = None  # of the last attempt or stay
        self.shown = ""  # the fingerprint of a server that is not trusted
        self.why_untrusted = ""  # what is wrong with its certificate: what goes on after that
        self.notice = ""  # what the player should know of the server's certificate, once in
        self.message = ""  # why it failed, or why we are not playing any more: what ended it, not what attempts met
        self.attempts = 0  # to come back, since we last played for a while
        self.retry_at = 0.0
        self.play: ClientSession | None = None  # the present or last one, so that the last picture stays
        self.entered: Callable[[ClientSession], None] = lambda play: None  # called each time that we are let in
        self._found: list[SocketAddress] = []  # where the server was last time, the address that answered in front
        self._let_in = False  # by the last attempt
        self._token = ""  # to come back into the same body; empty: join as a new player
        self._name, self._color, self._now, self._draws = name, color, now, draws
        self._simulate, self._seed = simulate, seed
        self._watch = watch
        self._credentials = credentials
        self.server_id = server_id  # empty once we have been in
        self._news = asyncio.Event()
        self._task = start_in_background(self._run, "connecting", self._failed)

    def update(self) -> None:
        """Once a frame: let the present game go on."""
        if self.play is not None:
            self.play.update()

    def profile(self, name: str, color: int) -> None:
        """The player would like to be called that and to look so, now and whenever we join again."""
        self._name, self._color = name, color
        if self.play is not None:
            self.play.profile(name, color)

    @property
    def could_watch(self) -> bool:
        """Whether the server has no seat for a player, and may have room for a spectator."""
        return not self._watch and self.play is not None and self.play.refusal is Refusal.FULL

    def leave(self) -> None:
        """Say goodbye if there is anybody to say it to, and stop trying. At any moment."""
        self._task.cancel()
        if self.play is not None:
            self.play.leave()
        if self.phase is not Phase.FAILED:
            self.phase = Phase.LEFT

    def _failed(self, reason: str) -> None:
        """By a fault of our own: nobody tries again."""
        if self.play is not None:
            self.play.leave()
        self.ending, self.message, self.phase = Ending.IMPOSSIBLE, reason, Phase.FAILED

    async def _run(self) -> None:
        played = False
        while True:
            self.ending, why = await self._once()
            if self.ending is Ending.EXPIRED and self._token:
                self._token = ""
                continue
            other = self._games.get(self.play.other_game) if self.play is not None else None
            if other is not None and other is not self.game and not self._let_in:
                self.game = other
                continue
            if self.ending is Ending.MOVED:
                self._token = ""  # of a seat in a world that is no more
                self.game = other or self.game
                if not self.attempts:  # else a server that sends us to and fro would keep us busy
                    self.message, self.attempts = why, 1
                    continue
            if self.ending is Ending.BENCHED and not self._watch:
                self._watch, self._token, self.message = True, "", why
                continue
            played = played or (self.play is not None and self.play.joined is not None)
            if self._let_in or not played or self.ending in FINAL:
                self.message = why
            else:
                log.info("not back yet: %s", why)
            if not played or self.ending in FINAL:
                self.phase = Phase.FAILED if self.ending is not Ending.LEFT else Phase.LEFT
                return
            wait = seconds_before(self.attempts)
            self.attempts += 1
            self.retry_at = self._now() + wait
            self.phase = Phase.WAITING
            await asyncio.sleep(wait)

    async def _once(self) -> tuple[Ending, str]:
        """One attempt, and the stay that may follow; why it ended."""
        self._let_in = False
        play = ClientSession(
            self.game,
            self._name,
            self._color,
            self.controls,
            self._now,
            self._draws,
            self._token,
            self._watch,
            self._credentials.password,
            self.server_id,
        )
        play.changed = self._news.set
        try:
            await self._dial(play)
        except UntrustedError as error:
            self.shown, self.why_untrusted = error.fingerprint, error.why
            return Ending.UNTRUSTED, str(error)
        except ChangedError as error:
            return Ending.IMPOSSIBLE, str(error)
        except DialError as error:
            self._found = []  # the server may have moved
            return Ending.LOST, str(error)
        self.phase = Phase.JOINING
        former, self.play = self.play, play
        entered = 0.0  # when, if at all
        try:
            while play.ending is None:
                await self._news.wait()
                self._news.clear()
                if play.joined is not None and play.ending is None and not entered:
                    entered = self._now()
                    self.phase = Phase.PLAYING
                    self.server_id = ""
                    self.entered(play)
                    if former is not None:
                        former.world.close()
        finally:
            self._let_in = play.joined is not None
            if not entered:  # nobody has seen anything of it, so the last picture of the former one stays
                play.world.close()
                self.play = former or play
            elif self._now() - entered > STEADY_SECONDS:
                self.attempts = 0
        self._token = play.token
        return play.ending, play.reason

    async def _dial(self, play: ClientSession) -> None:
        """Connect; on a return by the address that worked: a seat is not held for as long as a lookup may take."""
        if not self._found:
            self.phase = Phase.RESOLVING
            self._found = await resolve(self.address)
        self.phase = Phase.CONNECTING
        dialed = await connect_to(self.address, self._found, play.attach, self._credentials, self._behind_the_network)
        self._found = dialed.found
        self.notice = dialed.notice or self.notice

    def _behind_the_network(self, accept: Callable[[Pipe], Receiver]) -> Callable[[Pipe], Receiver]:
        """Where a network is simulated: `accept` at its far end. Each connection has another piece of it."""
        if self._simulate is None:
            return accept
        self._seed += 1
        return simulated(accept, self._simulate, self._now, asyncio.get_running_loop().call_later, self._seed)
