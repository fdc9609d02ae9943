"""How many connections the system lets this process have: each is a file descriptor, and they are counted."""

import contextlib
import logging
from typing import Final

log = logging.getLogger(__name__)

OTHERS: Final = 64  # descriptors that are no connections: files, the event loop's, metrics, those of a name look-up


def allow_connections(wanted: int) -> int:
    """See to it that there may be so many; how many there may be in the end, with a warning where it is fewer."""
    try:
        import resource
    except ImportError:  # Windows, which has no such limit
        return wanted
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < wanted + OTHERS:
        most = wanted + OTHERS if hard == resource.RLIM_INFINITY else min(hard, wanted + OTHERS)
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
            soft = most
    if soft == resource.RLIM_INFINITY or soft >= wanted + OTHERS:
        return wanted
    log.warning(
        "this process may open %d files, so at most %d can be connected; to allow more, raise the limit "
        "(ulimit -n %d, or LimitNOFILE= of systemd)",
        soft,
        max(1, soft - OTHERS),
        wanted + OTHERS,
    )
    return max(1, soft - OTHERS)
