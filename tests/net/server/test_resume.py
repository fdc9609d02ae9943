"""Who loses the connection comes back into the same body, by a secret that nobody else has."""

import asyncio
import random
from dataclasses import dataclass
from typing import Any

import esper
import pytest

import net.client.connector
from ecs.components import Intent, Position
from ecs.movement.step import DIRECTIONS
from game.tag import TAG
from net.client.client_session import Ending
from net.client.connector import Connector, Phase
from net.client.corrections import Cause
from net.components import Away
from net.conditioner.link import Conditions
from net.defaults import HOLD_SECONDS
from net.io import walltime
from net.server.simulation import ServerSettings
from net.wire.codec import encode
from net.wire.framing import frame
from net.wire.messages import VERSION, Frame, Goodbye, Hello, Refusal, Refused, Snapshot, Steer, Welcome
from tests.game.live import answering, ended, frames_until, live_server, run, until
from tests.game.test_invariants import heard
from tests.game.test_leaving import away_for, three
from tests.harness import HALL, Player, Stage, Stranger, Walker

EAST = DIRECTIONS.index((1, 0))
HOLD_TICKS = round(HOLD_SECONDS * 60)


@dataclass(slots=True)
class Score:
    """Something that a player would not like to lose."""

    points: int


def cut(player: Player) -> None:
    """The connection dies, and both ends notice."""
    player.far.lose("the connection was reset")
    player.near.lose("the connection was reset")


def hello(stage: Stage, token: str = "", name: str = "Eve", color: int = 0) -> Hello:
    return Hello(VERSION, stage.registry.schema_hash, name, color, token)


def greeting(stage: Stage, token: str = "") -> Stranger:
    """A raw peer that has said Hello and heard the answer; it says nothing more by itself."""
    stranger = Stranger(stage)
    stranger.say(hello(stage, token))
    stage.run(3)
    return stranger


def welcome_of(stranger: Stranger) -> Welcome:
    welcome = stranger.told[0]
    assert isinstance(welcome, Welcome), welcome
    return welcome


def components(stage: Stage, net_id: int) -> dict[str, object]:
    """What the server has of somebody, by the components' names."""
    with stage.simulation.world as world:
        _, rows = stage.registry.describe(world, net_id)
    return {stage.registry.kind_at(index).component.__name__: values for index, values in rows}


def told_of_away(player: Player) -> list[object]:
    """What changes of Away a player was told, of anybody, in order."""
    away = TAG.registry().kind(Away).index
    frames = [message for message in heard(player) if isinstance(message, Frame)]
    return [values for frame in frames for _, index, values in frame.changed if index == away]


def test_the_right_token_gives_the_same_body_and_who_held_a_key_walks_on_at_once() -> None:
    stage = Stage(components=[Score])
    ann = stage.join("Ann", Conditions(latency=0.03))
    bob = stage.join("Bob", Conditions(latency=0.05))
    stage.settle()
    stage.place(bob.net_id, 3 * 512, 10 * 512)
    with stage.simulation.world as world:
        entity = world.entity(bob.net_id)
        assert entity is not None
        esper.add_component(entity, Score(17))
        stage.simulation.surprises.change(bob.net_id, Score)
    stage.run(60)
    bob.controls.steer(EAST)
    stage.run(30)
    own, token, count = bob.net_id, bob.play.token, stage.intent(bob.net_id).count
    before = components(stage, own)

    cut(bob)
    stage.run(60)
    assert bob.play.ending is Ending.LOST
    assert away_for(ann) == {own}
    stands = stage.at(own)
    stage.run(30)
    assert stage.at(own) == stands, "who is away stands still"
    assert (stage.intent(own).direction, stage.intent(own).count) == (0, count + 1)
    assert components(stage, own)["Score"] == (17,)

    bob.come_back()
    bob.corrections.clear()
    compared = bob.compared
    stage.run(20)  # there and back, and a clock that is good enough
    assert bob.net_id == own
    assert bob.play.token not in ("", token), "each Welcome brings another one"
    prediction = bob.joined.reconciliation.prediction
    assert prediction is not None
    assert prediction.body.x > stands[0], "the key is still held"
    assert prediction.tick > stage.simulation.tick
    stage.run(60)
    assert stage.at(own)[0] > stands[0] + 30 * 64
    assert away_for(ann) == away_for(bob) == set()
    after = components(stage, own)
    moving = {"Position", "Velocity", "Intent"}
    assert {name: after[name] for name in after if name not in moving} == {
        name: before[name] for name in before if name not in moving
    }
    assert after["Score"] == (17,)
    assert stage.intent(own).count == count + 2
    assert len(bob.corrections) <= 1, "no storm"
    assert bob.play.causes[Cause.UNEXPLAINED] == 0
    assert bob.compared - compared > 10
    assert [ann.joined.mirror.mismatches, bob.joined.mirror.mismatches] == [0, 0]
    assert ann.held() == stage.history[ann.joined.mirror.tick]


def test_name_and_colour_of_the_hello_of_who_comes_back_are_ignored() -> None:
    stage = Stage()
    ann, bob, _ = three(stage)
    before = components(stage, bob.net_id)
    cut(bob)
    stage.run(10)
    other = Stranger(stage)
    other.say(hello(stage, bob.play.token, name="", color=0xABCDEF))  # not even a possible name
    stage.run(10)
    assert welcome_of(other).net_id == bob.net_id
    after = components(stage, bob.net_id)
    assert (after["Name"], after["Color"]) == (before["Name"], before["Color"])
    assert ann.held() == stage.history[ann.joined.mirror.tick]


def test_who_comes_back_gets_one_snapshot_without_away_and_others_see_it_come_and_go() -> None:
    stage = Stage()
    ann, bob, _ = three(stage)
    own = bob.net_id
    ann.tap.data.clear()
    noticed = stage.simulation.tick
    cut(bob)
    stage.run(30)
    bob.come_back()
    stage.run(30)
    assert told_of_away(ann) == [(noticed,), None]
    snapshots = [message for message in heard(bob) if isinstance(message, Snapshot)]
    assert len(snapshots) == 1
    (components,) = [rows for net_id, rows in snapshots[0].entities if net_id == own]
    assert TAG.registry().kind(Away).index not in dict(components)


def test_who_is_lost_and_back_within_a_tick_never_was_away() -> None:
    stage = Stage()
    ann, bob, _ = three(stage)
    own = bob.net_id
    ann.tap.data.clear()
    bob.far.lose("the connection was reset")
    back = Stranger(stage)
    back.say(hello(stage, bob.play.token))
    stage.run(30)
    assert welcome_of(back).net_id == own
    assert told_of_away(ann) == []
    assert away_for(ann) == set()
    assert ann.held() == stage.history[ann.joined.mirror.tick]


@pytest.mark.parametrize("seed", range(3))
def test_mirrors_stay_exact_and_nobody_changes_bodies_however_often_connections_are_cut(seed: int) -> None:
    stage, rng = Stage(seed=seed), random.Random(seed)
    networks = [
        Conditions(latency=0.02),
        Conditions(latency=0.08, jitter=0.03),
        Conditions(latency=0.15, jitter=0.05, stall=0.3, stall_every=60, largest_chunk=7),
    ]
    players = [stage.join(f"P{n}", network, seed + n) for n, network in enumerate(networks)]
    stage.settle(180)
    walkers = [Walker(player, seed + n) for n, player in enumerate(players)]
    own = [player.net_id for player in players]
    start = [stage.at(net_id) for net_id in own]
    cuts = [0, 0, 0]
    compared = [0, 0, 0]  # since the last return
    back_at: dict[int, int] = {}

    def live(tick: int) -> None:
        for walker in walkers:
            walker(tick)
        for n, player in enumerate(players):
            if n in back_at:
                if tick >= back_at[n]:
                    del back_at[n]
                    player.come_back()
                    compared[n] = player.compared
            elif tick < last_cut and player.compared > compared[n] + 5 and rng.random() < 0.02:
                cuts[n] += 1
                back_at[n] = tick + rng.randrange(HOLD_TICKS - 60)
                # Sometimes both notice, sometimes one alone: for a server whose client does, it is only silent.
                how = rng.randrange(3)
                if how != 1:
                    player.near.lose("the connection was reset")
                if how != 2:
                    player.far.lose("the connection was reset")

    last_cut = stage.simulation.tick + 1500
    stage.run(1500 + HOLD_TICKS, live)
    for player in players:
        player.controls.steer(0)
    stage.run(200)
    assert min(cuts) >= 2
    assert [player.net_id for player in players] == own
    assert len(stage.simulation.seats) == 3
    for n, player in enumerate(players):
        assert player.play.ending is None
        assert player.compared > compared[n] + 5
        assert player.joined.mirror.mismatches == 0
        assert away_for(player) == set()
        assert player.held() == stage.history[player.joined.mirror.tick]
    assert not any(correction.cause is Cause.UNEXPLAINED for player in players for correction in player.corrections)
    assert [stage.at(net_id) for net_id in own] != start


def test_intents_of_the_dead_connection_are_forgotten() -> None:
    stage = Stage()
    bob = greeting(stage)
    welcome = welcome_of(bob)
    for n in range(5):
        bob.say(Steer(stage.simulation.tick + 30 + n, 1 + n))
    stage.run(3)
    place = stage.at(welcome.net_id)
    bob.far.lose("the connection was reset")
    stage.run(2)
    back = greeting(stage, welcome_of(bob).token)
    stage.run(120)
    assert welcome_of(back).net_id == welcome.net_id
    assert stage.at(welcome.net_id) == place
    assert stage.intent(welcome.net_id).count == 1, "the server's own, to stand still"
    back.say(Steer(0, EAST))
    stage.run(20)
    assert stage.at(welcome.net_id)[0] > place[0], "and the new connection steers"


def test_the_newer_connection_wins_where_the_older_one_still_seems_alive() -> None:
    stage = Stage()
    ann = stage.join("Ann")
    stage.settle()
    older = greeting(stage)
    older.say(Steer(0, EAST))
    older.say(Steer(stage.simulation.tick + 30, 1 + EAST))
    stage.run(10)
    own = welcome_of(older).net_id
    ann.tap.data.clear()
    newer = greeting(stage, welcome_of(older).token)
    assert older.told[-1] == Goodbye("you came in from somewhere else")
    assert older.ended is not None
    assert welcome_of(newer).net_id == own
    stage.run(60)
    assert len(stage.simulation.seats) == 2
    assert told_of_away(ann) == []
    assert (stage.intent(own).direction, stage.intent(own).count) == (0, 2), "of the older one nothing is left"
    assert newer.ended is None
    newer.say(Steer(0, EAST))
    stage.run(10)
    assert stage.intent(own).direction == EAST
    assert ann.held() == stage.history[ann.joined.mirror.tick]


@pytest.mark.parametrize("hold_seconds", [HOLD_SECONDS, 0])
def test_who_comes_back_while_the_old_connection_is_only_silent_walks_on(hold_seconds: float) -> None:
    stage = Stage(hold_seconds=hold_seconds)
    ann, bob, _ = three(stage)
    own = bob.net_id
    bob.updating = False  # a cable is pulled: nobody has noticed yet
    stage.run(60)
    bob.come_back()
    stage.run(30)
    assert bob.net_id == own
    place = stage.at(own)
    bob.controls.steer(EAST)
    stage.run(600)  # for longer than any silence and any hold
    assert stage.at(own)[0] > place[0]
    assert len(stage.simulation.seats) == 3
    assert away_for(ann) == set()
    assert bob.play.ending is None
    assert bob.joined.mirror.mismatches == 0


def test_a_silent_player_is_greyed_and_can_come_back_until_the_hold_ends() -> None:
    stage = Stage(silence_seconds=2.0)
    ann, bob, _ = three(stage)
    own = bob.net_id
    bob.updating = False
    stage.run(2 * 60 + HOLD_TICKS - 30)
    assert away_for(ann) == {own}
    bob.come_back()
    stage.run(60)
    assert bob.net_id == own
    assert away_for(ann) == set()


def test_two_who_come_back_in_the_same_tick_each_get_their_own_body() -> None:
    stage = Stage()
    ann, bob, cid = three(stage)
    own = bob.net_id, cid.net_id
    places = [stage.at(net_id) for net_id in own]
    for player in (bob, cid):
        cut(player)
    stage.run(60)
    assert away_for(ann) == set(own)
    for player in (cid, bob):
        player.come_back()
    stage.run(60)
    assert (bob.net_id, cid.net_id) == own
    assert [stage.at(net_id) for net_id in own] == places
    assert away_for(ann) == away_for(bob) == away_for(cid) == set()
    assert ann.held() == bob.held() == cid.held()


def test_a_held_seat_counts_for_a_full_server_until_it_is_free_and_can_be_come_back_to() -> None:
    stage = Stage(max_players=3)
    _, bob, cid = three(stage)
    own = bob.net_id
    cut(bob)
    cut(cid)
    stage.run(10)
    assert len(stage.simulation.seats) == 3
    full = greeting(stage)
    assert isinstance(full.told[0], Refused)
    assert full.told[0].reason == "the server is full: 3 of 3 players are there"
    bob.come_back()
    stage.run(30)
    assert bob.net_id == own
    stage.run(HOLD_TICKS)
    assert isinstance(greeting(stage).told[0], Welcome), "the seat of who did not come back is free"
    assert isinstance(greeting(stage).told[0], Refused)


def test_a_server_that_closes_lets_go_of_held_seats_too() -> None:
    stage = Stage()
    ann, bob, _ = three(stage)
    cut(bob)
    stage.run(4)
    stage.simulation.network.close("the server is closing")
    assert len(stage.simulation.seats) == 0
    late = greeting(stage, bob.play.token)
    assert isinstance(late.told[0], Refused)
    assert late.told[0].refusal is Refusal.CLOSING
    stage.run(5)
    assert ann.play.reason == "the server is closing"


def test_who_is_away_can_be_pushed_and_finds_out_where_to() -> None:
    stage = Stage()
    ann, bob, cid = three(stage)
    own = bob.net_id
    stage.place(own, 10 * 512, 10 * 512)
    stage.place(ann.net_id, 8 * 512, 10 * 512)
    stage.run(30)
    cut(bob)
    ann.controls.steer(EAST)
    stage.run(120)
    place = stage.at(own)
    assert place[0] > 10 * 512
    ann.controls.steer(0)
    stage.run(30)
    bob.come_back()
    stage.run(60)
    with bob.play.world as world:
        entity = world.entity(own)
        assert entity is not None
        position = esper.component_for_entity(entity, Position)
        assert (position.x, position.y) == stage.at(own)
        assert esper.component_for_entity(entity, Intent).direction == 0
    assert cid.held() == stage.history[cid.joined.mirror.tick]


# Over real sockets: what a session does with its token by itself.


def abort(session: Connector) -> None:
    """The connection is cut under a session's feet, as by a router that forgot it."""
    pipe: Any = session.play._pipe if session.play else None
    pipe._under._transport.abort()


async def waits_until_playing_again(session: Connector) -> int:
    """Cut the connection; how often the session waits before it plays in another session."""
    former, attempts = session.play, {0}
    abort(session)

    def playing() -> bool:
        attempts.add(session.attempts)
        return session.phase is Phase.PLAYING and session.play is not former

    await frames_until(session, playing)
    return max(attempts)


def test_a_session_whose_connection_is_cut_comes_back_by_itself_into_the_same_body(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def test() -> None:
        async with live_server() as (simulation, address):
            session, other = (Connector(TAG, address, name, 1, walltime.now) for name in ("Ann", "Bob"))
            await frames_until(other, lambda: other.phase is Phase.PLAYING)
            await frames_until(session, lambda: session.play is not None and session.play.traffic.frames > 2)
            assert session.play is not None
            assert session.play.joined is not None
            own, tokens = session.play.joined.net_id, {session.play.token}
            for n in range(2):
                began = walltime.now()
                assert await waits_until_playing_again(session) == n + 1, "each time a longer wait: it hardly plays"
                assert walltime.now() - began < HOLD_SECONDS / 2
                assert session.play.joined is not None
                assert session.play.joined.net_id == own
                tokens.add(session.play.token)
                play = session.play
                await frames_until(session, lambda play=play: play.traffic.frames > 2)  # type: ignore[misc]
            assert len(tokens) == 3
            monkeypatch.setattr(net.client.connector, "STEADY_SECONDS", 0.0)  # as if it had played for long since
            await waits_until_playing_again(session)
            assert session.attempts == 1, "what was before is forgotten"
            other.update()
            assert len(simulation.seats) == 2
            session.controls.steer(EAST)
            play = session.play
            await frames_until(session, lambda: simulation_count(simulation, own) > 3)
            assert play.joined is not None
            assert play.joined.mirror.mismatches == 0
            session.leave()
            other.leave()
            await until(lambda: len(simulation.seats) == 0)

    def simulation_count(simulation: Any, net_id: int) -> int:
        with simulation.world as world:
            return int(esper.component_for_entity(world.entity(net_id), Intent).count)

    run(test())


def test_a_session_whose_seat_is_gone_joins_anew_without_another_wait() -> None:
    async def test() -> None:
        async with live_server(settings=ServerSettings(HALL, hold_seconds=0)) as (simulation, address):
            session = Connector(TAG, address, "Ann", 1, walltime.now)
            await frames_until(session, lambda: session.play is not None and session.play.traffic.frames > 2)
            assert session.play is not None
            assert session.play.joined is not None
            own = session.play.joined.net_id
            assert await waits_until_playing_again(session) == 1
            assert session.play.joined is not None
            assert session.play.joined.net_id != own
            assert len(simulation.seats) == 1
            session.leave()

    run(test())


def test_a_server_that_refuses_a_token_which_nobody_said_is_not_asked_for_ever() -> None:
    async def test() -> None:
        answer = frame(encode(Refused(Refusal.TOKEN, VERSION, "no seat is held for this token", ())))
        async with answering(answer) as address:
            session = Connector(TAG, address, "Ann", 1, walltime.now)
            assert await ended(session) == "no seat is held for this token"
            assert session.attempts == 0
            await asyncio.sleep(0.05)
            assert session.phase is Phase.FAILED

    run(test())
