"""What a server may make our client hold: at, below and above each limit. Everything else a server says is fuzzed."""

import itertools
from collections.abc import Callable

import pytest

from ecs.movement.step import Body, Motion, step
from ecs.world import World
from game.tag import TAG
from net.client import prediction as prediction_module
from net.client.client_session import MAX_UNREAD, MOST_REASON, ClientSession, Ending
from net.client.controls import Controls
from net.conditioner.link import Conditions
from net.replication import mirror as mirror_module
from net.replication.mirror import Mirror
from net.replication.publisher import quiet_ticks
from net.wire.codec import MAX_TICK, decode_from_client, decode_from_server, encode
from net.wire.errors import RemoteProtocolError
from net.wire.framing import Deframer, frame
from net.wire.messages import VERSION, EntityRow, Frame, Pong, Refusal, Refused, Section, Snapshot, Steer, Welcome
from tests.fuzz.server_stage import HALL
from tests.harness import Clock, Stage

REGISTRY = TAG.registry()


class Pipe:
    name = "hostile"
    unsent = 0

    def __init__(self) -> None:
        self.said = bytearray()

    def write(self, data: bytes) -> bool:
        self.said += data
        return True

    def close(self) -> None: ...


def welcomed() -> ClientSession:
    play = ClientSession(TAG, "Ann", 1, Controls(), Clock())
    play.attach(Pipe())
    play.received(frame(encode(Welcome(1, 0, 60, 2, 0, HALL.rows, "t"))))
    assert play.joined is not None
    return play


@pytest.mark.parametrize(("size", "ends"), [(MAX_UNREAD - 1, False), (MAX_UNREAD, False), (MAX_UNREAD + 1, True)])
def test_so_many_bytes_may_come_between_two_updates(size: int, ends: bool) -> None:
    play = welcomed()
    play.update()
    play.received(bytes([0, 15, 0, 0]))  # a message of nearly a megabyte begins, and never ends
    play._unread = size - 1
    play.received(b"x")
    assert (play.ending is Ending.LOST) is ends
    assert ("bytes at once" in play.reason) is ends
    play.world.close()


def test_an_update_makes_room_for_more() -> None:
    play = welcomed()
    for _ in range(3):
        play._unread = MAX_UNREAD - 100
        play.update()
    play.received(frame(encode(Snapshot(1, (), ((0, ()),)))))
    assert play.ending is None
    play.world.close()


@pytest.mark.parametrize("more", [-1, 0, 1])
def test_so_many_entities_and_no_more_in_a_snapshot_and_by_frames(more: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mirror_module, "MAX_ENTITIES", 10)
    rows: tuple[EntityRow, ...] = tuple((net_id, ()) for net_id in range(1, 11 + more))
    for by_frames in (False, True):
        play = welcomed()
        assert play.joined is not None
        mirror: Mirror = play.joined.mirror
        world: World = play.world
        with world:
            mirror.show(Snapshot(1, (), ((0, rows[:5] if by_frames else rows[:10]),)))
            if more <= 0 and not by_frames:
                assert len(world) == 10 + more
            last = Section(0, spawned=list(rows[5:] if by_frames else rows[10:]))
            if more > 0:
                with pytest.raises(RemoteProtocolError, match="more than 10 entities"):
                    mirror.advance(Frame(2, (last,)))
            else:
                mirror.advance(Frame(2, (last,)))
                assert len(world) == 10 + more
        world.close()
    if more > 0:
        play = welcomed()
        assert play.joined is not None
        with play.world, pytest.raises(RemoteProtocolError, match="more than 10 entities"):
            play.joined.mirror.show(Snapshot(1, (), ((0, rows),)))
        play.world.close()


def test_a_player_of_ours_that_lacks_what_players_have_ends_the_stay_and_raises_nothing() -> None:
    play = welcomed()
    play.received(frame(encode(Snapshot(1, (), ((0, ((1, ((0, (600, 600)),)),)),)))))
    play.update()
    assert play.ending is Ending.LOST
    assert "has not all that a player has" in play.reason
    play.world.close()


def crowd(many: int, x: int = 600, y: int = 600, side: int = 448) -> tuple[EntityRow, ...]:
    return tuple(
        (net_id, ((0, (x, y)), (1, (0, 0)), (2, (side, side)), (3, (0, 0, 0)), (4, (0,))))
        for net_id in range(1, many + 1)
    )


def entered(
    tick_rate: int = 60,
    frame_ticks: int = 2,
    cell_tiles: int = 0,
    rows: tuple[str, ...] = HALL.rows,
    pipe: Pipe | None = None,
) -> ClientSession:
    clock = Clock()
    play = ClientSession(TAG, "Ann", 1, Controls(), clock)
    play.attach(pipe or Pipe())
    play.received(frame(encode(Welcome(1, 0, tick_rate, frame_ticks, cell_tiles, rows, "t"))))
    return play


@pytest.mark.parametrize(("ticks", "ends"), [(60, False), (61, True), (10_000, True)])
def test_a_frame_is_at_most_a_second_of_ticks_after_the_one_before(ticks: int, ends: bool) -> None:
    play = entered()
    play.received(frame(encode(Snapshot(1, (), ((0, crowd(1)),)))) + frame(encode(Frame(1 + ticks, ()))))
    play.update()
    assert (play.ending is Ending.LOST) is ends, play.reason
    assert ("a frame of tick" in play.reason) is ends
    play.world.close()


@pytest.mark.parametrize(("tick_rate", "frame_ticks", "ends"), [(1, 1, False), (1, 2, True), (60, 1000, True)])
def test_frames_come_once_a_second_at_least(tick_rate: int, frame_ticks: int, ends: bool) -> None:
    play = entered(tick_rate, frame_ticks)
    assert (play.ending is Ending.LOST) is ends
    play.world.close()


@pytest.mark.parametrize("tick_rate", [60, 240, 1000])
def test_the_faster_the_ticks_the_fewer_entities_a_server_may_have_us_hold(tick_rate: int) -> None:
    most = min(mirror_module.MAX_ENTITIES, mirror_module.MAX_STEPS_PER_SECOND // tick_rate)
    for many, ends in ((most, False), (most + 1, True)):
        play = entered(tick_rate)
        rows: tuple[EntityRow, ...] = tuple((net_id, ()) for net_id in range(2, many + 2))
        play.received(frame(encode(Snapshot(1, (), ((0, rows),)))))
        play.update()
        assert (play.ending is Ending.LOST) is ends, play.reason
        play.world.close()


def test_a_heap_that_no_server_could_set_apart_ends_the_stay_and_one_of_a_rule_does_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(mirror_module, "MAX_EFFORT", 3_000_000)
    for many, ends in ((100, False), (500, True)):
        play = entered()
        play.received(frame(encode(Snapshot(1, (), ((0, crowd(many)),)))) + frame(encode(Frame(3, ()))))
        play.update()
        assert (play.ending is Ending.LOST) is ends, play.reason
        assert ("too many bodies in one place" in play.reason) is ends
        play.world.close()


def test_cells_that_are_not_there_and_too_many_end_the_stay() -> None:
    floor = ("#" * 102, *["#" + "." * 100 + "#"] * 100, "#" * 102)
    many = mirror_module.MAX_CELLS
    for cells, ends in ((range(many), False), (range(many + 1), True), ([102 * 102], False), ([102 * 102 + 1], True)):
        play = entered(cell_tiles=1, rows=floor)
        play.received(frame(encode(Snapshot(1, (), tuple((cell, ()) for cell in cells)))))
        play.update()
        assert (play.ending is Ending.LOST) is ends, play.reason
        play.world.close()


def test_what_is_kept_of_the_past_and_guessed_of_the_future_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("net.client.timeline.MAX_PLACES", 1000)
    monkeypatch.setattr("net.client.timeline.MAX_GUESSED", 500)
    play = entered()
    assert play.joined is not None
    assert play.joined.interpolation is not None
    timeline = play.joined.interpolation.timeline
    signs: tuple[EntityRow, ...] = tuple((net_id, ((0, (600, 600)),)) for net_id in range(2, 101))
    play.received(frame(encode(Snapshot(1, (), ((0, crowd(1) + signs),)))))
    for tick in range(2, 200, 7):
        row = (1, 600, 600, 0, 0, 2)
        play.received(frame(encode(Frame(tick, (Section(0, bodies=[row, row]),)))))
        play.update()
        assert sum(map(len, timeline._past.values())) <= 1000
        assert timeline._kept == sum(map(len, timeline._past.values()))
        assert len(timeline._past) >= min(tick, 10)
    with play.world:
        timeline.around(10_000.0)
        assert len(timeline._guesses) == 5
    assert play.ending is None, play.reason
    play.world.close()


def test_a_guess_of_a_heap_stands_still_where_it_would_take_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("net.client.timeline.MAX_GUESS_EFFORT", 1000)
    play = entered()
    assert play.joined is not None
    assert play.joined.interpolation is not None
    play.received(frame(encode(Snapshot(1, (), ((0, crowd(40)),)))))
    play.update()
    with play.world:
        before, after, _ = play.joined.interpolation.timeline.around(20.5)
        assert before == after == dict.fromkeys(range(1, 41), (600, 600))
    play.world.close()


def test_however_much_a_server_says_at_once_the_window_has_its_turn_between() -> None:
    ticking = itertools.count(0, 0.03)
    play = entered()
    assert play.joined is not None
    play.joined.incoming._clock = lambda: next(ticking)
    play.received(frame(encode(Snapshot(1, (), ((0, crowd(1)),)))))
    play.received(b"".join(frame(encode(Frame(tick, ()))) for tick in range(2, 20)))
    unread, updates = play._unread, 0
    while play.joined.incoming.inbox:
        play.update()
        updates += 1
        assert play._unread == (unread if play.joined.incoming.inbox else 0), "what waits still counts"
    assert updates > 4
    assert play.joined.mirror.tick == 19
    play.world.close()


def test_a_pong_that_answers_no_ping_is_ignored() -> None:
    play = entered()
    assert play.joined is not None
    play.received(frame(encode(Pong(0, 0, 0))))
    assert not play.joined.clock.synced
    play.update()
    play.received(frame(encode(Pong(0, 500, 500))) * 100)
    assert play.joined.clock.synced
    assert len(play.joined.clock._pings) == 1
    play.world.close()


def test_a_cell_is_checked_once_in_a_frame_however_many_sections_it_has(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[int] = []

    def count(rows: object) -> int:
        looked.append(1)
        return 7

    monkeypatch.setattr(mirror_module, "checksum", count)
    play = entered()
    assert play.joined is not None
    play.received(frame(encode(Snapshot(1, (), ((0, crowd(1)),)))))
    play.received(frame(encode(Frame(2, tuple(Section(0, checksum=7) for _ in range(500))))))
    play.update()
    assert (len(looked), play.joined.mirror.checks, play.joined.mirror.mismatches) == (1, 500, 0)
    play.world.close()


@pytest.mark.parametrize(("tick_rate", "send_rate"), [(60, 30), (60, 1), (10, 10)])
def test_no_honest_server_comes_near_to_these_bounds_though_it_is_overloaded_or_suspended(
    tick_rate: int, send_rate: int
) -> None:
    stage = Stage(tick_rate=tick_rate, send_rate=send_rate)
    ann, bob = stage.join("Ann"), stage.join("Bob", Conditions(latency=0.05))
    stage.run(2 * tick_rate)
    gaps: list[int] = []
    for player in (ann, bob):
        took = player.joined.incoming.took

        def note(since: int, told: Frame, took: Callable[[int, Frame], None] = took) -> None:
            gaps.append(told.tick - since)
            took(since, told)

        player.joined.incoming.took = note
    for ticks, given_up in ((tick_rate // 3, False), (4 * tick_rate, True)):
        stage.hiccup(ticks, given_up)
        stage.run(tick_rate)
    for tick in range(4 * tick_rate):  # so late that it writes several frames at once
        bob.controls.steer(tick // 20 % 9)
        stage.clock.time += 1 / tick_rate
        stage.deliver()
        stage.simulation.advance(stage.clock.time - 0.3)
        with stage.simulation.world:
            stage.history[stage.simulation.tick] = stage.registry.describe_all(stage.simulation.world)
        stage.deliver()
        ann.update()
        bob.update()
    assert ann.play.ending is bob.play.ending is None, (ann.play.reason, bob.play.reason)
    assert len(gaps) > 10
    assert max(gaps) <= max(tick_rate // send_rate, quiet_ticks(tick_rate)) <= tick_rate
    stage.close()


def test_of_a_schema_without_end_the_beginning_is_read() -> None:
    play = ClientSession(TAG, "Ann", 1, Controls(), Clock())
    play.attach(Pipe())
    lines = tuple(f"Component{number}(x: int)" for number in range(20_000))
    play.received(frame(encode(Refused(Refusal.SCHEMA, VERSION, "no", lines))))
    assert play.ending is Ending.IMPOSSIBLE
    assert "the server has Component0(x: int)" in play.reason
    assert len(play.reason) == MOST_REASON
    play.world.close()


NESTS = (0x91, 0x92, 0x93, 0x97, 0x9A)  # arrays of so many, of which the last one is another


@pytest.mark.parametrize("tag", range(21))
def test_what_is_nested_deeper_than_python_goes_is_a_fault_of_the_peer_alone(tag: int) -> None:
    for decode, depth in ((decode_from_server, 1020), (decode_from_client, 460)):
        for before in range(10):
            for nest in NESTS:
                nested = bytes([nest, *[0] * (nest - 0x91)]) * (depth * 2 // (nest - 0x8F)) + b"\xc0"
                payload = bytes([0x92 + before, tag, *[0] * before]) + nested
                with pytest.raises(RemoteProtocolError):
                    decode(payload)


def test_a_server_whose_ticks_are_nearly_counted_out_is_played_and_one_beyond_is_left() -> None:
    last = mirror_module.LAST_TICK
    for tick, ends in ((last - 40, False), (last + 1, True)):
        pipe = Pipe()
        play = entered(tick_rate=1000, pipe=pipe)
        clock = play._now
        assert isinstance(clock, Clock)
        play.received(frame(encode(Snapshot(tick, (), ((0, crowd(1)),)))))
        play.update()
        play.received(frame(encode(Pong(0, 1000 * MAX_TICK, 1000 * MAX_TICK))))
        for turn in range(40):
            play._controls.steer(turn % 9)
            clock.time += 0.2
            if play.ending is None:
                play.received(frame(encode(Frame(tick + 1 + turn, ()))))
            play.update()
        assert (play.ending is Ending.LOST) is ends, play.reason
        assert ("no server counts so far" in play.reason) is ends
        said = map(decode_from_client, Deframer(512).feed(bytes(pipe.said)))
        steered = [message.tick for message in said if isinstance(message, Steer)]
        assert ends or last + 2500 < max(steered) <= MAX_TICK
        play.world.close()


@pytest.mark.parametrize(("token", "ends"), [("8d" * 16, False), ("8d" * 16 + "8", True), ("é" * 16, True)])
def test_a_token_that_a_hello_could_not_carry_back_ends_the_stay(token: str, ends: bool) -> None:
    play = ClientSession(TAG, "\U0001f600" * 16, 1, Controls(), Clock())
    play.attach(Pipe())
    play.received(frame(encode(Welcome(1, 0, 60, 2, 0, HALL.rows, token))))
    assert (play.ending is Ending.LOST) is ends
    again = ClientSession(TAG, "\U0001f600" * 16, 1, Controls(), Clock(), token=play.token)
    again.attach(Pipe())
    assert again.ending is None
    for each in (play, again):
        each.world.close()


def test_a_snapshot_of_more_entities_than_a_message_may_have_rows_is_not_even_looked_through() -> None:
    row = b"\x92\x01\x90"
    cell = b"\x92\x00\xdc\x80\x00" + row * 0x8000
    decode_from_server(b"\x94\x07\x01\x90\x92" + cell * 2)
    with pytest.raises(RemoteProtocolError, match="more than 65536 entities"):
        decode_from_server(b"\x94\x07\x01\x90\x93" + cell * 2 + b"\x92\x00\x91" + row)


def test_pushes_of_too_many_are_not_spread_over_the_ticks_of_a_frame(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("net.client.timeline.MAX_SMOOTHED", 100)
    for many, smooth in ((10, True), (11, False)):
        play = entered()
        assert play.joined is not None
        assert play.joined.interpolation is not None
        past = play.joined.interpolation.timeline._past
        signs: tuple[EntityRow, ...] = tuple((net_id, ((0, (600, 600)), (1, (0, 0)))) for net_id in range(2, many + 2))
        pushed = [(net_id, 700, 600, 0, 0, 1) for net_id in range(2, many + 2)]
        play.received(frame(encode(Snapshot(1, (), ((0, crowd(1) + signs),)))))
        play.received(frame(encode(Frame(11, (Section(0, bodies=pushed),)))))
        play.update()
        assert past[11][2] == (700, 600)
        assert past[6][2] == ((650, 600) if smooth else (600, 600))
        play.world.close()


def test_however_far_ahead_a_server_makes_us_run_those_around_us_are_predicted_for_a_while_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    steps: list[int] = []
    every_step = step

    def counted(body: Body, direction: int, motion: Motion, action: int = 0) -> Body:
        steps.append(1)
        return every_step(body, direction, motion)

    monkeypatch.setattr(prediction_module, "step", counted)
    play = entered(tick_rate=1000)
    clock = play._now
    assert isinstance(clock, Clock)
    play.received(frame(encode(Snapshot(1, (), ((0, crowd(12)),)))))
    play.update()
    play.received(frame(encode(Pong(0, 1 << 40, 1 << 40))))
    for tick in (2, 3, 4):
        clock.time += 0.02
        play.received(frame(encode(Frame(tick, ()))))
        steps.clear()
        play.update()
    assert 3000 < len(steps) < 3100 + 9 * prediction_module.MAX_AROUND_TICKS
    play.world.close()
