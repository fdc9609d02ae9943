"""Where a password comes from: a file, the environment, or a person at the terminal; never a command line.

For others on the same machine can read command lines, and shells remember them.
"""

import getpass
import os
import sys
from pathlib import Path
from typing import Final

from net.io.files import read_text
from net.wire.password import clean_password

VARIABLE: Final = "PYGAME_NETWORKING_PASSWORD"
MOST_BYTES: Final = 65536  # of a file; a longest password has 512, and there may be notes below it


class PasswordError(Exception):
    """There is no password where one was promised; the message names the option, and says what to do."""


def find_password(ask: bool, file: Path | None) -> str:
    """The password, clean; empty where there is none. `ask`: at the terminal. Raises PasswordError."""
    try:
        if ask and file is not None:
            raise PasswordError("argument --password: it asks for what --password-file has: omit one of them")
        if file is not None:
            source = f"argument --password-file: {file}: "
            return clean_password(_first_line(file))
        if ask:
            source = "argument --password: "
            return clean_password(_asked())
        source = f"environment variable {VARIABLE}: "
        return clean_password(os.environ[VARIABLE]) if VARIABLE in os.environ else ""
    except OSError as error:
        raise PasswordError(f"{source}it cannot be read: {error.strerror or error}") from None
    except ValueError as error:
        raise PasswordError(f"{source}{error}") from None


def _first_line(file: Path) -> str:
    return read_text(file, MOST_BYTES).partition("\n")[0]


def _asked() -> str:
    if not sys.stdin or not sys.stdin.isatty():
        raise PasswordError(
            f"argument --password: it asks for the password, and there is no terminal to ask at: use --password-file "
            f"FILE, or the environment variable {VARIABLE}"
        )
    try:
        return getpass.getpass("password: ")
    except EOFError:
        raise PasswordError("argument --password: no password was typed") from None
