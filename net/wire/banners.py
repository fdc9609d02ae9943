"""Guesses by its first bytes what answered, where it is no server of ours, so that people know what they have dialled.

Knows only how others begin; whether an answer is one of ours is the codec's affair.
"""

from typing import Final

_BEGINNINGS: Final = (
    (b"HTTP/", "a web server (HTTP)"),
    (b"<!DOCTYPE", "a web server (HTTP)"),
    (b"<html", "a web server (HTTP)"),
    (b"\x15\x03", "a server that wants encryption (TLS, as of https)"),  # an alert: our Hello was no ClientHello
    (b"\x16\x03", "a server that wants encryption (TLS, as of https)"),
    (b"SSH-", "an SSH server"),
    (b"220 ", "a mail or file server (SMTP or FTP)"),
    (b"220-", "a mail or file server (SMTP or FTP)"),
    (b"+OK", "a mail server (POP3)"),
    (b"* OK", "a mail server (IMAP)"),
    (b"RFB ", "a remote desktop (VNC)"),
    (b"-ERR", "a database (Redis)"),
)


def guess(first: bytes) -> str:
    """What seems to be there, with its article; empty where these bytes say nothing."""
    return next((name for beginning, name in _BEGINNINGS if first.startswith(beginning)), "")
