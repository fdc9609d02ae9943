"""Wall time: the only module that reads a clock. Everything else is told what time it is."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable
from typing import Final

log = logging.getLogger(__name__)

LOOK_AWAY_SECONDS: Final = 0.004  # so much later, at most, does somebody seem to have spoken
CATCH_UP_SECONDS: Final = 0.5  # further behind than this, time is given up instead of simulated in a storm


def now() -> float:
    """Seconds of a clock that never goes back and that no time server moves."""
    return time.monotonic()


def date() -> str:
    """Today's date and time, UTC, as YYYYMMDDhhmmss."""
    return time.strftime("%Y%m%d%H%M%S", time.gmtime())


def spent() -> float:
    """Seconds of the core that this program has had, all of its threads together."""
    return time.process_time()


async def every_tick(
    rate: int, tick: Callable[[float], None], stop: asyncio.Event, busy: Callable[[], bool] = lambda: False
) -> None:
    """Call `tick(due)` `rate` times a second until `stop` is set; `due` is when the tick should have begun.

    A tick that is late is made up for at once, and the network is served in between; more than half a second is
    given up, and logged.
    """
    due = now()
    while not stop.is_set():
        due += 1 / rate
        if due <= now():
            await asyncio.sleep(0)
        elif busy():
            while (wait := due - now()) > 0 and not stop.is_set():
                time.sleep(min(wait, LOOK_AWAY_SECONDS))  # noqa: ASYNC251 - nobody else is to have a turn meanwhile
                await _serve_network()
        else:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(due - now()):
                    await stop.wait()
        late = now() - due  # also after a wait: a machine can be suspended in the midst of one
        if late > CATCH_UP_SECONDS:
            log.warning("the simulation was %.0f ms behind and gives %.0f ticks up", late * 1000, late * rate)
            due = now()
            await _serve_network()  # whoever spoke while we stood still must not count as silent
        if not stop.is_set():
            tick(due)


async def _serve_network() -> None:
    await asyncio.sleep(0)
    await asyncio.sleep(0)  # the loop looks for what came from the network only after the first
