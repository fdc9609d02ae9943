"""Reads text as people's editors write it, and writes files so that whoever reads one finds it whole.

Every file of text that a person may have edited is read here.
"""

import codecs
import contextlib
import os
import shutil
from pathlib import Path
from typing import Final

UTF16: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class NotTextError(ValueError):
    """A file is no text that can be read here; the message says why, and what to do."""


def read_text(path: Path, most_bytes: int, errors: str = "strict") -> str:
    """The text of a file, in UTF-8 with or without a byte order mark, its lines ended by \\n, whatever ended them.

    Raises NotTextError for another encoding or more bytes than that, and OSError. `errors`: as for bytes.decode.
    """
    with path.open("rb") as file:
        content = file.read(most_bytes + 1)
    if len(content) > most_bytes:
        raise NotTextError(f"it has more than {most_bytes} bytes")
    if content.startswith(UTF16):
        raise NotTextError("it is text in UTF-16, which some editors call Unicode: save it as UTF-8")
    try:
        text = content.decode("utf-8-sig", errors)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise NotTextError(f"it is not text in UTF-8 (line {line}): save it as UTF-8") from None
    if "\0" in text:
        raise NotTextError("it is not text: it has zero bytes")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def write_whole(path: Path, content: bytes) -> None:
    """Replace a file, or make it and its folder; on the disk when this returns. Raises OSError, and all is as it was.

    Waits for the disk, so it is nothing for a thread that keeps ticks. A link stays one, and a file's mode too.
    """
    path = path.resolve()
    fresh = path.with_name(f"{path.name}.{os.getpid()}.new")
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with fresh.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileNotFoundError):
            shutil.copymode(path, fresh)
        fresh.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):  # what went wrong first is what the caller has to hear of
            fresh.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    """So that the new name outlasts a power cut as well, where folders can be synced."""
    with contextlib.suppress(OSError):  # Windows opens no folders
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
