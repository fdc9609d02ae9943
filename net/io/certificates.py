"""Certificates from files: what a server shows, and what a client believes. Wrong files give reasons for people.

TLS 1.3 alone: both ends are ours, and it has no renegotiation that a stranger could make a server repeat for ever.
"""

import re
import ssl
from pathlib import Path
from typing import Final, NamedTuple

from net.io.tls import fingerprint

HOW_TO_MAKE_ONE: Final = "see README for how to make one"


class CertificateError(Exception):
    """These files do not do; the message says which, and why."""


class ServerTls(NamedTuple):
    """What a server needs for TLS."""

    context: ssl.SSLContext
    fingerprint: str  # of its certificate


def server_tls(certificate: Path, key: Path) -> ServerTls:
    """That certificate, and the key to it. Raises CertificateError."""
    text, _ = _read(certificate, "certificate"), _read(key, "key")
    try:
        end = text.index(ssl.PEM_FOOTER) + len(ssl.PEM_FOOTER)  # the first one is the server's own
        der = ssl.PEM_cert_to_DER_cert(text[text.index(ssl.PEM_HEADER) : end])
    except ValueError:
        raise CertificateError(f"{certificate} is no certificate in PEM form; {HOW_TO_MAKE_ONE}") from None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.num_tickets = 0  # nobody resumes a TLS session: each connection is a new one
    try:
        context.load_cert_chain(certificate, key, password=lambda: "")  # else OpenSSL asks, wherever that is
    except ssl.SSLError as error:
        if error.reason == "KEY_VALUES_MISMATCH":
            why = f"{key} is not the key to {certificate}"
        elif "ENCRYPTED" in _read(key, "key"):
            why = f"{key} is locked with a passphrase; write it without: openssl pkey -in {key} -out open-key.pem"
        else:
            why = f"{certificate} and {key} are no certificate and key in PEM form; {HOW_TO_MAKE_ONE}"
        raise CertificateError(why) from None
    return ServerTls(context, fingerprint(der))


def client_context(ca: Path | None) -> ssl.SSLContext:
    """Believes what that authority, or one that the system knows, vouches for. Raises CertificateError."""
    try:
        context = ssl.create_default_context(cafile=ca)
    except OSError as error:  # SSLError is one, too
        reason = "it has no certificates in PEM form" if isinstance(error, ssl.SSLError) else error.strerror
        raise CertificateError(f"{ca} cannot be used: {reason}") from None
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    return context


def trusting_context() -> ssl.SSLContext:
    """Believes anything: whoever uses it compares the fingerprint."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


# Of OpenSSL's X509_V_ERR_..., which the module ssl has no names for.
_NOT_YET_VALID: Final = 9
_EXPIRED: Final = 10
_SELF_SIGNED: Final = 18
_UNKNOWN_AUTHORITY: Final = (2, 19, 20, 21)
_REVOKED: Final = 23
_OTHER_NAME: Final = (62, 64)
_CLOCK: Final = "says this machine's clock"  # which may be the one that is wrong
# From when and until when a certificate holds: two UTCTimes or GeneralizedTimes of its DER form. To look for them is
# enough: whoever puts other ones before them misleads people about their own certificate alone.
_VALIDITY: Final = re.compile(rb"\x30.(?:\x17\x0d|\x18\x0f)(\d{12,14})Z(?:\x17\x0d|\x18\x0f)(\d{12,14})Z", re.DOTALL)


def why_not_believed(fault: ssl.SSLCertVerificationError, host: str) -> str:
    """What is wrong with a certificate that a context did not believe: what goes on after "its certificate"."""
    code = fault.verify_code
    if code == _EXPIRED:
        return f"has expired, {_CLOCK}"
    if code == _NOT_YET_VALID:
        return f"is not valid yet, {_CLOCK}"
    if code in _OTHER_NAME:
        return f"is for another name than {host}"
    if code == _SELF_SIGNED:
        return "is self-signed, as those of servers that friends host usually are: nobody else vouches for it"
    if code in _UNKNOWN_AUTHORITY:
        return "is signed by an authority that is not known here"
    if code == _REVOKED:
        return "was revoked by its authority"
    return f"cannot be accepted: {fault.verify_message}"


def why_out_of_date(certificate: bytes, date: str) -> str:
    """Whether a certificate (DER) has expired, or is not valid yet, in the same words; empty where neither is.

    OpenSSL does not come to look at that where a certificate is self-signed. `date` is today's, as YYYYMMDDhhmmss.
    """
    found = _VALIDITY.search(certificate)
    if found is None:
        return ""
    begin, end = (_in_full(each.decode()) for each in found.groups())
    if date < begin:
        return f"is not valid yet, {_CLOCK}"
    return f"has expired, {_CLOCK}" if date > end else ""


def _in_full(time: str) -> str:
    """With the century, which a UTCTime leaves out (RFC 5280, 4.1.2.5.1)."""
    return time if len(time) > 12 else ("20" if time < "50" else "19") + time


def _read(path: Path, what: str) -> str:
    try:
        return path.read_text(encoding="ascii", errors="replace")
    except OSError as error:
        raise CertificateError(f"the {what} {path} cannot be read: {error.strerror or error}") from None
