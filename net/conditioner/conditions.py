"""What a network is like, in the terms in which people measure one: a handful by name, or written out.

Says nothing of how bytes get through it (that is `net.conditioner.channel`), and knows no clock and no randomness.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, NoReturn

LEAST_RETRANSMISSION: Final = 0.2  # seconds; no TCP in use asks again sooner (Linux: TCP_RTO_MIN)


class ConditionsError(ValueError):
    """That is no network; the message says which part is wrong, and what is possible."""


@dataclass(frozen=True, slots=True)
class Conditions:
    """A network, the same each way: times in seconds, sizes in bytes. What is 0 is not there.

    **latency** is the median of a write's way when nothing is in its way; half of what people call their ping.

    **jitter** is the standard deviation around it: a Gaussian, cut off at 0 (bytes do not arrive before they were
    sent), so that half of the writes are faster than `latency` and half are slower. It wanders instead of jumping:
    writes in one instant have one delay, a tenth of a second later most of it is another, as with queues that fill and
    drain and radios that take turns. Order is kept, so whoever is fast behind somebody slow waits. Two effects to know:
    where the jitter is as large as the latency the cut takes a part of the spread (wifi has 5.2 ms of its 6), and where
    writes follow each other faster than the jitter the waiting adds to the median (train: 1.3 ms at 30 a second).

    **loss** is the share of segments that the network drops. TCP sends them again, which nobody sees but as time: the
    segment and all that is behind it are late by `retransmission`, and by twice that if it is lost again, and so on.
    That is what a thin stream such as a game's sees; a full one would notice earlier, by what arrives behind it.

    **rate** is how many bytes pass in a second. What has to wait for its turn fills `buffer`; a writer sees what does
    not fit in as unsent.

    **outage**, as (least, most): for so long nothing passes, neither way, once in every `outage_every` seconds, at a
    random moment of them. What was under way arrives when it is over; what is written meanwhile leaves then.
    """

    latency: float = 0.0
    jitter: float = 0.0
    loss: float = 0.0  # 0 to 1, exclusive
    rate: float = 0.0
    outage: tuple[float, float] = (0.0, 0.0)
    outage_every: float = 0.0  # more than the longest outage
    stall: float = 0.0  # added to one write in `stall_every`, and so to all behind it
    stall_every: int = 0
    largest_chunk: int = 0  # cut what arrives into pieces of 1 to this many bytes; 0: as it comes
    buffer: int = 64 * 1024  # what the kernels take off a writer before it notices that nothing moves

    @property
    def round_trip(self) -> float:
        """There and back."""
        return 2 * self.latency

    @property
    def retransmission(self) -> float:
        """How long TCP waits for an acknowledgement of a thin stream's segment before it sends it again."""
        return max(LEAST_RETRANSMISSION, 2 * self.round_trip)

    def __str__(self) -> str:
        """The spec that `parse_conditions` reads; chunks and buffers are for tests only, and have none."""
        parts = [f"latency={2000 * self.latency:.6g}"]
        if self.jitter:
            parts.append(f"jitter={1000 * self.jitter:.6g}")
        if self.loss:
            parts.append(f"loss={100 * self.loss:.6g}%")
        if self.stall and self.stall_every:
            parts.append(f"stall={1000 * self.stall:.6g}@{100 / self.stall_every:.6g}%")
        if self.rate:
            parts.append(f"rate={_bits(8 * self.rate)}")
        if self.outage_every:
            parts.append(f"outage={self.outage[0]:.6g}-{self.outage[1]:.6g}@{self.outage_every:.6g}")
        return ",".join(parts)


def _profile(round_trip: float, jitter: float, loss: float, rate: float) -> Conditions:
    """From milliseconds, milliseconds, percent and Mbit/s."""
    return Conditions(latency=round_trip / 2000, jitter=jitter / 1000, loss=loss / 100, rate=rate * 1e6 / 8)


PERFECT: Final = Conditions()
PROFILES: Final[dict[str, Conditions]] = {
    "lan": _profile(1, 0.3, 0, 1000),
    "wifi": _profile(12, 6, 0.3, 20),
    "4g": _profile(60, 15, 0.5, 5),
    "transatlantic": _profile(110, 4, 0.1, 20),
    "satellite": _profile(600, 25, 1, 2),
    "train": replace(_profile(80, 30, 1, 1), outage=(1.0, 3.0), outage_every=20.0),
}

_NUMBER = r"([0-9]{1,9}(?:\.[0-9]{1,9})?)"
_UNITS: Final = {"": 1.0, "k": 1e3, "m": 1e6, "g": 1e9}


def parse_conditions(text: str) -> Conditions:
    """The network that `text` means: a profile's name, or a spec such as `latency=120,loss=1%`. Raises ConditionsError.

    A spec's latency is the round trip; it and jitter (each way) are milliseconds, outages are seconds, rates bits a
    second.
    """
    text = text.strip()
    if not text:
        _fail("type a profile's name, or a spec such as latency=120,jitter=30,loss=1%")
    if text.lower() in PROFILES:
        return PROFILES[text.lower()]
    conditions, seen = Conditions(), set[str]()
    for part in text.split(","):
        key, equals, value = (word.strip().lower() for word in part.partition("="))
        if not equals:
            what = f"{part.strip()!r} is neither a profile nor a part of a spec" if part.strip() else "a part is empty"
            _fail(f"{what}: write NAME=VALUE, separated by commas, such as latency=120,loss=1%")
        if key not in _PARTS:
            _fail(f"{key!r} is nothing that a network has: {', '.join(_PARTS)} are")
        if key in seen:
            _fail(f"{key} is there twice: {part.strip()!r} is too much")
        seen.add(key)
        read, possible = _PARTS[key]
        changed = read(conditions, value)
        if changed is None:
            _fail(f"{value!r} is no {key}: {possible}")
        conditions = changed
    return conditions


def _latency(conditions: Conditions, text: str) -> Conditions | None:
    number = _number(text, 10_000)
    return None if number is None else replace(conditions, latency=number / 2000)


def _jitter(conditions: Conditions, text: str) -> Conditions | None:
    number = _number(text, 5_000)
    return None if number is None else replace(conditions, jitter=number / 1000)


def _loss(conditions: Conditions, text: str) -> Conditions | None:
    share = _share(text, 50)
    return None if share is None else replace(conditions, loss=share)


def _stall(conditions: Conditions, text: str) -> Conditions | None:
    time, _, often = text.partition("@")
    stall, share = _number(time, 60_000), _share(often, 100)
    if stall is None or not share or share < 1e-6:
        return None
    return replace(conditions, stall=stall / 1000, stall_every=round(1 / share))


def _rate(conditions: Conditions, text: str) -> Conditions | None:
    found = re.fullmatch(_NUMBER + "([kmg]?)", text, re.ASCII)
    rate = float(found[1]) * _UNITS[found[2]] if found else 0.0
    return replace(conditions, rate=rate / 8) if 1e3 <= rate <= 1e11 else None


def _outage(conditions: Conditions, text: str) -> Conditions | None:
    found = re.fullmatch(f"{_NUMBER}-{_NUMBER}@{_NUMBER}", text, re.ASCII)
    if found is None:
        return None
    least, most, every = (float(number) for number in found.groups())
    if not 0 < least <= most < every <= 86_400:
        return None
    return replace(conditions, outage=(least, most), outage_every=every)


_PARTS: Final[dict[str, tuple[Callable[[Conditions, str], Conditions | None], str]]] = {
    "latency": (_latency, "the round trip in milliseconds, 0 to 10000, such as latency=120"),
    "jitter": (_jitter, "a standard deviation in milliseconds, 0 to 5000, such as jitter=30"),
    "loss": (_loss, "a share of the segments, 0% to 50%, such as loss=1%"),
    "stall": (_stall, "milliseconds (0 to 60000) and a share of the writes (up to 100%), such as stall=400@2%"),
    "rate": (_rate, "bits a second with k, M or G, 1k to 100G, such as rate=256k"),
    "outage": (_outage, "least and most seconds, and every how many (more than that), such as outage=1-3@20"),
}


def _number(text: str, most: float) -> float | None:
    found = re.fullmatch(_NUMBER, text, re.ASCII)
    return float(text) if found and float(text) <= most else None


def _share(text: str, most: float) -> float | None:
    percent = _number(text[:-1], most) if text.endswith("%") else None
    return None if percent is None else percent / 100


def _bits(rate: float) -> str:
    for unit, size in (("G", 1e9), ("M", 1e6), ("k", 1e3)):
        if rate >= size:
            return f"{rate / size:.6g}{unit}"
    return f"{rate:.6g}"


def _fail(what: str) -> NoReturn:
    raise ConditionsError(f"{what}; profiles are {', '.join(PROFILES)}")
