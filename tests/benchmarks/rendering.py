"""What a client's frame costs with a crowd in view, beside that of somebody alone in the same arena, in turns.

`python -m tests.benchmarks.rendering [--players 10,100,300] [--frames 600]` prints one JSON line a case. A real client
plays on a server in the same process, on the stepped clock, and draws 1280 x 720 pixels to a surface in memory; only
the client's own CPU time counts. `draw_ms` is the picture: arena, players, names, marks and all that lies over it;
`frame_ms` is the whole frame, which takes in what the server said, predicts and interpolates as well. All are medians.
"""

import argparse
import json
import os
import statistics
import time

os.environ.setdefault("SDL_VIDEODRIVER", "dummy")
os.environ.setdefault("SDL_AUDIODRIVER", "dummy")

import pygame

from ecs.arena import parse_arena
from game.client.audio.sounds import Sounds
from game.client.draw.sprites import Sprites
from game.client.draw.theme import Fonts
from game.client.game_screen import GameScreen
from game.client.input.keyboard import Bindings
from game.client.settings import default_keys
from game.tag import TAG
from net.client.connector import Connector, Phase
from tests.benchmarks.traffic import Crowd
from tests.harness import Player, Stage

SIZE = (1280, 720)
# A hall that fits the window, so that everybody is in view.
HALL = parse_arena("\n".join(["#" * 40, *["#" + "." * 38 + "#"] * 18, "#" * 40]))
WARM_UP = 120  # frames, in which sprites and names are made


class Seated(Connector):
    """A session whose play is somebody else's to begin."""

    def __init__(self, player: Player) -> None:
        self.phase = Phase.PLAYING
        self.controls = player.controls
        self.play = player.play
        self.message = ""


class Viewer:
    """One client with a screen, in a hall with so many players, itself included."""

    def __init__(self, players: int, fonts: Fonts, sprites: Sprites) -> None:
        self._stage = Stage(HALL, max_players=players)
        self._player = self._stage.join("Viewer")
        self._player.play.changed = lambda: None  # nobody holds the mirror against the server: that is for tests
        self._crowd = Crowd(self._stage, players - 1, seed=1)
        self._stage.run(180, self._crowd)
        self._player.updating = False  # from now on the screen does that
        surface = pygame.display.get_surface()
        assert surface is not None
        play, bindings = self._player.play, Bindings(default_keys(), TAG.inputs)
        self.screen = GameScreen(
            surface, fonts, sprites, Seated(self._player), play, lambda: None, lambda: "", bindings, Sounds(0)
        )

    def frame(self) -> tuple[float, float]:
        """Let a tick pass and draw; the CPU seconds of the picture, and of the whole frame."""
        self._stage.run(1, self._crowd)
        now, renderer = self._stage.clock(), self.screen.renderer
        began = time.process_time()
        self.screen.update(now)
        updated = time.process_time()
        self.screen.draw(now)
        over = time.process_time()
        # The world was drawn within the update; once more, to know how much of it that was.
        with self._player.play.world:
            before = time.process_time()
            renderer.process(now)
            world = time.process_time() - before
        return world + over - updated, over - began

    def in_view(self) -> int:
        """How many players one sees."""
        window = pygame.Rect((0, 0), SIZE)
        return sum(window.collidepoint(middle) for middle in self.screen.renderer.middles.values())


def measure(players: int, frames: int) -> dict[str, object]:
    """One case, and an empty frame after each of its frames."""
    fonts, sprites = Fonts(), Sprites()
    crowd, alone = Viewer(players, fonts, sprites), Viewer(1, fonts, sprites)
    for _ in range(WARM_UP):
        crowd.frame()
        alone.frame()
    full, empty = [], []
    for _ in range(frames):
        full.append(crowd.frame())
        empty.append(alone.frame())
    draw, whole = ([1000 * pair[part] for pair in full] for part in (0, 1))
    empty_draw, empty_whole = ([1000 * pair[part] for pair in empty] for part in (0, 1))
    return {
        "players": players,
        "in_view": crowd.in_view(),
        "frames": frames,
        "draw_ms": round(statistics.median(draw), 3),
        "empty_draw_ms": round(statistics.median(empty_draw), 3),
        "draw_over_empty_ms": round(statistics.median(draw) - statistics.median(empty_draw), 3),
        "frame_ms": round(statistics.median(whole), 3),
        "empty_frame_ms": round(statistics.median(empty_whole), 3),
        "frame_over_empty_ms": round(statistics.median(whole) - statistics.median(empty_whole), 3),
        "frame_p95_ms": round(statistics.quantiles(whole, n=20)[-1], 3),
    }


def main() -> None:
    """Print all cases."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--players", default="10,100,300")
    parser.add_argument("--frames", type=int, default=600)
    options = parser.parse_args()
    pygame.display.init()
    pygame.font.init()
    pygame.display.set_mode(SIZE)
    for players in options.players.split(","):
        print(json.dumps(measure(int(players), options.frames)), flush=True)
    pygame.quit()


if __name__ == "__main__":
    main()
