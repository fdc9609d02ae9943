"""Pictures of every screen, from the real program in a real window: `python -m tests.screens --out DIR`.

No part of the suite: it is for eyes. Needs Xvfb, xdotool and ImageMagick's `import`.
"""

import argparse
import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from net.io.user_folder import DIRECTORY_VARIABLE
from tests.game.live import free_port, mute_port
from tests.game.processes import Program, port_of, programs

TOOLS: Final = ("Xvfb", "xdotool", "import")
SCREEN: Final = "2560x1440x24"
SCALES: Final = {100: "1280x720", 150: "1920x1080"}  # of the window: what its settings file says, and how large that is
SETTLE: Final = 0.7  # seconds from a key to the picture: machines without graphics cards draw slowly
KNOWN: Final = """
name = "Ann"
color = "#F5A623"
scale = {scale}
address = "{address}"
recent = ["192.168.1.5:5000", "play.example.org:5000", "[2001:db8::7]:5000"]
"""


class Sight:
    """One run of the program, that is looked at."""

    def __init__(self, program: Program, display: str, out: Path) -> None:
        self._program, self._display, self._out = program, display, out
        found = self._run("xdotool", "search", "--sync", "--onlyvisible", "--pid", str(program.process.pid))
        self._window = found.split()[-1]
        self._run("xdotool", "windowfocus", "--sync", self._window)
        self._run("xdotool", "mousemove", "--window", self._window, "60", "600")
        time.sleep(SETTLE)

    def press(self, *keys: str) -> None:
        """Keys by the names that X has for them."""
        for key in keys:
            self._run("xdotool", "key", key)
            time.sleep(0.12)

    @contextlib.contextmanager
    def holding(self, key: str) -> Iterator[None]:
        """That key is down meanwhile."""
        self._run("xdotool", "keydown", key)
        yield
        self._run("xdotool", "keyup", key)

    def type(self, text: str) -> None:
        """Into whatever has the focus."""
        self._run("xdotool", "type", "--delay", "60", text)

    def take(self, name: str, wait: float = SETTLE) -> None:
        """A picture of the window, by that name."""
        time.sleep(wait)
        self._run("import", "-window", self._window, str(self._out / f"{name}.png"))
        print(self._out / f"{name}.png")  # noqa: T201

    def _run(self, *command: str) -> str:
        return subprocess.run(
            command,
            check=True,
            capture_output=True,
            text=True,
            timeout=60,
            env={**os.environ, "DISPLAY": self._display},
        ).stdout


class Photographer:
    """Starts the program at one size, again and again."""

    def __init__(self, display: str, scale: int, out: Path, home: Path) -> None:
        self._display, self._scale, self._out, self._home = display, scale, out, home

    @contextlib.contextmanager
    def sees(self, *arguments: str, address: str = "", settings: str | None = None) -> Iterator[Sight]:
        """The program with these arguments, and with the settings of somebody who has been here."""
        (self._home / "settings.toml").write_text(
            KNOWN.format(scale=self._scale, address=address) if settings is None else settings, encoding="utf-8"
        )
        with programs() as start:
            environment = {"DISPLAY": self._display, "SDL_VIDEODRIVER": "x11", DIRECTORY_VARIABLE: str(self._home)}
            yield Sight(start(*arguments, **environment), self._display, self._out)

    def menus(self) -> None:
        """What one sees before a game."""
        with self.sees(settings=f"scale = {self._scale}\nvolume = 1000") as sight:
            sight.take("first-start")
        with self.sees() as sight:
            sight.take("menu")
            sight.press("Down", "Return")
            self._games_to_find(sight)
            sight.press("Down", "Down")  # past what was found
            sight.type("no host!")
            sight.press("Return")
            sight.take("join-error")
            sight.press("Escape", "Down", "Down", "Return")
            sight.take("settings")
            sight.press("Right", "Return")
            sight.take("keys")
            sight.press("Up", "Return")
            sight.take("keys-waiting")
            sight.press("w")
            sight.take("keys-taken")

    def _games_to_find(self, sight: Sight) -> None:
        with programs() as start:
            for name, players in (("Bob's game", 3), ("The attic", 5)):
                server = start("--server", "--port", "0", "--server-name", name)
                start("--bots", str(players), "--connect", f"127.0.0.1:{port_of(server)}", "--seconds", "120")
                server.wait_for("join:", players)
            time.sleep(4)  # for the network to hear of it
            sight.take("join")

    def failures(self) -> None:
        """What one sees where no game comes about."""
        with self.sees("--connect", f"127.0.0.1:{free_port()}") as sight:
            time.sleep(2)
            sight.take("failed")
        with mute_port() as address, self.sees("--connect", str(address)) as sight:
            sight.take("connecting")

    def games(self) -> None:
        """What one sees in a game."""
        with programs() as start:
            server = start("--server", "--port", "0", "--host", "127.0.0.1", "--round-seconds", "25")
            address = f"127.0.0.1:{port_of(server)}"
            start("--bots", "12", "--connect", address, "--seconds", "180")
            server.wait_for("join:", 12)
            with self.sees("--connect", address) as sight:
                server.wait_for("join:", 13)
                time.sleep(1)
                sight.take("game")
                with sight.holding("d"):
                    sight.press("space")
                    sight.take("dash", 0.1)
                sight.press("Return")
                sight.type("Catch me if you can")
                sight.take("chat")
                sight.press("Return")
                with sight.holding("Tab"):
                    sight.take("scoreboard")
                server.wait_for("is over")
                sight.take("podium", 2)
                sight.press("Escape")
                sight.take("pause")
                sight.press("Down", "Return")
                sight.take("settings-in-game")
                sight.press("Escape", "Escape", "F3")
                time.sleep(2)
                sight.take("net-graph")
                with self.sees("--spectate", "--connect", address) as watching:
                    watching.take("watch", 4)
                server.end()
                time.sleep(1)
                sight.take("reconnecting")


def main() -> int:
    """Take all pictures; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.screens", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="the folder for the pictures")
    options = parser.parse_args()
    missing = [tool for tool in TOOLS if shutil.which(tool) is None]
    if missing:
        parser.error(f"not installed: {', '.join(missing)}")
    command = ["Xvfb", "-displayfd", "1", "-screen", "0", SCREEN]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        assert server.stdout is not None
        display = f":{server.stdout.readline().strip()}"  # which comes when it is ready
        try:
            for scale, size in SCALES.items():
                out = options.out / size
                out.mkdir(parents=True, exist_ok=True)
                with tempfile.TemporaryDirectory() as home:
                    photographer = Photographer(display, scale, out, Path(home))
                    photographer.menus()
                    photographer.failures()
                    photographer.games()
        finally:
            server.terminate()
    return 0


if __name__ == "__main__":
    sys.exit(main())
