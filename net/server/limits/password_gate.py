"""Asks those who say hello for the server's password, and lets nobody try for long.

Keeps a key, not the password. Knows neither sessions nor seats; the cryptography is `net.wire.password`.
"""

from collections.abc import Callable
from typing import Final

from net.server.limits.origin import THIS_MACHINE
from net.wire.messages import Challenge, Proof
from net.wire.password import derive, is_proven, random_digits

TRIES: Final = 5  # wrong proofs from one origin; a person mistypes two or three times
# ... and from this machine, from which all come whom a tunnel or a proxy brings: one who mistypes must not keep the
# others out, and nobody may guess for ever. 144,000 guesses a day.
TRIES_OF_THIS_MACHINE: Final = 100
TRIES_SECONDS: Final = 60.0  # in which they count, and after which there are as many again: 7,200 guesses a day
REMEMBERED: Final = 4096  # origins that were wrong; who has more of them can guess faster anyway


class PasswordGate:
    """Challenges, and judges the answers."""

    def __init__(self, password: str, now: Callable[[], float], fingerprint: str = "") -> None:
        """`password` is clean; `fingerprint` is that of the server's certificate, empty without TLS. Takes 50 ms."""
        self._salt = random_digits()  # another one each time, so that nobody can compute keys beforehand
        self._key = derive(password, self._salt)
        self._fingerprint = fingerprint
        self._now = now
        self._wrong: dict[str, tuple[int, float]] = {}  # by origin: how often, and since when; the oldest first

    def challenge(self) -> Challenge:
        """What to ask one connection."""
        return Challenge(self._salt, random_digits())

    def objection(self, challenge: Challenge, proof: Proof, origin: str) -> str:
        """Why whoever is there does not come in; empty where they may. `origin` is for what their tries count."""
        now = self._now()
        if origin in THIS_MACHINE:
            origin, most = "this machine", TRIES_OF_THIS_MACHINE
        else:
            most = TRIES
        tries, since = self._wrong.get(origin, (0, now))
        if now - since >= TRIES_SECONDS:
            tries, since = 0, now
        if tries >= most:  # before the proof is looked at: else one would learn that a guess was right
            return f"too many wrong passwords from your address: wait {TRIES_SECONDS - (now - since):.0f} s"
        if is_proven(self._key, challenge, proof, self._fingerprint):
            return ""
        self._remember(origin, tries + 1, since)
        return "the password is wrong"

    def _remember(self, origin: str, tries: int, since: float) -> None:
        if tries == 1:
            self._wrong.pop(origin, None)  # so that it is the newest
        self._wrong[origin] = tries, since
        while (oldest := next(iter(self._wrong))) != origin:
            if len(self._wrong) <= REMEMBERED and self._now() - self._wrong[oldest][1] < TRIES_SECONDS:
                break
            del self._wrong[oldest]
