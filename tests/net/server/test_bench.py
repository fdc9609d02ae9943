"""Who does nothing on a full server makes room for who wants to play: when, who first, and what counts as doing."""

import pytest

from ecs.movement.step import DIRECTIONS
from game.tag import TAG
from net.client.client_session import Ending
from net.client.connector import Connector, Phase
from net.defaults import IDLE_SECONDS
from net.io import walltime
from net.server.bench import BENCH_NOTICE_SECONDS, LOOK_SECONDS, WANTED_SECONDS
from net.wire.messages import VERSION, Benched, Goodbye, Hello, Ping, Profile, Refused, Said, Say, Steer, Welcome
from tests.game.live import frames_until, live_server, run
from tests.harness import Stage, Stranger

EAST = DIRECTIONS.index((1, 0))
NOTICE = BENCH_NOTICE_SECONDS + 2 * LOOK_SECONDS


class Guest(Stranger):
    """A client that plays, and only pings by itself."""

    def __init__(self, stage: Stage, name: str, token: str = "") -> None:
        super().__init__(stage)
        self.stage = stage
        self.say(Hello(VERSION, TAG.registry().schema_hash, name, 0xF5A623, token))
        stage.run(2)

    @property
    def welcome(self) -> Welcome:
        answer = self.told[0]
        assert isinstance(answer, Welcome)
        return answer

    @property
    def notices(self) -> list[str]:
        return [message.text for message in self.told if isinstance(message, Said) and message.net_id == 0]

    @property
    def benched(self) -> bool:
        return any(isinstance(message, Benched) for message in self.told)


class Hall:
    """A server with three seats, all of them taken; time goes in leaps of a tick each."""

    def __init__(self, **settings: float) -> None:
        self.stage = Stage(max_players=3, silence_seconds=1000.0, **settings)  # type: ignore[arg-type]
        self.ann, self.bob, self.cid = self.guests = [Guest(self.stage, name) for name in ("Ann", "Bob", "Cid")]

    def wait(self, seconds: float, *active: Guest, wanted: bool = False) -> None:
        """So long, in which these do something each second, and somebody knocks, if the seats are wanted."""
        for second in range(round(seconds)):
            if wanted and second % 10 == 0:
                self.knock()
            for guest in self.guests:
                guest.say(Ping(second))
            for guest in active:
                guest.say(Steer(0, EAST * (second % 2)))
            self.stage.clock.time += 1 - 2 / 60
            self.stage.run(2)

    def knock(self) -> Guest:
        return Guest(self.stage, "Dan")


def test_the_longest_idle_is_warned_and_then_benched_and_who_was_refused_comes_in() -> None:
    hall = Hall(idle_seconds=60.0)
    hall.wait(20, hall.bob, hall.cid)
    hall.wait(38, hall.cid)
    assert isinstance(hall.knock().told[0], Refused)
    hall.wait(1, hall.cid)
    warning = f"others want to play: move within {BENCH_NOTICE_SECONDS:.0f} s, or you will only watch"
    assert [guest.notices for guest in hall.guests] == [[warning], [], []]
    hall.wait(BENCH_NOTICE_SECONDS - 2, hall.cid)
    assert not hall.ann.benched
    hall.wait(4, hall.cid)
    assert [guest.benched for guest in hall.guests] == [True, False, False]
    last = hall.ann.told[-1]
    assert isinstance(last, Benched)
    assert last.reason.startswith("you did nothing for ")
    assert last.reason.endswith(" s, and others want to play")
    assert hall.ann.ended is not None
    assert hall.knock().welcome
    hall.wait(2 * NOTICE, hall.cid, wanted=True)
    assert [guest.benched for guest in hall.guests] == [True, True, False], "the next one, if that is not enough"


def test_nobody_is_benched_while_nobody_is_refused_or_before_the_time_or_where_the_host_does_not_want_it() -> None:
    for idle, wanted, seconds in ((60.0, False, 200), (100.0, True, 75), (0.0, True, 200)):
        hall = Hall(idle_seconds=idle)
        hall.wait(seconds, wanted=wanted)
        assert not any(guest.benched or guest.notices for guest in hall.guests), (idle, wanted)
    assert IDLE_SECONDS == 180


def test_who_plays_is_never_warned_however_short_the_time_is() -> None:
    hall = Hall(idle_seconds=5.0)
    hall.wait(2 * NOTICE, *hall.guests, wanted=True)
    assert not any(guest.benched or guest.notices for guest in hall.guests)


@pytest.mark.parametrize("deed", [Say("wait!"), Profile("Anna", 0x56B4E9), Steer(0, EAST), Ping(1)])
def test_what_counts_as_doing_something(deed: Say | Profile | Steer | Ping) -> None:
    hall = Hall(idle_seconds=60.0)
    hall.wait(50, hall.bob, hall.cid, wanted=True)
    assert hall.ann.notices
    hall.ann.say(deed)
    hall.wait(25, hall.bob, hall.cid, wanted=True)
    assert hall.ann.benched is isinstance(deed, Ping)


def test_who_was_warned_and_plays_again_is_no_longer_the_next() -> None:
    hall = Hall(idle_seconds=60.0)
    hall.wait(50, hall.bob, hall.cid, wanted=True)
    assert hall.ann.notices
    hall.wait(50, hall.ann, hall.cid, wanted=True)
    assert hall.bob.notices
    hall.wait(25, hall.ann, hall.cid, wanted=True)
    assert [guest.benched for guest in hall.guests] == [False, True, False]


def test_who_is_refused_and_gives_up_takes_no_seat_away() -> None:
    hall = Hall(idle_seconds=60.0)
    hall.wait(30, hall.bob, hall.cid)
    hall.knock()
    hall.wait(WANTED_SECONDS + 100, hall.bob, hall.cid)
    assert hall.ann.benched, "they might have come again at any moment of the warning"
    hall = Hall(idle_seconds=100.0)
    hall.knock()
    hall.wait(WANTED_SECONDS + 100, hall.bob, hall.cid)
    assert not hall.ann.benched
    assert not hall.ann.notices


def test_where_somebody_leaves_meanwhile_nobody_has_to() -> None:
    hall = Hall(idle_seconds=60.0)
    hall.wait(50, hall.bob, wanted=True)
    assert hall.ann.notices
    hall.cid.say(Goodbye("left"))
    hall.guests.remove(hall.cid)
    hall.wait(60, hall.bob)
    assert not hall.ann.benched


def test_to_come_back_after_a_loss_is_not_yet_to_do_something() -> None:
    hall = Hall(idle_seconds=60.0)
    hall.ann.say(Ping(1))
    hall.wait(30, hall.bob, hall.cid)
    for lost in (True, False):  # by a connection that broke, and by one that still seemed alive
        if lost:
            hall.ann.far.lose("the connection was reset")
        again = Guest(hall.stage, "Ann", hall.ann.welcome.token)
        assert again.welcome.net_id == hall.ann.welcome.net_id
        again.say(Ping(1))
        hall.guests[0] = hall.ann = again
        hall.wait(5, hall.bob, hall.cid)
    hall.wait(45, hall.bob, hall.cid, wanted=True)
    assert hall.ann.benched


def test_who_is_away_is_nobodys_idle_player() -> None:
    hall = Hall(idle_seconds=60.0, hold_seconds=500.0)
    hall.ann.say(Ping(1))
    hall.stage.run(2)
    hall.ann.far.lose("the connection was reset")
    hall.guests.remove(hall.ann)
    hall.wait(100, hall.bob, hall.cid, wanted=True)
    assert not any(guest.benched for guest in hall.guests)
    assert len(hall.stage.simulation.seats) == 3


def test_a_client_of_ours_comes_back_by_itself_to_watch_and_stays_so() -> None:
    async def story() -> None:
        async with live_server() as (simulation, address):
            session = Connector(TAG, address, "Ann", 0x56B4E9, walltime.now)
            await frames_until(session, lambda: session.phase is Phase.PLAYING)
            first = session.play
            assert first is not None
            next(iter(simulation.admission.sessions)).bench("you did nothing for 180 s, and others want to play")
            await frames_until(session, lambda: session.phase is Phase.PLAYING and session.play is not first)
            assert first.ending is session.ending is Ending.BENCHED
            assert session.message == "you did nothing for 180 s, and others want to play"
            assert session.play is not None
            assert session.play.joined is not None
            assert session.play.joined.net_id == 0
            assert (len(simulation.seats), session.attempts) == (0, 0)
            session.play.say("hello?")  # which a spectator cannot, and nothing breaks
            session.profile("Anna", 1)
            second = session.play
            next(iter(simulation.admission.sessions)).end("off you go")
            await frames_until(session, lambda: session.phase is Phase.PLAYING and session.play is not second)
            assert session.play.joined is not None
            assert session.play.joined.net_id == 0
            session.leave()

    run(story())
