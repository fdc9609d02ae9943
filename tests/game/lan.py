"""A local network that is none: what zeroconf would do, without a socket. The real one has a test in test_lan.py."""

import asyncio
from collections.abc import Awaitable, Sequence
from typing import Any

from zeroconf import ServiceInfo

from net.io.lan import SERVICE, LanError


class FakeLan:
    """Multicast DNS as the advertising side meets it; keeps what it was given."""

    def __init__(self) -> None:
        self.zeroconf = self  # which the discovering side only hands on
        self.registered: list[ServiceInfo] = []
        self.updated: list[ServiceInfo] = []
        self.closed = False
        self.hangs = False  # when it is closed
        self.renames = ""  # what another one has: who registers that is given a number

    async def async_register_service(self, info: ServiceInfo, allow_name_change: bool) -> Awaitable[None]:
        assert allow_name_change
        if info.name == f"{self.renames}.{SERVICE}":
            info.name = f"{self.renames}-2.{SERVICE}"
        self.registered.append(info)
        return asyncio.sleep(0)

    async def async_update_service(self, info: ServiceInfo) -> Awaitable[None]:
        self.updated.append(info)
        return asyncio.sleep(0)

    async def async_close(self) -> None:
        self.closed = True
        if self.hangs:
            await asyncio.Event().wait()


class FakeNetwork:
    """In the place of `open_lan`."""

    def __init__(self) -> None:
        self.lan = FakeLan()
        self.problem = ""  # why it cannot be opened
        self.opened: list[Sequence[str] | None] = []  # on which interfaces it was tried

    async def open(self, interfaces: Sequence[str] | None) -> tuple[Any, list[str]]:
        self.opened.append(interfaces)
        if self.problem:
            raise LanError(self.problem)
        return self.lan, list(interfaces or ["192.168.1.5", "10.0.0.5"])
