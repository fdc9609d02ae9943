"""Finds servers on the local network: listens for their adverts, and times how long each takes to answer.

An address that answers is not yet the server that was meant: two machines may have the same one. So each server is
asked who it is, and an address counts only where the answer is what the advert says.

All of it happens in the background of an asyncio loop; whoever shows the list reads `servers` and `problem` whenever
they like. What is found was said by strangers, so it is bounded, cleaned and checked before it is in the list.
"""

import asyncio
import ipaddress
import logging
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from game.client.identify import identify
from net.io import walltime
from net.io.address import Address, TlsAddress
from net.io.background import start_in_background
from net.io.lan import (
    SERVICE,
    Advert,
    Interface,
    LanError,
    close_lan,
    distance,
    open_lan,
    own_interfaces,
    read_advert,
)
from net.wire.messages import VERSION

if TYPE_CHECKING:
    from zeroconf.asyncio import AsyncZeroconf

log = logging.getLogger(__name__)

MAX_SERVERS: Final = 64  # that are listed, and of which anything is kept: nobody reads more lines
ADDRESSES: Final = 4  # of one server that are tried
ASK_MILLISECONDS: Final = 1500  # for the rest of an advert to come
PING_SECONDS: Final = 1.0  # to say who it is; on a local network all but the dead take a hundredth of it
PING_EVERY: Final = 10.0  # seconds: often enough for a list, seldom enough for a server
PINGS: Final = 3  # of which the shortest counts: the others waited for a frame to be drawn
MISSES: Final = 2  # unanswered pings after which who had answered is taken for gone, however long its advert lasts
RETRY_SECONDS: Final = 5.0  # where the network is not there yet, say


@dataclass(frozen=True, slots=True)
class FoundServer:
    """A line of the list."""

    name: str
    address: Address
    players: int
    max_players: int
    ping: float | None  # seconds; None while it has not answered
    version: int = VERSION  # of the protocol that it speaks
    password: bool = False  # it wants one
    server_id: str = ""  # what its Welcome has to say; empty: anything
    game: str = ""  # the name of what it plays; empty: it does not say

    @property
    def full(self) -> bool:
        """Whether no seat is left, as far as its advert tells."""
        return self.players >= self.max_players


@dataclass(slots=True)
class _Known:
    """What there is to know of a server."""

    advert: Advert
    addresses: list[Address]  # in the order in which to try them; the one that is believed first, once one is
    others: set[Address] = field(default_factory=set)  # of them, those at which another server answers
    pings: deque[float] = field(default_factory=lambda: deque(maxlen=PINGS))
    misses: int = 0

    @property
    def gone(self) -> bool:
        return not self.possible or (bool(self.pings) and self.misses >= MISSES)

    @property
    def possible(self) -> list[Address]:
        return [address for address in self.addresses if address not in self.others]

    @property
    def line(self) -> FoundServer:
        advert = self.advert
        ping = min(self.pings, default=None)
        address = self.possible[0]
        numbers = advert.players, advert.max_players, ping, advert.version
        return FoundServer(advert.name, address, *numbers, advert.password, advert.server_id, advert.game)

    def is_same_as(self, newer: "_Known") -> bool:
        """Whether it is the same run of a server at the same place, so that what has answered still counts."""
        return self.advert.server_id == newer.advert.server_id and set(self.addresses) == set(newer.addresses)

    async def time(self, now: Callable[[], float]) -> None:
        """Ask who answers, and how long that takes: at the address that is believed, or at all of them at once."""
        asked = self.addresses[:1] if self.pings and not self.misses else self.addresses[:]
        answers = await asyncio.gather(*(identify(address, PING_SECONDS, now) for address in asked))
        meant = self.advert.server_id
        for address, answer in zip(asked, answers, strict=True):
            if answer is not None and meant and answer.server_id and answer.server_id != meant:
                self.others.add(address)
        good = [(a, b.seconds) for a, b in zip(asked, answers, strict=True) if b is not None and b.server_id == meant]
        if not good:
            self.misses += 1
            return
        address, seconds = good[0]
        self.misses = 0
        self.pings.append(seconds)
        self.others.discard(address)
        self.addresses.sort(key=lambda other: other != address)


class Discovery:
    """Listens from `start` to `close`."""

    def __init__(self, interfaces: Sequence[str] | None = None, now: Callable[[], float] = walltime.now) -> None:
        """`interfaces`: listen on the networks of these own addresses alone; by default on all but the loopback."""
        self.servers: list[FoundServer] = []  # sorted by name; another list whenever something changes
        self.problem = ""  # why there can be none
        self._interfaces = interfaces
        self._now = now
        self._known: dict[str, _Known] = {}  # by the name of the instance
        self._news: dict[str, None] = {}  # instances that have to be asked for
        self._asking: set[str] = set()  # that are just now
        self._wake = asyncio.Event()
        self._own: list[Interface] = []
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin, in the background. Needs a running asyncio loop."""
        if self._task is None:
            self._task = start_in_background(self._run, "looking for games", self._failed)

    async def close(self) -> None:
        """End; takes a second at most."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
            self._task = None

    def _failed(self, reason: str) -> None:
        self.problem = reason

    async def _run(self) -> None:
        while True:
            try:
                await self._browse()
            except LanError as error:
                self.problem = str(error)
                log.info("no servers can be found on the network: %s", error)
            await asyncio.sleep(RETRY_SECONDS)

    async def _browse(self) -> None:
        lan, _ = await open_lan(self._interfaces)
        self._own = await own_interfaces()
        from zeroconf.asyncio import AsyncServiceBrowser  # open_lan has imported the package

        self.problem = ""
        browser = AsyncServiceBrowser(lan.zeroconf, [SERVICE], handlers=[self._changed])
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._ask(lan))
                tasks.create_task(self._ping())
        finally:
            self._known.clear()
            self._news.clear()
            self._asking.clear()
            self._show()
            await browser.async_cancel()
            await close_lan(lan)

    def _changed(self, *, name: str, state_change: Any, **_: Any) -> None:
        """As zeroconf calls it, in our loop: an instance came, went, or says something else."""
        if state_change.name == "Removed":
            self._news.pop(name, None)
            self._asking.discard(name)
            self._known.pop(name, None)
            self._show()
        elif name in self._known or len({*self._known, *self._news, *self._asking}) < MAX_SERVERS:
            self._news[name] = None
            self._wake.set()

    async def _ask(self, lan: "AsyncZeroconf") -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            names = list(self._news)
            self._asking.update(names)
            self._news.clear()
            found = await asyncio.gather(*(_ask_for(lan, name, self._own) for name in names))
            for name, known in zip(names, found, strict=True):
                if name not in self._asking:
                    continue  # it has gone meanwhile
                if known is None:
                    self._known.pop(name, None)
                elif (former := self._known.get(name)) is None or not former.is_same_as(known):
                    self._known[name] = known
                else:
                    former.advert = known.advert
            self._asking.clear()
            self._show()
            await asyncio.gather(*(known.time(self._now) for known in self._known.values() if not known.pings))
            self._show()

    async def _ping(self) -> None:
        while True:
            await asyncio.sleep(PING_EVERY)
            await asyncio.gather(*(known.time(self._now) for known in self._known.values()))
            self._show()

    def _show(self) -> None:
        lines = [known.line for known in self._known.values() if not known.gone]
        self.servers = sorted(lines, key=lambda line: (line.name.casefold(), line.address))


async def _ask_for(lan: "AsyncZeroconf", name: str, own: Sequence[Interface]) -> _Known | None:
    """Everything about an instance; None where it does not answer, or with nonsense."""
    from zeroconf import Error, IPVersion
    from zeroconf.asyncio import AsyncServiceInfo

    try:
        info = AsyncServiceInfo(SERVICE, name)
        if not await info.async_request(lan.zeroconf, ASK_MILLISECONDS):
            return None
        advert = read_advert(info.properties)
    except (Error, ValueError) as error:
        log.debug("an advert that is none: %r", str(error)[:100])
        return None
    hosts = sorted(filter(_can_be_dialled, info.parsed_addresses(IPVersion.All)), key=lambda host: distance(host, own))
    if not advert.server_id:  # it cannot say who it is: then our own addresses are its only where it has no other
        hosts = [host for host in hosts if distance(host, own) < 2] or hosts
    kind, port = TlsAddress if advert.tls else Address, info.port or 0
    addresses = [kind(host, port) for host in hosts if 0 < port < 65536][:ADDRESSES]
    return _Known(advert, addresses) if addresses else None


def _can_be_dialled(host: str) -> bool:
    """Whether a stranger's word is an address of one machine that we can write down."""
    number = ipaddress.ip_address(host.partition("%")[0])
    return not (
        "%" in host
        or number.is_multicast
        or number.is_unspecified
        or number.is_reserved
        or (number.version == 6 and number.is_link_local)
    )
