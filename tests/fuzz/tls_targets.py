"""TLS records, against either end of ours: what a peer can make of them that has shaken hands as it should.

The records are sealed anew in each run, with other keys; what is in them, and how they are cut, is the input's.
"""

import ssl
from functools import lru_cache
from typing import Final

from game.server.app import WITHOUT_TLS
from game.tag import TAG
from net.client.client_session import ClientSession, Ending
from net.client.controls import Controls
from net.io.certificates import server_tls, trusting_context
from net.io.tls import TlsPipe, secured
from net.server.session import Session
from net.wire.codec import encode
from net.wire.framing import frame
from net.wire.messages import VERSION, Hello, Ping, Said, Welcome
from net.wire.pipe import Pipe, Receiver
from tests.certificates import SERVER
from tests.fuzz.script import Script
from tests.fuzz.server_stage import HALL, REGISTRY, TICK, ServerStage
from tests.harness import Clock
from tests.tls13 import ALERT, APPLICATION, CLOSE_NOTIFY, HANDSHAKE, KEY_UPDATE, TICKET, USER_CANCELED, TlsPeer

MAX_STEPS: Final = 24  # of one input; a record is sealed in a millisecond
HONEST_BARREN: Final = 30  # records with nothing in them, as many as OpenSSL itself bears one after another
PARTS: Final = (KEY_UPDATE, TICKET, b"\x18\0\0\x01\x01", b"\x01\0\0\0", b"\x18\0\0\x02\0\0", b"\x04\0\0\0")
ALERTS: Final = (USER_CANCELED, CLOSE_NOTIFY, b"\2\x28", b"\1", b"", b"\1\x5a\1\x5a")


class Foe:
    """A peer over a pipe to our end, and whether it has been an honest one."""

    name = "foe"
    unsent = 0

    def __init__(self, context: ssl.SSLContext, is_client: bool) -> None:
        self.peer = TlsPeer(context, is_client)
        self.receiver: Receiver | None = None  # our end
        self.closed = False  # by our end
        self.honest = True
        self._barren = 0
        self._cut = b""  # of a record that is still under way
        self._rest: list[bytes] = []  # of a handshake message that was begun

    def write(self, data: bytes) -> bool:
        """As a Pipe has it."""
        if answer := self.peer.take(data):
            self.send(answer)
        return True

    def close(self) -> None:
        """As a Pipe has it."""
        self.closed = True

    def send(self, data: bytes) -> None:
        """Any bytes."""
        assert self.receiver is not None
        if not self.closed:
            self.receiver.received(data)

    def does(self, script: Script, message: bytes) -> None:
        """Something with records; `message` is a sound one of the game."""
        data, self._cut = self._cut, b""
        what = script.below(16)
        if self._rest and what != 9:  # nothing may stand between the parts of a handshake message
            self.honest = False
        data += self._record(what, script, message)
        if script.below(4) == 0:
            size = script.below(256) % (len(data) + 1)
            data, self._cut = data[:size], data[size:]
        self.send(data)

    def _record(self, what: int, script: Script, message: bytes) -> bytes:
        peer = self.peer
        match what:
            case 3:
                at = script.below(256) % len(message)
                return peer.record(message[:at]) + peer.record(message[at:])
            case 4:
                return peer.record(message * (script.below(8) + 1), padding=script.below(64))
            case 5:
                return b"".join(self._barren_record(0) for _ in range(script.below(40)))
            case 6 | 7:
                return self._barren_record(what)
            case 8:
                part = PARTS[script.below(len(PARTS))]
                at = script.below(len(part)) + 1
                self.honest = self.honest and part is KEY_UPDATE
                self._rest.append(part[at:])
                return peer.record(part[:at], HANDSHAKE)
            case 9 if self._rest:
                rest = self._rest.pop()
                record = peer.record(rest, HANDSHAKE) if rest else b""
                peer.rekey()
                return record
            case 10:
                alert = script.below(len(ALERTS))
                self.honest = self.honest and alert == 0 and not self._barren
                self._barren += 1
                return peer.record(ALERTS[alert], ALERT)
            case 11:
                self.honest = False
                return peer.record(script.bytes(script.below(40)), script.below(256))
            case 12:
                self.honest = False
                return script.bytes(script.below(64))
            case 13:
                self.honest = False
                return b"".join(peer.key_update(answered=bool(n % 2)) for n in range(script.below(80)))
            case 14:
                self.honest = False
                return b"".join(peer.record(message[:1]) for _ in range(script.below(100)))
            case _:
                return peer.record(message, APPLICATION)

    def _barren_record(self, what: int) -> bytes:
        self._barren += 1
        self.honest = self.honest and self._barren < HONEST_BARREN
        return self.peer.key_update(answered=what == 7) if what else self.peer.record(b"")


@lru_cache(1)
def _server_context() -> ssl.SSLContext:
    return server_tls(*SERVER).context


def tls_server(data: bytes) -> None:
    """A stranger to a server; who plays meanwhile, without TLS, notices nothing."""
    script, stage = Script(data), ServerStage()
    foe = Foe(trusting_context(), is_client=True)
    sessions: list[Session] = []

    def accept(pipe: Pipe) -> Session:
        sessions.append(stage.simulation.accept(pipe))
        return sessions[0]

    try:
        foe.receiver = secured(accept, _server_context(), WITHOUT_TLS)(foe)
        foe.send(foe.peer.take(b""))
        assert foe.peer.shaken
        message = frame(encode(Ping(1)))
        if script.below(4):
            foe.send(foe.peer.record(frame(encode(Hello(VERSION, REGISTRY.schema_hash, "Foe", 1)))))
            stage.run(2)
        else:  # a stranger says nothing that could be understood
            foe.honest = False
        for _ in range(MAX_STEPS):
            if not script or foe.closed:
                break
            if script.below(4) == 0:
                stage.run(2, standstill=script.below(8))
            foe.does(script, message)
        stage.run(2)
        assert stage.simulation.stats.our_faults == 0
        if foe.honest:
            assert sessions[0] in stage.simulation.admission.sessions, "it was honest"
        stage.check()
        foe.receiver.lost("the connection was reset")
        stage.finish()
        assert sessions[0] not in stage.simulation.admission.sessions
    finally:
        stage.simulation.world.close()


def tls_client(data: bytes) -> None:
    """A hostile server to our client: the worst that comes of it is the end of that stay, with a reason."""
    script, clock = Script(data), Clock()
    foe = Foe(server_tls(*SERVER).context, is_client=False)
    play = ClientSession(TAG, "Ann", 1, Controls(), clock, draws=False)
    pipe = TlsPipe(foe, trusting_context(), "127.0.0.1")
    foe.receiver = pipe

    def believed() -> None:
        pipe.receiver = play.attach(pipe)

    pipe.secured = believed
    try:
        pipe.start()
        assert foe.peer.shaken
        if script.below(4):
            foe.send(foe.peer.record(frame(encode(Welcome(1, 100, 60, 2, 0, HALL.rows, "t", 3)))))
            assert play.joined is not None
        for _ in range(MAX_STEPS):
            if not script or foe.closed:
                break
            if script.below(4) == 0:
                clock.time += TICK * script.below(40)
            foe.does(script, frame(encode(Said(0, "hello"))))
            play.update()
        if foe.honest and play.joined is not None:
            assert play.ending in (None, Ending.LOST)
            assert play.ending is None or "silent" in play.reason, play.reason
        assert play.ending is None or play.reason
        play.say("still there?")
        foe.receiver.lost("the connection was reset")
        assert play.ending is not None
    finally:
        play.leave()
        play.world.close()
