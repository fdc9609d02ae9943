"""What cannot be a game is said when it is made, with what to change; and what no server of one may say."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from ecs.arena import Arena
from net.client.client_session import ClientSession, Ending
from net.client.controls import Controls
from net.game import Game
from net.inputs import Button, Inputs
from net.launch import Launch
from net.replication.registry import Registry
from net.testing import Clock, Stage
from net.wire.codec import encode
from net.wire.framing import frame
from net.wire.messages import EntityRow, Frame, Message, Private, Request, Section, Snapshot, Welcome
from tests.game.test_hostile_server import Pipe
from tests.net.throwing import BALL, SHOT, THROWING, Hit, shot

HALL = Arena(("#" * 40, *["#" + "." * 38 + "#"] * 22, "#" * 40))


@dataclass(frozen=True)
class Frozen:
    value: int


@dataclass(slots=True)
class Float:
    value: float


MISTAKES: dict[str, tuple[Callable[[], Any], str]] = {
    "a name with a blank": (lambda: Game("my game", "Mine"), "cannot be called 'my game'"),
    "a long name": (lambda: Game("m" * 33, "Mine"), "32 at most"),
    "no title": (lambda: Game("mine", ""), "needs a title"),
    "a button that is none": (
        lambda: replace(THROWING, launches=[Launch("jump", SHOT, shot)]),
        "no button of inputs: throw",
    ),
    "a kind that is none": (lambda: replace(THROWING, launches=[Launch("throw", 9, shot)]), "from 1 to 2"),
    "a launched player": (lambda: replace(THROWING, launches=[Launch("throw", 0, shot)]), "from 1 to 2"),
    "two launches of a kind": (
        lambda: replace(
            THROWING,
            inputs=Inputs([Button("throw", "Throw"), Button("drop", "Drop")]),
            launches=[Launch("throw", SHOT, shot), Launch("drop", SHOT, shot)],
        ),
        "give each a kind of its own",
    ),
    "a frozen component": (lambda: Game("mine", "Mine", components=[Frozen]), "Frozen must not be frozen"),
    "a field of float": (lambda: Game("mine", "Mine", components=[Float]), "must have fields, each of them an int"),
    "an event twice": (lambda: replace(THROWING, events=[Hit, Hit]), "Hit is an event already"),
}


@pytest.mark.parametrize(("make", "words"), MISTAKES.values(), ids=MISTAKES)
def test_what_cannot_be_a_game_is_said_when_it_is_made(make: Callable[[], Any], words: str) -> None:
    with pytest.raises((ValueError, TypeError), match=words):
        make()


def test_events_that_cannot_be_told_are_refused_at_the_call() -> None:
    stage = Stage(THROWING, HALL)
    ann = stage.join("Ann")
    stage.settle()
    surprises = stage.simulation.surprises
    calls: list[tuple[Callable[[], None], str]] = [
        (lambda: surprises.event("hit"), "str is no event of this game: add it to Game.events"),
        (lambda: surprises.event(Hit(1.5, 2)), "Hit.who cannot be 1.5: it takes exactly int"),  # type: ignore[arg-type]
        (lambda: surprises.event(Hit(1, 2), at=(1.0, 2)), "use two whole numbers"),  # type: ignore[arg-type]
        (lambda: surprises.event(Hit(1, 2), at=(1, 2), to=ann.net_id), "leave `at` or `to` out"),
        (lambda: surprises.event(Hit(1, 2), to=999), "there is no entity 999"),
    ]
    with stage.simulation.world:
        for call, words in calls:
            with pytest.raises(ValueError, match=words):
                call()
    with pytest.raises(ValueError, match=r"Hit is no request of throwing: add it to Game\.requests"):
        ann.play.request(Hit(1, 2))
    stage.close()


OWN = 1
SCHEMA = THROWING.registry()


def row(net_id: int, **other: tuple[int, ...]) -> EntityRow:
    """A player, or what `other` makes of it: components by name."""
    values: dict[str, tuple[Any, ...]] = {
        "Position": (5120 + 512 * (net_id % 8), 5120),
        "Velocity": (0, 0),
        "Size": (448, 448),
        "Intent": (0, 0, 0),
        "Dash": (0,),
        "Action": (0,),
        "Name": ("Ann",),
        "Color": (1,),
        "Ammo": (3,),
    }
    values |= other
    index = {kind.component.__name__: kind.index for kind in SCHEMA}
    return net_id, tuple(sorted((index[name], fields) for name, fields in values.items() if fields))


def played(*messages: Message, updates: int = 3) -> ClientSession:
    """Our client, let in, that hears these."""
    clock = Clock()
    play = ClientSession(THROWING, "Ann", 1, Controls(), clock)
    play.attach(Pipe())
    play.received(frame(encode(Welcome(OWN, 0, 60, 2, 0, HALL.rows, "t"))))
    for message in messages:
        play.received(frame(encode(message)))
    for _ in range(updates):
        clock.time += 1 / 60
        play.update()
    return play


def frames(*rows: tuple[int, int, int, int], spawned: tuple[EntityRow, ...] = (), events: Any = ()) -> Frame:
    return Frame(2, (Section(0, intents=[*rows], spawned=[*spawned], events=[*events]),))


FINE = Snapshot(0, (), ((0, (row(OWN),)),))
HOSTILE: dict[str, list[Message]] = {
    "a kind that the game lacks": [Snapshot(0, (), ((0, (row(OWN), row(2, Kind=(3,), Intent=(), Dash=()))),))],
    "a kind of 0 that is told": [Snapshot(0, (), ((0, (row(OWN), row(2, Kind=(0,), Intent=(), Dash=()))),))],
    "an action that the game lacks": [Snapshot(0, (), ((0, (row(OWN, Action=(1 << 39,)),)),))],
    "a deed that the game lacks": [FINE, frames((1, OWN, 0, 2 << 39))],
    "an event that the game lacks": [FINE, frames(events=[(2, 1, (1, 2))])],
    "an event of other fields": [FINE, frames(events=[(0, 1, (1, "x"))])],
    "more events than a frame has": [FINE, frames(events=[(0, 1, (1, 2))] * 513)],
    "a private event that the game lacks": [FINE, Private(2, 7, ())],
}


@pytest.mark.parametrize("messages", HOSTILE.values(), ids=HOSTILE)
def test_what_no_server_of_the_game_says_ends_the_stay_and_nothing_else(messages: list[Message]) -> None:
    play = played(*messages)
    assert play.ending is Ending.LOST
    assert "the server broke the protocol" in play.reason
    play.world.close()


def thing(net_id: int, kind: int, **other: tuple[int, ...]) -> EntityRow:
    """A body of another kind."""
    return row(net_id, Kind=(kind,), **{"Intent": (), "Dash": (), "Action": (), "Name": (), "Ammo": (), **other})


def shown(*rows: EntityRow) -> Snapshot:
    """The first snapshot: our player, and these."""
    return Snapshot(0, (), ((0, (row(OWN), *rows)),))


def launched(owner: int, count: int) -> int:
    """The NetID of what that one launched by the intent of that number."""
    return (1 << 52) + (owner << 26) + count


ODD: dict[str, list[Message]] = {
    "a launch by one who pressed nothing": [FINE, frames((1, OWN, 0, 3)), Frame(4)],
    "a launch by somebody unknown": [FINE, frames((1, 77, 0, 3))],
    "a launch by one without an action": [shown(row(2, Action=())), frames((1, 2, 0, 3))],
    "a launch under a NetID that is there": [shown(row(2), row(launched(2, 1))), frames((1, 2, 0, 3))],
    "a ball of an odd size and speed": [shown(thing(2, BALL, Velocity=(32767, -32767), Size=(1, 5000))), frames()],
    "thousands of shots of ours": [
        shown(*(thing(launched(OWN, n), SHOT, Position=(5120, 5120)) for n in range(5000))),
        frames(),
    ],
}


@pytest.mark.parametrize("messages", ODD.values(), ids=ODD)
def test_what_is_odd_and_possible_is_borne(messages: list[Message]) -> None:
    play = played(*messages)
    assert play.ending is None, play.reason
    assert play.joined is not None
    assert play.joined.mirror.tick >= 2
    prediction = play.joined.reconciliation.prediction
    assert prediction is not None
    assert len(prediction.flying) <= 64
    play.world.close()


@pytest.mark.parametrize(
    "request_", [Request(2, (3,)), Request(0, (0,)), Request(0, ("x",)), Request(0, (3, 3)), Request(1 << 40, ())]
)
def test_a_request_that_the_game_lacks_ends_that_session_alone(request_: Request) -> None:
    stage = Stage(THROWING, HALL)
    ann, bob = stage.join("Ann"), stage.join("Bob")
    stage.settle()
    bob.near.write(frame(encode(request_)))
    stage.run(30)
    assert bob.play.ending is Ending.LOST
    assert "broke the protocol" in bob.play.reason
    assert ann.joined.mirror.mismatches == 0
    assert len(stage.simulation.admission.sessions) == 1
    stage.close()


def test_a_flood_of_requests_is_dropped_and_then_ends_the_session() -> None:
    stage = Stage(THROWING, HALL)
    ann = stage.join("Ann")
    stage.settle()
    for _ in range(8 + 10):
        ann.near.write(frame(encode(Request(0, (1,)))))
    stage.run(2)
    assert ann.play.ending is None
    for _ in range(20):
        ann.near.write(frame(encode(Request(0, (1,)))))
    stage.run(30)
    assert "a flood of requests" in ann.play.reason
    stage.close()


def test_requests_that_no_rule_takes_are_bounded() -> None:
    stage = Stage(replace(THROWING, rules=lambda context: ()), HALL)
    ann = stage.join("Ann")
    stage.settle()
    for _ in range(100):
        ann.near.write(frame(encode(Request(0, (1,)))))
        stage.run(20)
    assert len(stage.simulation.network.requests) == 100
    assert stage.simulation.network.requests.maxlen is not None
    stage.close()


def test_a_registry_of_a_game_without_buttons_and_kinds_has_neither_component() -> None:
    names = [kind.component.__name__ for kind in Game("plain", "Plain").registry()]
    assert names == [kind.component.__name__ for kind in Registry()] + ["Name", "Color", "Away"]
