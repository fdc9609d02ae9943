"""The map of an arena on the wire: each row as the lengths of its runs of walls and floor, in turn, walls first.

A hall of 1,000 by 1,000 tiles takes 7 kB like that, and one whose tiles are all unlike their neighbours still fits into
one message. Knows of a map only that its rows are texts of '#' and '.'.
"""

import itertools
from functools import lru_cache
from typing import Any, Final, cast

import msgpack

from net.wire.errors import RemoteProtocolError

MAX_SIDE: Final = 1000  # tiles, each way
TILES: Final = "#."


@lru_cache(maxsize=2)  # a server says the same to everybody; to work it out takes 50 ms
def packed_rows(rows: tuple[str, ...]) -> bytes:
    """A msgpack array with one of integers for each row: what is refused by `rows_of` is not to be given."""
    return cast(bytes, msgpack.packb([_runs(row) for row in rows]))


def rows_of(value: Any) -> tuple[str, ...]:
    """What was packed. Raises RemoteProtocolError for everything else, before it takes more memory than it has to."""
    if type(value) is not tuple or len(value) > MAX_SIDE:
        raise RemoteProtocolError(f"a map that is no list of up to {MAX_SIDE} rows")
    return tuple(_row(number, runs) for number, runs in enumerate(value, 1))


def _runs(row: str) -> list[int]:
    runs = [len(list(run)) for _, run in itertools.groupby(row)]
    return [0, *runs] if row.startswith(TILES[1]) else runs


def _row(number: int, runs: Any) -> str:
    if type(runs) is not tuple or not all(type(run) is int for run in runs):
        raise RemoteProtocolError(f"row {number} of the map is no list of integers")
    if (runs and min((runs[0] + 1, *runs[1:])) < 1) or runs == (0,) or sum(runs) > MAX_SIDE:
        raise RemoteProtocolError(f"row {number} of the map has a run of no length, or more than {MAX_SIDE} tiles")
    return "".join(tile * run for tile, run in zip(itertools.cycle(TILES), runs, strict=False))
