"""Who is told only of what is near: no ghost, no gap, and nothing of what may not be seen."""

import random
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecs.arena import TILE, parse_arena
from ecs.components import Position
from ecs.grid import Grid
from ecs.movement.step import DIRECTIONS
from net.client.corrections import Cause
from net.conditioner.link import Conditions
from net.replication.interest import CELL_TILES, Interest
from net.replication.publisher import quiet_ticks
from net.wire.codec import MAX_COORDINATE, decode_from_server
from net.wire.framing import Deframer
from net.wire.messages import Frame, FromServer, Snapshot
from tests.harness import Player, Stage, Walker

FIELD = parse_arena("\n".join(["#" * 200, *["#" + "." * 198 + "#"] * 98, "#" * 200]))
CELL = CELL_TILES * TILE
EAST, WEST = DIRECTIONS.index((1, 0)), DIRECTIONS.index((-1, 0))


def heard(player: Player) -> list[FromServer]:
    return [decode_from_server(payload) for payload in Deframer(1 << 24).feed(bytes(player.tap.data))]


@pytest.mark.parametrize("seed", range(2))
def test_each_mirror_is_exactly_the_part_of_the_world_that_it_sees_however_people_walk(seed: int) -> None:
    stage, rng = Stage(FIELD, cell_tiles=CELL_TILES, seed=seed), random.Random(seed)
    networks = [Conditions(latency=0.03 * n, jitter=0.01, largest_chunk=n and 11) for n in range(4)]
    players = [stage.join(f"P{n}", networks[n % 4], seed=n) for n in range(14)]
    stage.settle(60)
    for player in players:  # around a corner of four cells, so that they cross and meet there
        x, y = 6 * CELL + rng.randint(-900, 900) * 4, 3 * CELL + rng.randint(-900, 900) * 4
        stage.place(player.net_id, x, y)
    walkers = [Walker(player, 100 * seed + n, mean_ticks=60) for n, player in enumerate(players)]
    for tick in range(600):
        for walker in walkers:
            walker(tick)
        if tick % 25 == 0:  # and some are carried far away, and back
            target = rng.choice(players)
            stage.place(target.net_id, rng.randint(1, 197) * TILE, rng.randint(1, 97) * TILE)
        stage.run(1)
    stage.run(60)
    for player in players:
        assert player.play.ending is None, player.play.reason
        assert player.compared > 200
        assert player.joined.mirror.mismatches == 0
        assert player.joined.mirror.checks > 10
        assert player.play.causes[Cause.UNEXPLAINED] == 0
    views = {player.joined.mirror.view for player in players}
    assert len(views) > 3, "they saw different parts"
    assert sum(sum(isinstance(message, Snapshot) for message in heard(player)) for player in players) > 3 * len(players)
    stage.close()


def test_who_walks_to_and_fro_over_a_border_is_neither_lost_nor_doubled_for_whom_sees_one_side() -> None:
    stage = Stage(FIELD, cell_tiles=CELL_TILES)
    ann, bob, cem = stage.join("Ann"), stage.join("Bob"), stage.join("Cem")
    stage.settle(60)
    stage.place(ann.net_id, 2 * CELL + 100, 100 + TILE)  # sees two cells to the east of her own
    stage.place(bob.net_id, 5 * CELL + 64, 100 + TILE)  # at the border of what she sees
    stage.place(cem.net_id, 2 * CELL + 100, 12 * TILE)  # and he turns so often that she hears of each tick in time
    stage.run(10)
    ann.tap.data.clear()
    walker = Walker(cem, 1, mean_ticks=2)
    came = 0
    was = True
    for tick in range(240):
        bob.controls.steer(EAST if (tick + 4) // 8 % 2 else WEST)
        walker(tick)
        stage.run(1)
        with ann.play.world as world:
            sees = bob.net_id in world
        came += sees and not was
        was = sees
    assert came > 5
    frames = [message for message in heard(ann) if isinstance(message, Frame)]
    assert sum(row[0] == bob.net_id for frame in frames for row in frame.spawned) > 5
    assert ann.compared > 100
    assert ann.joined.mirror.mismatches == bob.joined.mirror.mismatches == 0
    stage.close()


def test_nothing_is_said_of_who_may_not_be_seen() -> None:
    stage = Stage(FIELD, cell_tiles=CELL_TILES)
    ann = stage.join("Ann")
    stage.settle(60)
    stage.place(ann.net_id, TILE, TILE)
    stage.run(10)
    ann.tap.data.clear()
    spy = stage.join("Xerxes")
    stage.run(2)
    stage.place(spy.net_id, 190 * TILE, 90 * TILE)
    stage.run(4)
    ann.tap.data.clear()
    walker = Walker(spy, 1)
    stage.run(300, walker)
    assert walker.turns > 10
    assert stage.at(spy.net_id) != (190 * TILE, 90 * TILE)
    assert not any(
        getattr(message, kind)
        for message in heard(ann)
        for kind in ("intents", "bodies", "spawned")
        if hasattr(message, kind)
    )
    assert b"Xerxes" not in bytes(ann.tap.data)
    with ann.play.world as world:
        assert spy.net_id not in world
    stage.close()


def test_nobody_walks_out_of_their_own_sight_on_a_server_that_writes_less_often_because_it_is_late(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stage = Stage(FIELD, cell_tiles=CELL_TILES)
    players = [stage.join(f"P{n}") for n in range(8)]  # with consecutive NetIDs, which decide when one is looked for
    stage.settle(60)
    for n, player in enumerate(players):
        stage.place(player.net_id, 10 * TILE, (20 + 4 * n) * TILE)
    stage.run(10)
    advance = stage.simulation.advance
    monkeypatch.setattr(stage.simulation, "advance", lambda due: advance(due - 5 / 60))  # five ticks late, for ever
    views = {player.net_id: {player.joined.mirror.view} for player in players}
    for tick in range(600):
        for n, player in enumerate(players):  # east, and there is something to say in each frame
            player.controls.steer(EAST + (tick + n) % 3 - 1 if tick % 3 == 0 else EAST)
        stage.run(1)
        for player in players:
            views[player.net_id].add(player.joined.mirror.view)
            with player.play.world as world:
                assert player.net_id in world, f"{player.net_id} is out of its own sight, after {tick} ticks"
    assert stage.simulation.network._broadcaster._send_rate.frames_per_write == 4
    assert min(len(seen) for seen in views.values()) > 3, "all walked on through several cells"
    stage.close()


def test_who_could_not_be_told_while_far_away_is_still_followed_from_nearby() -> None:
    stage = Stage(FIELD, cell_tiles=CELL_TILES, max_unsent=300)
    ann = stage.join("Ann", Conditions(buffer=300))
    bob = stage.join("Bob")
    stage.settle(60)
    stage.place(ann.net_id, 5 * CELL - 4 * TILE, 40 * TILE)
    stage.place(bob.net_id, 5 * CELL - 8 * TILE, 44 * TILE)
    stage.run(20)
    former = ann.joined.mirror.view
    ann.near.reading = False
    stage.run(200, Walker(bob, 1, mean_ticks=1.0))
    stage.place(ann.net_id, 5 * CELL + 4 * TILE, 40 * TILE)  # out of the middle of what she sees, and of its slack
    stage.run(20)
    stage.place(ann.net_id, 5 * CELL + TILE, 40 * TILE)  # within the slack
    stage.run(20)
    ann.near.reading = True
    stage.run(60)
    assert ann.play.ending is None
    assert ann.joined.mirror.view == former, "she was never told of more"
    ann.controls.steer(EAST)
    stage.run(40)
    assert 5 * CELL + 3 * TILE < stage.at(ann.net_id)[0] < 6 * CELL, "beyond the slack, and not in yet another cell"
    assert ann.joined.mirror.view != former
    assert ann.joined.mirror.mismatches == 0
    stage.close()


def test_who_hears_of_something_is_not_told_besides_that_the_server_lives() -> None:
    stage = Stage(FIELD, cell_tiles=CELL_TILES)
    ann, bob, cem = stage.join("Ann"), stage.join("Bob"), stage.join("Cem")
    stage.settle(60)
    stage.place(ann.net_id, 10 * TILE, 10 * TILE)
    stage.place(bob.net_id, 20 * TILE, 20 * TILE)  # whom she sees
    stage.place(cem.net_id, 190 * TILE, 90 * TILE)  # alone
    stage.run(30)
    for player in (ann, cem):
        player.tap.data.clear()
    stage.run(600, Walker(bob, 1, mean_ticks=4))
    quiet = quiet_ticks(60)
    for player, said_nothing in ((ann, range(15)), (cem, range(30, 45))):
        frames = [message for message in heard(player) if isinstance(message, Frame)]
        gaps = [later.tick - earlier.tick for earlier, later in pairwise(frames)]
        assert 0 < max(gaps) <= quiet, "nobody waits for longer to know that it lives"
        assert min(gap for gap, frame in zip(gaps, frames[1:], strict=True) if not frame.sections) > quiet - 3
        assert sum(not frame.sections for frame in frames) in said_nothing
    stage.close()


def test_a_cell_that_is_empty_is_checked_once_more_and_then_no_longer() -> None:
    stage = Stage(FIELD, cell_tiles=CELL_TILES)
    ann, bob = stage.join("Ann"), stage.join("Bob")
    stage.settle(60)
    stage.place(ann.net_id, 2 * CELL + TILE, TILE)
    stage.place(bob.net_id, 3 * CELL + TILE, TILE)  # in a cell of his own, which she sees
    stage.run(30)
    cell = stage.grid.cell(3 * CELL + TILE, TILE)

    def checks(ticks: int) -> int:
        ann.tap.data.clear()
        stage.run(ticks)
        sections = [section for frame in heard(ann) if isinstance(frame, Frame) for section in frame.sections]
        return sum(section.cell == cell and section.checksum is not None for section in sections)

    assert 3 <= checks(600) <= 10
    stage.place(bob.net_id, 190 * TILE, 90 * TILE)
    assert checks(150) == 1
    assert checks(600) == 0
    stage.place(bob.net_id, 3 * CELL + TILE, TILE)
    assert checks(150) > 0
    assert ann.joined.mirror.mismatches == 0
    stage.close()


anywhere = st.tuples(*[st.one_of(st.integers(-MAX_COORDINATE, MAX_COORDINATE), st.integers(-CELL, 202 * TILE))] * 2)


@settings(derandomize=True, deadline=None, max_examples=200)
@given(st.lists(anywhere, min_size=1, max_size=20), st.integers(0, 199), st.integers(0, 99))
def test_wherever_others_look_who_is_in_the_arena_sees_what_is_around_them(
    looks: list[tuple[int, int]], column: int, line: int
) -> None:
    grid = Grid(FIELD, CELL_TILES)
    interest = Interest(grid)
    for look in looks:
        view = interest.view(*look)
        assert view.middle in view.cells
        assert view.cells <= set(range(grid.count + 1))
    x, y = column * TILE + 7, line * TILE + 7
    mine, alone = interest.view(x, y), Interest(grid).view(x, y)
    assert (mine.cells, mine.middle, mine.left, mine.top) == (alone.cells, alone.middle, alone.left, alone.top)
    assert mine.holds(x, y)
    assert grid.cell(x, y) in mine.cells
    assert len(interest._views) <= grid.count


def test_no_look_of_a_spectator_changes_what_a_player_sees_or_makes_more_views_than_there_are_cells() -> None:
    stage, rng = Stage(FIELD, cell_tiles=CELL_TILES), random.Random(3)
    ann, eve = stage.join("Ann"), stage.watch("Eve")
    stage.settle(60)
    views = stage.simulation.network._broadcaster._interest._views
    for n in range(150):
        line, far = rng.randrange(7), rng.choice([1, 2, 30, 10_000])
        # Beyond the right edge: a number made of such a place without care is that of a cell in another line.
        eve.play.look((13 * far + rng.randrange(13)) * CELL, (line - rng.choice([0, 1, far])) * CELL)
        stage.run(2)
        if n % 5 == 0:
            stage.place(ann.net_id, rng.randrange(1, 199) * TILE, rng.randrange(1, 99) * TILE)
            stage.run(2)
            x, y = stage.at(ann.net_id)
            view = ann.session.view
            assert view is not None
            assert view.holds(x, y)
            assert view.cells == Interest(stage.grid).view(x, y).cells or view.middle != stage.grid.cell(x, y)
    assert eve.play.ending is None, eve.play.reason
    assert len({eve.session.look, *views}) > 10
    assert len(views) <= stage.grid.count
    with ann.play.world as world:
        assert ann.net_id in world
    assert ann.joined.mirror.mismatches == eve.joined.mirror.mismatches == 0
    assert ann.compared > 200
    stage.close()


def test_who_is_put_beyond_the_arena_by_a_rule_is_in_its_nearest_cell_for_both_ends() -> None:
    stage = Stage(FIELD, cell_tiles=CELL_TILES)
    ann, bob = stage.join("Ann"), stage.join("Bob")
    stage.settle(60)
    stage.place(bob.net_id, 3 * TILE, 3 * TILE)
    flags: list[int] = []

    def plant() -> None:
        world, surprises = stage.simulation.world, stage.simulation.surprises
        with world:
            for place in ((-9 * CELL, TILE), (40 * CELL, 3 * CELL), (5 * CELL, -1), (MAX_COORDINATE, MAX_COORDINATE)):
                flags.append(world.mint())
                world.spawn(flags[-1], Position(*place))
                surprises.spawn(flags[-1])

    plant()
    seen: set[int] = set()
    for column, line in ((1, 1), (198, 50), (80, 1), (198, 98)):
        stage.place(ann.net_id, column * TILE, line * TILE)
        stage.run(20)
        with ann.play.world as world:
            seen.update(flag for flag in flags if flag in world)
    assert seen == set(flags), "each was shown to whoever was near"
    assert ann.play.ending is bob.play.ending is None
    assert ann.compared > 60
    assert ann.joined.mirror.mismatches == 0
    stage.close()
