"""The invariants of the design, as properties over random networks, people and times of joining."""

import logging

import esper
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from ecs.arena import TILE
from ecs.components import Position, Size, Velocity
from ecs.movement.step import DIRECTIONS
from net.client.corrections import Cause
from net.conditioner.link import PERFECT, Conditions
from net.wire.codec import decode_from_server
from net.wire.framing import Deframer
from net.wire.messages import Frame, FromServer, Pong, Snapshot
from tests.harness import HALL, Player, Stage, Walker

EAST = DIRECTIONS.index((1, 0))

networks = st.builds(
    Conditions,
    latency=st.floats(0, 0.3),
    jitter=st.floats(0, 0.1),
    stall=st.floats(0, 0.6),
    stall_every=st.integers(20, 100),
    largest_chunk=st.sampled_from([0, 1, 5, 40]),
)


def heard(player: Player) -> list[FromServer]:
    """Everything that a player was told."""
    return [decode_from_server(payload) for payload in Deframer(1 << 20).feed(bytes(player.tap.data))]


def test_mirror_each_client_holds_the_servers_world_to_the_bit() -> None:
    met: set[tuple[str, object]] = set()

    @settings(derandomize=True, deadline=None, max_examples=9, phases=[Phase.generate])  # to shrink takes minutes
    @given(st.lists(networks, min_size=2, max_size=4), st.integers(0, 1000), st.integers(5, 200))
    def match(conditions: list[Conditions], seed: int, apart: int) -> None:
        mirrors_are_exact(conditions, seed, apart)
        met.add(("people", len(conditions)))
        for network in conditions:
            met.update({("chunks", network.largest_chunk), ("stalls", network.stall > 0.1)})
            met.update({("jitter", network.jitter > 0.02), ("latency", network.latency > 0.1)})

    match()
    assert {kind for name, kind in met if name == "chunks"} == {0, 1, 5, 40}, "all kinds of networks were among them"
    assert {kind for name, kind in met if name == "people"} == {2, 3, 4}
    assert met >= {(name, bad) for name in ("stalls", "jitter", "latency") for bad in (False, True)}


def mirrors_are_exact(conditions: list[Conditions], seed: int, apart: int) -> None:
    """A match of people who come one after the other, each on a network of their own."""
    stage = Stage(seed=seed)
    walkers: list[Walker] = []

    def walk(tick: int) -> None:
        for walker in walkers:
            walker(tick)

    for n, network in enumerate(conditions):  # one after the other, into a world that is under way
        player = stage.join(f"P{n}", network, seed + n)
        walkers.append(Walker(player, seed + n))
        stage.run(apart, walk)
    stage.run(200, walk)
    stage.players[0].play.leave()
    stage.run(120, walk)
    for walker in walkers:
        walker.player.controls.steer(0)
    stage.run(150)  # and after quiet everybody holds the same, whatever happened before

    for player in stage.players[1:]:
        assert player.play.ending is None
        assert player.joined.mirror.mismatches == 0
        assert player.play.causes[Cause.UNEXPLAINED] == 0
        assert player.held() == stage.history[player.joined.mirror.tick]
        assert player.joined.mirror.tick > stage.simulation.tick - 120  # the worst network is a second late
    # Liveness: mirrors were compared, checksums were sent, people turned, the world is not where it began.
    assert all(player.compared > 50 for player in stage.players[1:])
    assert (
        sum(isinstance(m, Frame) and any(s.checksum is not None for s in m.sections) for m in heard(stage.players[1]))
        >= 3
    )
    assert sum(walker.turns for walker in walkers) > 20
    first, last = stage.history[apart], stage.history[stage.simulation.tick]
    assert first != last
    stage.close()


def test_a_mismatch_is_logged_with_its_tick_and_healed_by_a_snapshot(caplog: pytest.LogCaptureFixture) -> None:
    stage = Stage()
    ann, bob = stage.join("Ann", Conditions(latency=0.05)), stage.join("Bob")
    stage.settle()
    exact = ann.joined.mirror.ticked
    ann.joined.mirror.ticked = lambda tick: None  # this time it may differ
    with ann.play.world as world:
        entity = world.entity(bob.net_id)
        assert entity is not None
        esper.component_for_entity(entity, Position).x += 1  # a bit flips
    caplog.clear()
    stage.run(130)
    assert ann.joined.mirror.mismatches == 1
    assert bob.joined.mirror.mismatches == 0
    logged = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert any("mirror differs from the server as of tick" in line for line in logged)
    assert any("sending a snapshot" in line and "'Ann'" in line for line in logged)
    assert ann.held() == stage.history[ann.joined.mirror.tick]
    ann.joined.mirror.ticked = exact
    compared = ann.compared
    stage.run(120, Walker(bob, 1))
    assert ann.compared > compared
    assert ann.joined.mirror.mismatches == 1
    assert sum(isinstance(message, Snapshot) for message in heard(ann)) == 2


def bytes_while_all_run(people: int) -> int:
    """What one of so many players is told in two seconds in which all of them run steadily."""
    stage = Stage(HALL, max_players=64)
    players = [stage.join(f"P{n}") for n in range(people)]
    stage.settle(60)
    for row, player in enumerate(players):  # each in a row of its own, at the west end
        stage.place(player.net_id, TILE + 32, (1 + row) * TILE + 32)
    stage.run(20)
    for player in players:
        player.controls.steer(EAST)
    stage.run(20)
    start = {player.net_id: stage.at(player.net_id)[0] for player in players}
    for player in players:
        player.tap.data.clear()
    stage.run(120)
    moved = [stage.at(player.net_id)[0] - start[player.net_id] for player in players]
    assert all(distance > 120 * 60 for distance in moved), "all of them were on their way all the time"
    told = heard(players[0])
    frames = [message for message in told if isinstance(message, Frame)]
    assert len(frames) + sum(isinstance(message, Pong) for message in told) == len(told)
    for frame in frames:
        assert [frame.intents, frame.bodies, frame.gone, frame.spawned, frame.changed] == [[]] * 5
    assert 7 <= len(frames) <= 9
    causes = [correction.cause for player in players for correction in player.corrections]
    assert causes == [Cause.RULES] * people, "each was placed once, and that was all"
    return len(players[0].tap.data)


def test_silence_costs_no_bytes_however_many_move() -> None:
    quiet = bytes_while_all_run(2)
    assert quiet == bytes_while_all_run(12)
    assert quiet < 2 * 120, "four quiet frames and two pongs a second"


def test_standing_people_cost_no_bytes_either() -> None:
    stage = Stage(max_players=64)
    players = [stage.join(f"P{n}") for n in range(12)]
    stage.settle(60)
    players[0].tap.data.clear()
    stage.run(60)
    assert 3 <= sum(isinstance(message, Frame) for message in heard(players[0])) <= 5
    assert len(players[0].tap.data) < 240


def test_late_joiners_see_what_veterans_see_also_when_somebody_holds_a_key() -> None:
    stage = Stage()
    ann = stage.join("Ann")
    stage.settle()
    ann.controls.steer(EAST)
    stage.run(7)
    late = [stage.join(f"Late {n}", PERFECT) for n in range(2)]  # in the same instant
    stage.run(60)
    assert late[0].net_id != late[1].net_id
    for player in late:
        assert player.held() == ann.held()
        assert player.compared > 10
        assert isinstance(next(m for m in heard(player) if not isinstance(m, Pong)), type(heard(ann)[0]))
    assert stage.intent(ann.net_id).direction == EAST


def test_the_same_seed_and_intents_give_the_same_bytes() -> None:
    def match(seed: int) -> bytes:
        stage = Stage(seed=seed)
        players = [stage.join(f"P{n}", Conditions(latency=0.04, jitter=0.02), seed=n) for n in range(3)]
        walkers = [Walker(player, n) for n, player in enumerate(players)]
        for _ in range(600):
            for walker in walkers:
                walker(stage.simulation.tick)
            stage.run(1)
        stage.close()
        return bytes(players[0].tap.data)

    first = match(1)
    assert first == match(1)
    assert first != match(2)
    assert len(first) > 2000


def test_only_integers_enter_the_simulation() -> None:
    stage = Stage()
    players = [stage.join(f"P{n}", Conditions(latency=0.07, jitter=0.03), seed=n) for n in range(3)]
    walkers = [Walker(player, n) for n, player in enumerate(players)]
    stage.settle()
    for _ in range(300):
        for walker in walkers:
            walker(stage.simulation.tick)
        stage.run(1)
    seen = 0
    for world in (stage.simulation.world, *(player.play.world for player in players)):
        with world:
            for _, (position, velocity, size) in esper.get_components(Position, Velocity, Size):
                values = (position.x, position.y, velocity.x, velocity.y, size.w, size.h)
                assert [type(value) for value in values] == [int] * 6
                seen += 1
    assert seen == 4 * 3


def test_who_says_hello_and_is_lost_within_a_tick_is_never_mentioned() -> None:
    stage = Stage()
    ann = stage.join("Ann")
    stage.settle()
    ann.tap.data.clear()
    ghost = stage.join("Ghost")
    stage.players.remove(ghost)
    ghost.far.deliver()  # hello comes
    ghost.far.lose("the connection was reset")
    stage.run(60)
    assert ghost.session.net_id is None
    frames = [message for message in heard(ann) if isinstance(message, Frame)]
    assert frames
    assert not any(frame.spawned or frame.gone for frame in frames)


@pytest.mark.parametrize("late", [0, 1], ids=["in a frame's tick", "between two"])
def test_who_comes_in_between_two_frames_is_told_of_at_once(late: int) -> None:
    stage = Stage()
    ann = stage.join("Ann")
    stage.settle()
    stage.run((late + stage.simulation.tick) % 2)
    ann.tap.data.clear()
    bob = stage.join("Bob")
    stage.run(1)
    came = [m for m in heard(ann) if isinstance(m, Frame) and m.spawned]
    assert [frame.tick for frame in came] == [stage.simulation.tick], "or its next collision could not be computed"
    assert came[0].spawned[0][0] == bob.net_id
