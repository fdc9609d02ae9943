"""Finds servers on the local network: listens for their adverts, and times how long each takes to answer.

All of it happens in the background of an asyncio loop; whoever shows the list reads `servers` and `problem` whenever
they like. What is found was said by strangers, so it is bounded, cleaned and checked before it is in the list.
"""

import asyncio
import contextlib
import ipaddress
import logging
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from game import walltime
from game.background import start_in_background
from game.lan import SERVICE, Advert, LanError, close_lan, open_lan, read_advert
from net.address import Address, TlsAddress
from net.messages import VERSION

if TYPE_CHECKING:
    from zeroconf.asyncio import AsyncZeroconf

log = logging.getLogger(__name__)

MAX_SERVERS: Final = 64  # that are listed, and of which anything is kept: nobody reads more lines
ADDRESSES: Final = 4  # of one server that are tried
ASK_MILLISECONDS: Final = 1500  # for the rest of an advert to come
PING_SECONDS: Final = 1.0  # to answer a connection; on a local network all but the dead take a hundredth of it
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


@dataclass(slots=True)
class _Known:
    """What there is to know of a server."""

    advert: Advert
    addresses: list[Address]  # the one that answered first, once one did
    pings: deque[float] = field(default_factory=lambda: deque(maxlen=PINGS))
    misses: int = 0

    @property
    def gone(self) -> bool:
        return bool(self.pings) and self.misses >= MISSES

    @property
    def line(self) -> FoundServer:
        advert = self.advert
        ping = min(self.pings, default=None)
        address = TlsAddress(*self.addresses[0]) if advert.tls else self.addresses[0]
        numbers = advert.players, advert.max_players, ping, advert.version
        return FoundServer(advert.name, address, *numbers, advert.password)


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
            for name, known in zip(names, await asyncio.gather(*(_ask_for(lan, name) for name in names)), strict=True):
                if name not in self._asking:
                    continue  # it has gone meanwhile
                if known is None:
                    self._known.pop(name, None)
                elif (former := self._known.get(name)) is None:
                    self._known[name] = known
                else:
                    former.advert = known.advert
                    if set(former.addresses) != set(known.addresses):
                        former.addresses = known.addresses
            self._asking.clear()
            self._show()
            await asyncio.gather(*(self._time(known) for known in self._known.values() if not known.pings))
            self._show()

    async def _ping(self) -> None:
        while True:
            await asyncio.sleep(PING_EVERY)
            await asyncio.gather(*(self._time(known) for known in self._known.values()))
            self._show()

    async def _time(self, known: _Known) -> None:
        """How long a server takes to take a connection, on the first of its addresses that does."""
        for address in known.addresses[:]:
            began = self._now()
            with contextlib.suppress(OSError):  # TimeoutError too
                async with asyncio.timeout(PING_SECONDS):
                    _, writer = await asyncio.open_connection(*address)
                known.pings.append(self._now() - began)
                known.misses = 0
                known.addresses.sort(key=lambda other: other != address)
                writer.close()
                return
        known.misses += 1

    def _show(self) -> None:
        lines = [known.line for known in self._known.values() if not known.gone]
        self.servers = sorted(lines, key=lambda line: (line.name.casefold(), line.address))


async def _ask_for(lan: "AsyncZeroconf", name: str) -> _Known | None:
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
    hosts = filter(_can_be_dialled, info.parsed_addresses(IPVersion.All))
    port = info.port or 0
    addresses = [Address(host, port) for host in hosts if 0 < port < 65536][:ADDRESSES]
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
