"""Programs are killed, restarted and suspended at the worst moments: the others go on, and all is as it was in the end.

Here with stepped time, and with real programs and real signals; hours of it are `tests.benchmarks.soak`.
"""

import json
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import esper
import pytest

import net.client.client_session
from game.arenas import load_arena
from game.tag import TAG
from net.client.client_session import ClientSession, Ending, JoinedState
from net.client.connector import Connector, Phase
from net.client.controls import Controls
from net.conditioner.link import link
from net.defaults import HOLD_SECONDS, SILENCE_SECONDS
from net.io import walltime
from net.io.address import Address
from net.server.network_system import GREETING_SECONDS
from net.wire.codec import encode
from net.wire.framing import frame
from net.wire.messages import Steer, Welcome
from tests.benchmarks.child import Child
from tests.game.live import frames_until, live_server, run
from tests.game.processes import Program, port_of, programs
from tests.game.tag.tag_stage import TagStage
from tests.harness import Clock, Stage, Stranger
from tests.net.server.test_resume import abort, greeting, hello, welcome_of

SERVE = ("--server", "--host", "127.0.0.1", "--no-advertise")
LONG_ENOUGH = round(60 * (max(GREETING_SECONDS, SILENCE_SECONDS) + HOLD_SECONDS + 1))  # ticks, for a server to forget


def descriptors(program: Program) -> int:
    """How many files and sockets a program holds."""
    return len(os.listdir(f"/proc/{program.process.pid}/fd"))


def held(stage: Stage) -> tuple[int, int, int, int]:
    """What a server holds because of clients: sessions, seats, entities, and queues of intents."""
    intents: Any = stage.simulation._intents
    return (
        len(stage.simulation.admission.sessions),
        len(stage.simulation.seats),
        len(stage.simulation.world),
        len(intents._pending),
    )


# Clients, at every step. Each of these brings a client to one, and returns its connection.


def connected(stage: Stage) -> Stranger:
    return Stranger(stage)


def in_the_middle_of_hello(stage: Stage) -> Stranger:
    stranger, whole = Stranger(stage), frame(encode(hello(stage)))
    stranger.near.write(whole[: len(whole) // 2])
    stage.run(3)
    return stranger


def behind_hello_before_the_welcome(stage: Stage) -> Stranger:
    stranger = Stranger(stage)
    stranger.say(hello(stage))
    stranger.far.deliver()  # heard, and the tick that lets it in is still to come
    return stranger


def behind_the_welcome_before_the_first_word(stage: Stage) -> Stranger:
    return greeting(stage)


def playing(stage: Stage) -> Stranger:
    stranger = greeting(stage)
    for n in range(5):
        stranger.say(Steer(stage.simulation.tick + 20 * n, 1 + n))  # some of them are still to be applied
    stage.run(30)
    return stranger


def away(stage: Stage) -> Stranger:
    """Lost, back with the token, and about to be lost again with nothing said since."""
    first = playing(stage)
    first.far.lose("the connection was reset")
    stage.run(30)
    return greeting(stage, welcome_of(first).token)


def taken_over(stage: Stage) -> Stranger:
    """Come in from somewhere else: of two connections both die, the newer one here."""
    return greeting(stage, welcome_of(playing(stage)).token)


STEPS = [
    connected,
    in_the_middle_of_hello,
    behind_hello_before_the_welcome,
    behind_the_welcome_before_the_first_word,
    playing,
    away,
    taken_over,
]


@pytest.mark.parametrize("noticed", [True, False], ids=["reset", "silent"])
@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.__name__)
def test_a_client_that_dies_at_any_step_leaves_nothing_behind_and_others_play_on(
    step: Callable[[Stage], Stranger], noticed: bool
) -> None:
    stage = Stage()
    ann = stage.join("Ann")
    stage.settle()
    before, compared = held(stage), ann.compared
    doomed = step(stage)
    assert held(stage) != before, "it was there"
    if noticed:
        doomed.far.lose("the connection was reset")
    stage.run(LONG_ENOUGH)
    assert held(stage) == before
    assert ann.play.ending is None
    assert ann.compared - compared > 200
    assert ann.joined.mirror.mismatches == 0
    assert isinstance(greeting(stage).told[0], Welcome), "and others can still come"


def test_of_it_who_dies_the_game_goes_on_with_another() -> None:
    stage = TagStage(round_seconds=60.0)
    for name in ("Ann", "Bob", "Cid"):
        stage.join(name)
    stage.run(60)
    doomed = stage.player(stage.it)
    doomed.updating = False
    doomed.far.lose("the connection was reset")
    stage.run(round(60 * HOLD_SECONDS) + 60)
    assert len(stage.simulation.seats) == 2
    assert stage.it in {player.net_id for player in stage.players if player is not doomed}
    for player in stage.players:
        if player is not doomed:
            assert player.held() == stage.history[player.joined.mirror.tick]
    stage.close()


def test_a_program_that_is_killed_with_clients_at_every_step_costs_the_server_nothing(tmp_path: Path) -> None:
    with programs() as start:
        server = start(*SERVE, "--port", "0", "--hold-seat", "0.5", "--log-level", "debug")
        port = port_of(server)
        before = descriptors(server)
        with Child(None, tmp_path, "-m", "tests.game.doomed", port) as doomed:
            server.wait_for("join: ", 4)
            server.wait_for("checksum", len([line for line in server.lines if "checksum" in line]) + 2)
            assert doomed.lines() == ["ready"]
            assert descriptors(server) == before + 6
            doomed.kill()
        server.wait_for("somebody from", 2)  # who had not said Hello
        server.wait_for("leave: ", 4)
        server.wait_for("did not come back within 0.5 s", 2)
        bots = start("--bots", "2", "--connect", f"127.0.0.1:{port}", "--seconds", "1.2")
        assert bots.wait() == 0
        report = json.loads(bots.wait_for('"bots": 2'))
        assert report["mirror_mismatches"] == 0
        assert report["mirror_checks"] > 0
        server.wait_for("leave: 'Bot", 2)
        assert descriptors(server) == before
        assert server.end() == 0
        assert not any("Traceback" in line or "ERROR" in line for line in server.lines)


# The server.


def session_to(port: str) -> Connector:
    return Connector(TAG, Address("127.0.0.1", int(port)), "Ann", 1, walltime.now)


async def play_on(session: Connector) -> None:
    """Play until the mirror has been held against the server's, in the stay that there is then."""

    def compared() -> bool:
        play = session.play
        return (
            session.phase is Phase.PLAYING
            and play is not None
            and play.joined is not None
            and play.joined.mirror.checks > 0
        )

    await frames_until(session, compared)


def stay_of(session: Connector) -> JoinedState:
    assert session.play is not None
    assert session.play.joined is not None
    assert session.play.joined.mirror.mismatches == 0
    return session.play.joined


def come_back_to_another_server(other: Path, seconds_away: float) -> None:
    """Play, have the server killed, read why and wait; then it is there again with that arena, and so are we."""

    async def test(start: type[Program]) -> None:
        server = start(*SERVE, "--port", "0", "--seed", "1")
        port = port_of(server)
        session = session_to(port)
        await play_on(session)
        former = stay_of(session)
        server.process.kill()
        killed = walltime.now()
        await frames_until(session, lambda: session.phase is Phase.WAITING)
        why = session.message
        assert why in ("the other side closed the connection", "the connection was reset")
        assert session.play is not None
        with session.play.world as world:
            assert len(world) > 0, "the last picture stays"
        await frames_until(session, lambda: session.attempts > 1 and session.phase is Phase.WAITING)
        assert session.message == why, "and not that nothing listens there now"
        assert session.retry_at > walltime.now()
        await frames_until(session, lambda: walltime.now() - killed >= seconds_away)
        assert session.attempts < 4 + seconds_away / 4, "it does not hammer at a door that is closed"
        server = start(*SERVE, "--port", port, "--seed", "2", "--arena", str(other))
        await frames_until(session, lambda: session.phase is Phase.PLAYING)
        await play_on(session)
        assert stay_of(session).arena.rows == load_arena(other).rows
        assert stay_of(session).arena.rows != former.arena.rows
        session.leave()
        server.wait_for("refused: no seat is held for this token")  # a secret of the old run is worth nothing
        server.wait_for("leave: 'Ann'")
        assert sum("join: " in line for line in server.lines) == 1

    with programs() as start:
        run(test(start))


def test_who_plays_on_a_server_that_is_killed_reads_why_and_is_in_again_when_another_is_there(small: Path) -> None:
    come_back_to_another_server(small, seconds_away=0.0)


@pytest.mark.slow
def test_who_plays_on_a_server_that_is_killed_waits_as_long_as_it_takes(small: Path) -> None:
    come_back_to_another_server(small, seconds_away=20.0)


def test_who_is_let_in_again_and_thrown_out_in_the_same_breath_keeps_the_last_picture() -> None:
    async def test() -> None:
        async with live_server() as (simulation, address):
            session = Connector(TAG, address, "Ann", 1, walltime.now)
            await play_on(session)
            former = session.play
            entered: list[ClientSession] = []
            session.entered = entered.append
            worlds = len(esper.list_worlds())
            admission: Any = simulation.admission
            let_in = admission._welcome

            def and_out(newer: Any, net_id: int) -> None:
                let_in(newer, net_id)
                newer.end("the server is closing")

            admission._welcome = and_out
            abort(session)
            await frames_until(session, lambda: session.attempts > 2)
            assert session.phase is Phase.WAITING
            assert session.message == "the server is closing"
            assert session.play is former
            assert former is not None
            assert not entered
            assert len(esper.list_worlds()) == worlds
            with former.world as world:
                assert len(world) > 0
            admission._welcome = let_in
            await frames_until(session, lambda: bool(entered))
            await frames_until(session, lambda: session.play is entered[0])
            session.leave()

    run(test())


def test_a_welcome_that_comes_after_the_patience_is_over_is_nobodys_any_more() -> None:
    clock, near = Clock(), link(Clock())[0]
    play = ClientSession(TAG, "Ann", 1, Controls(), clock).attach(near)
    welcome = frame(encode(Welcome(5, 100, 60, 2, 0, ("####", "#..#", "####"), "", 3)))
    clock.time += net.client.client_session.JOIN_SECONDS + 0.1
    play.update()
    assert play.ending is Ending.STRANGER
    worlds = esper.list_worlds()
    play.received(welcome)
    assert play.joined is None
    assert esper.list_worlds() == worlds
    in_time = ClientSession(TAG, "Ann", 1, Controls(), clock).attach(near)
    in_time.received(welcome)
    assert in_time.joined is not None, "it is a good one"
    in_time.world.close()


# Suspended, and woken up again.


def suspend_the_server(silence: float, seconds: float) -> None:
    """A server stands still for so long that its clients take it for dead; then it goes on."""

    async def test(start: type[Program]) -> None:
        server = start(*SERVE, "--port", "0")
        session = session_to(port_of(server))
        await play_on(session)
        own = stay_of(session).net_id
        server.process.send_signal(signal.SIGSTOP)
        stopped = walltime.now()
        await frames_until(session, lambda: session.phase is Phase.WAITING)
        assert session.message == f"the server was silent for {silence:g} s"
        await frames_until(session, lambda: walltime.now() - stopped >= seconds)
        server.process.send_signal(signal.SIGCONT)
        await frames_until(session, lambda: session.phase is Phase.PLAYING)
        await play_on(session)
        assert stay_of(session).net_id == own, "the seat was still there"
        play, tick = session.play, stay_of(session).mirror.tick
        await frames_until(session, lambda: stay_of(session).mirror.tick >= tick + 60)
        assert session.play is play, "and it stays"
        session.leave()
        server.wait_for("gives ")  # the time that was lost is given up, not run after
        server.wait_for("leave: 'Ann'")
        assert server.end() == 0
        assert not any("Traceback" in line for line in server.lines)

    with programs() as start:
        run(test(start))


def test_a_server_that_was_suspended_goes_on_and_its_players_come_back_to_their_seats(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(net.client.client_session, "SILENCE_SECONDS", 0.6)
    suspend_the_server(silence=0.6, seconds=1.0)


@pytest.mark.slow
def test_a_server_that_was_suspended_for_seven_seconds_goes_on() -> None:
    suspend_the_server(silence=SILENCE_SECONDS, seconds=7.0)


def suspend_the_clients(seconds: float, playing: float, *options: str, back: bool) -> None:
    """Bots stand still for so long that the server takes them for dead; then they go on, in their seats or others."""
    with programs() as start:
        server = start(*SERVE, "--port", "0", *options)
        address = f"127.0.0.1:{port_of(server)}"
        bots = start("--bots", "2", "--connect", address, "--seconds", str(seconds + playing), "--log-level", "debug")
        bots.wait_for("checksum", 3)  # both play, and the server has heard both
        bots.process.send_signal(signal.SIGSTOP)
        stopped = walltime.now()
        server.wait_for("away: ", 2)
        if not back:
            server.wait_for("did not come back", 2)
        time.sleep(max(0.0, stopped + seconds - walltime.now()))  # nothing tells how long somebody does nothing
        bots.process.send_signal(signal.SIGCONT)
        server.wait_for("back: " if back else "join: ", 2 if back else 4)
        assert bots.wait() == 0
        report = json.loads(bots.wait_for('"bots": 2'))
        assert report["connected"] == 2
        assert report["mirror_mismatches"] == 0
        assert report["mirror_checks"] > 0
        server.wait_for("leave: 'Bot", 2 if back else 4)
        assert sum("join: " in line for line in server.lines) == (2 if back else 4)
        assert server.end() == 0
        assert not any("Traceback" in line for line in server.lines + bots.lines)


def test_clients_that_were_suspended_come_back_to_their_seats() -> None:
    suspend_the_clients(1.2, 3.0, "--silence", "1", back=True)


@pytest.mark.slow
@pytest.mark.parametrize(("seconds", "back"), [(7.0, True), (12.0, False)])
def test_clients_that_were_suspended_for_long_come_back_as_they_can(seconds: float, back: bool) -> None:
    suspend_the_clients(seconds, 6.0, back=back)


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """An arena that is not the usual one."""
    path = tmp_path / "small.txt"
    path.write_text("########\n#......#\n#......#\n########\n")
    return path
