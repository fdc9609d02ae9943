"""Headless players that walk like people, on the real client code: prediction, mirror and all."""

import asyncio
import json
import random
from collections import Counter
from typing import Final

from game import walltime
from game.client.session import Phase, Session, goodbye_seconds
from game.rules import PALETTE
from net.address import Address
from net.conditions import Conditions

MEAN_HOLD_SECONDS: Final = 1 / 3  # about three changes a second, as measured of people who play
PAUSE_SHARE: Final = 0.15  # of the changes are a stop
FRAME_SECONDS: Final = 1 / 60
SEEDS_EACH: Final = 1000  # so many connections of one bot have networks unlike those of the others


class Bot:
    """Holds a direction for a random while, turns or pauses, and so on."""

    def __init__(self, session: Session, rng: random.Random) -> None:
        self.session = session
        self.turns = 0
        self._rng = rng
        self._until = 0.0

    def update(self, now: float) -> None:
        """Once a frame."""
        if now >= self._until:
            self._until = now + self._rng.expovariate(1 / MEAN_HOLD_SECONDS)
            self.session.controls.steer(0 if self._rng.random() < PAUSE_SHARE else self._rng.randint(1, 8))
            self.turns += 1
        self.session.update()


def run_bots(count: int, address: Address, seconds: float, seed: int, simulate: Conditions | None = None) -> int:
    """Let bots play for a while, print one line of JSON; returns 0 if all of them could.

    `simulate`: a network for each of them to add to the real one.
    """
    report = asyncio.run(_run(count, address, seconds, seed, simulate))
    print(json.dumps(report), flush=True)  # noqa: T201
    return 0 if report["connected"] == count else 1


async def _run(
    count: int, address: Address, seconds: float, seed: int, simulate: Conditions | None
) -> dict[str, object]:
    rng = random.Random(seed)
    colors = list(PALETTE.values())
    bots = [
        Bot(
            Session(
                address,
                f"Bot {n + 1}",
                colors[n % len(colors)],
                walltime.now,
                draws=False,
                simulate=simulate,
                seed=SEEDS_EACH * (seed + n),
            ),
            random.Random(rng.random()),
        )
        for n in range(count)
    ]
    began = walltime.now()
    stop = asyncio.Event()

    def frame(due: float) -> None:
        now = walltime.now()
        for bot in bots:
            bot.update(now)
        over = [bot.session.phase in (Phase.FAILED, Phase.LEFT) for bot in bots]
        if now - began >= seconds or all(over):
            stop.set()

    await walltime.every_tick(round(1 / FRAME_SECONDS), frame, stop)
    report = _report(bots, walltime.now() - began)
    for bot in bots:
        bot.session.leave()
    await asyncio.sleep(goodbye_seconds(simulate))
    return report


def _report(bots: list[Bot], seconds: float) -> dict[str, object]:
    plays = [bot.session.play for bot in bots if bot.session.play is not None]
    stays = [play.stay for play in plays if play.stay is not None]
    causes: Counter[str] = Counter()
    for play in plays:
        causes.update({cause.value: number for cause, number in play.causes.items()})
    messages = sorted({bot.session.message for bot in bots if bot.session.message})
    return {
        "bots": len(bots),
        "connected": sum(bot.session.phase is Phase.PLAYING for bot in bots),
        "seconds": round(seconds, 2),
        "frames": sum(play.traffic.frames for play in plays),
        "bytes_in_per_s": round(sum(play.traffic.bytes_in for play in plays) / max(1, len(plays)) / seconds, 1),
        "bytes_out_per_s": round(sum(play.traffic.bytes_out for play in plays) / max(1, len(plays)) / seconds, 1),
        "turns": sum(bot.turns for bot in bots),
        "corrections": sum(causes.values()),
        "corrections_by_cause": dict(sorted(causes.items())),
        "mirror_checks": sum(stay.mirror.checks for stay in stays),
        "mirror_mismatches": sum(stay.mirror.mismatches for stay in stays),
        "round_trip_ms": round(1000 * max((stay.clock.round_trip for stay in stays), default=0.0), 1),
        "errors": messages[:5],
    }
