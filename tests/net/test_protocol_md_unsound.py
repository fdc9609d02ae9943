"""PROTOCOL.md says what makes a frame or a snapshot unsound: our client refuses each of these.

One hostile message stands for each line of the lists, and each is heard by a real mirror, whose world stays as it was.
"""

from collections.abc import Sequence

import pytest

from ecs.arena import Arena
from ecs.grid import Grid
from ecs.movement.step import motion_at
from ecs.world import World
from game.tag import TAG
from net.replication import mirror as module
from net.replication.mirror import LAST_TICK, MAX_CELLS, MAX_GAP_SECONDS, Mirror
from net.wire.codec import decode_from_server, encode
from net.wire.errors import RemoteProtocolError
from net.wire.messages import EntityRow, Frame, Section, Snapshot, Welcome
from tests.net.protocol_md import TEXT, examples

WELCOME: Welcome = examples(Welcome)[0]
SNAPSHOT: Snapshot = examples(Snapshot)[0]  # of tick 120; player 7 at (544, 544)
Components = dict[int, tuple[int | str, ...]]


def row(net_id: int = 9, **components: tuple[int | str, ...]) -> EntityRow:
    """Somebody who is sound, but for these components."""
    known: Components = {0: (1568, 1056), 1: (0, 0), 2: (448, 448), 3: (0, 0, 0), 4: (0,), 5: ("Bob",), 6: (1,)}
    given = {int(index.lstrip("_")): values for index, values in components.items()}
    return net_id, tuple(sorted({**known, **given}.items()))


def frame(tick: int = 122, cell: int = 0, **parts: Sequence[object]) -> Frame:
    return Frame(tick, (Section(cell, **parts),))  # type: ignore[arg-type]


def twice(entity: EntityRow) -> EntityRow:
    net_id, components = entity
    return net_id, (*components, components[-1])


MANY = [(net_id, ()) for net_id in range(10, 14)]  # where no more than four are possible

FRAMES: dict[str, list[Frame]] = {
    "it comes before the first Snapshot": [Frame(122, ())],
    "its tick is not more than that of the last snapshot or frame": [Frame(120, ()), Frame(0, ())],
    "its tick is more than `MAX_GAP_SECONDS` of ticks after that of the last snapshot or frame": [
        Frame(121 + 60 * MAX_GAP_SECONDS, ()),
        Frame((1 << 32) - 1, ()),
    ],
    "its tick is more than `LAST_TICK`": [Frame(LAST_TICK + 1, ())],
    "a section is of a cell that the client does not see": [frame(cell=1), frame(cell=5, gone=[7])],
    "an intent began before tick 0": [frame(intents=[(-1, 7, 3, 0)])],
    "an intent began at or before the tick of the last snapshot or frame": [frame(intents=[(120, 7, 3, 0)])],
    "an intent has a direction that is none of 0 to 8 and 16 to 24": [
        frame(intents=[(121, 7, direction, 0)]) for direction in (9, 15, 25, 31)
    ],
    "a body has a velocity beyond those of section 6": [
        frame(bodies=[(7, 544, 544, 32768, 0, 0)]),
        frame(bodies=[(8, 544, 544, 0, -32768, 0)]),
    ],
    "a body of an entity that the client holds, and that has a Size, overlaps a wall or lies beyond the arena": [
        frame(bodies=[(7, x, y, 0, 0, 0)]) for x, y in ((500, 544), (544, 1601), (-5000, 544), (544, 1 << 30))
    ],
    "an entity row or a changed names an index that is not in the schema": [
        frame(spawned=[row(_13=(0,))]),
        frame(changed=[(7, 13, (0,))]),
        frame(changed=[(7, 1 << 30, None)]),
    ],
    "an entity row or a changed has values of another number, or of other types, than the schema says": [
        frame(spawned=[row(_0=(1568,))]),
        frame(spawned=[row(_5=(3,))]),
        frame(spawned=[row(_4=(True,))]),
        frame(changed=[(7, 6, ("red",))]),
        frame(changed=[(7, 5, ("Bo", "Bo"))]),
    ],
    "an entity row or a changed has values beyond those of section 6": [
        frame(spawned=[row(_1=(0, -32768))]),
        frame(spawned=[row(_2=(0, 448))]),
        frame(spawned=[row(_2=(448, 32768))]),
        frame(spawned=[row(_3=(9, 0, 0))]),
        frame(spawned=[row(_3=(0, -1, 0))]),
        frame(spawned=[row(_3=(0, 0, -1))]),
        frame(spawned=[row(_4=(32768,))]),
        frame(changed=[(7, 5, ("x" * 17,))]),
    ],
    "an entity row has a Position and a Size that overlap a wall or lie beyond the arena": [
        frame(spawned=[row(_0=(511, 544))]),
        frame(spawned=[row(_0=(1 << 30, 544))]),
    ],
    "an entity row names a component twice": [frame(spawned=[twice(row())])],
    "an entity is twice among the spawned": [frame(spawned=[row(), row()])],
    "a changed names Position, Velocity, Size, Intent or Dash": [
        frame(changed=[(7, index, values)])
        for index, values in enumerate([(544, 544), (0, 0), (448, 448), (0, 0, 0), (0,)])
    ]
    + [frame(changed=[(7, 0, None)])],
    "the client would hold more than `MAX_ENTITIES` entities, or `MAX_STEPS_PER_SECOND` / tick rate": [
        frame(spawned=MANY)
    ],
}
SNAPSHOTS: dict[str, list[Snapshot]] = {
    "its tick is less than that of the last snapshot or frame, or more than `LAST_TICK`": [
        Snapshot(119, (), ((0, ()),)),
        Snapshot(LAST_TICK + 1, (), ((0, ()),)),
    ],
    "its tick is more than that of the last snapshot or frame, and it leaves out a cell that the client sees": [
        Snapshot(122, (), ((1, ()),)),
        Snapshot(122, (), ()),
    ],
    "a cell occurs twice in it, among those that are given, among those that are dropped, or in both": [
        Snapshot(122, (), ((0, ()), (0, (row(),)))),
        Snapshot(122, (0, 0), ()),
        Snapshot(122, (0,), ((0, ()),)),
    ],
    "it gives a cell that is not there (section 14)": [Snapshot(122, (), ((0, ()), (1, ())))],
    "the client would see more than `MAX_CELLS` cells": [
        Snapshot(122, (), tuple((cell, ()) for cell in range(MAX_CELLS + 1)))
    ],
    "an entity occurs twice in it, or there are more than `ROWS_LIMIT` in all": [
        Snapshot(122, (), ((0, (row(), row())),)),
        Snapshot(122, (), ((0, (row(),)), (1, (row(),)))),
    ],
    "one of its entity rows is unsound": [
        Snapshot(122, (), ((0, (bad,)),))
        for bad in (row(_0=(511, 544)), row(_13=(0,)), row(_5=(3,)), row(_4=(32768,)), twice(row()))
    ],
    "the client would hold more than `MAX_ENTITIES` entities, or `MAX_STEPS_PER_SECOND` / tick rate": [
        Snapshot(122, (), ((0, (*MANY, row())),))
    ],
}


def listed(beginning: str) -> list[str]:
    """The lines of the list below the line that begins so."""
    text = TEXT[TEXT.index(beginning) :]
    lines = text[text.index("\n* ") + 1 :].split("\n\n")[0]
    return [" ".join(line.split()).rstrip(";.") for line in lines.removeprefix("* ").split("\n* ")]


def test_each_line_of_the_lists_has_a_hostile_message_and_the_other_way_round() -> None:
    assert listed("**A frame is unsound**") == list(FRAMES)
    assert listed("**A snapshot is unsound**") == list(SNAPSHOTS)


def told() -> tuple[World, Mirror]:
    world, arena = World(), Arena(WELCOME.arena)
    return world, Mirror(world, TAG.registry(), motion_at(arena, 60), Grid(arena), 60, WELCOME.frame_ticks)


CASES = [(line, message) for lists in (FRAMES, SNAPSHOTS) for line, messages in lists.items() for message in messages]


@pytest.mark.parametrize(("line", "message"), CASES, ids=[line[:50] for line, _ in CASES])
def test_what_is_unsound_is_refused_and_changes_nothing(
    line: str, message: Frame | Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_ENTITIES", 4)
    world, mirror = told()
    with world:
        if "before the first" not in line:
            mirror.show(SNAPSHOT)
        held, tick = TAG.registry().describe_all(world), mirror.tick
        with pytest.raises(RemoteProtocolError):
            hear(mirror, message)
        assert TAG.registry().describe_all(world) == held
        assert mirror.tick == tick
        if tick > 0:
            hear(mirror, frame(spawned=[row()]))  # and what is sound is taken as before
            assert len(TAG.registry().describe_all(world)) == 2
    world.close()


def hear(mirror: Mirror, message: Frame | Snapshot) -> None:
    """As it comes over the wire."""
    heard = decode_from_server(encode(message))
    if isinstance(heard, Frame):
        mirror.advance(heard)
    else:
        assert isinstance(heard, Snapshot)
        mirror.show(heard)


def test_what_is_said_of_entities_that_are_not_there_is_ignored_and_who_is_there_is_spawned_anew() -> None:
    world, mirror = told()
    with world:
        mirror.show(SNAPSHOT)
        held = TAG.registry().describe_all(world)
        nobody = frame(intents=[(121, 8, 3, 0)], bodies=[(8, 0, 0, 1, 1, 7)], gone=[8], changed=[(8, 5, ("Bo",))])
        hear(mirror, nobody)
        assert TAG.registry().describe_all(world) == held
        hear(mirror, Frame(123, (Section(0, spawned=[(7, ((0, (600, 600)), (7, (5,))))]),)))
        assert TAG.registry().describe_all(world) == ((7, ((0, (600, 600)), (7, (5,)))),)
    world.close()
