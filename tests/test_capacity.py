"""The capacity benchmark's own pieces: a wrong figure is one that nobody would notice."""

import contextlib
import math
import random
from itertools import count, product
from pathlib import Path

import pytest

from ecs.arena import FLOOR, MAX_SIDE, TILE, parse_arena
from net.wire.codec import encode
from net.wire.framing import Deframer, frame
from net.wire.messages import Frame, Section, Snapshot, Welcome
from tests.benchmarks import capacity
from tests.benchmarks.capacity_cases import EAST, WEST, straight_ways
from tests.benchmarks.capacity_plot import plot
from tests.benchmarks.capacity_stage import given_up
from tests.benchmarks.child import Child, Used, share
from tests.benchmarks.grounds import grounds
from tests.benchmarks.load import FRAME, PROMPT, SAMPLES, SNAPSHOT, Load, wander
from tests.benchmarks.plain_loop import SHORTEST, filler
from tests.benchmarks.window import Gaps, Window, places, surprises, tick_of, welcomed_as

ROW = (9, ((0, (1, 2)),))  # an entity with one component


def test_a_frames_surprises_are_counted_each_in_its_kind() -> None:
    bodies = [(3, 70_000, 80_000, 64, -64, 4), (4, 70_448, 80_000, 0, 0, 3)]
    section = Section(6, [(499, 3, 2, 0)], bodies, [8], [ROW], [(5, 1, (1,))], 99)
    told = surprises(encode(Frame(500, (section, Section(7, [(500, 7, 0, 0)])))))
    assert told.turned == (3, 7)
    assert told.bodies == 2
    assert told.others == 3


def test_the_bytes_beside_the_intents_are_those_of_a_frame_less_the_same_frame_with_intents_alone() -> None:
    intents = [(499, 3, 2, 0), (500, 7, 0, 0)]
    whole = encode(Frame(500, (Section(0, intents, [(3, 70_000, 80_000, 64, -64, 4)], [8], [ROW], [(5, 1, (1,))]),)))
    assert surprises(whole).beside == len(whole) - len(encode(Frame(500, (Section(0, intents),))))


@pytest.mark.parametrize("tick", [0, 127, 128, 255, 256, 65_535, 65_536, (1 << 32) - 1])
def test_tag_and_tick_are_found_without_unpacking(tick: int) -> None:
    for message, tag in ((Frame(tick), FRAME), (Snapshot(tick, (), ()), SNAPSHOT)):
        payload = encode(message)
        assert payload[1] == tag
        assert tick_of(payload, 2) == tick


@pytest.mark.parametrize("net_id", [0, 7, 1000, 1 << 20])
def test_whose_welcome_it_is_is_found_without_the_map(net_id: int) -> None:
    assert welcomed_as(encode(Welcome(net_id, 5000, 60, 2, 16, ("#" * 300,) * 300, "f" * 32))) == net_id


def test_who_walks_straight_on_meets_nobody() -> None:
    end = MAX_SIDE - 6
    rows = {1: (9, 120), 2: (120, end), 3: (9, end), 4: (100, end - 50), 5: (120,)}
    net_ids = count(1)
    entities = [(next(net_ids), ((0, (TILE * x, TILE * y)), (3, (0, 0, 0)))) for y, row in rows.items() for x in row]
    where = places(encode(Snapshot(5, (), ((0, tuple(entities)),))))
    assert where[2] == (120 * TILE, TILE)
    assert straight_ways(where) == {1: EAST, 2: EAST, 3: WEST, 4: WEST, 7: EAST, 8: EAST, 9: EAST}


def test_people_change_about_three_times_a_second_and_pause_at_times() -> None:
    rng = random.Random(1)
    choices = [wander(rng) for _ in range(3000)]
    assert 900 < sum(seconds for seconds, _ in choices) < 1100
    assert {direction for _, direction in choices} == set(range(9))


def test_gaps_are_reported_as_median_99th_percentile_and_largest() -> None:
    gaps = Gaps()
    for milliseconds in [33.2] * 98 + [70.2, 120.4]:
        gaps.add(milliseconds / 1000)
    assert gaps.report() == {"median": 33.5, "p99": 70.5, "max": 120.4}
    assert Gaps().report() == {"median": None, "p99": None, "max": 0.0}


def test_lateness_is_counted_against_the_most_punctual_frame() -> None:
    window = Window()
    window.first_seen = {100: 10.0, 102: 10.0 + 2 / 60, 104: 10.0 + 5.5 / 60, 106: 10.0 + 6 / 60}
    assert window.lateness() == pytest.approx([0, 0, 1.5, 0], abs=1e-6)
    assert window.tick_rate() == pytest.approx(60)


def test_ticks_that_a_server_gives_up_are_read_from_its_log() -> None:
    lines = [
        "10:00:00 WARNING the simulation was 517 ms behind and gives 31 ticks up",
        "10:00:01 INFO join: 'gives 3' (7) from 127.0.0.1:40; 1 playing",
        "10:00:09 WARNING the simulation was 501 ms behind and gives 30 ticks up",
    ]
    assert given_up(lines) == 61


def test_cpu_is_a_share_of_wall_time_and_what_others_took_is_told_apart() -> None:
    assert share(Used(10, 1, 1, 100, 3), Used(20, 4, 2, 107, 4)) == {
        "cpu": 0.4,
        "user": 0.3,
        "sys": 0.1,
        "others_on_core": 0.3,
    }


@pytest.mark.parametrize("tiles", [12, 1200, 24_000, 1 << 16])
@pytest.mark.parametrize("blocks", [True, False])
def test_grounds_are_one_piece_of_floor_of_the_size_that_was_asked_for(tiles: int, blocks: bool) -> None:
    arena = parse_arena(grounds(tiles, blocks))
    floor = {(x, y) for y, row in enumerate(arena.rows) for x, tile in enumerate(row) if tile == FLOOR}
    assert len(floor) >= min(tiles, 0.85 * MAX_SIDE**2)
    assert (len(floor) < (arena.columns - 2) * (arena.lines - 2)) == (blocks and tiles > 100)
    inside = product(range(1, arena.columns - 1), range(1, arena.lines - 1))
    beside_cells = {(x, y) for x, y in inside if {x % 8, y % 8} & {0, 1}}
    assert beside_cells <= floor
    unreached, edge = floor - {(1, 1)}, [(1, 1)]
    while edge:
        x, y = edge.pop()
        near = {(x + 1, y), (x - 1, y), (x, y + 1), (x, y - 1)} & unreached
        unreached -= near
        edge += near
    assert not unreached
    assert grounds(tiles, blocks) == grounds(tiles, blocks)


@pytest.mark.parametrize("size", [SHORTEST, 15, 400, 70_000])
def test_the_baseline_writes_as_many_bytes_as_it_should_and_they_pass_for_a_frame(size: int) -> None:
    data = filler(1234, size)
    assert len(data) == size
    (payload,) = Deframer(1 << 20).feed(data)
    assert frame(payload) == data
    assert payload[1] == FRAME
    assert tick_of(payload, 2) == 1234


def test_a_server_that_does_not_come_up_is_an_error_with_its_own_words(tmp_path: Path) -> None:
    with Child(0, tmp_path, "main.py", "--server", "--arena", "nowhere.txt") as child:
        with pytest.raises(RuntimeError, match=r"nowhere\.txt"):
            child.port()
        assert child.end() == 2


def test_of_a_large_crowd_some_read_at_once_and_some_of_those_everything() -> None:
    with contextlib.closing(Load(port=0)) as load:
        for number in (1, 40, 2000):
            load.add(number, per_second=math.inf)
            kinds = [act.args[1:3] for _, _, act in sorted(load.due)]
            assert len(kinds) == number
            assert sum(at_once for at_once, _ in kinds) == min(number, PROMPT)
            assert min(number, SAMPLES) <= sum(sample for _, sample in kinds) <= 2 * SAMPLES
            assert all(at_once for at_once, sample in kinds if sample)
            load.due.clear()


def test_a_short_run_carries_players_who_move_and_a_baseline(capsys: pytest.CaptureFixture[str]) -> None:
    (line,) = capacity.main(["--players", "5", "--seconds", "1"])
    assert (line["connected"], line["lost"], line["ticks_given_up"]) == (5, 0, 0)
    assert line["frames_per_s"] > 4
    assert line["moving"] > 0
    assert line["bytes_per_intent"] > 2
    assert line["baseline"]["gap_ms"]["median"] > 1
    assert capsys.readouterr().out.startswith('{"case": "crowd", "players": 5, ')


def test_the_plot_is_drawn_from_the_lines_of_a_run(tmp_path: Path) -> None:
    line = {"case": "crowd", "visible": "all", "server": {"cpu": 0.5}, "baseline": {"cpu": 0.3}, "bytes_per_s": 9000}
    plot([{**line, "players": players} for players in (1000, 100)] + [{"case": "rush"}], tmp_path / "plot.png")
    assert (tmp_path / "plot.png").read_bytes().startswith(b"\x89PNG")
