"""A server that has run for years: a match goes on over each number past which a counter could outgrow its field."""

import asyncio
import gc
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

import esper
import pytest

from ecs.components import Intent, NetID
from ecs.surprises import Surprises
from ecs.world import World
from game.server.app import Service, serve
from game.tag import TAG
from game.tag.components import Tagged
from net.client.corrections import Cause
from net.components import Away
from net.conditioner.link import Conditions
from net.io import walltime
from net.rounds import Round, RoundPhase, Score
from net.rules import RuleContext
from net.server.simulation import LAST_TICK, OLD_TICK, ServerSettings, WornOutError
from net.wire.codec import MAX_INT, MAX_TICK, decode_from_server
from net.wire.connection import ClientConnection, ServerConnection
from net.wire.errors import LocalProtocolError
from net.wire.framing import Deframer
from net.wire.messages import (
    VERSION,
    FromServer,
    Goodbye,
    Hello,
    Look,
    Message,
    Ping,
    Refusal,
    Refused,
    Report,
    Resync,
    Said,
    Snapshot,
    Steer,
    Welcome,
)
from tests.game.live import free_port
from tests.harness import HALL, Player, Stage, Walker
from tests.net.server.test_resume import cut

OLD_LIMITS = {"2^31": 1 << 31, "2^32": 1 << 32, "2^40": 1 << 40}  # the last lies between the old and the new ones

C = TypeVar("C")


@dataclass(slots=True)
class Odometer:
    """Counts, in a component of somebody's own."""

    way: int


class OdometerSystem(esper.Processor):
    """Everybody's counts from just below a limit on, over it and up to the largest integer that there is."""

    def __init__(self, world: World, surprises: Surprises, start: int) -> None:
        self._world, self._surprises, self._start = world, surprises, start

    def process(self, tick: int) -> None:
        for entity, (bearer, _) in list(esper.get_components(NetID, Intent)):
            held = esper.try_component(entity, Odometer)
            if held is None:
                self._world.add_component(entity, Odometer(self._start))
            elif tick % 10 == 0 and held.way < MAX_INT:
                held.way += 1
            else:
                continue
            self._surprises.change(bearer.id, Odometer)


def old_stage(ticks: int, net_ids: int, counts: int, cell_tiles: int = 0) -> Stage:
    """A server that has counted so far, in which Tag is played in rounds of two seconds."""

    def rules(context: RuleContext) -> list[esper.Processor]:
        return [*TAG.rules(context), OdometerSystem(context.world, context.surprises, counts)]

    return Stage(
        components=[Odometer],
        rules=rules,
        round_seconds=2.0,
        podium_seconds=1.0,
        first_tick=ticks,
        first_net_id=net_ids,
        cell_tiles=cell_tiles,
    )


def grow_old(stage: Stage, player: Player, count: int) -> None:
    """The player has applied so many intents, which they learn when they come back from a lost connection."""
    cut(player)
    stage.run(20)
    stage.intent(player.net_id).count = count
    player.come_back()
    stage.run(60)


def held(player: Player, kind: type[C]) -> list[C]:
    """All components of that kind in a player's mirror."""
    with player.play.world:
        return [component for _, component in esper.get_component(kind)]


@pytest.mark.parametrize("cell_tiles", [0, 8], ids=["everything is visible", "areas are visible"])
@pytest.mark.parametrize("limit", OLD_LIMITS.values(), ids=OLD_LIMITS)
def test_a_match_goes_on_over_the_limit_to_the_bit(limit: int, cell_tiles: int) -> None:
    stage = old_stage(limit - 220, limit - 2, limit - 10, cell_tiles=cell_tiles)
    ann = stage.join("Ann", Conditions(latency=0.05))
    stage.run(30)
    grow_old(stage, ann, limit - 3)
    bob = stage.join("Bob", Conditions(latency=0.1, jitter=0.02))
    stage.settle(60)
    assert stage.simulation.tick < limit, "it begins on this side"
    rounds = 0
    walkers = Walker(ann, 1), Walker(bob, 2)

    def walk(tick: int) -> None:
        nonlocal rounds
        rounds += any(now.phase == RoundPhase.PODIUM for now in held(bob, Round))
        for walker in walkers:
            walker(tick)

    stage.run(320, walk)
    assert stage.simulation.tick > limit
    for player in (ann, bob):
        assert player.play.ending is None, player.play.reason
        assert player.compared > 150
        assert player.joined.mirror.checks > 3
        assert player.joined.mirror.mismatches == 0
        assert player.play.causes[Cause.UNEXPLAINED] == 0
        assert abs(player.joined.clock.tick(stage.clock.time) - stage.simulation.tick) < 3
        assert player.joined.input.now > stage.simulation.tick
        assert player.joined.interpolation is not None
        assert -1 < stage.simulation.tick - player.joined.interpolation.now < 30
    assert stage.intent(ann.net_id).count > limit
    assert stage.intent(ann.net_id).since > limit
    assert bob.net_id >= limit
    assert max(odometer.way for odometer in held(ann, Odometer)) > limit
    assert rounds > 0, "a round ended"
    assert max(tagged.since for tagged in held(bob, Tagged)) > limit
    assert max(score.since for score in held(bob, Score)) > limit
    cut(bob)
    stage.run(10)
    assert held(ann, Away)
    assert ann.play.ending is None, ann.play.reason


def test_a_match_goes_on_up_to_the_last_tick_and_then_everybody_is_told(caplog: pytest.LogCaptureFixture) -> None:
    stage = old_stage(LAST_TICK - 500, MAX_INT - 2, MAX_INT - 10)
    ann = stage.join("Ann", Conditions(latency=0.05))
    stage.run(30)
    grow_old(stage, ann, MAX_INT - 100)
    bob = stage.join("Bob")
    stage.run(60)
    walkers = Walker(ann, 1), Walker(bob, 2)
    for _ in range(12):
        for walker in walkers:
            walker(stage.simulation.tick)
        stage.run(10)
    stage.run(LAST_TICK - stage.simulation.tick)
    assert bob.net_id == MAX_INT
    for player in (ann, bob):
        assert player.play.ending is None, player.play.reason
        assert player.compared > 150
        assert player.joined.mirror.mismatches == 0
        assert player.play.causes[Cause.UNEXPLAINED] == 0
    assert held(ann, Odometer) == [Odometer(MAX_INT)] * 2
    with pytest.raises(WornOutError, match="is the last one"):
        stage.simulation.advance(stage.clock.time)
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


def test_an_old_server_warns_once_a_day_that_it_will_end(caplog: pytest.LogCaptureFixture) -> None:
    day = 24 * 60 * 60 * 60
    stage = Stage(first_tick=(OLD_TICK // day + 1) * day - 5)
    stage.run(20)
    (line,) = [record.message for record in caplog.records if record.levelno == logging.WARNING]
    assert f"it ends in {(LAST_TICK - OLD_TICK) // day} days" in line
    young = Stage(first_tick=day * 1000 - 5)
    young.run(20)
    assert len([record for record in caplog.records if record.levelno == logging.WARNING]) == 1


def test_a_server_at_its_last_tick_says_so_to_everybody_and_ends_so_that_it_is_started_anew(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    port = free_port()
    heard: list[FromServer] = []

    async def listen_to(reader: asyncio.StreamReader) -> None:
        deframer = Deframer(1 << 20)
        while data := await reader.read(4096):
            heard.extend(decode_from_server(payload) for payload in deframer.feed(data))
        kept[0][1].close()

    async def ticks(rate: int, tick: Callable[[float], None], *_: object) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(ClientConnection().send(hello))
        listening = asyncio.create_task(listen_to(reader))
        try:
            while True:
                tick(walltime.now())
                await asyncio.sleep(0.001)
        finally:
            kept.append((listening, writer))

    kept: list[tuple[Awaitable[None], asyncio.StreamWriter]] = []
    hello = Hello(VERSION, TAG.registry().schema_hash, "Ann", 1)
    monkeypatch.setattr(walltime, "every_tick", ticks)
    threshold = gc.get_threshold()
    try:
        code = serve(TAG, ServerSettings(HALL, first_tick=LAST_TICK - 100), Service("127.0.0.1", port))
    finally:
        gc.unfreeze()
        gc.set_threshold(*threshold)
    assert code == 1  # which systemd takes for a reason to start another one
    assert isinstance(heard[0], Welcome)
    assert any(isinstance(message, Snapshot) for message in heard)
    assert heard[-1] == Goodbye("the server has to start anew")
    assert "the server ends, to be started anew: tick" in caplog.text
    assert "Traceback" not in caplog.text


TOO_LARGE: dict[str, Message] = {
    "a tick": Steer(MAX_TICK + 1, 0),
    "a tick before all": Resync(-1),
    "a direction": Steer(1, 32),
    "a time": Ping(1000 * MAX_TICK + 1),
    "a place": Look(1 << 31, 0),
    "a number of corrections": Report(1001, 0),
    "a true for an integer": Ping(True),
    "a float": Ping(1.5),  # type: ignore[arg-type]
    "an integer of 65 bits": Ping(1 << 64),
    "a text": Goodbye("x" * 257),
    "half a letter": Goodbye("\ud800"),
    "more bytes than a client may say": Goodbye("\U0001f600" * 200),
}


@pytest.mark.parametrize("message", TOO_LARGE.values(), ids=TOO_LARGE)
def test_what_the_server_would_refuse_is_our_own_fault_where_it_is_said(message: Message) -> None:
    watches = isinstance(message, Look)
    client, server = ClientConnection(), ServerConnection()
    list(server.receive(client.send(Hello(VERSION, "f" * 16, "Ann", 1, watch=watches))))
    list(client.receive(server.send(Welcome(0 if watches else 7, 5, 60, 2, 0, HALL.rows, "f" * 32))))
    with pytest.raises(LocalProtocolError, match="not to be said"):
        client.send(message)  # type: ignore[arg-type]
    fine = Ping(5)
    assert list(server.receive(client.send(fine))) == [fine], "and the conversation goes on"


@pytest.mark.parametrize(
    "message",
    [
        Said(MAX_INT + 1, "x"),
        Said(-1, "x"),
        Said(1, "x" * 257),
        Welcome(7, MAX_TICK + 1, 60, 2, 0, HALL.rows, ""),
        Welcome(MAX_INT + 1, 5, 60, 2, 0, HALL.rows, ""),
        Welcome(7, 5, 1001, 2, 0, HALL.rows, ""),
        Refused(Refusal.SCHEMA, VERSION, "x", ("x" * 257,)),
    ],
    ids=str,
)
def test_what_a_client_would_refuse_is_our_own_fault_where_it_is_said(message: Message) -> None:
    client, server = ClientConnection(), ServerConnection()
    list(server.receive(client.send(Hello(VERSION, "f" * 16, "Ann", 1))))
    if isinstance(message, Said):
        server.send(Welcome(7, 5, 60, 2, 0, HALL.rows, "f" * 32))
    with pytest.raises(LocalProtocolError, match="not to be said"):
        server.send(message)  # type: ignore[arg-type]
