"""Replays what fuzzing has found worth keeping: each input that once reached a new line, in every run of the suite."""

import logging

import pytest

from net.client.client_session import ClientSession
from net.wire.codec import decode_from_client
from net.wire.errors import RemoteProtocolError
from tests.fuzz import targets
from tests.fuzz.corpus import load
from tests.fuzz.server_stage import ServerStage
from tests.fuzz.targets import TARGETS


@pytest.mark.parametrize("name", TARGETS)
def test_no_stored_input_is_more_than_a_fault_of_the_peers(name: str) -> None:
    logging.disable()
    try:
        inputs = load(name)
        assert len(inputs) >= 10
        for data in inputs:
            TARGETS[name](data)
    finally:
        logging.disable(logging.NOTSET)


def test_the_stored_inputs_reach_what_they_are_for() -> None:
    decoded = set()
    for data in load("from_client"):
        try:
            decoded.add(type(decode_from_client(data)).__name__)
        except RemoteProtocolError as fault:
            decoded.add(type(fault).__name__)
    assert {"Hello", "Steer", "Ping", "Resync", "Say", "Goodbye", "NotOurProtocolError"} <= decoded


def test_a_stage_tells_a_fault_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("net.server.session.Session._handle", broken)
    with pytest.raises(AssertionError, match="broke something of ours"):
        ServerStage()
    monkeypatch.undo()
    monkeypatch.setattr("net.server.admission.Admission._free", lambda self, net_id: None)
    failed = 0
    for data in load("server"):
        try:
            targets.server(data)
        except AssertionError:
            failed += 1
    assert failed > 3, "a seat that is never free is noticed"


def test_the_stored_crowds_are_heaps_and_take_a_client_long_ways(monkeypatch: pytest.MonkeyPatch) -> None:
    efforts, ticks = [], []
    update = ClientSession.update

    def watched(play: ClientSession) -> None:
        update(play)
        if play.joined is not None:
            efforts.append(play.joined.mirror._sweep.effort)
            ticks.append(play.joined.mirror.tick)

    monkeypatch.setattr(ClientSession, "update", watched)
    monkeypatch.setattr("net.replication.mirror.log.warning", lambda *_: None)
    for data in load("crowds"):
        TARGETS["crowds"](data)
    assert max(efforts) > 1_000_000
    assert max(ticks) > 100
