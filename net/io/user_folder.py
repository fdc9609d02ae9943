"""The folder in which a user's settings and the like are kept, from one start to the next."""

import logging
import os
from pathlib import Path
from typing import Final

from platformdirs import user_config_dir

from net.io.files import write_whole

log = logging.getLogger(__name__)

DIRECTORY_VARIABLE: Final = "PYGAME_NETWORKING_CONFIG_DIR"


class NoFolderError(OSError):
    """This user has no folder in which anything could be kept."""


def user_file(name: str) -> Path:
    """Where the file of that name is kept. Raises NoFolderError."""
    if given := os.environ.get(DIRECTORY_VARIABLE):
        return Path(given) / name
    try:
        folder = Path(user_config_dir("pygame-networking", False))
    except RuntimeError:  # no HOME, and no entry in the list of users
        folder = Path()
    if not folder.is_absolute():  # where nobody's home is known, "~" may have been left as it was
        raise NoFolderError("this user has no home folder")
    return folder / name


def keep(path: Path, content: bytes) -> bool:
    """Write a file of that folder, whole or not at all; where that cannot be, it is logged."""
    try:
        write_whole(path, content)
    except OSError as error:
        log.warning("cannot write %s: %s", path, error.strerror or error)
        return False
    return True


def set_aside(path: Path) -> None:
    """Rename a file that cannot be read, so that nothing is lost when another one is written."""
    try:
        path.replace(path.with_name(path.name + ".broken"))
    except OSError as error:
        log.warning("cannot rename %s: %s", path, error.strerror or error)
