"""Everything that touches the operating system: addresses, connecting and listening, sockets, TLS and certificates.

Knows bytes and who they come from; knows nothing of what a message means.
"""

from net.io.address import Address, AddressError, TlsAddress, parse_address
from net.io.certificates import CertificateError, ServerTls, server_tls
from net.io.tls import TlsPipe, secured
from net.io.transport import DialError, ListenError, connect, listen, resolve

__all__ = [
    "Address",
    "AddressError",
    "CertificateError",
    "DialError",
    "ListenError",
    "ServerTls",
    "TlsAddress",
    "TlsPipe",
    "connect",
    "listen",
    "parse_address",
    "resolve",
    "secured",
    "server_tls",
]
