"""PROTOCOL.md holds what the code does: its examples are decoded and encoded again, its numbers are compared."""

import dataclasses
import hmac
import importlib
import re
import zlib
from typing import Any

import pytest

from ecs.arena import Arena
from ecs.collision.separate import PASSES, separate
from ecs.collision.sweep import Pair, few_pairs
from ecs.columns import Column
from ecs.movement.step import DIRECTIONS, Body, is_direction, motion_at, step
from game.tag import TAG
from net.client.clock import ServerClock
from net.defaults import TICK_RATE
from net.replication.registry import Replicated, checksum
from net.wire import messages
from net.wire.codec import decode_from_client, decode_from_server, encode
from net.wire.errors import RemoteProtocolError
from net.wire.framing import LENGTH_BYTES, Deframer, frame
from net.wire.messages import (
    Challenge,
    FromClient,
    FromServer,
    Hello,
    Proof,
    Refusal,
    Refused,
    Said,
    Section,
    Snapshot,
    Welcome,
)
from net.wire.password import derive, is_proven
from net.wire.texts import MAX_MARKS, clean_name
from tests.net.protocol_md import EXAMPLES, NAMES, TEXT, examples, stated, table, written_anew

LIMITS = re.findall(r"^\| `([a-z_.]+)\.([A-Z_]+)` \| ([0-9.]+) \|", TEXT, re.MULTILINE)


def example(kind: type) -> Any:
    """The first example of that message."""
    return examples(kind)[0]


@pytest.mark.parametrize(("data", "text"), EXAMPLES, ids=[text[:40] for _, text in EXAMPLES])
def test_the_bytes_of_an_example_are_the_message_that_is_stated_and_the_other_way_round(data: str, text: str) -> None:
    stream, message = bytes.fromhex(data), stated(text)
    decoders = [
        decode
        for decode, known in ((decode_from_client, FromClient), (decode_from_server, FromServer))
        if isinstance(message, known)
    ]
    assert decoders
    for decode in decoders:
        (payload,) = Deframer(len(stream)).feed(stream)
        assert decode(payload) == message
    assert frame(encode(message)) == stream


def test_the_bytes_of_the_examples_are_as_the_program_writes_them() -> None:
    assert written_anew(TEXT) == TEXT, "run python -m tests.net.protocol_md"


def test_every_block_of_bytes_is_an_example_and_every_message_has_one() -> None:
    assert TEXT.count("```hex") == len(EXAMPLES) >= len(NAMES)
    assert {type(stated(text)) for _, text in EXAMPLES} == set(NAMES.values())
    defined = {name for name, kind in vars(messages).items() if dataclasses.is_dataclass(kind)}
    assert set(NAMES) | {Section.__name__} == defined


def test_every_message_has_a_section_with_its_tag_and_as_many_fields() -> None:
    sections = dict(re.findall(r"^### (\w+), tag (\d+)", TEXT, re.MULTILINE))
    assert set(sections) == set(NAMES)
    for name, tag in sections.items():
        payload = encode(example(NAMES[name]))
        assert payload[1] == int(tag)
        rows = table("| field | type | |", f"### {name}, tag")
        always = [row for row in rows if "left out" not in row[1]]
        assert len(always) == payload[0] - 0x91, name  # elements of a fixarray, but for the tag


@pytest.mark.parametrize(("module", "name", "value"), LIMITS, ids=[name for _, name, _ in LIMITS])
def test_a_limit_is_what_the_code_says(module: str, name: str, value: str) -> None:
    assert getattr(importlib.import_module(module), name) == float(value)


def test_every_constant_that_the_text_names_is_in_the_table_of_limits_and_every_limit_of_the_codec_is_there() -> None:
    listed = {name for _, name, _ in LIMITS}
    assert len(listed) == len(LIMITS) > 20
    assert set(re.findall(r"`([A-Z]+_[A-Z_]+|VERSION|BURST|FLOOD)`", TEXT)) - {"TCP_NODELAY"} <= listed
    codec = importlib.import_module("net.wire.codec")
    assert {name for name, value in vars(codec).items() if name.isupper() and type(value) is int} <= listed
    assert f"{LENGTH_BYTES} bytes, unsigned, big endian" in TEXT


def test_the_refusals_are_those_that_there_are() -> None:
    rows = table("| refusal | name | when | worth trying again |")
    assert {name: int(number) for number, name, *_ in rows} == {refusal.name: refusal.value for refusal in Refusal}
    assert isinstance(example(Refused), Refused)


def test_the_schema_and_its_hash_are_those_of_this_game() -> None:
    (block,) = re.findall(r"```schema\n(.*?)\n```", TEXT, re.DOTALL)
    registry = TAG.registry()
    assert tuple(block.splitlines()) == registry.schema
    assert re.findall(r"That of Tag is `([0-9a-f]+)`", TEXT) == [registry.schema_hash]
    assert {hello.schema_hash for hello in examples(Hello)} == {registry.schema_hash}
    assert [row[0] for row in table("| component | fields |")] == [kind.component.__name__ for kind in registry]


def test_the_checksum_is_that_of_the_snapshot_of_the_example() -> None:
    (block,) = re.findall(r"```bytes\n(.*?)```", TEXT, re.DOTALL)
    (said,) = re.findall(r"^CRC-32 = `(\d+)`$", TEXT, re.MULTILINE)
    snapshot = example(Snapshot)
    assert isinstance(snapshot, Snapshot)
    assert int(said) == zlib.crc32(bytes.fromhex(block)) == checksum(snapshot.entities)
    assert f"`123456789` is {zlib.crc32(b'123456789')})" in TEXT.replace("\n", " ")


def test_the_entities_of_the_examples_can_be_built() -> None:
    registry, built = TAG.registry(), 0
    for _, text in EXAMPLES:
        message = stated(text)
        rows = (*getattr(message, "entities", ()), *getattr(message, "spawned", ()))
        for _, components in rows:
            for index, values in components:
                kind = registry.kind_at(index)
                assert kind.read(kind.build(values)) == values
                built += 1
    assert built > 10


def test_the_directions_are_those_of_step() -> None:
    welcome = example(Welcome)
    motion = motion_at(Arena(welcome.arena), TICK_RATE)
    top, diagonal = motion.drive[3][0], motion.drive[4][0]
    words = {"0": 0, "top": top, "-top": -top, "diagonal": diagonal, "-diagonal": -diagonal}
    rows = table("| direction | towards | x | y | at 60 a second |")
    assert len(rows) == len(DIRECTIONS)
    for number, _, x, y, numbers in rows:
        assert motion.drive[int(number)] == (words[x], words[y])
        assert str(motion.drive[int(number)]) == numbers
    assert motion.burst[3][0] == -motion.burst[7][0] == 160
    assert motion.burst[4] == (112, 112)
    pause = motion.dash_rest - motion.dash_ticks
    numbers = f"top is {top}, diagonal {diagonal}, change {motion.change}, dash {motion.dash_ticks}, pause {pause}"
    assert f"{numbers}, and burst 160 and 112." in TEXT


def test_the_constants_of_a_tick_rate_are_as_the_formulas_say() -> None:
    arena = Arena(example(Welcome).arena)
    for rate in range(1, 1001):
        motion, top = motion_at(arena, rate), max(1, 240 * 16 // rate)
        assert motion.drive[3] == (top, 0)
        assert motion.drive[4][0] == max(1, top * 181 // 256)
        assert motion.change == max(1, 240 * 16 * 15 // (2 * rate * rate))
        assert (motion.burst[3][0], motion.burst[4][0]) == (top * 5 // 2, motion.drive[4][0] * 5 // 2)
        assert motion.dash_ticks == max(1, rate * 3 // 20)
        assert motion.dash_rest == motion.dash_ticks + rate * 3 // 2
    formulas = (
        "240 * 16 / R,",
        "top * 181 / 256,",
        "240 * 16 * 15 / (2 * R * R),",
        "R * 3 / 20,",
        "R * 3 / 2,",
        "top * 5 / 2",
    )
    for formula in formulas:
        assert formula in TEXT


def test_the_worked_example_is_what_step_computes() -> None:
    motion = motion_at(Arena(example(Welcome).arena), TICK_RATE)
    rows = table("| tick | direction | x | y | vx | vy | |")
    first, *others = ([int(cell) for cell in row[:6]] for row in rows)
    tick, _, x, y, vx, vy = first
    body = Body(x, y, vx, vy, 448, 448)
    assert len(others) > 8
    for expected in others:
        tick += 1
        body = step(body, expected[1], motion)
        assert [tick, expected[1], body.x, body.y, body.vx, body.vy] == expected


def test_the_worked_example_of_dashes_is_what_step_computes() -> None:
    motion = motion_at(Arena(example(Welcome).arena), TICK_RATE)
    rows = table("| tick | direction | x | y | vx | vy | rest | |")
    first, *others = ([int(cell) for cell in row[:7]] for row in rows)
    tick, _, x, y, vx, vy, rest = first
    body = Body(x, y, vx, vy, 448, 448, rest)
    assert max(expected[6] for expected in others) == motion.dash_rest
    assert others[-1][6] < motion.dash_rest - motion.dash_ticks, "it shows a dash to its end"
    for expected in others:
        tick += 1
        body = step(body, expected[1], motion)
        assert [tick, expected[1], body.x, body.y, body.vx, body.vy, body.rest] == expected


def test_the_worked_example_of_a_password_is_what_both_ends_compute() -> None:
    (password,) = re.findall(r"the password `(.*?)`, the Challenge", TEXT)
    (key,) = re.findall(r"^    key   = ([0-9a-f]+)$", TEXT, re.MULTILINE)
    (proof,) = re.findall(r"^    proof = ([0-9a-f]+)$", TEXT, re.MULTILINE)
    (fingerprint,) = re.findall(r"^    fingerprint = ([0-9a-f]{64})$", TEXT, re.MULTILINE)
    (by_tls,) = re.findall(r"^    proof       = ([0-9a-f]+)$", TEXT, re.MULTILINE)
    challenge, answer = example(Challenge), example(Proof)
    assert derive(password, challenge.salt).hex() == key
    assert answer.proof == proof
    assert is_proven(bytes.fromhex(key), challenge, answer)
    by_hand = "\n".join(("PGN client", challenge.nonce, answer.nonce, ""))
    assert hmac.digest(bytes.fromhex(key), by_hand.encode("ascii"), "sha256").hex() == proof
    assert f"an empty one: {len(by_hand)} bytes, of\nwhich the last is an LF" in TEXT
    assert hmac.digest(bytes.fromhex(key), (by_hand + fingerprint).encode("ascii"), "sha256").hex() == by_tls
    assert is_proven(bytes.fromhex(key), challenge, Proof(answer.nonce, by_tls), fingerprint)


def test_an_intents_code_is_as_the_text_takes_it_apart() -> None:
    (text,) = (text for _, text in EXAMPLES if "intents=[(179, 9, 3, 0), (180, 9, 5, 0)]" in text)
    assert bytes([0x94, 9, 1 * 32 + 3, 9, 5]) in encode(stated(text))


def test_the_worked_examples_of_collisions_are_what_the_server_computes(monkeypatch: pytest.MonkeyPatch) -> None:
    listed: list[list[Pair]] = []

    def pairs(x: Column, y: Column, w: Column, h: Column, **which: Any) -> list[Pair]:
        listed.append(few_pairs(x, y, w, h, **which))
        return listed[-1]

    monkeypatch.setattr("ecs.collision.separate.few_pairs", pairs)
    arena, header = (
        Arena(example(Welcome).arena),
        "| NetID | x, y before the tick | x, y, vx, vy after `step` | x, y, vx, vy in the end | |",
    )
    tables = [
        table(header, section)
        for section in ("with bodies of 448 by 448. A push", "One that is held by a wall", "A chain that is put back")
    ]
    kinds = []
    ends: dict[int, tuple[int, ...]] = {}
    for rows in tables:
        before, moved, ends = {}, {}, {}
        listed.clear()
        for net_id, start, after_step, end, _ in rows:
            x, y = map(int, start.split(", "))
            before[int(net_id)] = Body(x, y, 0, 0, 448, 448)
            moved[int(net_id)] = Body(*map(int, f"{after_step}, 448, 448".split(", ")))
            ends[int(net_id)] = tuple(map(int, end.split(", ")))
        found = {net_id: body for net_id, (body, _) in separate(moved, before, arena).items()}
        assert {net_id: body[:4] for net_id, body in {**moved, **found}.items()} == ends
        kinds.append([net_id for net_id in ends if ends[net_id] == (*before[net_id][:2], 0, 0) != moved[net_id][:4]])
    assert kinds == [[], [], [1, 2, 4, 5]], "those that are put back"
    assert [end[2:] for end in ends.values()].count((0, 0)) == 4
    lists = [" ".join(f"({a + 1}, {b + 1})" for a, b in pairs) for pairs in listed]
    said = " ".join(TEXT[TEXT.index("A chain that is put back") :].split())
    assert f"The lists of part 1 are {', then '.join(lists[:PASSES])}. Those of part 2 are {lists[PASSES]}," in said
    assert f"then {lists[PASSES + 1]}, since body 1 is in the way of body 5 again, and then none:" in said
    assert lists[PASSES + 2 :] == [""]


def test_the_worked_example_of_the_clock_is_what_ours_computes() -> None:
    clock = ServerClock(60)
    assert "**Worked example** at R = 60" in TEXT
    rows = table("| s | a | received | sent | round trip | offset | believed offset | |")
    believed = []
    for s, a, received, sent, trip, offset, best, _ in rows:
        alone = ServerClock(60)
        for each in (clock, alone):
            each.pong(float(s), float(a), int(received) / 1000, int(sent) / 1000)
        assert alone.tick(0.0) == pytest.approx(float(offset))
        assert alone.round_trip == pytest.approx(float(trip))
        assert clock.tick(0.0) == pytest.approx(float(best))
        believed.append(float(best))
    assert believed[-2] - believed[-1] > 60, "the last one jumps back, and is believed at once"
    assert clock.round_trip == pytest.approx(0.04), "and all others are forgotten"


def test_a_text_that_begins_with_what_others_take_for_a_byte_order_mark_keeps_it() -> None:
    said = Said(7, "\ufeffover here!")
    assert decode_from_server(encode(said)) == said
    assert len({checksum([(7, ((5, (text,)),))]) for text in ("Bo", "\ufeffBo")}) == 2


def test_a_name_has_as_many_accents_on_a_letter_as_the_text_says() -> None:
    assert "at most `MAX_MARKS` of them in a row" in TEXT
    assert clean_name("E" + MAX_MARKS * "\u0323") == "\u1eb8" + (MAX_MARKS - 1) * "\u0323"
    for name in ("\u0323E", "E" + (MAX_MARKS + 2) * "\u0323"):  # one of them becomes part of the letter
        with pytest.raises(ValueError, match="accents"):
            clean_name(name)


def test_the_bounds_of_each_integer_of_a_component_are_those_that_our_client_keeps() -> None:
    registry, limits = TAG.registry(), {name: int(float(value)) for _, name, value in LIMITS}
    bounds = {
        field: [eval(re.sub(r"`(\w+)`", r"\1", cell.split(",")[0]), {}, limits) for cell in (low, high)]
        for fields, low, high in table("| fields | from | to |")
        for field in fields.split(", ")
    }
    sound: dict[str, Any] = {
        "x": 1000,
        "y": 1000,
        "w": 448,
        "h": 448,
        "text": "Bo",
        "first": "",
        "second": "",
        "third": "",
    }
    found = set()
    for kind in registry:
        for name, hint in kind.fields:
            if hint is not int:
                continue
            field = f"{kind.component.__name__}.{name}"
            found.add(field)
            low, high = bounds[field]

            def holds(value: int, name: str = name, kind: Replicated = kind) -> bool:
                values = tuple(value if other == name else sound.get(other, 0) for other, _ in kind.fields)
                payload = encode(Snapshot(1, (), ((0, ((1, ((kind.index, values),)),)),)))
                try:
                    snapshot = decode_from_server(payload)
                    assert isinstance(snapshot, Snapshot)
                    kind.build(snapshot.entities[0][1][0][1])
                except RemoteProtocolError:
                    return False
                return True

            assert [holds(value) for value in (low - 1, low, high, high + 1)] == [False, True, True, False], field
    assert found == set(bounds)
    assert [number for number in range(32) if is_direction(number)] == [*range(9), *range(16, 25)]
