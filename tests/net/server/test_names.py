"""Names as others read them: nobody looks like somebody else by what cannot be seen, and nothing leaves its line."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from game.tag import TAG
from net.components import Name
from net.io.lan import read_advert
from net.rounds import Podium
from net.server.names import Names
from net.wire.errors import RemoteProtocolError
from net.wire.messages import VERSION, Hello, Refusal, Refused, Said
from net.wire.password import clean_password
from net.wire.texts import CHAT_LIMIT, MAX_MARKS, NAME_LIMIT, clean_chat, clean_name
from tests.harness import Stage, Stranger

UNKNOWN = (
    "\u0378"  # which no version of Unicode has, so that it stands for what the other end's version has and ours lacks
)

BLANKS = "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f"


@pytest.mark.parametrize("blank", [*BLANKS, "\u205f", "\u3000", "  ", " \u2009 "])
def test_all_blanks_are_one_kind_of_blank_and_none_stands_at_an_end(blank: str) -> None:
    assert clean_name(f"{blank}Ann{blank}B{blank}") == "Ann B"


@pytest.mark.parametrize(
    "hidden",
    {
        "zero width space": "\u200b",
        "zero width joiner": "\u200d",
        "right to left override": "\u202e",
        "isolate": "\u2066",
        "byte order mark": "\ufeff",
        "soft hyphen": "\xad",
        "bell": "\a",
        "escape": "\x1b",
        "null": "\0",
        "hangul filler": "\u3164",
        "halfwidth hangul filler": "\uffa0",
        "braille blank": "\u2800",
        "variation selector": "\ufe0f",
        "far variation selector": "\U000e0101",
        "tag": "\U000e0041",
        "combining grapheme joiner": "\u034f",
        "mongolian vowel separator": "\u180e",
        "null notehead": "\U0001d159",
        "khitan filler": "\U00016fe4",
        "private use": "\ue000",
        "half a surrogate": "\ud800",
        "not assigned": "\U000e0fff",
    }.items(),
    ids=lambda item: str(item[0]),
)
def test_what_cannot_be_seen_is_in_no_name(hidden: tuple[str, str]) -> None:
    for name in (f"An{hidden[1]}n", f"Ann{hidden[1]}", f"{hidden[1]}Ann", hidden[1]):
        with pytest.raises(ValueError, match="can be seen"):
            clean_name(name)


@pytest.mark.parametrize("nothing", ["", " ", "\u3000\u2009"])
def test_a_name_has_at_least_one_character(nothing: str) -> None:
    with pytest.raises(ValueError, match="at least one"):
        clean_name(nothing)


def test_a_name_is_measured_as_others_will_read_it() -> None:
    assert clean_name("x" * NAME_LIMIT) == "x" * NAME_LIMIT
    assert clean_name("  " + "e\u0301" * NAME_LIMIT) == "é" * NAME_LIMIT
    with pytest.raises(ValueError, match=f"at most {NAME_LIMIT} characters, this one has {NAME_LIMIT + 1}"):
        clean_name("x" * (NAME_LIMIT + 1))
    with pytest.raises(ValueError, match="this one has 18"):
        clean_name("\ufdfa")  # one character that is a sentence


def test_a_tower_of_accents_is_no_name_and_its_top_is_left_out_of_a_line() -> None:
    high, most = "q" + "\u0316" * (MAX_MARKS + 1), "q" + "\u0316" * MAX_MARKS
    assert clean_name(most) == most
    assert clean_chat(f"x{high}y") == f"x{most}y"
    for name in (high, "\u0316Ann", "\u0316"):
        with pytest.raises(ValueError, match="accents on its letters"):
            clean_name(name)
    with pytest.raises(ValueError, match="can be seen"):
        clean_chat("\u0316\u0316")


@pytest.mark.parametrize(
    "name", ["Ann", "Zoë", "Nguyễn", "שָׁלוֹם", "สมชาย", "अनुष्का", "日本語", "한국어", "O'Hara-2", "🙂"]
)
def test_people_of_all_scripts_may_be_called_as_they_are(name: str) -> None:
    assert clean_name(name) == unicodedata.normalize("NFKC", name)


@settings(derandomize=True, deadline=None, max_examples=300)
@given(st.text(max_size=40))
def test_a_clean_name_is_clean_and_printable(text: str) -> None:
    try:
        name = clean_name(text)
    except ValueError:
        return
    assert clean_name(name) == name
    assert name.isprintable()
    assert 0 < len(name) <= NAME_LIMIT
    assert unicodedata.is_normalized("NFKC", name)


def test_look_alikes_in_one_server_get_a_number_and_impossible_names_a_reason() -> None:
    stage = Stage()
    stage.join("Ann B")
    stage.settle()
    strangers = {name: Stranger(stage) for name in ("Ann\u2009B", "Ａｎｎ　B", "Ann\u200bB", "Ann\u2800B")}
    for name, stranger in strangers.items():
        stranger.say(Hello(VERSION, TAG.registry().schema_hash, name, 0))
    stage.run(4)
    with stage.simulation.world as world:
        names = [stage.simulation.seats.name(net_id) for net_id in world.net_ids()]
    assert sorted(names) == ["Ann B", "Ann B 2", "Ann B 3"]
    refused = [stranger.told[0] for stranger in list(strangers.values())[2:]]
    for message in refused:
        assert isinstance(message, Refused)
        assert message.refusal is Refusal.NAME
        assert "can be seen" in message.reason


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("Ann", "ANN"),
        ("straße", "STRASSE"),
        ("Ångström", "a\u030angstro\u0308m"),
        ("Σίσυφος", "ΣΊΣΥΦΟΣ"),
        ("ﬁn", "FIN"),
    ],
)
def test_names_that_a_reader_takes_for_one_are_one(name: str, other: str) -> None:
    names = Names()
    assert names.claim(clean_name(name)) == clean_name(name)
    assert names.claim(clean_name(other)) == f"{clean_name(other)} 2"
    names.release(clean_name(name))
    assert names.claim(clean_name(other)) == clean_name(other)


def test_a_name_of_full_length_makes_room_for_its_number() -> None:
    names = Names()
    claimed = [names.claim("x" * NAME_LIMIT) for _ in range(12)]
    assert claimed[1] == "x" * (NAME_LIMIT - 2) + " 2"
    assert claimed[11] == "x" * (NAME_LIMIT - 3) + " 12"
    assert len(set(claimed)) == 12


def test_who_is_let_in_by_newer_unicode_tables_than_ours_is_shown_to_everybody(monkeypatch: pytest.MonkeyPatch) -> None:
    assert unicodedata.category(UNKNOWN) == "Cn"
    monkeypatch.setattr("net.server.admission.clean_name", lambda name: name)
    monkeypatch.setattr("net.server.limits.rate_limits.clean_chat", lambda line: line)
    stage = Stage()
    names = [f"Ann{UNKNOWN}", f"Bob{UNKNOWN}", UNKNOWN * NAME_LIMIT, "Ann\u200b", "q" + "\u0316" * 9]
    players = [stage.join(name) for name in names]
    heard: list[Said] = []
    players[0].play.said = heard.append
    stage.settle()
    players[1].play.say(f"hi{UNKNOWN}")
    stage.run(60)
    players[1].near.lose("the cable was pulled")
    stage.run(30)
    players[1].come_back()
    stage.run(60)
    for player in players:
        assert player.play.ending is None, player.play.reason
        assert player.compared > 20
        assert player.joined.mirror.mismatches == 0
    with players[0].play.world as world:
        assert [stage.simulation.seats.name(net_id) for net_id in world.net_ids()] == names
    assert [said.text for said in heard] == [f"hi{UNKNOWN}"]
    stage.close()


def test_a_client_asks_of_a_name_only_what_the_wire_promises() -> None:
    registry = TAG.registry()
    name, podium = registry.kind(Name), registry.kind(Podium)
    for text in (f"Ann{UNKNOWN}", "x" * NAME_LIMIT, "e\u0301", " Ann", "\u200b", "\ufdfa", "\u202eAnn"):
        assert name.build((text,)).text == text
        assert podium.build((text, "", "", 0, 0, 0)).first == text
    for text in ("", "x" * (NAME_LIMIT + 1), "An\nn", "\x1b[2J", "Ann\x9b", "\x7f"):
        with pytest.raises(RemoteProtocolError):
            name.build((text,))
    with pytest.raises(RemoteProtocolError):
        podium.build(("Ann", "Bob\x00", "", 0, 0, 0))


def test_who_only_proposes_a_text_leaves_unknown_letters_to_the_server() -> None:
    assert clean_name(f" Ann{UNKNOWN}", judge=False) == f"Ann{UNKNOWN}"
    assert clean_chat(f"hi \u200b{UNKNOWN}", judge=False) == f"hi {UNKNOWN}"
    assert clean_password(f"x{UNKNOWN}") == f"x{UNKNOWN}", "a client must not refuse what the server took"
    assert read_advert({b"name": UNKNOWN.encode()} | dict.fromkeys((b"players", b"max", b"version"), b"1")).name == "?"
    with pytest.raises(ValueError, match="can be seen"):
        clean_name(f"Ann{UNKNOWN}")
    with pytest.raises(ValueError, match="can be seen"):
        clean_name("Ann\u200b", judge=False)
    assert clean_chat(f"hi{UNKNOWN}") == "hi"
    with pytest.raises(ValueError, match="at most"):
        clean_chat(UNKNOWN * (CHAT_LIMIT + 1), judge=False)
