"""The examples of PROTOCOL.md are a conversation that takes place: they are said to a real server and a real client.

What a client says is said to our server where it is in turn; what a server says is heard by our client, in the order of
the document.
"""

import dataclasses
import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import esper
import pytest

from ecs.arena import Arena, parse_arena
from ecs.collision.separate import separate
from ecs.components import UNITS_PER_PIXEL
from ecs.grid import Grid
from ecs.movement.step import Body, motion_at, step
from ecs.world import World
from game.tag import TAG
from net.client.client_session import ClientSession, Ending
from net.client.controls import Controls
from net.conditioner.link import Conditions, link
from net.defaults import VIEW_PIXELS
from net.replication.interest import CELL_TILES, Interest
from net.replication.mirror import Mirror
from net.rules import RuleContext
from net.wire import connection
from net.wire.codec import encode
from net.wire.connection import ClientConnection, State
from net.wire.framing import frame
from net.wire.messages import (
    VERSION,
    Benched,
    Challenge,
    Frame,
    FromClient,
    FromServer,
    Goodbye,
    Hello,
    Identity,
    Message,
    Moved,
    Ping,
    Private,
    Proof,
    Query,
    Refusal,
    Refused,
    Request,
    Resync,
    Snapshot,
    Steer,
    Welcome,
)
from tests.harness import PLAIN, Clock, Stage, Stranger, Walker
from tests.net.protocol_md import EXAMPLES, TEXT, examples, stated

SAID = [(bytes.fromhex(data), stated(text)) for data, text in EXAMPLES]
OF_CLIENT = [(data, message) for data, message in SAID if isinstance(message, FromClient)]
OF_SERVER = [(data, message) for data, message in SAID if isinstance(message, FromServer)]
(PASSWORD,) = re.findall(r"the password `(.*?)`, the Challenge", TEXT)
IN_CELLS = TEXT.index("\n## 14. Cells"), TEXT.index("\n## 15. Collisions")


def hellos() -> list[tuple[bytes, Hello]]:
    return [(data, message) for data, message in OF_CLIENT if isinstance(message, Hello)]


def test_each_example_of_what_a_client_says_is_heard_by_a_server_where_it_is_in_turn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (challenge,), (proof,) = examples(Challenge), [data for data, message in OF_CLIENT if isinstance(message, Proof)]
    tokens = [hello.token for _, hello in hellos() if hello.token]
    digits = itertools.chain([challenge.salt], itertools.repeat(challenge.nonce))
    monkeypatch.setattr("net.server.limits.password_gate.random_digits", lambda: next(digits))
    stage = Stage(Arena(examples(Welcome)[0].arena), password=PASSWORD, seed=1)
    monkeypatch.setattr(stage.simulation.seats, "_mint_token", lambda: tokens[0])
    said, stranger = [], None
    for hello_data, hello in hellos():
        if hello.token:
            assert stranger is not None
            stranger.near.lose("the network is gone")
            stage.run(3)
        stranger = Stranger(stage)
        stranger.near.write(hello_data)
        stage.run(1)
        assert stranger.told == [challenge]
        stranger.near.write(proof)
        stage.run(4)
        welcome = stranger.told[1]
        assert isinstance(welcome, Welcome), welcome
        assert (welcome.net_id, welcome.token) == ((0, "") if hello.watch else (1, tokens[0]))
        said += [hello_data, proof]
        for data, message in OF_CLIENT:
            elsewhere = connection._NOT_WHERE.get(type(message)) is hello.watch
            if elsewhere or isinstance(message, Goodbye | Request) or type(message) in connection._ITS_TURN:
                continue
            stranger.near.write(data)
            stage.run(2)
            assert stranger.ended is None, (message, stranger.told[-1])
            said.append(data)
    assert stranger is not None
    for data, message in OF_CLIENT:
        if isinstance(message, Goodbye):
            stranger.near.write(data)
            stage.run(2)
            assert stranger.session not in stage.simulation.admission.sessions
            said.append(data)
    for data, message in OF_CLIENT:
        if State.GREETING in connection._ITS_TURN.get(type(message), ()) and not isinstance(message, Hello):
            stranger = Stranger(stage)  # what stands in the place of a Hello
            stranger.near.write(data)
            stage.run(1)
            assert stranger.told
            said.append(data)
    of_other_games = {data for data, message in OF_CLIENT if isinstance(message, Request)}
    assert {data for data, _ in OF_CLIENT} == set(said) | of_other_games
    stats = stage.simulation.stats
    assert (stats.faults, stats.our_faults, stats.refusals.total()) == (0, 0, 0)
    assert not any(isinstance(message, Goodbye | Refused) for other in stage.strangers for message in other.told)
    stage.close()


def client(password: str = PASSWORD) -> tuple[ClientSession, list[FromClient]]:
    """A client of ours that has said Hello, and what it says from then on."""
    clock = Clock()
    near, far = link(clock, Conditions())
    heard: list[FromClient] = []

    class Ear:
        def received(self, data: bytes) -> None:
            heard.extend(server.receive(data))

        def lost(self, reason: str) -> None:
            raise AssertionError(reason)

    server = connection.ServerConnection()
    far.receiver = Ear()
    play = ClientSession(TAG, "Ann", 0xF5A623, Controls(), clock, password=password)
    near.receiver = play.attach(near)
    far.deliver()
    assert [type(message) for message in heard] == [Hello]
    server.state = State.OPEN  # for what we say in its place is not known to it
    return play, heard


def quiet_frames(since: int, until: int) -> list[Frame]:
    """Those that come between two frames of the examples."""
    return [Frame(tick, ()) for tick in range(since + 15, until, 15)]


def hear(play: ClientSession, told: Sequence[tuple[bytes, Message]]) -> None:
    for data, message in told:
        if isinstance(message, Frame) and play.joined is not None:
            for quiet in quiet_frames(play.joined.mirror.tick, message.tick):
                play.received(frame(encode(quiet)))
        play.received(data)
        play.update()
        assert play.ending is None, (message, play.reason)


def in_section_14(data: bytes) -> bool:
    text = "\n".join(TEXT[IN_CELLS[0] : IN_CELLS[1]].split())
    return "\n".join(data.hex(" ").split()) in text


def test_what_a_server_says_in_the_examples_is_one_story_that_our_client_takes_in() -> None:
    play, _ = client()
    order = Challenge, Welcome, Snapshot, Frame
    elsewhere = Goodbye, Benched, Moved, Refused, Identity, Private
    story = sorted(
        ((data, m) for data, m in OF_SERVER if not isinstance(m, elsewhere) and not in_section_14(data)),
        key=lambda row: order.index(type(row[1])) if type(row[1]) in order else len(order),
    )
    hear(play, story)
    assert play.joined is not None
    assert play.joined.mirror.tick == max(message.tick for _, message in story if isinstance(message, Frame))
    assert play.joined.mirror.checks == 1
    assert play.joined.mirror.mismatches == 0
    assert play.token == examples(Welcome)[0].token
    play.world.close()


@dataclass
class Team:
    """What the example of a Request asks for, and that of a Private tells."""

    number: int


def test_in_a_game_that_has_them_a_request_reaches_the_rules_and_a_private_event_its_player() -> None:
    asked: list[tuple[int, object]] = []

    class TeamSystem(esper.Processor):
        def __init__(self, context: RuleContext) -> None:
            self.context = context

        def process(self, tick: int) -> None:
            while self.context.requests:
                asked.append(self.context.requests.popleft())
                self.context.surprises.event(Team(3), to=asked[-1][0])

    (request,), (private,) = examples(Request), examples(Private)
    game = replace(PLAIN, events=[Team], requests=[Team])
    stage = Stage(game=game, rules=lambda context: [TeamSystem(context)])
    ann = stage.join("Ann")
    stage.settle()
    told: list[Team] = []
    ann.play.happened = lambda event, tick: told.append(event)
    ann.play.request(Team(*request.values))
    stage.run(10)
    assert asked == [(ann.net_id, Team(*request.values))]
    assert told == [Team(*private.values)]
    stage.close()


def test_our_client_takes_a_refusal_and_a_goodbye_as_they_are_meant() -> None:
    ends = {Refused: Ending.REFUSED, Goodbye: Ending.LOST}
    for data, message in OF_SERVER:
        if isinstance(message, Refused | Goodbye):
            play, _ = client()
            play.received(data)
            assert play.ending is ends.pop(type(message))
            assert play.reason == message.reason
            play.world.close()
    assert not ends


def test_our_client_hears_an_identity_where_it_said_the_query_of_the_example() -> None:
    connection = ClientConnection()
    (query,) = (message for _, message in OF_CLIENT if isinstance(message, Query))
    ((data, identity),) = ((data, message) for data, message in OF_SERVER if isinstance(message, Identity))
    assert (connection.send(query), query) in OF_CLIENT
    assert list(connection.receive(data)) == [identity]
    assert connection.closed


def test_the_story_of_the_cells_is_taken_in_and_its_views_are_those_that_our_server_makes() -> None:
    rows = "#" * 64, *["#" + "." * 62 + "#"] * 22, "#" * 64
    world, arena = World(), Arena(rows)
    grid = Grid(arena, CELL_TILES)
    assert "an arena of 64 by 24 tiles with nothing inside its walls, and `cell tiles` 16" in TEXT
    motion, views = motion_at(arena, 60), Interest(grid)
    mirror = Mirror(world, TAG.registry(), motion, grid, 60, 2)
    seen = []
    with world:
        for data, message in OF_SERVER:
            if not in_section_14(data):
                continue
            if isinstance(message, Snapshot):
                mirror.show(message)
                seen.append(mirror.view)
            elif isinstance(message, Frame):
                for quiet in quiet_frames(mirror.tick, message.tick):
                    mirror.advance(quiet)
                mirror.advance(message)
    # Where the player is when its middle cell is 1, then 2, then 4.
    side = CELL_TILES * 512
    assert seen == [views.view(x, 3000).cells for x in (7676, side + 1024, 3 * side)]
    assert seen[0] == frozenset({0, 1, 2, 3, 5, 6, 7})
    world.close()


def test_the_push_of_the_story_of_the_cells_is_what_the_server_computes() -> None:
    (snapshot,) = (message for message in examples(Snapshot) if message.tick == 600)
    (told,) = (message for message in examples(Frame) if message.tick == 602)
    motion = motion_at(Arena(("#" * 64, *["#" + "." * 62 + "#"] * 22, "#" * 64)), 60)
    bodies, direction = {}, {}
    for net_id, components in snapshot.entities:
        (x, y), (vx, vy), (w, h), (direction[net_id], *_), (rest,) = (values for _, values in components[:5])
        bodies[net_id] = Body(x, y, vx, vy, w, h, rest)
    for tick in (601, 602):
        before = bodies
        bodies = {net_id: step(body, direction[net_id], motion) for net_id, body in bodies.items()}
        pushed = separate(bodies, before, motion.arena)
        assert bool(pushed) is (tick == 602)
    assert [(net_id, *body[:4], by) for net_id, (body, by) in pushed.items()] == told.bodies
    assert {section.cell for section in told.sections} == {1, 2}


def test_a_view_reaches_as_far_as_the_text_says() -> None:
    width, height = VIEW_PIXELS
    assert f"half a screen of {width} by {height} pixels" in TEXT
    side, beyond = CELL_TILES * 512, (width * UNITS_PER_PIXEL // 2 + 2048, height * UNITS_PER_PIXEL // 2 + 2048)
    grid = Grid(parse_arena("\n".join(["#" * 300, *["#" + "." * 298 + "#"] * 298, "#" * 300])), CELL_TILES)
    view = Interest(grid).view(9 * side + 5, 8 * side + 7)
    cells = {
        1 + line * 19 + column
        for column in range((9 * side - beyond[0]) // side, (10 * side + beyond[0]) // side + 1)
        for line in range((8 * side - beyond[1]) // side, (9 * side + beyond[1]) // side + 1)
    }
    assert view.cells == cells | {0}
    assert len(cells) == 5 * 3
    assert "up to 5 by 3 cells" in TEXT


def test_a_hello_is_answered_at_once_or_at_the_end_of_a_tick_as_the_text_says() -> None:
    def answer(stage: Stage, hello: Hello) -> tuple[bool, Stranger]:
        """Whether the answer came without a tick."""
        stranger = Stranger(stage)
        stranger.say(hello)
        stage.deliver()
        at_once = bool(stranger.told)
        if not at_once:
            stage.run(1)
        assert len(stranger.told) in (1, 2)
        return at_once, stranger

    at_once: set[object] = set()
    at_the_end: set[object] = set()

    def ask(stage: Stage, hello: Hello) -> Stranger:
        was_at_once, stranger = answer(stage, hello)
        told = stranger.told[0]
        (at_once if was_at_once else at_the_end).add(told.refusal if isinstance(told, Refused) else type(told))
        return stranger

    hello = dataclasses.replace(examples(Hello)[0], token="")
    stage = Stage(max_players=1)
    ask(stage, dataclasses.replace(hello, version=VERSION + 1))
    ask(stage, dataclasses.replace(hello, schema_hash="0" * 16))
    ask(stage, dataclasses.replace(hello, token="0" * 32))
    ask(stage, dataclasses.replace(hello, name="\u200b"))
    ann = ask(stage, hello)
    ask(stage, hello)  # it is full
    ask(stage, dataclasses.replace(hello, watch=True))
    assert at_once == {Refusal.VERSION, Refusal.SCHEMA, Refusal.TOKEN}
    assert at_the_end == {Welcome, Refusal.NAME, Refusal.FULL}
    ann.say(examples(Steer)[0])
    stage.run(3)
    ann.near.lose("gone")
    stage.run(1)
    at_once.clear()
    (welcome,) = (message for message in ann.told if isinstance(message, Welcome))
    ask(stage, dataclasses.replace(hello, token=welcome.token))
    ask(Stage(password=PASSWORD), hello)
    stage.simulation.admission.closing = True
    ask(stage, hello)
    assert at_once == {Welcome, Challenge, Refusal.CLOSING}
    stage.close()


@pytest.mark.parametrize(
    ("tick_rate", "send_rate", "most"), [(60, 30, 15), (30, 30, 7), (60, 2, 30), (25, 5, 6), (128, 64, 32)]
)
def test_a_client_hears_something_as_often_as_the_text_says(tick_rate: int, send_rate: int, most: int) -> None:
    stage = Stage(tick_rate=tick_rate, send_rate=send_rate)
    stranger = Stranger(stage)
    stranger.say(examples(Hello)[0])
    stage.run(2 * stage.frame_ticks)
    for _ in range(4 * tick_rate):
        stranger.say(Ping(1))
        stage.run(1)
    ticks = [message.tick for message in stranger.told if isinstance(message, Frame | Snapshot)]
    gaps = [later - earlier for earlier, later in itertools.pairwise(ticks)]
    assert most - stage.frame_ticks < max(gaps) <= most
    assert "more than R / `QUIET_FRAMES_PER_SECOND` ticks (rounded down; or `frame\nticks`, if that is more)" in TEXT


def test_at_server_time_t_all_ticks_up_to_t_are_done_and_an_intent_that_comes_before_its_tick_is_in_time() -> None:
    stage = Stage()
    stranger = Stranger(stage)
    stranger.say(examples(Hello)[0])
    stage.run(10)
    network = stage.simulation.network
    for late in (False, True):
        tick = stage.simulation.tick
        stage.clock.time += 0.9 / 60
        assert tick < network.milliticks() / 1000 < tick + 1
        if late:
            stage.clock.time += 0.05 / 60
            stage.simulation.advance(stage.clock.time)
        stranger.say(Steer(tick + 1, 3))
        stage.deliver()
        stage.run(6)
        rows = [row for message in stranger.told if isinstance(message, Frame) for row in message.intents]
        assert rows[-1] == (tick + 1 + late, 1, 3, 0)


def test_a_snapshot_takes_the_place_of_the_frames_of_its_write(monkeypatch: pytest.MonkeyPatch) -> None:
    stage = Stage()
    stranger, ann = Stranger(stage), stage.join("Ann")
    stranger.say(examples(Hello)[0])
    walker = Walker(ann, 1, mean_ticks=1)
    advance = stage.simulation.advance
    late = 5 / 60  # seconds that each tick is, so that it writes four frames at once
    monkeypatch.setattr(stage.simulation, "advance", lambda due: advance(due - late))
    stage.run(120, walker)
    stranger.told.clear()
    stage.run(20, walker)
    stranger.say(Resync(60))
    stage.run(40, walker)
    told = [message for message in stranger.told if isinstance(message, Frame | Snapshot)]
    (at,) = (place for place, message in enumerate(told) if isinstance(message, Snapshot))
    assert 0 < at < len(told) - 1
    assert told[at].tick - told[at - 1].tick >= 7 > 2 == told[at + 1].tick - told[at].tick
