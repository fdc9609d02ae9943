"""One process of the soak's bots: real clients that come, play, leave, lose their connection, come back, hang, vanish.

`python -m tests.benchmarks.soak_crowd PORT BOTS SEED STAY SECONDS`: begins at once, prints what it has seen so far as a
line of JSON a second, and ends when standard input does or after so many seconds. It may be killed at any moment.
"""

import asyncio
import contextlib
import json
import logging
import os
import random
import socket
import struct
import sys
import time
from collections import Counter
from typing import Any, Final

import esper

from ecs.components import UNITS_PER_PIXEL
from game.bots import Bot
from game.tag import TAG
from net.client.client_session import ClientSession
from net.client.connector import Connector, Phase, goodbye_seconds
from net.colors import PALETTE
from net.conditioner.conditions import PROFILES, Conditions
from net.io import walltime
from net.io.address import Address
from tests.benchmarks.child import descriptors, rss_mb

FRAME_RATE: Final = 30  # of the bots: half of what people see, for a hundred of them share a core
GONE_SHARE: Final = 0.25  # of the time from deed to deed, that somebody who left is gone
HANG_SECONDS: Final = 12.0  # at most: beyond the silence that the server bears and the time that it holds a seat
WATCH_SHARE: Final = 0.05  # of those who come
TALK_SHARE: Final = 0.1
BLOCK_EVERY: Final = 45.0  # seconds, mean: the whole process does nothing for a while, as if it were suspended
BLOCK_SECONDS: Final = 7.0  # at most
REPORT_SECONDS: Final = 1.0
LAST_SECONDS: Final = 5.0  # for the slowest network's goodbyes, and for sockets to close
DEEDS: Final = {"leave": 3, "vanish": 3, "cut": 5, "hang": 1}  # what a bot does next, and how often


class Visitor:
    """One bot's seat at the keyboard: sits down, plays, and does one of the deeds, for ever."""

    def __init__(self, number: int, address: Address, rng: random.Random, tally: Counter[str], joined: float) -> None:
        """`stay`: seconds, mean, from one deed to the next."""
        self.session: Connector | None = None  # None: gone
        self._number = number
        self._address = address
        self._rng = rng
        self._tally = tally
        self._stay = joined
        self._bot: Bot | None = None  # None: gone, or only watches
        self._due = walltime.now() + rng.random() * GONE_SHARE * joined  # when the next deed is
        self._awake = 0.0  # until when it hangs
        self._play: ClientSession | None = None  # the one whose figures are not in the tally yet
        self._net_id = 0
        self._network: Conditions | None = None

    def update(self, now: float) -> None:
        """Once a frame."""
        if self.session is None:
            if now >= self._due:
                self._come(now)
            return
        if now >= self._awake:
            if self._bot is not None:
                self._bot.update(now)
            else:
                self.session.update()
        if self.session.phase is Phase.FAILED:
            self._tally[f"failed: {self.session.message}"] += 1
            self._go(now)
        elif now >= self._due:
            self._do(now)

    def figures(self) -> Counter[str]:
        """Of the mirror that it holds now."""
        joined = self._play.joined if self._play is not None else None
        if self._play is None or joined is None:
            return Counter()
        mirror = Counter({"mirror_checks": joined.mirror.checks, "mirror_mismatches": joined.mirror.mismatches})
        return mirror + Counter({f"correction: {cause.value}": n for cause, n in self._play.causes.items()})

    def depart(self, now: float) -> None:
        """The soak is over."""
        if self.session is not None:
            self._vanish(now) if self._rng.random() < 0.5 else self._leave(now)

    def _come(self, now: float) -> None:
        rng = self._rng
        watch = rng.random() < WATCH_SHARE
        self._network = rng.choice([None, *PROFILES.values()])
        self.session = Connector(
            TAG,
            self._address,
            f"Soak {self._number}",
            rng.choice(list(PALETTE.values())),
            walltime.now,
            draws=rng.random() < 0.5,
            simulate=self._network,
            seed=rng.randrange(1 << 30),
            watch=watch,
        )
        self._bot = None if watch else Bot(self.session, rng)
        self.session.entered = self._entered  # in place of the bot, whose figures nobody reads here
        self._due = now + rng.expovariate(1 / self._stay)
        self._tally["arrivals"] += 1

    def _entered(self, play: ClientSession) -> None:
        assert play.joined is not None  # or it would not have been let in
        self._bank()
        self._play = play
        if not play.joined.net_id:
            self._tally["watches"] += 1
            wide, high = play.joined.arena.width, play.joined.arena.height
            play.look(self._rng.randrange(UNITS_PER_PIXEL, wide), self._rng.randrange(UNITS_PER_PIXEL, high))
        elif play.joined.net_id == self._net_id:
            self._tally["resumes"] += 1
        else:
            self._tally["joins" if not self._net_id else "joins_anew"] += 1
        self._net_id = play.joined.net_id
        if self._bot is not None and self._rng.random() < TALK_SHARE:
            play.say(f"here is {self._number} again")

    def _do(self, now: float) -> None:
        deed = self._rng.choices(list(DEEDS), list(DEEDS.values()))[0]
        self._due = now + self._rng.expovariate(1 / self._stay)
        match deed:
            case "leave":
                self._leave(now)
            case "vanish":
                self._vanish(now)
            case "cut":
                self._tally["cuts"] += 1
                self._cut()
            case "hang":
                self._tally["hangs"] += 1
                self._awake = now + self._rng.uniform(1, HANG_SECONDS)
                self._due = max(self._due, self._awake + 1)

    def _leave(self, now: float) -> None:
        assert self.session is not None
        self._tally["leaves"] += 1
        self.session.leave()
        self._go(now)

    def _vanish(self, now: float) -> None:
        """As if the client had been killed: no goodbye, and nobody comes back."""
        assert self.session is not None
        self._tally["vanishes"] += 1
        self._cut()
        self.session.leave()
        self._go(now)

    def _cut(self) -> None:
        """The connection dies under the client's feet: with a reset, or as when its program ends."""
        pipe: Any = self.session.play._pipe if self.session is not None and self.session.play is not None else None
        while hasattr(pipe, "_under"):  # a simulated network around it
            pipe = pipe._under
        transport = getattr(pipe, "_transport", None)  # None where it was closed, or never stood
        if transport is None or transport.is_closing():
            return
        if self._rng.random() < 0.5:
            linger = struct.pack("ii", 1, 0)
            transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        transport.abort()

    def _go(self, now: float) -> None:
        """Away from the keyboard; the world that was played in is forgotten once the session's last words are out."""
        assert self.session is not None
        self._bank()
        asyncio.get_running_loop().call_later(goodbye_seconds(self._network), _forget, self.session)
        self.session, self._bot, self._net_id, self._awake = None, None, 0, 0.0
        self._due = now + self._rng.expovariate(1 / (GONE_SHARE * self._stay))

    def _bank(self) -> None:
        self._tally.update(self.figures())
        self._play = None


def _forget(session: Connector) -> None:
    if session.play is not None:
        session.play.world.close()


async def crowd(port: int, bots: int, seed: int, joined: float, seconds: float) -> None:
    """Let them play until standard input ends or the time is over."""
    rng = random.Random(seed)
    tally: Counter[str] = Counter()
    address = Address("127.0.0.1", port)
    visitors = [Visitor(n + 1, address, random.Random(rng.random()), tally, joined) for n in range(bots)]
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    before = descriptors(os.getpid())
    began = reported = walltime.now()
    blocks_at = began + rng.expovariate(1 / BLOCK_EVERY)
    loop.add_reader(sys.stdin.fileno(), stop.set)

    def frame(due: float) -> None:
        nonlocal reported, blocks_at
        now = walltime.now()
        for visitor in visitors:
            visitor.update(now)
        if now - reported >= REPORT_SECONDS:
            reported = now
            _print(visitors, tally)
        if now >= blocks_at:
            blocks_at = now + rng.expovariate(1 / BLOCK_EVERY)
            tally["suspensions"] += 1
            time.sleep(rng.uniform(0.2, BLOCK_SECONDS))  # the loop does stand still, as it is meant to
        if now - began > seconds:
            stop.set()

    await walltime.every_tick(FRAME_RATE, frame, stop)
    loop.remove_reader(sys.stdin.fileno())
    for visitor in visitors:
        visitor.depart(walltime.now())
    _print(visitors, tally)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(LAST_SECONDS):
            while any(left := _left(before)):  # noqa: ASYNC110 - nobody tells when the last of it is gone
                await asyncio.sleep(0.1)
    tally["left_tasks"], tally["left_worlds"], tally["left_descriptors"] = left
    _print(visitors, tally)


def _left(before: int) -> tuple[int, int, int]:
    """Tasks, worlds and descriptors of what is over: all but this task, esper's own world, and those from `before`."""
    return len(asyncio.all_tasks()) - 1, len(esper.list_worlds()) - 1, max(0, descriptors(os.getpid()) - before)


def _print(visitors: list[Visitor], tally: Counter[str]) -> None:
    """What is known so far, in one line."""
    known = sum((visitor.figures() for visitor in visitors), Counter(tally))
    known["playing"] = sum(v.session is not None and v.session.phase is Phase.PLAYING for v in visitors)
    print(json.dumps({**known, "rss_mb": rss_mb(os.getpid()), "descriptors": descriptors(os.getpid())}), flush=True)


if __name__ == "__main__":
    logging.basicConfig(format="%(levelname)s %(message)s")
    asyncio.run(crowd(int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4]), float(sys.argv[5])))
