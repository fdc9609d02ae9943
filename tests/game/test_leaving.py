"""Who leaves is gone: at once after a goodbye; greyed and then gone when the connection or the link is lost."""

import logging

import esper
import pytest

from ecs.components import NetID
from net.components import Away
from net.conditioner.link import Conditions
from net.defaults import HOLD_SECONDS
from net.server.network_system import BEHIND_SECONDS, GREETING_SECONDS
from net.wire.messages import VERSION, Goodbye, Hello, Ping
from tests.harness import Player, Stage, Stranger, Walker


def seen_by(player: Player) -> set[int]:
    with player.play.world as world:
        return set(world.net_ids())


def away_for(player: Player) -> set[int]:
    """Whom a player sees greyed."""
    with player.play.world:
        return {net_id.id for _, (net_id, _) in esper.get_components(NetID, Away)}


def three(stage: Stage) -> list[Player]:
    players = [stage.join(name, Conditions(latency=0.03)) for name in ("Ann", "Bob", "Cid")]
    stage.settle()
    assert all(len(seen_by(player)) == 3 for player in players)
    return players


def test_who_says_goodbye_disappears_at_once_for_everybody() -> None:
    stage = Stage()
    ann, bob, cid = three(stage)
    gone = cid.net_id
    cid.play.leave()
    stage.run(2 + 2 + 4)  # the goodbye's way, up to the next frame, and its way
    for player in (ann, bob):
        assert seen_by(player) == {ann.net_id, bob.net_id}
        assert gone not in seen_by(player)
    assert len(stage.simulation.seats) == 2


def test_whose_process_is_killed_is_greyed_with_its_socket_and_disappears_when_the_hold_ends() -> None:
    stage = Stage()
    ann, bob, cid = three(stage)
    cid.updating = False
    cid.far.lose("the connection was reset")
    stage.run(2 + 4)
    assert away_for(ann) == away_for(bob) == {cid.net_id}
    stage.run(round(HOLD_SECONDS * 60) - 2 - 4 - 2)
    assert seen_by(ann) == seen_by(bob) == {ann.net_id, bob.net_id, cid.net_id}
    assert away_for(ann) == {cid.net_id}
    stage.run(2 + 2 + 4)
    assert seen_by(ann) == seen_by(bob) == {ann.net_id, bob.net_id}
    assert len(stage.simulation.seats) == 2


def test_whose_process_is_killed_disappears_with_its_socket_where_no_seat_is_held(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    stage = Stage(hold_seconds=0)
    ann, bob, cid = three(stage)
    cid.updating = False
    cid.far.lose("the connection was reset")
    stage.run(2 + 4)
    assert seen_by(ann) == seen_by(bob) == {ann.net_id, bob.net_id}
    assert len(stage.simulation.seats) == 2
    lines = [record.getMessage() for record in caplog.records]
    assert f"leave: 'Cid' ({cid.net_id}) from link, the connection was reset" in lines
    assert not any("away:" in line for line in lines)


def test_whose_network_is_gone_is_greyed_after_the_configured_silence_and_disappears_when_the_hold_ends() -> None:
    stage = Stage(silence_seconds=2.0, hold_seconds=3.0)
    ann, bob, cid = three(stage)
    cid.updating = False  # says nothing any more, and nobody closes anything
    stage.run(2 * 60 - 20)
    assert away_for(ann) == set()
    stage.run(40)
    assert away_for(ann) == away_for(bob) == {cid.net_id}
    assert len(seen_by(ann)) == 3
    stage.run(3 * 60 - 40)
    assert len(seen_by(ann)) == 3
    stage.run(40)
    assert seen_by(ann) == seen_by(bob) == {ann.net_id, bob.net_id}
    stage.run(1200)
    assert seen_by(ann) == {ann.net_id, bob.net_id}, "and nobody else is dropped for it"
    assert away_for(ann) == set()


def test_whose_network_is_gone_disappears_after_the_configured_silence_where_no_seat_is_held() -> None:
    stage = Stage(silence_seconds=2.0, hold_seconds=0)
    ann, bob, cid = three(stage)
    cid.updating = False  # says nothing any more, and nobody closes anything
    stage.run(2 * 60 - 20)
    assert len(seen_by(ann)) == 3
    stage.run(40)
    assert seen_by(ann) == seen_by(bob) == {ann.net_id, bob.net_id}
    stage.run(1200)
    assert seen_by(ann) == {ann.net_id, bob.net_id}, "and nobody else is dropped for it"


def test_everybody_leaving_in_the_same_tick_leaves_an_empty_world_that_goes_on() -> None:
    stage = Stage()
    players = three(stage)
    for player in players:
        player.play.leave()
    stage.run(10)
    with stage.simulation.world as world:
        assert len(world) == 0
    dan = stage.join("Dan")
    stage.settle()
    assert seen_by(dan) == {dan.net_id}


def test_somebody_who_is_gone_in_the_middle_of_joining_leaves_no_trace() -> None:
    stage = Stage()
    eve = stage.join("Eve", Conditions(latency=0.1))
    stage.run(7)  # the hello has come, the welcome has not
    assert len(stage.simulation.seats) == 1
    eve.far.lose("the connection was reset")
    mute = Stranger(stage)
    stage.run(10)
    mute.far.lose("the connection was reset")
    stage.run(10)
    assert len(stage.simulation.seats) == 0
    with stage.simulation.world as world:
        assert len(world) == 0


def test_who_never_says_hello_is_shown_out() -> None:
    stage = Stage()
    mute = Stranger(stage)
    stage.run(round(GREETING_SECONDS * 60) - 5)
    assert mute.ended is None
    stage.run(15)
    assert mute.ended is not None


def test_a_slow_reader_costs_no_memory_and_nobody_else_anything_and_comes_back_by_one_snapshot() -> None:
    stage = Stage(max_unsent=1000)
    slow = stage.join("Slow", Conditions(buffer=2000))
    others = [stage.join(f"P{n}") for n in range(6)]
    stage.settle()
    walkers = [Walker(player, n, mean_ticks=1.0) for n, player in enumerate(others)]
    slow.near.reading = False
    most, mine, compared = 0, slow.net_id, [player.compared for player in others]

    def each(tick: int) -> None:
        nonlocal most
        most = max(most, slow.far.unsent)
        for walker in walkers:
            walker(tick)

    stage.run(280, each)
    assert 1000 < most < 1000 + 400, "it stops at the limit plus the frame that went past it"
    for player, before in zip(others, compared, strict=True):
        assert player.compared - before > 100
        assert player.joined.mirror.mismatches == 0

    slow.near.reading = True
    compared_before = slow.compared
    stage.run(120, each)
    assert slow.net_id == mine
    assert slow.compared > compared_before + 20
    assert slow.joined.mirror.mismatches == 0
    assert slow.held() == stage.history[slow.joined.mirror.tick]


def test_who_takes_nothing_for_too_long_is_disconnected_though_it_talks() -> None:
    stage = Stage(max_unsent=1000)
    bob = stage.join("Bob")
    stage.settle()
    stranger = Stranger(stage, Conditions(buffer=2000))
    stranger.say(Hello(VERSION, stage.registry.schema_hash, "Mallory", 0))
    stage.run(4)
    stranger.near.reading = False
    walker = Walker(bob, 1, mean_ticks=2.0)

    def talk(tick: int) -> None:
        walker(tick)
        if tick % 30 == 0:
            stranger.say(Ping(tick))

    # It takes a while to fill the buffers of one who only looks on: only then the deadline begins.
    for _ in range(60):
        stage.run(60, talk)
        if stranger.session.behind_since is not None:
            break
    assert len(stage.simulation.seats) == 2
    stage.run(round(BEHIND_SECONDS * 60) - 120, talk)
    assert len(stage.simulation.seats) == 2
    stage.run(240, talk)
    assert len(stage.simulation.seats) == 1
    assert bob.joined.mirror.mismatches == 0


def test_a_server_that_closes_tells_everybody() -> None:
    stage = Stage()
    ann, bob, cid = three(stage)
    stranger = Stranger(stage)
    stage.run(1)
    stage.simulation.network.close("the server is closing")
    stage.run(5)
    assert {player.play.reason for player in (ann, bob, cid)} == {"the server is closing"}
    assert stranger.told == [Goodbye("the server is closing")]
