"""Writes files so that whoever reads one finds it whole, whatever happens meanwhile."""

import contextlib
import os
from pathlib import Path


def write_whole(path: Path, content: bytes) -> None:
    """Replace a file, or make it and its folder.

    Raises OSError; the former file is as it was then, and nothing is left beside it: a full disk takes half of a file.
    """
    fresh = path.with_name(f"{path.name}.{os.getpid()}.new")
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        fresh.write_bytes(content)
        fresh.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):  # what went wrong first is what the caller has to hear of
            fresh.unlink(missing_ok=True)
        raise
