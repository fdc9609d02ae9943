"""Throws mutated bytes at a target, guided by which lines they reach: `python -m tests.fuzz.fuzz TARGET [--runs N]`.

Needs atheris (`pip install atheris`), which nothing else here does. Prints one line of JSON: how many inputs, what was
found, and the memory near the beginning and at the end. `--keep` stores what reached new lines as the corpus, of which
`tests/fuzz/test_corpus.py` replays every input. `--replay` runs the stored corpus over and over instead, without
atheris: what grows then is ours.
"""

import argparse
import contextlib
import gc
import json
import logging
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Final

from tests.fuzz.corpus import load, store

ROOT: Final = Path(__file__).parent.parent.parent
LONGEST: Final = 600  # bytes of an input: a whole message of a client, and some decisions
SLOWEST_SECONDS: Final = 20  # of one input; then it counts as a hang
KEPT: Final = 150  # inputs of each target that are stored, the shortest ones
INSTRUMENTED: Final = ("net", "ecs", "game")


def main(arguments: list[str] | None = None) -> int:
    """Run a campaign or a replay; 0 where nothing was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("target")
    parser.add_argument("--runs", type=int, default=100_000, help="inputs (default %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="of the mutations (default %(default)s)")
    parser.add_argument("--keep", action="store_true", help="store what reached new lines as the corpus")
    parser.add_argument("--replay", action="store_true", help="run the stored corpus over and over, without atheris")
    parser.add_argument("--child", metavar="FOLDER", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    logging.disable()
    if options.child:
        _mutate(options)
        return 0
    return _replay(options) if options.replay else _campaign(options)


class Counter:
    """Counts the inputs of a target, and looks at the memory after a tenth of them and after the last."""

    def __init__(self, target: str, runs: int) -> None:
        from tests.fuzz.targets import TARGETS

        if target not in TARGETS:
            sys.exit(f"{target!r} is no target: use one of {', '.join(TARGETS)}")
        self._run = TARGETS[target]
        self._runs, self._early = runs, max(1, runs // 10)
        self._began = time.monotonic()
        self.line: dict[str, Any] = {"target": target, "inputs": 0}

    def __call__(self, data: bytes) -> None:
        self._run(data)
        line = self.line
        line["inputs"] += 1
        if line["inputs"] == self._early:
            line["rss_mb_early"] = _rss_mb()
        if line["inputs"] == self._runs:
            line["rss_mb_end"] = _rss_mb()
            line["seconds"] = round(time.monotonic() - self._began, 1)
            print(json.dumps(line), flush=True)


def _replay(options: argparse.Namespace) -> int:
    inputs = load(options.target)
    if not inputs:
        sys.exit(f"there is no corpus of {options.target!r}")
    count = Counter(options.target, options.runs)
    for number in range(options.runs):
        count(inputs[number % len(inputs)])
    return 0


def _campaign(options: argparse.Namespace) -> int:
    """Let a child fuzz, for libFuzzer ends its process; the folder is what it begins with and adds to."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for number, data in enumerate(load(options.target)):
            (folder / f"stored-{number}").write_bytes(data)
        arguments = ["-m", "tests.fuzz.fuzz", options.target, "--runs", str(options.runs), "--seed", str(options.seed)]
        child = subprocess.run(
            [sys.executable, *arguments, "--child", name], cwd=ROOT, stderr=subprocess.PIPE, text=True, check=False
        )
        if child.returncode:
            print(child.stderr[-6000:], file=sys.stderr)
        if options.keep:
            found = [path.read_bytes() for path in folder.iterdir() if not path.name.startswith("crash-")]
            print(f"{len(found)} inputs reached something new, {store(options.target, _spread(found))} stored")
        return child.returncode


def _spread(found: list[bytes]) -> list[bytes]:
    """At most so many of them, short and long ones alike."""
    ordered = sorted(set(found), key=lambda data: (len(data), data))
    return ordered if len(ordered) <= KEPT else [ordered[n * len(ordered) // KEPT] for n in range(KEPT)]


def _mutate(options: argparse.Namespace) -> None:
    try:
        import atheris
    except ImportError:
        sys.exit("atheris is not installed: pip install atheris, or use --replay")
    with atheris.instrument_imports(include=list(INSTRUMENTED)):
        count = Counter(options.target, options.runs)
    flags = [f"-runs={options.runs}", f"-seed={options.seed}", f"-max_len={LONGEST}", f"-timeout={SLOWEST_SECONDS}"]
    flags += [f"-artifact_prefix={options.child}/", "-detect_leaks=0", "-rss_limit_mb=1500", "-verbosity=0"]
    atheris.Setup([sys.argv[0], *flags, options.child], count)
    atheris.Fuzz()


def _rss_mb() -> float:
    gc.collect()
    with contextlib.suppress(OSError):
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        return round(pages * os.sysconf("SC_PAGE_SIZE") / 1e6, 1)
    return 0.0


if __name__ == "__main__":
    sys.exit(main())
