"""What a fuzzer throws bytes at. A target raises for a fault of ours: anything that a peer may do is no exception.

`TARGETS` maps names to functions of the input; each sets up all that it needs, so that an input means the same whenever
it is run.
"""

from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

import msgpack

from game.tag import TAG
from net.client.client_session import ClientSession
from net.client.controls import Controls
from net.wire.codec import FROM_CLIENT_LIMIT, decode_from_client, decode_from_server, encode
from net.wire.errors import RemoteProtocolError
from net.wire.framing import Deframer, frame
from net.wire.messages import MAGIC, VERSION, Goodbye, Ping, Pong, Resync, Said, Say, Steer, Welcome
from net.wire.texts import clean_chat, clean_name
from tests.fuzz.console import console
from tests.fuzz.crowds import crowds
from tests.fuzz.script import Script
from tests.fuzz.server_stage import HALL, TICK, ServerStage
from tests.fuzz.tls_targets import tls_client, tls_server
from tests.harness import Clock

MAX_STRANGERS: Final = 6
MAX_STEPS: Final = 40  # of one input
# Of time: ticks, after some that are given up.
PASSES: Final = ((1,), (1, 1), (1, 2), (2,), (2, 3), (3,), (1, 19), (2, 88))
ARENAS: Final = (
    HALL.rows,
    ("###", "#.#", "###"),
    ("####", "#..#", "####"),
    ("#" * 40, *["#" + "." * 38 + "#"] * 38, "#" * 40),
)


def framing(data: bytes) -> None:
    """A stream, cut in two ways, is the same payloads and the same end."""
    script = Script(data[:4])
    pieces, stream = [script.below(256) + 1 for _ in range(4)], data[4:]
    whole = _deframed([stream])
    cut: list[bytes] = []
    while stream:
        size = pieces[len(cut) % 4]
        cut.append(stream[:size])
        stream = stream[size:]
    assert _deframed(cut) == whole


def _deframed(chunks: list[bytes]) -> tuple[list[bytes], bool]:
    deframer = Deframer(FROM_CLIENT_LIMIT)
    payloads: list[bytes] = []
    try:
        for chunk in chunks:
            payloads += deframer.feed(chunk)
            assert len(deframer._buffer) < FROM_CLIENT_LIMIT + 4
    except RemoteProtocolError:
        # What came before the fault is given or not, as the chunks fall: whoever hears it closes.
        return [], False
    return payloads, True


def from_client(data: bytes) -> None:
    """What decodes is what was meant: encoded again, it decodes to the same."""
    with suppress(RemoteProtocolError):
        message = decode_from_client(data)
        assert message == decode_from_client(encode(message)) or getattr(message, "version", VERSION) != VERSION


def from_server(data: bytes) -> None:
    """As for a client's."""
    with suppress(RemoteProtocolError):
        message = decode_from_server(data)
        assert message == decode_from_server(encode(message)) or getattr(message, "version", VERSION) != VERSION


def names(data: bytes) -> None:
    """Whatever text comes, what is read of it is clean, and stays as it is."""
    text = (
        data.decode("utf-8", errors="surrogatepass" if data[:1] < b"\x80" else "replace")
        if data.isascii()
        else (data.decode("utf-16-le", errors="replace"))
    )
    for clean in (clean_name, clean_chat):
        with suppress(ValueError):
            seen = clean(text)
            assert seen
            assert seen.isprintable()
            assert clean(seen) == seen


def server(data: bytes) -> None:
    """Strangers come, talk and go in any order; who plays meanwhile notices nothing."""
    script, stage = Script(data), ServerStage()
    try:
        for _ in range(MAX_STEPS):
            if not script:
                break
            _stranger_does(script, stage)
        stage.check()
        stage.finish()
    finally:
        stage.simulation.world.close()


def _stranger_does(script: Script, stage: ServerStage) -> None:
    what, who = script.below(16), script.below(256)
    if not stage.strangers or (what == 0 and len(stage.strangers) < MAX_STRANGERS):
        stage.connect()
    stranger = stage.strangers[who % len(stage.strangers)]
    tick = min(max(0, stage.simulation.tick + script.below(40) - 10), (1 << 32) - 1) if what in (2, 3) else 0
    match what:
        case 1:
            stranger.hello(script.text())
        case 2 | 3:
            stranger.say(Steer(tick, script.below(32)))
        case 4:
            stranger.say(Ping(script.below(256)))
        case 5:
            stranger.say(Say(script.text()))
        case 6:
            stranger.say(Resync(tick))
        case 7:
            stranger.say(Goodbye(script.text()[:200].encode(errors="replace").decode()))
        case 8:
            stranger.hello(script.text(), stage.tokens[script.below(len(stage.tokens))])
        case 9:
            stranger.send(script.bytes(script.below(64)))
        case 10:
            stranger.send(frame(script.bytes(script.below(64) + 1)))
        case 11:
            stranger.send(frame(msgpack.packb([script.below(14), *(_field(script) for _ in range(script.below(8)))])))
        case 12:
            stranger.hang_up()
        case 13:
            stranger.reads = not stranger.reads
            stranger.unsent = 0
        case 14:
            stranger.send(frame(encode(Ping(1))) * (4 * script.below(256)))
        case _:
            stage.run(*PASSES[script.below(8)])


class _Socket:
    """A Pipe to a server that is not one."""

    name = "hostile"
    unsent = 0

    def __init__(self) -> None:
        self.said = 0

    def write(self, data: bytes) -> bool:
        """As a Pipe has it."""
        self.said += len(data)
        return True

    def close(self) -> None:
        """As a Pipe has it."""


def client(data: bytes) -> None:
    """Our client, with a server that says whatever it likes: the worst that comes of it is the end of that stay."""
    script, clock = Script(data), Clock()
    controls = Controls()
    play = ClientSession(TAG, "Ann", 1, controls, clock, draws=script.below(2) == 1)
    play.attach(_Socket())
    try:
        if script.below(4):  # else it does not even begin as a server of this game
            _welcome(script, play)
            _snapshot(script, play)
            play.update()  # in which it says a Ping: no other Pong counts
            play.received(frame(encode(Pong(0, 0, 0))))
        for _ in range(MAX_STEPS):
            if not script or play.ending is not None:
                break
            _server_does(script, play, clock)
            controls.steer(script.below(9))
        assert play.ending is None or play.reason
    finally:
        play.world.close()


def _server_does(script: Script, play: ClientSession, clock: Clock) -> None:
    match script.below(12):
        case 0:
            play.received(script.bytes(script.below(64)))
        case 1:
            play.received(frame(script.bytes(script.below(64) + 1)))
        case 2:
            fields = [5, MAGIC, VERSION, *(_field(script) for _ in range(7))]
            play.received(frame(msgpack.packb(fields)))
        case 3:
            _welcome(script, play)
        case 4:
            _snapshot(script, play)
        case 5 | 6:
            play.received(frame(msgpack.packb([8, _tick(script, play), _list(script, _section)])))
        case 7:
            play.received(frame(encode(Pong(*(abs(script.number()) % (1 << 40) for _ in range(3))))))
        case 8:
            play.received(frame(encode(Said(script.below(4), script.text()[:50].encode(errors="replace").decode()))))
        case 9:
            play.received(frame(msgpack.packb([script.below(14), *(_field(script) for _ in range(script.below(8)))])))
        case _:
            clock.time += TICK * script.below(64)
            play.update()


def _welcome(script: Script, play: ClientSession) -> None:
    rate, every, cell_tiles = script.below(250) + 1, script.below(4) + 1, script.below(3)
    arena = ARENAS[script.below(len(ARENAS))]
    play.received(frame(encode(Welcome(script.below(4) + 1, script.below(256), rate, every, cell_tiles, arena, "t"))))


def _snapshot(script: Script, play: ClientSession) -> None:
    play.received(frame(msgpack.packb([7, _tick(script, play), _cells(script), _list(script, _cell_row)])))


def _tick(script: Script, play: ClientSession) -> int:
    now = play.joined.mirror.tick if play.joined is not None else 0
    return script.number() % (1 << 32) if script.below(8) == 0 else max(0, now + script.below(40) - 3)


def _list(script: Script, item: Callable[[Script], Any]) -> list[Any]:
    return [item(script) for _ in range(script.below(4))]


def _cells(script: Script) -> list[int]:
    return [script.below(4) for _ in range(script.below(3))]


def _cell_row(script: Script) -> list[Any]:
    return [script.below(3), _list(script, _entity)]


def _entity(script: Script) -> list[Any]:
    """Mostly one that could be, now and then with something missing, double or impossible."""
    x, y = 512 + script.below(256), 512 + script.below(256)
    components: list[list[Any]] = [[0, [x, y]], [1, [0, 0]], [2, [448, 448]], [3, [script.below(32), 0, 0]], [4, [0]]]
    match script.below(6):
        case 0:
            del components[script.below(5)]
        case 1:
            components.append([script.below(16), [_field(script) for _ in range(script.below(4))]])
        case 2:
            row = components[script.below(5)]
            row[1] = [script.number() for _ in row[1]]
        case 3:
            components.append([5, [script.text()]])
    return [script.below(6) + 1, components]


def _section(script: Script) -> list[Any]:
    intents = [n for _ in range(script.below(4)) for n in (script.below(6) + 1, script.below(256))]
    bodies = [n for _ in range(script.below(3)) for n in (script.below(6) + 1, *_body(script))]
    changed = [[script.below(6) + 1, script.below(16), [script.number()]] for _ in range(script.below(3))]
    checksum = script.number() if script.below(4) == 0 else None
    gone = [script.below(6) + 1 for _ in range(script.below(3))]
    return [script.below(3), intents, bodies, gone, _list(script, _entity), changed, checksum]


def _body(script: Script) -> list[int]:
    if script.below(4) == 0:
        return [script.number() for _ in range(5)]
    return [512 + script.below(256), 512 + script.below(256), script.below(256) - 128, script.below(256) - 128, 0]


def _field(script: Script) -> Any:
    match script.below(6):
        case 0:
            return script.text().encode(errors="replace").decode()
        case 1:
            return [script.number() for _ in range(script.below(4))]
        case 2:
            return (None, True, False, 0.5, b"x", {}, [], [[]])[script.below(8)]
        case _:
            return script.number() % (1 << 64)


TARGETS: Final[dict[str, Callable[[bytes], None]]] = {
    "framing": framing,
    "from_client": from_client,
    "from_server": from_server,
    "names": names,
    "server": server,
    "client": client,
    "console": console,
    "tls_server": tls_server,
    "tls_client": tls_client,
    "crowds": crowds,
}
