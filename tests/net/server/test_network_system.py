"""The server's NetworkSystem by itself: what it writes to whom, and when."""

import esper

from ecs.components import Position
from game.tag import TAG
from net.conditioner.link import Conditions
from net.wire.messages import VERSION, Frame, Hello, Ping, Pong, Resync, Snapshot, Steer, Welcome
from tests.harness import Stage, Stranger, Walker


def joined(stage: Stage, name: str = "Eve", conditions: Conditions | None = None) -> Stranger:
    stranger = Stranger(stage, conditions or Conditions())
    stranger.say(Hello(VERSION, TAG.registry().schema_hash, name, 0x00FF00))
    stage.run(3)
    assert isinstance(stranger.told[0], Welcome)
    return stranger


def test_a_welcome_is_followed_by_one_snapshot_and_then_by_frames_of_even_ticks() -> None:
    stage = Stage()
    eve = joined(stage)
    stage.run(60)
    welcome, snapshot, *frames = eve.told
    assert isinstance(welcome, Welcome)
    assert isinstance(snapshot, Snapshot)
    assert (welcome.tick_rate, welcome.frame_ticks, welcome.arena) == (60, 2, stage.settings.arena.rows)
    assert [net_id for net_id, _ in snapshot.entities] == [welcome.net_id]
    ticks = [frame.tick for frame in frames if isinstance(frame, Frame)]
    assert len(ticks) == len(frames) >= 3
    assert ticks == sorted(ticks)
    assert all(tick % 2 == 0 for tick in ticks)


def test_everybody_gets_the_same_bytes() -> None:
    stage = Stage()
    players = [stage.join(name) for name in ("Ann", "Bob", "Cid")]
    stage.settle()
    walker = Walker(players[0], 1)
    for player in players:
        player.tap.data.clear()
    stage.run(300, walker)
    assert bytes(players[1].tap.data) == bytes(players[2].tap.data)
    assert len(players[1].tap.data) > 300


def test_an_intent_is_applied_at_its_tick_and_told_with_it() -> None:
    stage = Stage()
    eve = joined(stage)
    at = stage.simulation.tick + 7
    eve.say(Steer(at, 3))
    stage.run(12)
    rows = [row for message in eve.told if isinstance(message, Frame) for row in message.intents]
    assert rows == [(at, 1, 3, 0)]
    intent = stage.intent(1)
    assert (intent.direction, intent.since, intent.count) == (3, at, 1)


def test_a_late_intent_is_applied_at_once_and_two_never_in_one_tick() -> None:
    stage = Stage()
    eve = joined(stage)
    now = stage.simulation.tick
    eve.say(Steer(1, 3))
    eve.say(Steer(1, 0))
    stage.run(6)
    rows = [row for message in eve.told if isinstance(message, Frame) for row in message.intents]
    assert rows == [(now + 1, 1, 3, 0), (now + 2, 1, 0, 0)]
    with stage.simulation.world:
        assert stage.components(1)[0].x > 0


def test_a_ping_is_answered_in_the_next_frames_write_with_both_times() -> None:
    stage = Stage()
    eve = joined(stage)
    stage.run(stage.simulation.tick % 2)
    before = stage.simulation.tick
    eve.say(Ping(4711))
    stage.run(4)
    pongs = [message for message in eve.told if isinstance(message, Pong)]
    assert len(pongs) == 1
    assert pongs[0].time == 4711
    assert 1000 * before <= pongs[0].received <= pongs[0].sent <= 1000 * (before + 3)


def test_a_resync_gives_one_snapshot_a_second_however_often_it_is_asked_for() -> None:
    stage = Stage()
    eve = joined(stage)
    eve.told.clear()
    stage.run(120, lambda tick: eve.say(Resync(tick)))
    assert 2 <= sum(isinstance(message, Snapshot) for message in eve.told) <= 3


def test_who_is_told_of_an_entity_is_told_its_place_at_the_frames_tick() -> None:
    stage = Stage()
    eve = joined(stage)
    ann = stage.join("Ann")
    stage.run(6)
    spawned = [row for message in eve.told if isinstance(message, Frame) for row in message.spawned]
    assert [net_id for net_id, _ in spawned] == [ann.net_id]
    with stage.simulation.world as world:
        entity = world.entity(ann.net_id)
        assert entity is not None
        position = esper.component_for_entity(entity, Position)
        assert dict(spawned[0][1])[0] == (position.x, position.y)


def test_at_a_lower_send_rate_there_are_fewer_frames_and_the_mirror_is_as_exact() -> None:
    stage = Stage(send_rate=10)
    ann, bob = stage.join("Ann"), stage.join("Bob", Conditions(latency=0.05))
    stage.settle()
    frames = bob.play.traffic.frames
    stage.run(300, Walker(ann, 2, mean_ticks=3.0))
    assert 30 <= bob.play.traffic.frames - frames <= 51
    assert bob.compared > 40
    assert bob.joined.mirror.mismatches == 0


def test_other_tick_rates_work_as_well() -> None:
    stage = Stage(tick_rate=20, send_rate=10)
    ann, bob = stage.join("Ann"), stage.join("Bob")
    stage.run(200)
    stage.run(100, Walker(ann, 2))
    assert ann.joined.tick_rate == 20
    assert bob.joined.mirror.mismatches == 0
    assert bob.compared > 30
