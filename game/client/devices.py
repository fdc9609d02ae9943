"""What a computer may lack or lose at any moment: a clipboard, a gamepad, a cursor. The game goes on without."""

import contextlib
import logging
from collections.abc import Iterator
from typing import Final

log = logging.getLogger(__name__)

# pygame.error is a RuntimeError, and so is what it raises for a part that it was built without.
FAULTS: Final = (RuntimeError, OSError, AttributeError, ImportError, ValueError, TypeError, SystemError)

_told: set[str] = set()  # devices of which the log knows; there are about ten


@contextlib.contextmanager
def optional(device: str) -> Iterator[None]:
    """Whatever this block wants of the device may fail: it ends there then, and the log says so once."""
    try:
        yield
    except FAULTS as error:
        if device not in _told:
            _told.add(device)
            log.warning("no %s: %s", device, error)
