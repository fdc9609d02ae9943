"""The map on the wire: runs of walls and floor, and nothing else."""

from typing import Any

import msgpack
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import ecs.arena
from net.wire.codec import FROM_SERVER_LIMIT, encode
from net.wire.errors import RemoteProtocolError
from net.wire.messages import Welcome
from net.wire.tile_map import MAX_SIDE, packed_rows, rows_of


def unpacked(data: bytes) -> Any:
    return msgpack.unpackb(data, use_list=False)


@settings(derandomize=True, deadline=None)
@given(st.lists(st.text("#.", max_size=40), max_size=20).map(tuple))
def test_all_rows_come_back(rows: tuple[str, ...]) -> None:
    assert rows_of(unpacked(packed_rows(rows))) == rows


def test_a_row_is_the_lengths_of_its_runs_walls_first() -> None:
    rows = ("#..##", ".#", "", "#" * MAX_SIDE)
    assert unpacked(packed_rows(rows)) == ((1, 2, 2), (0, 1, 1), (), (MAX_SIDE,))


@pytest.mark.parametrize(
    "wrong",
    [
        None,
        1,
        "#.#",
        ("#.#",),
        (1, 1, 1),
        ((1.0,),),
        ((True, 1),),
        ((0,),),
        ((0, 0, 1),),
        ((1, 0, 1),),
        ((-1, 5),),
        ((1, -1, 5),),
        ((MAX_SIDE + 1,),),
        ((1, 2**40),),
        ((1,) * (MAX_SIDE + 1),),
        ((1,),) * (MAX_SIDE + 1),
    ],
    ids=lambda wrong: repr(wrong)[:30],
)
def test_what_is_no_map_is_refused(wrong: Any) -> None:
    with pytest.raises(RemoteProtocolError):
        rows_of(wrong)


def test_the_largest_arena_fits_into_a_message_however_its_walls_stand() -> None:
    assert MAX_SIDE == ecs.arena.MAX_SIDE
    rows = tuple(("#." if line % 2 else ".#") * (MAX_SIDE // 2) for line in range(MAX_SIDE))
    assert 1_000_000 < len(encode(Welcome(1, 1, 60, 2, 16, rows, "f" * 32))) < FROM_SERVER_LIMIT
    assert rows_of(unpacked(packed_rows(rows))) == rows
