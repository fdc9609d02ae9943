"""Who watches sees what players see, and is nobody: no seat, no body, no say."""

import random

import esper
import pytest

from game.tag import TAG
from net.client.connector import Connector, Phase
from net.client.input_system import InputSystem
from net.client.mirror_system import MirrorSystem
from net.client.reconciliation_system import ReconciliationSystem
from net.conditioner.link import Conditions
from net.defaults import MAX_SPECTATORS
from net.io import walltime
from net.server.network_system import GREETING_SECONDS
from net.server.simulation import ServerSettings
from net.wire.messages import VERSION, Goodbye, Hello, Look, Ping, Refusal, Refused, Steer, Welcome
from tests.game.live import frames_until, live_server, run
from tests.game.processes import port_of, programs
from tests.harness import HALL, Player, Stage, Stranger, Walker
from tests.test_end_to_end import checksums

FAR = Conditions(latency=0.06, jitter=0.02)


def watch(token: str = "", name: str = "Eve") -> Hello:
    return Hello(VERSION, TAG.registry().schema_hash, name, 0, token, watch=True)


def match(stage: Stage, players: int = 4) -> list[Walker]:
    """Some people who walk."""
    return [Walker(stage.join(f"P{n}"), seed=n) for n in range(players)]


@pytest.mark.parametrize("conditions", [Conditions(), FAR], ids=["at once", "from afar"])
def test_a_spectators_mirror_is_the_servers_world_all_through_a_match(conditions: Conditions) -> None:
    stage = Stage()
    walkers = match(stage)
    stage.run(60)
    spectator = stage.watch(conditions=conditions, seed=5)

    def walk(tick: int) -> None:
        for walker in walkers:
            walker(tick)

    stage.run(400, walk)
    assert spectator.compared > 180  # each of them to the bit, in the harness
    assert len({stage.history[tick] for tick in stage.history}) > 200, "the world did move"
    assert spectator.joined.mirror.checks >= 5
    assert spectator.joined.mirror.mismatches == 0
    assert spectator.joined.interpolation is not None
    assert spectator.joined.interpolation.now > 0
    with spectator.play.world:
        assert esper.get_processor(MirrorSystem) is spectator.joined.incoming
        assert esper.get_processor(InputSystem) is None, "nothing to steer and nothing to predict"
        assert esper.get_processor(ReconciliationSystem) is None
    stage.close()


def story(spectators: int) -> tuple[Stage, Player]:
    """A minute's piece of a match, with so many who watch it, come and go."""
    stage = Stage(seed=3)
    walkers = match(stage)
    stage.run(30)
    watching = [stage.watch(f"Eve {n}", FAR, n) for n in range(spectators)]

    def walk(tick: int) -> None:
        for walker in walkers:
            walker(tick)
        if tick == 200 and watching:
            watching[0].play.leave()
        if tick == 250 and watching:
            watching[1].far.lose("gone")

    stage.run(400, walk)
    return stage, walkers[0].player


def test_a_spectator_leaves_no_trace_in_what_players_are_told() -> None:
    stage, ann = story(spectators=3)
    assert sum(player.net_id == 0 for player in stage.players) == 3
    unseen, same_ann = story(spectators=0)
    assert stage.history == unseen.history
    assert bytes(ann.tap.data) == bytes(same_ann.tap.data)
    assert len(ann.tap.data) > 1000
    assert len(stage.simulation.seats) == 4


def test_it_gets_no_body_no_token_and_no_seat_and_hears_how_many_are_free() -> None:
    stage = Stage(max_players=3)
    stage.join()
    stage.run(5)
    eve = Stranger(stage)
    eve.say(watch())
    stage.run(3)
    welcome = eve.told[0]
    assert isinstance(welcome, Welcome)
    assert (welcome.net_id, welcome.token, welcome.free_seats) == (0, "", 2)
    assert len(stage.simulation.seats) == 1
    with stage.simulation.world:
        assert list(stage.simulation.world.net_ids()) == [1]


def test_a_full_server_can_be_watched() -> None:
    stage = Stage(max_players=1)
    stage.join()
    spectator = stage.watch()
    stage.settle(60)
    assert spectator.joined.free_seats == 0
    assert spectator.compared > 10


def test_who_watches_cannot_steer() -> None:
    stage = Stage()
    ann = stage.join()
    stage.settle()
    eve = Stranger(stage)
    eve.say(watch())
    stage.run(3)
    eve.say(Ping(1))
    stage.run(3)
    assert eve.ended is None
    eve.say(Steer(stage.simulation.tick + 1, 3))
    stage.run(30)
    goodbye = eve.told[-1]
    assert isinstance(goodbye, Goodbye)
    assert "Steer is out of turn: a spectator only looks" in goodbye.reason
    assert eve.ended is not None
    assert stage.intent(ann.net_id).count == 0
    assert stage.simulation.tick in stage.history


def test_the_token_of_somebody_is_worth_nothing_to_who_watches() -> None:
    stage = Stage()
    ann = stage.join()
    stage.settle()
    eve = Stranger(stage)
    eve.say(watch(token=ann.play.token))
    stage.run(60)
    welcome = eve.told[0]
    assert isinstance(welcome, Welcome)
    assert welcome.net_id == 0
    assert ann.play.ending is None


@pytest.mark.parametrize("limit", [0, 1, 3])
def test_so_many_may_watch_and_no_more_and_whoever_leaves_makes_room(limit: int) -> None:
    stage = Stage(max_spectators=limit)
    stage.join()
    eves = [Stranger(stage) for _ in range(limit + 1)]
    for eve in eves:
        eve.say(watch())
    stage.run(3)
    assert [type(eve.told[0]) for eve in eves] == [Welcome] * limit + [Refused]
    refused = eves[-1].told[0]
    assert isinstance(refused, Refused)
    assert refused.refusal is Refusal.FULL
    assert refused.reason == f"no more may watch: {limit} of {limit} spectators are there"
    for eve in eves[:1] if limit else []:
        eve.say(Goodbye("seen enough"))
        stage.run(3)
        late = Stranger(stage)
        late.say(watch())
        stage.run(3)
        assert isinstance(late.told[0], Welcome)


def test_there_is_a_limit_without_being_told_one() -> None:
    assert ServerSettings(HALL).max_spectators == MAX_SPECTATORS < ServerSettings(HALL).max_players


def test_a_name_that_is_not_acceptable_is_none_for_who_watches_either() -> None:
    stage = Stage()
    eve = Stranger(stage)
    eve.say(watch(name="\u202eevE"))
    stage.run(3)
    refused = eve.told[0]
    assert isinstance(refused, Refused)
    assert refused.refusal is Refusal.NAME


def test_a_spectator_may_stay_longer_than_a_hello_may_take_and_a_silent_one_is_dropped() -> None:
    stage = Stage()
    spectator, mute = stage.watch(), Stranger(stage)
    mute.say(watch())
    ticks = round((GREETING_SECONDS + 2) * 60)
    stage.run(ticks)
    assert spectator.play.ending is None
    assert spectator.compared > 20
    goodbye = mute.told[-1]
    assert isinstance(goodbye, Goodbye)
    assert "was silent for" in goodbye.reason


def test_the_server_remembers_where_a_spectator_looks() -> None:
    stage = Stage()
    spectator = stage.watch()
    stage.run(10)
    assert spectator.session.look is None
    spectator.play.look(-160, 4800)
    stage.run(3)
    assert spectator.session.look == (-160, 4800)


def test_a_player_who_says_where_it_looks_breaks_the_protocol() -> None:
    stage = Stage()
    mallory = Stranger(stage)
    mallory.say(Hello(VERSION, TAG.registry().schema_hash, "Mallory", 0))
    stage.run(3)
    mallory.say(Look(1, 1))
    stage.run(3)
    assert mallory.ended is not None
    assert len(stage.simulation.seats) == 0


def test_a_session_that_watches_comes_back_to_watch_when_its_connection_drops() -> None:
    async def test() -> None:
        async with live_server() as (simulation, address):
            session = Connector(TAG, address, "Eve", 0, walltime.now, watch=True)
            await frames_until(session, lambda: session.phase is Phase.PLAYING)
            first = session.play
            assert first is not None
            next(iter(simulation.admission.sessions)).end("off you go")
            await frames_until(session, lambda: session.phase is Phase.WAITING)
            await frames_until(session, lambda: session.phase is Phase.PLAYING and session.play is not first)
            assert session.play is not None
            assert session.play.joined is not None
            assert session.play.joined.net_id == 0
            assert len(simulation.seats) == 0
            session.leave()

    run(test())


def test_the_program_watches_bots_with_a_mirror_that_is_exact() -> None:
    with programs() as start:
        server = start("--server", "--port", "0", "--host", "127.0.0.1", "--max-players", "3", "--log-level", "debug")
        address = f"127.0.0.1:{port_of(server)}"
        start("--bots", "3", "--connect", address, "--seconds", "60", "--seed", str(random.Random(1).randrange(99)))
        server.wait_for("join:", 3)
        window = start("--spectate", "--connect", address, "--name", "Eve", "--log-level", "debug")
        server.wait_for("watch: the spectator 'Eve'")
        window.wait_for("checksum", 2)
        held, truth = checksums(window), checksums(server)
        assert held == {tick: truth[tick] for tick in held}
        assert window.end() == 0
        server.wait_for("the spectator 'Eve' from 127.0.0.1")
        assert not any("Traceback" in line for line in (*window.lines, *server.lines))
        assert server.end() == 0


def test_who_watches_for_long_is_no_reason_to_look_for_the_silent_in_each_frame() -> None:
    stage = Stage()
    stage.join("Ann")
    spectator = stage.watch()
    stage.run(60 * round(GREETING_SECONDS) + 60)
    assert stage.simulation.network._look_again > stage.clock()
    assert spectator.play.ending is None
