"""Writes TLS 1.3 records that no TLS library would: a peer of TlsPipe that keeps to the cipher and to nothing else.

The handshake is Python's own, and so is what comes from our end; the keys to write with are taken from its key log. The
cipher is AES-256-GCM, which OpenSSL prefers, in the plainest form: a tenth of a millisecond a block.
"""

import hashlib
import hmac
import shutil
import ssl
import tempfile
import weakref
from pathlib import Path
from typing import Final

ALERT, HANDSHAKE, APPLICATION = 21, 22, 23
KEY_UPDATE: Final = b"\x18\0\0\x01\0"
KEY_UPDATE_ANSWERED: Final = b"\x18\0\0\x01\x01"  # the same, and we are asked for one, too
TICKET: Final = b"\x04\0\0\x21" + b"\0\0\x0e\x10" + b"\1\2\3\4" + b"\x08" + b"n" * 8 + b"\0\x0c" + b"t" * 12 + b"\0\0"
CLOSE_NOTIFY: Final = b"\1\0"
USER_CANCELED: Final = b"\1\x5a"  # the one alert besides that is no fault


class TlsPeer:
    """An end that shakes hands as it should, over whatever carries its bytes, and then says what it likes."""

    def __init__(self, context: ssl.SSLContext, is_client: bool = True) -> None:
        """`context` is this one's alone, for it is given a key log."""
        self.heard = bytearray()
        self.fault: ssl.SSLError | None = None  # that it found in what our end said
        self._is_client = is_client
        self._log = Path(tempfile.mkdtemp(prefix="tls13-"), "keys")
        self._forget = weakref.finalize(self, shutil.rmtree, self._log.parent)
        context.keylog_filename = str(self._log)
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_side=not is_client)
        self._writer: _Writer | None = None

    @property
    def shaken(self) -> bool:
        """Whether the handshake is over, and records of one's own can be made."""
        return self._writer is not None

    def take(self, data: bytes) -> bytes:
        """Hear what our end said; returns what is to be answered to its handshake. A client begins by taking b""."""
        self._incoming.write(data)
        before = self.shaken
        try:
            if not before:
                self._tls.do_handshake()
                self._read_keys()
            while self.fault is None and (chunk := self._tls.read(1 << 16)):
                self.heard += chunk
        except ssl.SSLWantReadError:
            pass
        except ssl.SSLError as error:
            self.fault = error
        return b"" if before else self._outgoing.read()  # what Python would say then is sealed with keys that we use

    def record(self, plain: bytes, kind: int = APPLICATION, padding: int = 0) -> bytes:
        """The next record with just that in it, sealed as it must be."""
        assert self._writer is not None
        return self._writer.record(plain, kind, padding)

    def key_update(self, answered: bool = False) -> bytes:
        """A whole KeyUpdate, and new keys from then on."""
        record = self.record(KEY_UPDATE_ANSWERED if answered else KEY_UPDATE, HANDSHAKE)
        self.rekey()
        return record

    def rekey(self) -> None:
        """Write with the next keys, as behind a KeyUpdate."""
        assert self._writer is not None
        self._writer = _Writer(_expand(self._writer.secret, b"traffic upd", 48))

    def _read_keys(self) -> None:
        words = "CLIENT_TRAFFIC_SECRET_0" if self._is_client else "SERVER_TRAFFIC_SECRET_0"
        secret = next(line.split()[2] for line in self._log.read_text().splitlines() if line.startswith(words))
        self._writer = _Writer(bytes.fromhex(secret))
        self._forget()


class _Writer:
    def __init__(self, secret: bytes) -> None:
        self.secret = secret
        self._cipher = _Gcm(_expand(secret, b"key", 32))
        self._iv = int.from_bytes(_expand(secret, b"iv", 12), "big")
        self._number = 0

    def record(self, plain: bytes, kind: int, padding: int) -> bytes:
        inner = plain + bytes([kind]) + bytes(padding)
        header = b"\x17\x03\x03" + (len(inner) + 16).to_bytes(2, "big")
        nonce = (self._iv ^ self._number).to_bytes(12, "big")
        self._number += 1
        return header + self._cipher.seal(nonce, inner, header)


def _expand(secret: bytes, label: bytes, size: int) -> bytes:
    """HKDF-Expand-Label of RFC 8446, for no more than a hash's worth of bytes."""
    label = b"tls13 " + label
    info = size.to_bytes(2, "big") + bytes([len(label)]) + label + b"\0"
    return hmac.digest(secret, info + b"\1", hashlib.sha384)[:size]


class _Gcm:
    """AES-256-GCM of SP 800-38D, to seal with."""

    def __init__(self, key: bytes) -> None:
        self._keys = _round_keys(key)
        self._h = int.from_bytes(_encrypted(bytes(16), self._keys), "big")

    def seal(self, nonce: bytes, plain: bytes, header: bytes) -> bytes:
        stream = b"".join(self._block(nonce, 2 + n) for n in range(-(-len(plain) // 16)))
        sealed = bytes(a ^ b for a, b in zip(plain, stream, strict=False))
        tag = 0
        for part in (header, sealed, (8 * len(header) << 64 | 8 * len(sealed)).to_bytes(16, "big")):
            for at in range(0, len(part), 16):
                tag = _product(tag ^ int.from_bytes(part[at : at + 16].ljust(16, b"\0"), "big"), self._h)
        return sealed + (tag ^ int.from_bytes(self._block(nonce, 1), "big")).to_bytes(16, "big")

    def _block(self, nonce: bytes, number: int) -> bytes:
        return _encrypted(nonce + number.to_bytes(4, "big"), self._keys)


def _product(x: int, y: int) -> int:
    product = 0
    for bit in range(127, -1, -1):
        if x >> bit & 1:
            product ^= y
        y = y >> 1 ^ (0xE1 << 120 if y & 1 else 0)
    return product


def _doubled(byte: int) -> int:
    return byte << 1 ^ (0x11B if byte & 0x80 else 0)


def _substitutes() -> bytes:
    box, p, q = bytearray(b"\x63" * 256), 1, 1
    while True:
        p ^= _doubled(p)
        q ^= q << 1
        q ^= q << 2
        q ^= q << 4
        q = q & 0xFF ^ (0x09 if q & 0x80 else 0)
        box[p] = (q * 0x101 ^ q * 0x101 >> 4 ^ q * 0x101 >> 5 ^ q * 0x101 >> 6 ^ q * 0x101 >> 7) & 0xFF ^ 0x63
        if p == 1:
            return bytes(box)


_BOX: Final = _substitutes()
_DOUBLED: Final = bytes(_doubled(byte) for byte in range(256))
_SHIFTED: Final = tuple(at * 5 % 16 for at in range(16))


def _round_keys(key: bytes) -> list[bytes]:
    words, constant = [key[at : at + 4] for at in range(0, 32, 4)], 1
    for at in range(8, 60):
        word = words[-1]
        if at % 8 == 0:
            word = bytes([_BOX[word[1]] ^ constant, _BOX[word[2]], _BOX[word[3]], _BOX[word[0]]])
            constant *= 2
        elif at % 8 == 4:
            word = word.translate(_BOX)
        words.append(bytes(a ^ b for a, b in zip(words[at - 8], word, strict=True)))
    return [b"".join(words[at : at + 4]) for at in range(0, 60, 4)]


def _encrypted(block: bytes, keys: list[bytes]) -> bytes:
    state = bytes(a ^ b for a, b in zip(block, keys[0], strict=True))
    for key in keys[1:]:
        state = state.translate(_BOX)
        state = bytes(state[at] for at in _SHIFTED)
        if key is not keys[-1]:
            state = b"".join(_mixed(*state[at : at + 4]) for at in range(0, 16, 4))
        state = bytes(a ^ b for a, b in zip(state, key, strict=True))
    return state


def _mixed(a: int, b: int, c: int, d: int) -> bytes:
    double = _DOUBLED
    return bytes([
        double[a] ^ double[b] ^ b ^ c ^ d,
        a ^ double[b] ^ double[c] ^ c ^ d,
        a ^ b ^ double[c] ^ double[d] ^ d,
        double[a] ^ a ^ b ^ c ^ double[d],
    ])  # fmt: skip
