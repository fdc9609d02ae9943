"""What a client is told: bytes a second and a change of intent, beside a full state at every frame of the same run.

`python -m tests.benchmarks.traffic [--players 20,100] [--seconds 60]` prints one JSON line a case. On the stepped
clock: the figures are the same on every machine.
"""

import argparse
import json
import random
from collections.abc import Iterator

from game.arenas import DEFAULT_ARENA, load_arena
from game.tag import TAG
from net.conditioner.link import End, link
from net.server.admission import MAX_GREETING
from net.wire.codec import decode_from_server, encode
from net.wire.framing import LENGTH_BYTES, Deframer, frame
from net.wire.messages import VERSION, BodyRow, Frame, Hello, Ping, Section, Steer
from tests.harness import Stage

MEAN_HOLD_TICKS = 20  # about three changes a second
PAUSE_SHARE = 0.15
AT_ONCE = MAX_GREETING // 2  # who come in one tick; of more than that, some would have to go


class Crowd:
    """Players who only steer and throw away what they are told: as cheap as a player can be."""

    def __init__(self, stage: Stage, count: int, seed: int) -> None:
        self._stage = stage
        self._rng = random.Random(seed)
        self._ends: list[tuple[End, End]] = []
        self._until = [0] * count
        self._hash = TAG.registry().schema_hash
        for n in range(count):
            near, far = link(stage.clock)
            far.receiver = stage.simulation.accept(far)
            self._ends.append((near, far))
            near.write(frame(encode(Hello(VERSION, self._hash, f"Crowd {n}", n))))
            if n % AT_ONCE == AT_ONCE - 1:
                stage.run(1)

    def __call__(self, tick: int) -> None:
        for n, (near, far) in enumerate(self._ends):
            near.deliver()  # nobody listens
            if tick >= self._until[n] and tick > 60:
                self._until[n] = tick + 1 + round(self._rng.expovariate(1 / MEAN_HOLD_TICKS))
                direction = 0 if self._rng.random() < PAUSE_SHARE else self._rng.randint(1, 8)
                near.write(frame(encode(Steer(tick + 3, direction))))
            elif tick % 60 == n % 60:
                near.write(frame(encode(Ping(tick))))
            far.deliver()


def all_bodies(stage: Stage, tick: int) -> Iterator[BodyRow]:
    """Every body as of a tick: what a frame would carry in which the server told all of them."""
    for net_id, components in stage.history[tick]:
        (x, y), (vx, vy), *_ = (values for _, values in components)
        yield net_id, int(x), int(y), int(vx), int(vy), 0


def measure(players: int, seconds: int) -> dict[str, object]:
    """One case."""
    stage = Stage(load_arena(DEFAULT_ARENA), max_players=players)
    viewer = stage.join("Viewer")
    crowd = Crowd(stage, players - 1, seed=1)
    stage.run(180, crowd)
    viewer.tap.data.clear()
    first, full_state = stage.simulation.tick, 0

    def each(tick: int) -> None:
        nonlocal full_state
        crowd(tick)
        if tick % stage.frame_ticks == 0:
            full_state += LENGTH_BYTES + len(encode(Frame(tick, (Section(0, bodies=list(all_bodies(stage, tick))),))))

    stage.run(60 * seconds, each)
    told = [decode_from_server(payload) for payload in Deframer(1 << 24).feed(bytes(viewer.tap.data))]
    frames = [message for message in told if isinstance(message, Frame)]
    intents = sum(len(message.intents) for message in frames)
    # What the intents cost, framing included: the same frames without anything else.
    told_of = [Frame(message.tick, (Section(0, message.intents),)) for message in frames if message.intents]
    for_intents = sum(LENGTH_BYTES + len(encode(message)) for message in told_of)
    start, end = stage.history[first], stage.history[stage.simulation.tick]
    moved = sum(dict(a)[0] != dict(b)[0] for (_, a), (_, b) in zip(start, end, strict=True))
    return {
        "players": players,
        "seconds": seconds,
        "bytes_per_s": round(len(viewer.tap.data) / seconds),
        "full_state_bytes_per_s": round(full_state / seconds),
        "full_state_ratio": round(full_state / len(viewer.tap.data), 1),
        "frames_per_s": round(len(frames) / seconds, 1),
        "intents_per_s": round(intents / seconds, 1),
        "bytes_per_intent": round(for_intents / intents, 2),
        "moved": moved,
        "mirror_checks": viewer.joined.mirror.checks,
        "mirror_mismatches": viewer.joined.mirror.mismatches,
    }


def main() -> None:
    """Print all cases."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--players", default="20,100")
    parser.add_argument("--seconds", type=int, default=60)
    options = parser.parse_args()
    for players in options.players.split(","):
        print(json.dumps(measure(int(players), options.seconds)), flush=True)


if __name__ == "__main__":
    main()
