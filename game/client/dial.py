"""Connects to a server, encrypted where its address says so, and makes sure that it is the one that was meant.

Whom a client believes, in this order: who has the fingerprint that it was given; whom the authority that it was given
vouches for; who has the fingerprint that is known from last time; whom an authority of the system vouches for. Of
anybody else the player is asked, by an UntrustedError: nothing has been said to that server then.
"""

import asyncio
import ssl
from collections.abc import Callable
from typing import Any, Final

from game.client.access import Access
from game.client.known_servers import known_fingerprint, known_servers_file
from net.address import Address
from net.certificates import CertificateError, client_context, trusting_context
from net.pipe import Pipe, Receiver
from net.tls import TlsPipe, spelled
from net.transport import DialError, connect

TLS_SECONDS: Final = 10.0  # for a handshake, as for the answer to a Hello

Accept = Callable[[Pipe, str], Receiver]  # gets the fingerprint of the server's certificate, too; empty without TLS
Around = Callable[[Callable[[Pipe], Receiver]], Callable[[Pipe], Receiver]]  # puts a simulated network around, say


class TlsError(DialError):
    """There is a server, but no encrypted connection to it."""


class UntrustedError(TlsError):
    """Nobody vouches for the server, and it was never joined before: the player has to look at its fingerprint."""

    def __init__(self, address: Address, fingerprint: str) -> None:
        super().__init__(
            f"nobody vouches for {address}, whose certificate has the fingerprint {spelled(fingerprint)}",
            "if the server printed the same when it started, join it in the game, or by --tls-fingerprint",
        )
        self.fingerprint = fingerprint


class ChangedError(TlsError):
    """A server shows another certificate than the one that it has to have."""

    def __init__(self, address: Address, shown: str, pinned: str) -> None:
        super().__init__(
            f"{address} shows another certificate than the one that is known. Somebody may sit between you and it, or "
            f"its owner has made a new one. Known is {_begun(pinned)}, it shows {_begun(shown)}",
            f"ask its owner; if that one is right, delete the server's line in {known_servers_file()}, or give another "
            "--tls-fingerprint, and join again",
        )


async def dial(
    address: Address,
    found: list[tuple[Any, ...]],
    accept: Accept,
    access: Access,
    around: Around = lambda accept: accept,
) -> None:
    """Connect to the first of the resolved addresses that answers. Raises DialError."""
    if not address.tls:
        await connect(address, found, around(lambda pipe: accept(pipe, "")))
        return
    pinned = access.fingerprint or ("" if access.ca else known_fingerprint(address))
    if not pinned:
        try:
            context = client_context(access.ca)
        except CertificateError as error:
            raise TlsError(str(error), "give another file by --tls-ca") from None
        why = await _encrypted(address, found, accept, context, "", around)
        if not why:
            return
        if access.ca is not None:
            raise TlsError(
                f"the certificate of {address} is not one that {access.ca} vouches for: {why}",
                "is the address spelled as in the certificate, and is it the authority's file?",
            )
    await _encrypted(address, found, accept, trusting_context(), pinned, around)


async def _encrypted(
    address: Address,
    found: list[tuple[Any, ...]],
    accept: Accept,
    context: ssl.SSLContext,
    pinned: str,
    around: Around,
) -> str:
    """Connect, shake hands, look at the certificate, and hand the pipe over; or why the context does not believe it.

    Where the context believes anything, the certificate must be the pinned one. Raises DialError.
    """
    pipes: list[TlsPipe] = []
    done = asyncio.get_running_loop().create_future()

    def secured() -> None:
        try:
            if context.verify_mode is ssl.CERT_NONE:
                _compare(address, pipes[0].fingerprint, pinned)
            pipes[0].receiver = accept(pipes[0], pipes[0].fingerprint)
            done.set_result(None)
        except TlsError as error:
            done.set_exception(error)

    def begin(under: Pipe) -> Receiver:
        pipe = TlsPipe(under, context, address.host)
        pipes.append(pipe)
        pipe.secured, pipe.receiver = secured, _Waiting(done)
        pipe.start()
        return pipe

    await connect(address, found, around(begin))
    try:
        async with asyncio.timeout(TLS_SECONDS):
            await done
    except TimeoutError:
        raise TlsError(
            f"timed out: {address} did not finish to encrypt within {TLS_SECONDS:.0f} s",
            "is it a server that encrypts? Try without tls://",
        ) from None
    except _LostError as error:
        if isinstance(pipes[0].fault, ssl.SSLCertVerificationError):
            return pipes[0].fault.verify_message
        raise _why_not_encrypted(address, pipes[0], str(error)) from None
    finally:
        if not done.done() or done.cancelled() or done.exception() is not None:
            pipes[0].close()
    return ""


class _LostError(Exception):
    """The connection ended before it was encrypted."""


class _Waiting:
    """Who hears what comes before the server is believed: nobody."""

    def __init__(self, done: "asyncio.Future[None]") -> None:
        self._done = done

    def received(self, data: bytes) -> None:
        """Of a server that is not believed."""

    def lost(self, reason: str) -> None:
        """As a Receiver has it."""
        if not self._done.done():
            self._done.set_exception(_LostError(reason))


def _compare(address: Address, shown: str, pinned: str) -> None:
    if not pinned:
        raise UntrustedError(address, shown)
    if shown != pinned:
        raise ChangedError(address, shown, pinned)


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
