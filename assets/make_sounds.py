"""Makes the game's sounds, all of them, out of sines and noise: `python -m assets.make_sounds` writes assets/sounds.

The same each time, so that a change of a sound is a change of this file.
"""

import array
import math
import random
import wave
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

RATE: Final = 16_000  # samples a second, of 16 bits, mono: what small loudspeakers can do
LOUDEST: Final = 0.7 * 32767
DIRECTORY: Final = Path(__file__).resolve().parent / "sounds"

Wave = Callable[[float], float]  # seconds since the beginning -> from -1 to 1


def tone(start: float, end: float, seconds: float, sharp: float = 0.0) -> Wave:
    """A note that slides from one pitch (Hz) to another and dies away; `sharp` adds overtones."""

    def at(time: float) -> float:
        if not 0 <= time < seconds:
            return 0.0
        share = time / seconds
        turns = start * time + (end - start) * time * share / 2
        body = math.sin(math.tau * turns) + sharp * math.sin(math.tau * 2 * turns) / 2
        return body / (1 + sharp / 2) * min(1.0, time / 0.004) * (1 - share) ** 2

    return at


def breath(seconds: float, seed: int) -> Wave:
    """Wind: noise that swells and goes, duller towards its end."""
    rng = random.Random(seed)
    noise, smooth = [], 0.0
    for index in range(round(seconds * RATE)):
        share = index / (seconds * RATE)
        smooth += (rng.uniform(-1, 1) - smooth) * (0.55 - 0.45 * share)
        noise.append(smooth * math.sin(math.pi * share**0.5) ** 2)

    def at(time: float) -> float:
        index = round(time * RATE)
        return noise[index] if 0 <= index < len(noise) else 0.0

    return at


def together(*parts: tuple[float, Wave]) -> Wave:
    """Several, each from its own moment on."""
    return lambda time: sum(part(time - begin) for begin, part in parts)


SOUNDS: Final[dict[str, tuple[float, Wave]]] = {  # seconds, wave
    "tag": (0.22, together((0, tone(520, 780, 0.12, 0.4)), (0.07, tone(780, 1040, 0.15, 0.4)))),
    "tagged": (0.5, together((0, tone(300, 90, 0.45, 1.0)), (0, tone(452, 130, 0.4, 0.6)), (0, breath(0.12, 3)))),
    "dash": (0.24, together((0, breath(0.24, 1)), (0, tone(240, 620, 0.16)))),
    "join": (0.28, together((0, tone(523, 523, 0.14)), (0.09, tone(784, 784, 0.19)))),
    "countdown": (0.12, tone(660, 660, 0.12, 0.3)),
    "round_end": (
        0.8,
        together(*((n * 0.11, tone(hertz, hertz, 0.45, 0.5)) for n, hertz in enumerate((523, 659, 784, 1047)))),
    ),
}


def samples(name: str) -> Iterator[int]:
    """The sound's numbers, as they are stored, with its loudest one at `LOUDEST`."""
    seconds, at = SOUNDS[name]
    values = [at(index / RATE) for index in range(round(seconds * RATE))]
    scale = LOUDEST / max(abs(value) for value in values)
    return (round(value * scale) for value in values)


def main() -> None:
    """Write them all."""
    DIRECTORY.mkdir(exist_ok=True)
    for name in SOUNDS:
        with wave.open(str(DIRECTORY / f"{name}.wav"), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(RATE)
            file.writeframes(array.array("h", samples(name)).tobytes())


if __name__ == "__main__":
    main()
