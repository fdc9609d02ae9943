"""Crowds that a hostile server tells of: heaps, giants, lines, and frames that go far ahead, at any tick rate.

What our client computes and keeps of them is bounded: the processor's time of each update and the memory that it takes.
"""

import resource
import time
from typing import Any, Final

import msgpack

from game.tag import TAG
from net.client.client_session import ClientSession
from net.client.controls import Controls
from net.wire.codec import encode
from net.wire.framing import frame
from net.wire.messages import Welcome
from tests.fuzz.script import Script
from tests.fuzz.server_stage import TICK
from tests.harness import Clock

SIDE: Final = 100  # tiles of the arena
FLOOR: Final = ("#" * SIDE, *["#" + "." * (SIDE - 2) + "#"] * (SIDE - 2), "#" * SIDE)
CROWDS: Final = (1, 2, 12, 13, 40, 100, 200, 400, 1000, 3000)  # entities
HUGE: Final = 20_000  # for a campaign; what the suite replays has none of them
MOST_STEPS: Final = 6
MOST_SECONDS: Final = 20.0  # of the processor, in one update, on a slow machine that traces
MOST_MEGABYTES: Final = 300  # more than what the process had at its most before


class _Ear:
    name = "hostile"
    unsent = 0

    def write(self, data: bytes) -> bool:
        """As a Pipe has it."""
        return True

    def close(self) -> None:
        """As a Pipe has it."""


def crowds(data: bytes) -> None:
    """Our client goes on, or ends the stay, within a bounded time and memory."""
    script, clock = Script(data), Clock()
    before = _most_megabytes()
    play = ClientSession(TAG, "Ann", 1, Controls(), clock)
    play.attach(_Ear())
    rate, every = (60, 1, 10, 240, 1000)[script.below(5)], script.below(3) + 1
    try:
        _say(play, encode(Welcome(1, 0, rate, every, (0, 0, 0, 16)[script.below(4)], FLOOR, "t")))
        for _ in range(MOST_STEPS):
            if play.ending is not None:
                break
            tick = play.joined.mirror.tick if play.joined is not None else 0
            if tick < 0 or script.below(4) == 0:
                cell = max(0, script.below(16) - 13)
                _say(play, msgpack.packb([7, max(0, tick), [], [[cell, _crowd(script)]]]))
            else:
                for _ in range(script.below(8)):
                    tick += max(1, script.below(64) - script.below(8))
                    sections = [[0, [], [], [], [], [], 7]] * (script.below(4) * 50)
                    _say(play, msgpack.packb([8, tick, sections]))
            clock.time += TICK * script.below(64)
            began = time.process_time()
            play.update()
            assert time.process_time() - began < MOST_SECONDS, "an update is bounded"
        assert play.ending is None or play.reason
    finally:
        play.world.close()
    assert _most_megabytes() - before < MOST_MEGABYTES, "what is kept is bounded"


def _say(play: ClientSession, payload: bytes) -> None:
    play.received(frame(payload))


def _crowd(script: Script) -> list[Any]:
    kind = script.below(256)
    many = HUGE if kind == 255 else CROWDS[script.below(len(CROWDS))]
    size = [(448, 448), (32767, 32767), (1, 1), (32767, 1), (1, 32767), (448, 448)][script.below(6)]
    apart = [(0, 0), (1, 1), (20, 0), (0, 20), (460, 0), (7, 13)][script.below(6)]
    across = script.below(128) + 1
    speed = script.below(256) * 128 - 16384
    rows = []
    for n in range(many):
        line, place = divmod(n, across)
        x, y = 512 + place * apart[0] + line * apart[1], 512 + line * apart[0] + place * apart[1]
        body = [[0, [min(x, 17000), min(y, 17000)]], [1, [speed, -speed]], [2, list(size)]]
        if kind % 3 or n == 0:
            body += [[3, [kind % 9, 0, 0]], [4, [0]]]
        rows.append([n + 1, body])
    return rows


def _most_megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
