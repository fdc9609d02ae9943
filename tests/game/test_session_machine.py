"""Strangers say and do anything in any order; hypothesis holds what becomes of them against a model."""

import logging
from collections import Counter
from typing import ClassVar

import msgpack
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule, run_state_machine_as_test

from net.wire.framing import frame
from net.wire.messages import Frame, Goodbye, Ping, Pong, Refusal, Refused, Resync, Say, Snapshot, Steer, Welcome
from tests.fuzz.server_stage import HOLD_SECONDS, MAX_PLAYERS, TICK, ServerStage, Stranger

HOLD_TICKS = round(HOLD_SECONDS / TICK) + 4
NAMES = st.one_of(st.sampled_from(["Ann", "Bob", "Ann\u2009B"]), st.text(max_size=18))
JUNK = st.one_of(
    st.binary(min_size=1, max_size=40).map(frame),
    st.lists(st.one_of(st.integers(-9, 40), st.text(max_size=4), st.none(), st.booleans()), max_size=8).map(
        lambda fields: frame(msgpack.packb([99, *fields]))
    ),
    st.just(b"GET / HTTP/1.1\r\n\r\n"),
)


class Sessions(RuleBasedStateMachine):
    """The model: who of the strangers is in the game."""

    strangers = Bundle("strangers")
    reached: ClassVar[Counter[str]] = Counter()  # what really happened, in all runs

    def __init__(self) -> None:
        super().__init__()
        self.stage = ServerStage()
        self.seated: set[Stranger] = set()

    @rule(target=strangers)
    def connects(self) -> Stranger:
        return self.stage.connect()

    @rule(target=strangers, name=NAMES)
    def joins(self, name: str) -> Stranger:
        stranger = self.stage.connect()
        self.says_hello(stranger, name)
        return stranger

    @rule(stranger=strangers, name=NAMES)
    def says_hello(self, stranger: Stranger, name: str) -> None:
        """As the first word it is answered; as any other, it breaks the protocol."""
        fresh = not stranger.told and not stranger.gone
        room = len(self.stage.simulation.seats) < MAX_PLAYERS
        stranger.hello(name.encode(errors="replace").decode())
        self.stage.run(2)
        if not fresh:
            assert stranger.gone
            self.seated.discard(stranger)
        elif isinstance(stranger.told[0], Welcome):
            assert isinstance(stranger.told[1], Snapshot)
            self.seated.add(stranger)
            self.reached["let in"] += 1
        else:
            self.reached["refused"] += 1
            assert isinstance(stranger.told[0], Refused)
            assert stranger.told[0].refusal is Refusal.NAME or not room

    @rule(stranger=strangers, direction=st.integers(0, 31), ahead=st.integers(-400, 400))
    def steers(self, stranger: Stranger, direction: int, ahead: int) -> None:
        stranger.say(Steer(max(0, self.stage.simulation.tick + ahead), direction))
        self._ends_unless(stranger, stranger in self.seated and (direction <= 8 or 16 <= direction <= 24))

    @rule(stranger=strangers, text=st.text(max_size=8))
    def chats(self, stranger: Stranger, text: str) -> None:
        stranger.say(Say(text.encode(errors="replace").decode()))
        self._ends_unless(stranger, stranger in self.seated)

    @rule(stranger=strangers)
    def pings(self, stranger: Stranger) -> None:
        stranger.say(Ping(77))
        self._ends_unless(stranger, stranger in self.seated)
        if stranger in self.seated:
            self.stage.run(2)
            assert any(isinstance(message, Pong) and message.time == 77 for message in stranger.told)

    @rule(stranger=strangers)
    def asks_for_a_snapshot(self, stranger: Stranger) -> None:
        stranger.say(Resync(self.stage.simulation.tick))
        self._ends_unless(stranger, stranger in self.seated)

    @rule(stranger=strangers, junk=JUNK)
    def says_something_impossible(self, stranger: Stranger, junk: bytes) -> None:
        stranger.send(junk)
        self._ends_unless(stranger, False)

    @rule(stranger=consumes(strangers), politely=st.booleans())
    def goes(self, stranger: Stranger, politely: bool) -> None:
        if politely:
            stranger.say(Goodbye("that was all"))
        stranger.hang_up()
        self.seated.discard(stranger)

    @rule(target=strangers, number=st.integers(0, 20))
    def comes_back(self, number: int) -> Stranger:
        """With a token that was given to somebody: as its owner would, or a thief, or too late."""
        stranger = self.stage.connect()
        stranger.hello("again", self.stage.tokens[number % len(self.stage.tokens)])
        self.stage.run(2)
        if isinstance(stranger.told[0], Welcome):
            self.seated = {other for other in self.seated if not other.gone} | {stranger}
            self.reached["back"] += 1
        else:
            assert isinstance(stranger.told[0], Refused)
            assert stranger.told[0].refusal is Refusal.TOKEN
        return stranger

    @rule(ticks=st.integers(1, HOLD_TICKS))
    def time_passes(self, ticks: int) -> None:
        self.stage.run(ticks)

    @invariant()
    def who_plays_notices_nothing(self) -> None:
        self.stage.check()

    @invariant()
    def who_is_seated_has_a_body_and_hears_of_the_world(self) -> None:
        with self.stage.simulation.world as world:
            for stranger in self.seated:
                assert not stranger.gone, stranger.told[-1]
                assert stranger.session.net_id in world.net_ids()
                assert any(isinstance(message, Frame | Snapshot) for message in stranger.told)
        assert len(self.stage.simulation.seats) >= 1 + len(self.seated)

    def teardown(self) -> None:
        self.stage.finish()

    def _ends_unless(self, stranger: Stranger, sound: bool) -> None:
        """Whatever is not sound ends the session; what is does, where it is too much."""
        assert sound or stranger.gone
        if stranger.gone:
            self.reached["shown out of the game"] += stranger in self.seated
            self.seated.discard(stranger)


def test_whatever_strangers_say_and_do_their_sessions_are_what_the_model_says() -> None:
    logging.disable()  # nobody reads it
    try:
        run_state_machine_as_test(
            Sessions,
            settings=settings(
                max_examples=15,
                stateful_step_count=40,
                deadline=None,
                derandomize=True,
                phases=[Phase.explicit, Phase.generate],
            ),
        )
    finally:
        logging.disable(logging.NOTSET)
    assert set(Sessions.reached) == {"let in", "refused", "back", "shown out of the game"}, Sessions.reached
    assert min(Sessions.reached.values()) > 2
