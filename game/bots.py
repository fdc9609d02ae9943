"""Headless players of any game, on the real client code: prediction, mirror and all."""

import asyncio
import json
import random
from collections import Counter
from collections.abc import Mapping
from typing import Final

from net.bots import Wish, wander
from net.client.client_session import ClientSession
from net.client.connector import Connector, Phase, goodbye_seconds
from net.client.corrections import Cause
from net.client.credentials import NOTHING, Credentials
from net.colors import PALETTE
from net.conditioner.conditions import Conditions
from net.game import Game
from net.io import terminal, walltime
from net.io.address import Address

MEAN_HOLD_SECONDS: Final = 1 / 3  # about three changes a second, as measured of people who play
FRAME_SECONDS: Final = 1 / 60
SEEDS_EACH: Final = 1000  # so many connections of one bot have networks unlike those of the others


class Bot:
    """Holds a direction for a random while, then does what the game asks for, and so on."""

    def __init__(self, session: Connector, rng: random.Random) -> None:
        self.session = session
        self.stays = 0  # times that it was let in
        self.turns = 0
        self.mind = session.game.bot()
        self._plays = session.game
        self._rng = rng
        self._until = 0.0
        self._play: ClientSession | None = None  # the last stay
        self._before: Counter[str] = Counter()  # what there was to count in the stays before that
        session.entered = self._entered

    def counted(self) -> Counter[str]:
        """All that there was to count, in all stays."""
        return self._before + (_counted(self._play) if self._play is not None else Counter())

    def update(self, now: float) -> None:
        """Once a frame."""
        if now >= self._until:
            self._until = now + self._rng.expovariate(1 / MEAN_HOLD_SECONDS)
            self._act()
            self.turns += 1
        self.session.update()
        self._watch()

    def _entered(self, play: ClientSession) -> None:
        self._before, self._play = self.counted(), play
        if play.game is not self._plays:  # the server plays something else now
            self._plays, self.mind = play.game, play.game.bot()
        self.stays += 1

    def _act(self) -> None:
        """Want something else from now on."""
        play, controls = self.session.play, self.session.controls
        wish = Wish(wander(self._rng))
        if play is not None and play.joined is not None:
            with play.world:
                wish = self.mind.wish(play.joined.net_id, self._rng)
        controls.steer(wish.direction)
        controls.point(wish.values)
        for button in wish.buttons:
            controls.press(button)
            controls.release(button)

    def _watch(self) -> None:
        play = self.session.play
        if play is not None and play.joined is not None:
            with play.world:
                self.mind.look(play.joined.mirror.tick, play.joined.tick_rate)


def run_bots(
    game: Game,
    count: int,
    address: Address,
    seconds: float,
    seed: int,
    simulate: Conditions | None = None,
    credentials: Credentials = NOTHING,
    games: Mapping[str, Game] | None = None,
) -> int:
    """Let bots play for a while, print one line of JSON; returns 0 if all of them could.

    `simulate`: a network for each of them to add to the real one. `games`: those that they follow a server to, by name.
    """
    report = asyncio.run(_run(game, count, address, seconds, seed, simulate, credentials, games))
    terminal.say(json.dumps(report))
    return 0 if report["connected"] == count else 1


async def _run(
    game: Game,
    count: int,
    address: Address,
    seconds: float,
    seed: int,
    simulate: Conditions | None,
    credentials: Credentials,
    games: Mapping[str, Game] | None = None,
) -> dict[str, object]:
    rng = random.Random(seed)
    colors = list(PALETTE.values())
    bots = [
        Bot(
            Connector(
                game,
                address,
                f"Bot {n + 1}",
                colors[n % len(colors)],
                walltime.now,
                draws=False,
                simulate=simulate,
                seed=SEEDS_EACH * (seed + n),
                credentials=credentials,
                games=games,
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
    stays = [
        bot.session.play.joined for bot in bots if bot.session.play is not None and bot.session.play.joined is not None
    ]
    clocks = [joined.clock for joined in stays]
    total: Counter[str] = sum((bot.counted() for bot in bots), Counter())
    causes = {cause.value: total[cause.value] for cause in Cause if total[cause.value]}
    played = max(1, sum(bot.stays > 0 for bot in bots))
    missing = [bot.session for bot in bots if bot.session.phase is not Phase.PLAYING]
    return {
        "bots": len(bots),
        "connected": len(bots) - len(missing),
        "reconnects": sum(max(0, bot.stays - 1) for bot in bots),
        "seconds": round(seconds, 2),
        "frames": total["frames"],
        "bytes_in_per_s": round(total["bytes_in"] / played / seconds, 1),
        "bytes_out_per_s": round(total["bytes_out"] / played / seconds, 1),
        "turns": sum(bot.turns for bot in bots),
        "intents": total["intents"],
        "late_intents": total["late_intents"],
        "lead_ticks": round(max((clock.lead for clock in clocks), default=0.0), 1),
        "corrections": sum(causes.values()),
        "corrections_by_cause": dict(sorted(causes.items())),
        "mirror_checks": total["checks"],
        "mirror_mismatches": total["mismatches"],
        "round_trip_ms": round(1000 * max((clock.round_trip for clock in clocks), default=0.0), 1),
        **_seen(bots),
        "errors": sorted({session.message for session in missing if session.message})[:5],
    }


def _seen(bots: list[Bot]) -> dict[str, object]:
    """What their minds report: of numbers the largest, all else by the bot."""
    found: dict[str, object] = {}
    for number, bot in enumerate(bots, 1):
        for what, value in bot.mind.report().items():
            before = found.get(what)
            if isinstance(value, int):
                found[what] = max(value, before) if isinstance(before, int) else value
            else:
                each = before if isinstance(before, dict) else {}
                found[what] = {**each, f"Bot {number}": value}
    return found


def _counted(play: ClientSession) -> Counter[str]:
    """What there is to count in one stay; corrections by their cause."""
    found = Counter({cause.value: number for cause, number in play.causes.items()})
    found.update(frames=play.traffic.frames, bytes_in=play.traffic.bytes_in, bytes_out=play.traffic.bytes_out)
    if (joined := play.joined) is not None:
        found.update(checks=joined.mirror.checks, mismatches=joined.mirror.mismatches)
        if (prediction := joined.reconciliation.prediction) is not None:
            found.update(intents=prediction.acked, late_intents=prediction.late_intents)
    return found
