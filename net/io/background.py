"""Tasks that nobody awaits: whatever one of them raises is logged, and told to somebody in words for a person."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

log = logging.getLogger(__name__)


def start_in_background(
    work: Callable[[], Awaitable[None]], what: str, failed: Callable[[str], None]
) -> asyncio.Task[None]:
    """Let it run in the loop that runs now. `what` names it, such as "hosting".

    `failed` is called with a reason where it raises, before the task is done; never where it ends or is cancelled.
    """

    async def run() -> None:
        try:
            await work()
        except Exception as error:
            log.exception("%s failed", what)
            failed(f"{what} failed by a fault of the game's own ({_in_short(error)}); its log has more")

    return asyncio.get_running_loop().create_task(run())


def _in_short(error: BaseException) -> str:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return f"{type(error).__name__}: {error}"[:200] if str(error) else type(error).__name__
