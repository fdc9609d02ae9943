"""Who stays out: banned for good, kicked for a while, and what becomes of the file."""

from pathlib import Path

import pytest

from net.server.limits.bans import KICK_SECONDS, BanFileError, Bans, read_origin
from tests.harness import Clock


def test_a_ban_holds_until_it_is_taken_back_and_a_kick_for_a_while() -> None:
    clock = Clock()
    bans = Bans(clock)
    bans.ban("192.0.2.1")
    assert bans.save() == ""
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
    bans.save()
    bans.unban("192.0.2.7")
    assert bans.save() == ""
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
    bans.ban("192.0.2.1")
    assert "Not a directory" in bans.save()
    assert bans.objection("192.0.2.1")
    (tmp_path / "taken").unlink()
    assert bans.save() == "", "the next command writes it"
    assert Bans(Clock(), tmp_path / "taken" / "bans.txt").banned == ["192.0.2.1"]


def test_comments_and_the_order_of_lines_stay_and_so_does_what_was_written_meanwhile(tmp_path: Path) -> None:
    file = tmp_path / "bans.txt"
    file.write_bytes(b"\xef\xbb\xbf# rude\r\n192.0.2.9  # Bob\r\n\r\n192.0.2.1\r\n# the end\r\n")
    bans = Bans(Clock(), file)
    bans.ban("192.0.2.2")
    bans.ban("192.0.2.9")
    assert bans.save() == ""
    assert file.read_text() == "# rude\n192.0.2.9  # Bob\n\n192.0.2.1\n# the end\n192.0.2.2\n"
    with file.open("a") as editor:
        editor.write("198.51.100.1  # by hand, while the server runs\n")
    bans.unban("192.0.2.9")
    assert bans.save() == ""
    lines = ["# rude", "", "192.0.2.1", "# the end", "192.0.2.2", "198.51.100.1  # by hand, while the server runs"]
    assert file.read_text().split("\n") == [*lines, ""]
    file.write_text("what is this?\n")
    bans.ban("192.0.2.3")
    assert "line 1: 'what is this?' is no address" in bans.save()
    assert file.read_text() == "what is this?\n", "it is never overwritten"


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
