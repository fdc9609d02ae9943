"""What one address may have of a server, however its clients come and go: seats, held ones too, and places to watch."""

import itertools

import pytest

from game.tag import TAG
from net.wire.messages import VERSION, Goodbye, Hello, Ping, Refusal, Refused, Welcome
from tests.harness import Stage, Stranger

HOME, ELSEWHERE, HERE = "192.0.2.1", "192.0.2.2", "127.0.0.1"
PORTS = itertools.count(40000)


class Guest(Stranger):
    """A client from some address that says Hello at once."""

    def __init__(self, stage: Stage, host: str, token: str = "", watch: bool = False) -> None:
        super().__init__(stage)
        self.far.name = f"{host}:{next(PORTS)}"
        self.say(Hello(VERSION, TAG.registry().schema_hash, "Ann", 0xF5A623, token, watch))
        stage.run(3)
        if self.welcome:
            self.say(Ping(1))  # so that its token is known to have come through
            stage.run(1)

    @property
    def welcome(self) -> Welcome | None:
        return self.told[0] if isinstance(self.told[0], Welcome) else None

    @property
    def refusal(self) -> tuple[Refusal, str]:
        answer = self.told[0]
        assert isinstance(answer, Refused)
        return answer.refusal, answer.reason

    def lose(self) -> None:
        """The connection breaks, and the seat is held."""
        self.far.lose("the connection was reset")


def test_seats_that_are_held_count_for_the_address_that_held_them() -> None:
    stage = Stage(max_per_address=3, hold_seconds=5.0)
    guests = [Guest(stage, HOME) for _ in range(3)]
    for guest in guests:
        guest.lose()
    late = Guest(stage, HOME)
    reason = "3 players from one address are allowed, and that many are there or may still come back"
    assert late.refusal == (Refusal.FULL, reason)
    assert Guest(stage, ELSEWHERE).welcome, "others come in"
    assert len(stage.simulation.seats) == 4
    stage.run(5 * 60)
    assert Guest(stage, HOME).welcome, "as soon as they are held no more"


@pytest.mark.parametrize("hold", [0.0, 30.0])
def test_whoever_comes_and_goes_for_long_never_has_more_seats_than_the_address_may(hold: float) -> None:
    stage = Stage(max_per_address=4, hold_seconds=hold)
    most = 0
    for _ in range(20):
        Guest(stage, HOME).lose()
        stage.run(2)
        most = max(most, len(stage.simulation.seats))
    assert most == (4 if hold else 0)
    if not hold:
        assert Guest(stage, HOME).welcome


def test_who_says_goodbye_makes_room_at_once() -> None:
    stage = Stage(max_per_address=1)
    first = Guest(stage, HOME)
    assert Guest(stage, HOME).refusal[0] is Refusal.FULL
    first.say(Goodbye("left"))
    stage.run(3)
    assert Guest(stage, HOME).welcome


def test_a_seat_that_is_taken_up_from_elsewhere_counts_there() -> None:
    stage = Stage(max_per_address=1)
    first, other = Guest(stage, HOME), Guest(stage, ELSEWHERE)
    assert first.welcome
    first.lose()
    assert Guest(stage, ELSEWHERE, first.welcome.token).refusal[0] is Refusal.FULL
    other.say(Goodbye("left"))
    stage.run(3)
    again = Guest(stage, ELSEWHERE, first.welcome.token)
    assert again.welcome, "the seat was still held"
    assert again.welcome.net_id == first.welcome.net_id
    assert Guest(stage, ELSEWHERE).refusal[0] is Refusal.FULL
    assert Guest(stage, HOME).welcome


def test_who_comes_back_into_a_held_seat_is_not_one_more() -> None:
    stage = Stage(max_per_address=1)
    first = Guest(stage, HOME)
    for _ in range(3):
        assert first.welcome
        first.lose()
        first = Guest(stage, HOME, first.welcome.token)
    assert first.welcome
    assert len(stage.simulation.seats) == 1


@pytest.mark.parametrize(("places", "share"), [(16, 4), (8, 2), (3, 2), (100, 5)])
def test_one_address_has_a_share_of_the_places_to_watch(places: int, share: int) -> None:
    stage = Stage(max_spectators=places, max_per_address=5)
    guests = [Guest(stage, HOME, watch=True) for _ in range(share + 1)]
    assert [bool(guest.welcome) for guest in guests] == [True] * share + [False]
    assert guests[-1].refusal == (Refusal.FULL, f"no more may watch from your address: {share} of {share} are there")
    assert Guest(stage, ELSEWHERE, watch=True).welcome
    guests[0].say(Goodbye("seen enough"))
    stage.run(3)
    assert Guest(stage, HOME, watch=True).welcome


def test_this_machine_is_exempt() -> None:
    stage = Stage(max_per_address=2)
    assert all(Guest(stage, HERE).welcome for _ in range(4))
    assert all(Guest(stage, HERE, watch=True).welcome for _ in range(6))
    assert all(Guest(stage, "[::1]").welcome for _ in range(4))


def test_an_ipv6_household_is_one_address() -> None:
    stage = Stage(max_per_address=1)
    assert Guest(stage, "[2001:db8:0:1::5]").welcome
    assert Guest(stage, "[2001:db8:0:1:ffff::6]").refusal[0] is Refusal.FULL
    assert Guest(stage, "[2001:db8:0:2::5]").welcome
