"""When it is we who are wrong: a message that breaks us ends its own session, a tick that fails ends us, cleanly."""

import socket
import subprocess
import sys

import pytest

from game.tag import TAG
from net.server import admission
from net.server.session import Session
from net.wire.codec import encode
from net.wire.framing import frame
from net.wire.messages import VERSION, Goodbye, Hello
from net.wire.texts import clean_name
from tests.game.processes import PATIENCE, ROOT, port_of, programs
from tests.harness import Stage, Stranger, Walker

SCHEMA = TAG.registry().schema_hash


def test_a_message_that_breaks_us_ends_its_session_alone_with_a_traceback_and_a_word(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    stage = Stage()
    ann, bob = stage.join("Ann"), stage.join("Bob")
    stage.settle()
    steer = stage.simulation.network.steer

    def faulty(session: Session, tick: int, direction: int, action: int) -> None:
        if session is bob.session:
            raise ZeroDivisionError("of ours")
        steer(session, tick, direction, action)

    monkeypatch.setattr(stage.simulation.network, "steer", faulty)
    bob.controls.steer(3)
    compared = ann.compared
    stage.run(60, Walker(ann, 1))
    faults = [record for record in caplog.records if record.exc_info]
    assert len(faults) == 1
    assert "ZeroDivisionError: of ours" in caplog.text
    assert bob.play.ending is not None
    assert "could not handle" in bob.play.reason
    assert stage.simulation.stats.our_faults == 1
    assert stage.intent(ann.net_id).count > 0
    assert ann.compared > compared + 20  # to the bit, with Bob standing there

    monkeypatch.undo()
    mine = bob.net_id
    bob.come_back()
    stage.run(60)
    assert bob.net_id == mine  # it was not he who was wrong


def test_a_hello_that_breaks_us_ends_its_session_alone(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def faulty(name: str) -> str:
        if name == "Eve":
            raise ZeroDivisionError("of ours")
        return clean_name(name)

    monkeypatch.setattr(admission, "clean_name", faulty)
    stage = Stage()
    eve = Stranger(stage)
    eve.say(Hello(VERSION, SCHEMA, "Eve", 1))
    ann = stage.join("Ann")
    stage.settle()
    assert [type(message) for message in eve.told] == [Goodbye]
    assert eve.ended is not None
    assert sum(record.exc_info is not None for record in caplog.records) == 1
    assert len(stage.simulation.seats) == 1
    assert ann.compared > 20


BROKEN = """
import sys, main
from game.tag.tag_system import TagSystem
def process(self, tick):
    if tick > 60: raise ZeroDivisionError("of ours")
TagSystem.process = process
sys.exit(main.main(["--server", "--host", "127.0.0.1", "--port", "0", "--no-advertise", "--metrics", "0"]))
"""


def test_a_system_that_fails_ends_the_server_with_a_traceback_once_everybody_is_told() -> None:
    server = subprocess.Popen(
        [sys.executable, "-c", BROKEN], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        assert server.stdout is not None
        port = int(server.stdout.readline().rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port), PATIENCE) as seated:
            seated.sendall(frame(encode(Hello(VERSION, SCHEMA, "Ann", 1))))
            heard = b"".join(iter(lambda: seated.recv(4096), b""))
        assert server.wait(PATIENCE) == 1
        assert server.stderr is not None
        log = server.stderr.read()
    finally:
        server.kill()
        server.communicate()
    assert b"the server failed and ends" in heard
    assert log.count("Traceback") == 1
    assert "ERROR tick 61 failed, so the server ends" in log
    assert "ZeroDivisionError: of ours" in log
    assert "leave: 'Ann'" in log
    assert "closed after 61 ticks" in log


def test_sigterm_tells_everybody_and_waits_for_nobody() -> None:
    with programs() as start:
        server = start("--server", "--port", "0", "--host", "127.0.0.1")
        address = ("127.0.0.1", int(port_of(server)))
        with (
            socket.create_connection(address, PATIENCE) as mute,
            socket.create_connection(address, PATIENCE) as deaf,
        ):
            deaf.sendall(frame(encode(Hello(VERSION, SCHEMA, "Deaf", 1))))
            server.wait_for("join: 'Deaf'")
            assert server.end() == 0  # though neither of them closes its end
            for client in (mute, deaf):
                heard = b"".join(iter(lambda: client.recv(4096), b""))  # noqa: B023 - called at once
                assert b"the server is closing" in heard
