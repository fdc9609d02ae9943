"""How a client proves that it knows the server's password, without saying it.

The server sends a salt and a nonce. Both ends derive a key from password and salt, slowly, and the client answers with
a nonce of its own and the HMAC of both under that key. Whoever listens learns nothing that can be said again, as the
nonces are for one connection; but it can try passwords against what it heard, which the slow derivation makes dear.

The HMAC also covers what this connection runs over: with TLS, the server's certificate. So one who poses as the server
with a certificate of its own cannot pass our proof on to the real one.

No socket, no clock. Whether a proof is good, and how often one may try, is for the server to say.
"""

import functools
import hashlib
import hmac
import secrets
import unicodedata
from typing import Final

from net.wire.codec import NONCE_DIGITS
from net.wire.messages import Challenge, Proof

# scrypt's, for about 50 ms and 16 MB a guess (RFC 7914 has these for interactive logins). They are part of the
# protocol: were they the server's to choose, one could make its clients compute for ever.
SCRYPT_N: Final = 1 << 14
SCRYPT_R: Final = 8
SCRYPT_P: Final = 1
KEY_BYTES: Final = 32
PASSWORD_LIMIT: Final = 128  # characters
PURPOSE: Final = "PGN client"  # so that what a client says is of no use anywhere else


def clean_password(text: str) -> str:
    """The password as both ends have to spell it (NFC). Raises ValueError saying what is wrong."""
    password = unicodedata.normalize("NFC", text)
    if not password:
        raise ValueError("the password is empty")
    if len(password) > PASSWORD_LIMIT:
        raise ValueError(f"a password has at most {PASSWORD_LIMIT} characters, this one has {len(password)}")
    # Only what cannot be seen for sure: the other end's Unicode tables may know more letters than ours.
    if not all(letter.isprintable() or unicodedata.category(letter) == "Cn" for letter in password):
        raise ValueError("a password has only characters that can be seen, and blanks")
    return password


def random_digits() -> str:
    """128 random bits, as a nonce or a salt."""
    return secrets.token_hex(NONCE_DIGITS // 2)


@functools.lru_cache(maxsize=8)  # a client that comes back, and a hundred bots, derive it once for each server
def derive(password: str, salt: str) -> bytes:
    """The key of a password that is clean. Takes about 50 ms and 16 MB."""
    work = 128 * SCRYPT_R * (SCRYPT_N + SCRYPT_P + 2)  # bytes that it needs
    return hashlib.scrypt(
        password.encode(), salt=salt.encode(), n=SCRYPT_N, r=SCRYPT_R, p=SCRYPT_P, maxmem=2 * work, dklen=KEY_BYTES
    )


def prove(password: str, challenge: Challenge, fingerprint: str = "") -> Proof:
    """The answer to a challenge; `fingerprint` is that of the server's certificate, empty without TLS."""
    nonce = random_digits()
    return Proof(nonce, _digest(derive(password, challenge.salt), challenge.nonce, nonce, fingerprint))


def is_proven(key: bytes, challenge: Challenge, proof: Proof, fingerprint: str = "") -> bool:
    """Whether the answer to a challenge shows the same key; takes equally long whatever is wrong with it."""
    return hmac.compare_digest(_digest(key, challenge.nonce, proof.nonce, fingerprint), proof.proof)


def _digest(key: bytes, theirs: str, ours: str, fingerprint: str) -> str:
    said = "\n".join((PURPOSE, theirs, ours, fingerprint))  # no part has a line break, so none can pass for two
    return hmac.new(key, said.encode(), hashlib.sha256).hexdigest()
