"""From where somebody comes, as far as it is worth counting: what is allowed to one is allowed to all of an origin."""

import ipaddress
from typing import Final

# This machine itself. Whoever runs programs here has better means than connections, and bots, benchmarks and tunnels
# come by the hundred. The rest of 127.0.0.0/8 is counted like anybody: nobody comes from there without meaning to.
THIS_MACHINE: Final = frozenset({"127.0.0.1", "::1"})
IPV6_PREFIX: Final = 64  # bits that name a household; the other 64 are its own to choose from


def origin(peer: str) -> str:
    """The origin of a pipe's name, HOST:PORT or [IPv6]:PORT; another kind of name is one of its own."""
    host = peer.rpartition(":")[0].strip("[]")
    return of_host(host) or peer


def of_host(host: str) -> str:
    """An address, or the network of its household where it is IPv6; empty where `host` is no address."""
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return ""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is None and not address.is_loopback:
            return str(ipaddress.ip_network((address, IPV6_PREFIX), strict=False))
        address = address.ipv4_mapped or address  # mapped: how an IPv4 peer looks on a socket that takes both
    return str(address)
