"""A pipe that raises, whatever, at any call and at any moment: that ends its own session and no other, at both ends."""

import logging
import ssl
from collections.abc import Callable, Iterator

import pytest

import net.client.client_session
import net.server.network_system
from game.tag import TAG
from net.client.client_session import ClientSession, Ending
from net.client.controls import Controls
from net.conditioner.link import End, link
from net.server.session import Session
from net.wire.codec import encode
from net.wire.framing import frame
from net.wire.messages import VERSION, Goodbye, Hello, Look, Ping, Proof, Said, Say, Welcome
from net.wire.pipe import GuardedPipe
from tests.game.test_faults import held
from tests.harness import Player, Stage, Stranger

CALLS = ("write", "close", "unsent", "name")
EXCEPTIONS: tuple[Exception, ...] = (
    OSError(9, "Bad file descriptor"),
    ConnectionResetError(),
    BlockingIOError(),
    ssl.SSLWantReadError(),
    ssl.SSLError(1, "[SSL] internal error"),
    RuntimeError("Cannot call write() after write_eof()"),
    AssertionError(),
    ValueError("I/O operation on closed file"),
    TypeError(),
    AttributeError(),
    KeyError("fd"),
    MemoryError(),
    RecursionError(),
)
A_WHILE = 90  # ticks, for the server to forget, with the limits that there are here


class BrokenPipe:
    """An End that raises from some moment on, at some calls."""

    def __init__(self, end: End) -> None:
        self.end = end
        self.raises: dict[str, Exception] = {}  # by call
        self.raised = 0

    @property
    def name(self) -> str:
        self._may_raise("name")
        return self.end.name

    @property
    def unsent(self) -> int:
        self._may_raise("unsent")
        return self.end.unsent

    def write(self, data: bytes) -> bool:
        self._may_raise("write")
        return self.end.write(data)

    def close(self) -> None:
        self._may_raise("close")
        self.end.close()

    def _may_raise(self, call: str) -> None:
        if call in self.raises:
            self.raised += 1
            raise self.raises[call]


class Doomed(Stranger):
    """A raw peer to whom the server has such a pipe."""

    def __init__(self, stage: Stage) -> None:
        self.pipe: BrokenPipe
        accept = stage.simulation.accept

        def broken(end: End) -> Session:
            self.pipe = BrokenPipe(end)
            return accept(self.pipe)

        stage.simulation.accept = broken  # type: ignore[method-assign, assignment]
        try:
            super().__init__(stage)
        finally:
            stage.simulation.accept = accept  # type: ignore[method-assign]


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(net.server.network_system, "GREETING_SECONDS", 0.5)


@pytest.fixture
def stage() -> Iterator[Stage]:
    stage = Stage(hold_seconds=0.1, silence_seconds=0.6)
    yield stage
    stage.close()


def hello(stage: Stage, name: str = "Eve", token: str = "", watch: bool = False, version: int = VERSION) -> Hello:
    return Hello(version, stage.registry.schema_hash, name, 0, token, watch)


# What is done with somebody whose pipe breaks: each brings them there, breaks it by `arm`, and goes on.


def nothing(stage: Stage, doomed: Doomed, arm: Callable[[], None]) -> None:
    arm()


def refused(stage: Stage, doomed: Doomed, arm: Callable[[], None]) -> None:
    arm()
    doomed.say(hello(stage, version=1))


def seated(stage: Stage, doomed: Doomed, arm: Callable[[], None]) -> None:
    arm()
    doomed.say(hello(stage))


def let_watch(stage: Stage, doomed: Doomed, arm: Callable[[], None]) -> None:
    arm()
    doomed.say(hello(stage, watch=True))


def playing(stage: Stage, doomed: Doomed, arm: Callable[[], None]) -> None:
    doomed.say(hello(stage))
    stage.run(4)
    arm()
    stage.run(2)
    doomed.say(Ping(1))


def watching(stage: Stage, doomed: Doomed, arm: Callable[[], None]) -> None:
    doomed.say(hello(stage, watch=True))
    stage.run(4)
    doomed.say(Look(1, 1))
    arm()


def chatting(stage: Stage, doomed: Doomed, arm: Callable[[], None]) -> None:
    doomed.say(hello(stage))
    stage.run(4)
    arm()
    for _ in range(6):
        doomed.say(Say("hi"))  # and one notice, for they are too many


def behind(stage: Stage, doomed: Doomed, arm: Callable[[], None]) -> None:
    doomed.say(hello(stage))
    stage.run(4)
    doomed.near.reading = False
    doomed.session.max_unsent = -1  # it takes nothing any more
    doomed.session.plain = False
    stage.run(2)
    arm()


def back(stage: Stage, doomed: Doomed, arm: Callable[[], None]) -> None:
    first = Stranger(stage)
    first.say(hello(stage))
    stage.run(4)
    token = next(message.token for message in first.told if isinstance(message, Welcome))
    first.far.lose("the connection was reset")
    arm()
    doomed.say(hello(stage, token=token))


def replaced(stage: Stage, doomed: Doomed, arm: Callable[[], None]) -> None:
    doomed.say(hello(stage))
    stage.run(4)
    arm()
    second = Stranger(stage)
    second.say(hello(stage, token=next(message.token for message in doomed.told if isinstance(message, Welcome))))
    stage.run(2)
    assert any(isinstance(message, Welcome) for message in second.told), "whoever comes has the seat all the same"
    second.far.lose("the connection was reset")


def kicked(stage: Stage, doomed: Doomed, arm: Callable[[], None]) -> None:
    doomed.say(hello(stage))
    stage.run(4)
    arm()
    doomed.session.end("kicked")
    assert doomed.session not in stage.simulation.admission.sessions


def breaking_the_protocol(stage: Stage, doomed: Doomed, arm: Callable[[], None]) -> None:
    arm()
    doomed.near.write(b"\xff" * 20)


MOMENTS = (
    nothing,
    refused,
    seated,
    let_watch,
    playing,
    watching,
    chatting,
    behind,
    back,
    replaced,
    kicked,
    breaking_the_protocol,
)


def plays_on(stage: Stage, ann: Player, moment: Callable[[], None]) -> None:
    """While that happens, and after it, Ann's mirror is the server's world to the bit."""
    compared = ann.compared
    moment()
    stage.run(A_WHILE)
    assert ann.play.ending is None
    assert ann.compared - compared >= A_WHILE // 3
    assert ann.joined.mirror.mismatches == 0


@pytest.mark.parametrize("call", [*CALLS, "all"])
@pytest.mark.parametrize("moment", MOMENTS, ids=lambda moment: moment.__name__)
def test_a_servers_pipe_that_raises_ends_its_session_and_others_play_on_to_the_bit(
    moment: Callable[[Stage, Doomed, Callable[[], None]], None], call: str, stage: Stage
) -> None:
    ann = stage.join("Ann")
    stage.settle(60)
    before = held(stage)
    doomed = Doomed(stage)
    errors = {one: EXCEPTIONS[(MOMENTS.index(moment) + n) % len(EXCEPTIONS)] for n, one in enumerate(CALLS)}

    def arm() -> None:
        doomed.pipe.raises = errors if call == "all" else {call: errors[call]}

    plays_on(stage, ann, lambda: moment(stage, doomed, arm))
    assert held(stage) == before
    if call in ("close", "all"):
        assert doomed.pipe.raised, "it was closed, however it went"
    bob = stage.join("Bob")
    stage.run(20)
    assert bob.play.joined is not None, "and others can still come"
    assert stage.simulation.stats.our_faults == 0


@pytest.mark.parametrize("error", EXCEPTIONS, ids=lambda error: type(error).__name__)
def test_whatever_a_servers_pipe_raises_in_a_frame_is_logged_and_the_player_may_come_back(
    error: Exception, stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    ann = stage.join("Ann")
    stage.settle(60)
    doomed = Doomed(stage)
    doomed.say(hello(stage))
    stage.run(4)
    doomed.say(Ping(1))
    stage.run(4)
    with caplog.at_level(logging.INFO):
        doomed.pipe.raises = {"write": error}
        stage.run(20)  # the next frame is within a quarter of a second
    assert [record.exc_info[1] for record in caplog.records if record.exc_info] == [error], "once, with its traceback"
    assert doomed.pipe.raised == 1, "nothing is asked of it any more"
    assert doomed.session not in stage.simulation.admission.sessions
    assert any("away: 'Eve'" in record.getMessage() for record in caplog.records), "the seat is held"
    plays_on(stage, ann, lambda: None)


@pytest.mark.parametrize("call", [*CALLS, "all"])
def test_a_server_whose_pipes_raise_closes_and_tells_those_whose_do_not(call: str) -> None:
    stage = Stage()
    doomed = [Doomed(stage) for _ in range(3)]
    for number, one in enumerate(doomed):
        one.say(hello(stage, f"Eve {number}"))
    witness = Stranger(stage)
    witness.say(hello(stage, "Ann"))
    stage.run(4)
    for one in doomed:
        one.pipe.raises = {name: OSError(5, "Input/output error") for name in (CALLS if call == "all" else (call,))}
    stage.simulation.close("that was all")
    witness.near.deliver()
    assert witness.told[-1] == Goodbye("that was all")
    assert held(stage) == (0, 0, 0, 0)


def test_a_password_that_is_asked_for_or_refused_into_a_broken_pipe_ends_that_session() -> None:
    stage = Stage(password="secret", hold_seconds=0.1)
    for proves in (False, True):
        doomed = Doomed(stage)
        if proves:
            doomed.say(hello(stage))
            stage.run(2)
        doomed.pipe.raises = {"write": BrokenPipeError()}
        doomed.say(Proof("0" * 32, "0" * 64) if proves else hello(stage))
        stage.run(3)
        assert doomed.pipe.raised == 1
        assert held(stage) == (0, 0, 0, 0)
    stage.close()


# The client.


def attached(play: ClientSession, pipe: BrokenPipe, arm: Callable[[], None]) -> None:
    arm()
    play.attach(pipe)


def updated(play: ClientSession, pipe: BrokenPipe, arm: Callable[[], None]) -> None:
    arm()


def saying(play: ClientSession, pipe: BrokenPipe, arm: Callable[[], None]) -> None:
    arm()
    play.say("hi")


def told_rubbish(play: ClientSession, pipe: BrokenPipe, arm: Callable[[], None]) -> None:
    arm()
    play.received(b"\xff" * 20)


def told_goodbye(play: ClientSession, pipe: BrokenPipe, arm: Callable[[], None]) -> None:
    arm()
    play.lost("the other side closed the connection")


def leaving(play: ClientSession, pipe: BrokenPipe, arm: Callable[[], None]) -> None:
    arm()
    play.leave()


REASONS: dict[Callable[[ClientSession, BrokenPipe, Callable[[], None]], None], Ending] = {
    attached: Ending.STRANGER,
    updated: Ending.LOST,
    saying: Ending.LOST,
    told_rubbish: Ending.LOST,
    told_goodbye: Ending.LOST,
    leaving: Ending.LEFT,
}


@pytest.mark.parametrize("call", [*CALLS, "all"])
@pytest.mark.parametrize("moment", REASONS, ids=lambda moment: moment.__name__)
def test_a_clients_pipe_that_raises_ends_its_stay_with_a_reason(
    moment: Callable[[ClientSession, BrokenPipe, Callable[[], None]], None], call: str, stage: Stage
) -> None:
    near, far = link(stage.clock)
    pipe = BrokenPipe(near)
    far.receiver = stage.simulation.accept(far)
    play = ClientSession(TAG, "Ann", 1, Controls(), stage.clock)
    near.receiver = play
    errors = dict(zip(CALLS, EXCEPTIONS[list(REASONS).index(moment) :], strict=False))

    def arm() -> None:
        pipe.raises = errors if call == "all" else {call: errors[call]}

    def run(ticks: int) -> None:
        for _ in range(ticks):
            far.deliver()
            near.deliver()
            stage.run(1)
            play.update()

    if moment is not attached:
        play.attach(pipe)
        run(40)
        assert play.joined is not None
    moment(play, pipe, arm)
    run(40)
    broke = pipe.raised and call in ("write", "all")
    if broke or moment in (told_rubbish, told_goodbye, leaving):
        assert play.ending is REASONS[moment]
        assert play.reason
    else:
        assert play.ending is None, "nothing that it needs has failed"
    assert broke or call not in ("write", "all") or moment in (told_rubbish, told_goodbye)
    play.leave()
    play.world.close()


def test_a_guarded_pipe_is_what_the_one_under_it_is() -> None:
    stage = Stage()
    near, far = link(stage.clock)
    ear = Stranger(stage)
    far.receiver = ear
    guarded = GuardedPipe(near, ear)
    assert guarded.name == near.name
    assert guarded.write(frame(encode(Said(0, "hi")))) is not None
    assert guarded.unsent == near.unsent
    far.deliver()
    assert ear.told[-1] == Said(0, "hi")
    guarded.close()
    assert guarded.name == near.name, "for the log"
    assert guarded.write(b"more")
    far.deliver()
    assert ear.ended is not None
    stage.close()
