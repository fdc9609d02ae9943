"""How often mirrors are checked and healed: one rule in ticks, whatever else is said and however often.

From one checksum of a cell to its next pass `check_ticks`, and a client that differs at each of them is healed at each.
"""

from itertools import pairwise

import esper
import pytest

from ecs.arena import parse_arena
from ecs.components import Dash
from net.conditioner.link import Conditions
from net.replication.interest import CELL_TILES
from net.replication.publisher import check_ticks
from net.wire.framing import Deframer
from net.wire.messages import Frame, Resync, Snapshot
from tests.harness import Player, Stage, Walker, understood
from tests.net.server.test_network_system import joined

FIELD = parse_arena("\n".join(["#" * 70, *["#" + "." * 68 + "#"] * 68, "#" * 70]))
# Tick rate, send rate, and the ticks from one checksum to the next: worked out by hand, not by what is tested.
RATES = [
    (60, 30, 60),
    (60, 60, 60),
    (30, 30, 30),
    (30, 10, 30),
    (20, 20, 20),
    (128, 32, 128),
    (25, 10, 26),
    (60, 1, 60),
]
MODES = pytest.mark.parametrize("cell_tiles", [0, CELL_TILES], ids=["all", "area"])


def told(player: Player) -> list[Frame | Snapshot]:
    messages = [understood(bytes(payload)) for payload in Deframer(1 << 24).feed(bytes(player.tap.data))]
    return [message for message in messages if isinstance(message, Frame | Snapshot)]


def checked(player: Player, cell: int) -> list[int]:
    """The ticks of all checksums of a cell that a player was told."""
    frames = [message for message in told(player) if isinstance(message, Frame)]
    return [f.tick for f in frames for section in f.sections if section.cell == cell and section.checksum is not None]


def break_mirror(player: Player) -> None:
    """The player's own mirror goes astray, at something that no later word puts right by itself."""
    with player.play.world as world:
        entity = world.entity(player.net_id)
        assert entity is not None
        esper.component_for_entity(entity, Dash).rest += 1000


@MODES
@pytest.mark.parametrize(("tick_rate", "send_rate", "ticks"), RATES)
def test_from_one_checksum_of_a_cell_to_its_next_pass_as_many_ticks_whatever_happens_between(
    cell_tiles: int, tick_rate: int, send_rate: int, ticks: int
) -> None:
    stage = Stage(FIELD, cell_tiles=cell_tiles, tick_rate=tick_rate, send_rate=send_rate)
    ann = stage.join("Ann")
    stage.run(2 * ticks)
    home = stage.grid.cell(*stage.at(ann.net_id))
    ann.tap.data.clear()
    stage.run(3 * ticks)  # nothing happens
    walker = Walker(stage.join("Bob"), 1, mean_ticks=2)
    for tick in range(3 * ticks):
        walker(tick)
        if tick % (2 * ticks // 3) == 7:  # somebody comes, or goes: a frame more where all is seen
            (stage.join("Cem") if len(stage.players) < 3 else stage.players[-1]).play.leave()
        stage.run(1)
    found = checked(ann, home)
    assert len(found) in (5, 6, 7)
    assert {later - earlier for earlier, later in pairwise(found)} == {ticks}
    assert ann.joined.mirror.mismatches == 0
    assert check_ticks(tick_rate, stage.frame_ticks) == ticks
    stage.close()


@MODES
def test_a_server_that_writes_less_often_because_it_is_late_checks_as_often(
    cell_tiles: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = Stage(FIELD, cell_tiles=cell_tiles)
    ann = stage.join("Ann")
    stage.settle(60)
    advance = stage.simulation.advance
    monkeypatch.setattr(stage.simulation, "advance", lambda due: advance(due - 5 / 60))  # five ticks late, for ever
    ann.tap.data.clear()
    stage.run(400)
    assert stage.simulation.network._broadcaster._send_rate.frames_per_write == 4
    found = checked(ann, stage.grid.cell(*stage.at(ann.net_id)))
    assert len(found) >= 6
    assert {later - earlier for earlier, later in pairwise(found)} == {60}
    stage.close()


def test_no_tick_has_the_checksums_of_more_than_its_share_of_the_cells() -> None:
    stage = Stage(FIELD, cell_tiles=2, tick_rate=60, send_rate=30)
    stage.join("Ann")
    stage.run(10)
    publisher = stage.simulation.network._publisher
    for cell in range(stage.grid.count + 1):
        publisher._members[cell].add(-cell - 1)  # somebody is in each of them
    turns = [publisher._due_for_a_check(turn) for turn in range(30)]
    assert sum(map(len, turns)) == len(frozenset[int]().union(*turns)) == stage.grid.count + 1 == 35 * 35 + 1
    assert max(map(len, turns)) - min(map(len, turns)) <= 1


@MODES
@pytest.mark.parametrize(("tick_rate", "send_rate", "ticks"), [(60, 30, 60), (30, 30, 30), (60, 10, 60), (25, 10, 26)])
@pytest.mark.parametrize("quiet", [True, False], ids=["quiet", "lively"])
def test_a_client_that_differs_anew_after_each_heal_is_healed_at_every_checksum(
    cell_tiles: int, tick_rate: int, send_rate: int, ticks: int, quiet: bool
) -> None:
    stage = Stage(FIELD, cell_tiles=cell_tiles, tick_rate=tick_rate, send_rate=send_rate)
    ann = stage.join("Ann", Conditions(latency=0.08, jitter=0.06, largest_chunk=40), seed=3)
    bob = stage.join("Bob")
    stage.run(3 * ticks)
    stage.place(bob.net_id, stage.at(ann.net_id)[0], stage.at(ann.net_id)[1] + 4000)
    stage.run(ticks)
    stage.compare_ticks = 1 << 30  # never: they do differ
    ann.tap.data.clear()
    mirror, walker, heals = ann.joined.mirror, Walker(bob, 1, mean_ticks=5), 0
    checks, mismatches = mirror.checks, mirror.mismatches
    heard = healed_so_far = 0
    for tick in range(8 * ticks):
        if not quiet:
            walker(tick)
        if len(ann.tap.data) != heard:  # something is new
            heard, healed_so_far = len(ann.tap.data), sum(isinstance(message, Snapshot) for message in told(ann))
        if healed_so_far >= heals:
            heals += 1
            break_mirror(ann)
        stage.run(1)
    found = checked(ann, stage.grid.cell(*stage.at(ann.net_id)))
    healed = [message.tick for message in told(ann) if isinstance(message, Snapshot)]
    assert len(found) in (7, 8)
    assert mirror.mismatches - mismatches == len(found) <= mirror.checks - checks
    assert {later - earlier for earlier, later in pairwise(found)} == {ticks}
    # One snapshot between each checksum and its next; that for the last one may be under way.
    between = [sum(earlier < tick <= later for tick in healed) for earlier, later in pairwise(found)]
    assert between == [1] * (len(found) - 1)
    assert bob.joined.mirror.mismatches == 0
    stage.close()


def test_who_asks_in_every_tick_gets_no_more_than_who_differs_at_every_checksum() -> None:
    stage = Stage()
    for says in (lambda tick: tick, lambda tick: 0, lambda tick: 1 << 31, lambda tick: tick - 59):
        eve = joined(stage)
        eve.told.clear()
        for _ in range(600):
            eve.say(Resync(max(0, says(stage.simulation.tick))))
            stage.run(1)
        given = [message for message in eve.told if isinstance(message, Snapshot)]
        assert len(given) in (10, 11, 12)  # 600 ticks of 60, and at most one that was saved up


def test_after_a_long_peace_no_more_than_two_snapshots_can_be_had_at_once() -> None:
    stage = Stage()
    eve = joined(stage)
    stage.run(280, lambda tick: eve.say(Resync(0)) if tick == 10 else None)
    eve.told.clear()
    now = stage.simulation.tick
    for tick in range(now - 240, now + 1, 30):  # as if all of them had not matched
        eve.say(Resync(tick))
        stage.run(2)
    stage.run(4)
    assert sum(isinstance(message, Snapshot) for message in eve.told) == 2


def test_the_word_of_a_difference_names_the_checksum_also_where_later_frames_came_with_it(
    caplog: pytest.LogCaptureFixture,
) -> None:
    stage = Stage()
    ann = stage.join("Ann")
    stage.settle()
    stage.compare_ticks = 1 << 30
    break_mirror(ann)
    ann.updating = False
    stage.run(90)
    ann.updating = True
    stage.run(10)
    (line,) = [record.message for record in caplog.records if "sending a snapshot" in record.message]
    assert line.endswith(f"differs from us as of tick {stage.simulation.tick // 60 * 60}: sending a snapshot")
    assert ann.joined.mirror.mismatches == 1
