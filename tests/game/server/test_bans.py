"""Who stays out: banned for good, kicked for a while, and what becomes of the file."""

from pathlib import Path

import pytest

from game.server.bans import KICK_SECONDS, BanFileError, Bans, read_origin
from tests.harness import Clock


def test_a_ban_holds_until_it_is_taken_back_and_a_kick_for_a_while() -> None:
    clock = Clock()
    bans = Bans(clock)
    assert bans.ban("192.0.2.1") == ""
    bans.kick("192.0.2.2", "spam")
    bans.kick("192.0.2.3", "")
    clock.time += KICK_SECONDS - 1
    assert bans.objection("192.0.2.1") == "you are banned from this server"
    assert bans.objection("192.0.2.2") == "you were kicked (spam): come back in 1 s"
    assert bans.objection("192.0.2.3") == "you were kicked: come back in 1 s"
    assert bans.objection("192.0.2.4") == ""
    clock.time += 2
    assert bans.objection("192.0.2.2") == ""
    assert bans.banned == ["192.0.2.1"]
    bans.unban("192.0.2.1")
    assert bans.objection("192.0.2.1") == ""


def test_kicks_that_are_over_are_forgotten() -> None:
    clock = Clock()
    bans = Bans(clock)
    for number in range(100):
        bans.kick(f"192.0.2.{number}", "")
        clock.time += KICK_SECONDS / 5
    assert len(bans._kicked) <= 5


def test_bans_outlast_the_server_where_there_is_a_file(tmp_path: Path) -> None:
    file = tmp_path / "new" / "bans.txt"
    bans = Bans(Clock(), file)
    for origin in ("192.0.2.1", "2001:db8:1:2::/64", "192.0.2.7"):
        bans.ban(origin)
    bans.unban("192.0.2.7")
    assert Bans(Clock(), file).banned == ["192.0.2.1", "2001:db8:1:2::/64"]
    assert [path.name for path in file.parent.iterdir()] == ["bans.txt"]


def test_a_file_that_was_written_by_hand_is_read_or_its_fault_named(tmp_path: Path) -> None:
    file = tmp_path / "bans.txt"
    file.write_text("# these were rude\n\n192.0.2.1  # Bob\n[2001:db8:1:2:3::4]\n")
    assert Bans(Clock(), file).banned == ["192.0.2.1", "2001:db8:1:2::/64"]
    file.write_text("192.0.2.1\nBob\n")
    with pytest.raises(BanFileError, match=r"bans\.txt, line 2: 'Bob' is no address"):
        Bans(Clock(), file)
    with pytest.raises(BanFileError, match="cannot be read: Is a directory"):
        Bans(Clock(), tmp_path)


def test_a_file_that_cannot_be_written_is_said_and_the_ban_holds(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    bans = Bans(Clock(), None)
    bans._file = tmp_path / "taken" / "bans.txt"
    assert "cannot write" in bans.ban("192.0.2.1")
    assert bans.objection("192.0.2.1")


@pytest.mark.parametrize(
    ("text", "origin"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::/64", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("192.0.2.0/24", ""),
        ("2001:db8::/32", ""),
        ("Ann", ""),
        ("", ""),
        ("7", ""),
    ],
)
def test_an_address_is_told_from_a_name(text: str, origin: str) -> None:
    assert read_origin(text) == origin
