"""Connects to a server, encrypted where its address says so, and makes sure that it is the one that was meant.

Whom a client believes, in this order: who has the fingerprint that it was given; whom the authority that it was given
vouches for; who has the fingerprint that is known from last time; whom an authority of the system vouches for. Where
an authority vouches for another certificate than the one that is known, it was renewed: the new one is known from then
on. Of anybody else the player is asked, by an UntrustedError: nothing has been said to that server then.
"""

import asyncio
import logging
import ssl
from collections.abc import Callable
from typing import Final, NamedTuple

from net.client.credentials import Credentials
from net.client.known_servers import known_fingerprint, known_servers_file, remember
from net.io import walltime
from net.io.address import Address
from net.io.certificates import (
    CertificateError,
    client_context,
    trusting_context,
    why_not_believed,
    why_out_of_date,
)
from net.io.happy_eyeballs import SocketAddress
from net.io.tls import TlsPipe, fingerprint, spelled
from net.io.transport import DialError, connect
from net.io.user_folder import NoFolderError
from net.wire.pipe import Pipe, Receiver

log = logging.getLogger(__name__)

TLS_SECONDS: Final = 10.0  # for a handshake, as for the answer to a Hello

Accept = Callable[[Pipe, str], Receiver]  # gets the fingerprint of the server's certificate, too; empty without TLS
Around = Callable[[Callable[[Pipe], Receiver]], Callable[[Pipe], Receiver]]  # puts a simulated network around, say


class TlsError(DialError):
    """There is a server, but no encrypted connection to it."""


class UntrustedError(TlsError):
    """Nobody vouches for the server, and it was never joined before: the player has to look at its fingerprint."""

    def __init__(self, address: Address, fingerprint: str, why: str) -> None:
        super().__init__(
            f"the certificate of {address} {why}. Its fingerprint is {spelled(fingerprint)}",
            "if the server printed the same when it started, join it in the game, or by --tls-fingerprint",
        )
        self.fingerprint = fingerprint
        self.why = why  # nobody vouches for it: what goes on after "its certificate"


class ChangedError(TlsError):
    """A server shows another certificate than the one that it has to have, and no authority vouches for the new one."""

    def __init__(self, address: Address, shown: str, pinned: str, why: str = "") -> None:
        wrong = f", and the new one {why}" if why else ""
        super().__init__(
            f"{address} shows another certificate than the one that is known{wrong}. Somebody may sit between you and "
            f"it, or its owner has made a new one. Known is {_begun(pinned)}, it shows {_begun(shown)}",
            f"ask its owner; if that one is right, delete the server's line in {_kept_in()}, or give another "
            "--tls-fingerprint, and join again",
        )


def _kept_in() -> str:
    """What to call the file of known servers."""
    try:
        return str(known_servers_file())
    except NoFolderError:
        return "known_servers"


class Connected(NamedTuple):
    """How a connection came about."""

    found: list[SocketAddress]  # the resolved addresses, the one that answered in front: for the next time
    notice: str = ""  # what the player should know of the server's certificate


async def connect_to(
    address: Address,
    found: list[SocketAddress],
    accept: Accept,
    credentials: Credentials,
    around: Around = lambda accept: accept,
) -> Connected:
    """Connect to whichever of the resolved addresses answers first. Raises DialError."""
    if not address.tls:
        return Connected(await connect(address, found, around(lambda pipe: accept(pipe, ""))))
    if credentials.fingerprint:
        shown = await _encrypted(address, found, accept, trusting_context(), credentials.fingerprint, around)
        if shown.fingerprint != credentials.fingerprint:
            raise ChangedError(address, shown.fingerprint, credentials.fingerprint)
        return Connected(shown.found)
    known = known_fingerprint(address)
    if known and credentials.ca is None:
        shown = await _encrypted(address, found, accept, trusting_context(), known, around)
        if shown.fingerprint == known:
            return Connected(shown.found)
        found = shown.found
    try:
        context = client_context(credentials.ca)
    except CertificateError as error:
        raise TlsError(str(error), "give another file by --tls-ca") from None
    vouched = await _encrypted(address, found, accept, context, "", around)
    if not vouched.why:
        return Connected(vouched.found, _renewed(address, known, vouched.fingerprint))
    if credentials.ca is not None:
        raise TlsError(
            f"{credentials.ca} does not vouch for {address}: its certificate {vouched.why}",
            "is the address spelled as in the certificate, and is it the authority's file?",
        )
    if known:
        raise ChangedError(address, shown.fingerprint, known, vouched.why)
    shown = await _encrypted(address, vouched.found, accept, trusting_context(), "", around)
    why = vouched.why
    if (dated := why_out_of_date(shown.certificate, walltime.date())) not in why:
        why = f"{why}; besides, it {dated}"
    raise UntrustedError(address, shown.fingerprint, why)


def _renewed(address: Address, known: str, shown: str) -> str:
    """Where a server was known by another certificate: know the one that an authority vouches for, and say so."""
    if known in ("", shown):
        return ""
    remember(address, shown)
    notice = "this server has a new certificate, which an authority vouches for: it is known by that one from now on"
    log.info("%s: %s. It was %s, it is %s", address, notice, spelled(known), spelled(shown))
    return notice


class _Shown(NamedTuple):
    """What became of one attempt to encrypt."""

    found: list[SocketAddress]  # the one that answered in front
    certificate: bytes = b""  # that was shown
    why: str = ""  # the context does not believe it

    @property
    def fingerprint(self) -> str:
        """Of the certificate."""
        return fingerprint(self.certificate)


async def _encrypted(
    address: Address,
    found: list[SocketAddress],
    accept: Accept,
    context: ssl.SSLContext,
    pinned: str,
    around: Around,
) -> _Shown:
    """Connect, shake hands, look at the certificate, and hand the pipe over where it is believed; else close it.

    Where the context believes anything, only the pinned certificate is. Raises DialError where nothing is encrypted.
    """
    pipes: list[TlsPipe] = []
    done: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

    def secured() -> None:
        believed = context.verify_mode is not ssl.CERT_NONE or pipes[0].fingerprint == pinned
        if believed:
            pipes[0].receiver = accept(pipes[0], pipes[0].fingerprint)
        done.set_result(believed)

    def begin(under: Pipe) -> Receiver:
        pipe = TlsPipe(under, context, address.host)
        pipes.append(pipe)
        pipe.secured, pipe.receiver = secured, _Waiting(done)
        pipe.start()
        return pipe

    found = await connect(address, found, around(begin))
    believed = False
    try:
        async with asyncio.timeout(TLS_SECONDS):
            believed = await done
    except TimeoutError:
        raise TlsError(
            f"timed out: {address} did not finish to encrypt within {TLS_SECONDS:.0f} s",
            "is it a server that encrypts? Try without tls://",
        ) from None
    except _LostError as error:
        if isinstance(pipes[0].fault, ssl.SSLCertVerificationError):
            return _Shown(found, why=why_not_believed(pipes[0].fault, address.host))
        raise _why_not_encrypted(address, pipes[0], str(error)) from None
    finally:
        if not believed:
            pipes[0].close()
    return _Shown(found, pipes[0].certificate)


class _LostError(Exception):
    """The connection ended before it was encrypted."""


class _Waiting:
    """Who hears what comes before the server is believed: nobody."""

    def __init__(self, done: "asyncio.Future[bool]") -> None:
        self._done = done

    def received(self, data: bytes) -> None:
        """Of a server that is not believed."""

    def lost(self, reason: str) -> None:
        """As a Receiver has it."""
        if not self._done.done():
            self._done.set_exception(_LostError(reason))


def _begun(fingerprint: str) -> str:
    """Enough of it to tell it from others by chance; whoever joins anew sees the whole."""
    return f"{spelled(fingerprint)[:23]}…"


def _why_not_encrypted(address: Address, pipe: TlsPipe, reason: str) -> TlsError:
    plain = Address(*address)
    if pipe.fault_is_plain:
        return TlsError(f"{address} does not encrypt", f"join without tls://, if it may be so: {plain}")
    return TlsError(
        f"no encrypted connection to {address}: {reason}",
        f"is it a server of this game that was started with --tls? If not, join {plain}",
    )
