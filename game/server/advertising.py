"""Tells the local network that there is a server: by multicast DNS, in the background, as long as the server runs.

A server that cannot be advertised, for whatever reason, is as good a server: that costs it a line in its log. Knows
nothing of the game but a function that says how things stand.
"""

import asyncio
import ipaddress
import logging
import secrets
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from net.io.address import Address
from net.io.background import start_in_background
from net.io.lan import SERVICE, Advert, LanError, close_lan, open_lan

if TYPE_CHECKING:
    from zeroconf import ServiceInfo

log = logging.getLogger(__name__)

UPDATE_SECONDS: Final = 2.0  # between two looks at how many play: players who come and go cost the network no more
RETRY_SECONDS: Final = 30.0  # where the network is not there yet, say
LABEL_BYTES: Final = 40  # of an instance's name, which has 63 and may get a number behind it


class Advertiser:
    """One server's advert, from `start` to `close`. Needs a running asyncio loop."""

    def __init__(self, listens: Address, advert: Callable[[], Advert], interfaces: Sequence[str] | None = None) -> None:
        """`listens` is the address that the server is bound to, `advert` how things stand.

        `interfaces`: speak on the networks of these own addresses alone; by default on those that the server is on.
        """
        self._port = listens.port
        self._advert = advert
        self._interfaces = interfaces or _interfaces(listens.host)
        self._alone = interfaces is None and _is_loopback(listens.host)
        self._host = f"pygame-net-{secrets.token_hex(4)}.local."  # ours alone: the machine's name is others' to tell
        self._problem = ""
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin, in the background."""
        if self._alone:
            log.info("not advertised: the server listens on this machine alone")
        elif self._task is None:
            # A server that cannot be advertised serves all the same: the log has it, and nobody else needs to know.
            self._task = start_in_background(self._run, "advertising", lambda reason: None)

    async def close(self) -> None:
        """Tell the network that the server is gone, and end; takes a second at most."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
            self._task = None

    async def _run(self) -> None:
        while True:
            try:
                await self._advertise()
            except LanError as error:
                if str(error) != self._problem:
                    log.warning("not advertised on the network: %s", error)
                self._problem = str(error)
            await asyncio.sleep(RETRY_SECONDS)

    async def _advertise(self) -> None:
        lan, addresses = await open_lan(self._interfaces)
        from zeroconf import Error  # open_lan has imported the package

        try:
            said = self._advert()
            info = self._info(said, addresses, _label(said.name))
            await (await lan.async_register_service(info, allow_name_change=True))
            log.info("advertised on the network as %r", said.name)
            self._problem = ""
            label = info.name.removesuffix(f".{SERVICE}")  # has a number behind it where another one had it already
            while True:
                await asyncio.sleep(UPDATE_SECONDS)
                if (news := self._advert()) != said:
                    said = news
                    await (await lan.async_update_service(self._info(said, addresses, label)))
        except (Error, OSError) as error:
            raise LanError(f"{type(error).__name__} {error}".strip()) from None
        finally:
            await close_lan(lan)

    def _info(self, advert: Advert, addresses: list[str], label: str) -> "ServiceInfo":
        from zeroconf import ServiceInfo

        return ServiceInfo(
            SERVICE,
            f"{label}.{SERVICE}",
            port=self._port,
            properties=advert.properties(),
            server=self._host,
            parsed_addresses=addresses,
        )


def _interfaces(host: str) -> list[str] | None:
    """The own address that a server listens on; None for all of them."""
    return None if ipaddress.ip_address(host).is_unspecified else [host]


def _is_loopback(host: str) -> bool:
    return ipaddress.ip_address(host).is_loopback


def _label(name: str) -> str:
    """A name as an instance of a service may have it: short in bytes, and without dots, which have a meaning there."""
    return name.encode()[:LABEL_BYTES].decode(errors="ignore").replace(".", " ").strip() or "server"
