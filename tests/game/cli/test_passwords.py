"""Where a password may come from, and what is said where there is none."""

import getpass
import sys
from pathlib import Path

import pytest

from game.cli.passwords import VARIABLE, PasswordError, find_password
from tests.game.processes import port_of, programs
from tests.test_server_program import run_to_its_end


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)


def test_without_any_there_is_none() -> None:
    assert find_password(False, None) == ""


def test_it_is_the_first_line_of_a_file_with_its_blanks(tmp_path: Path) -> None:
    for content in (b"two words ", b"two words \n", b"two words \r\nanother\n"):
        (tmp_path / "password").write_bytes(content)
        assert find_password(False, tmp_path / "password") == "two words "


def test_a_file_counts_more_than_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "from there")
    assert find_password(False, None) == "from there"
    (tmp_path / "password").write_text("from here")
    assert find_password(False, tmp_path / "password") == "from here"


def test_it_is_asked_for_at_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal:
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr(sys, "stdin", Terminal())
    monkeypatch.setattr(getpass, "getpass", lambda prompt: "typed")
    assert find_password(True, None) == "typed"


@pytest.mark.parametrize(
    ("content", "reason"),
    [(None, "No such file"), (b"", "is empty"), (b"\n\n", "is empty"), (b"\xff", "no"), (b"x" * 200, "at most 128")],
    ids=["missing", "empty", "an empty line", "no text", "too long"],
)
def test_a_file_without_one_is_named(tmp_path: Path, content: bytes | None, reason: str) -> None:
    file = tmp_path / "secret.txt"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(PasswordError, match=rf"^argument --password-file: .*secret\.txt: .*{reason}"):
        find_password(False, file)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--server", "--password"], ["--password", "no terminal", "--password-file", VARIABLE]),
        (["--server", "--password", "--password-file", "x"], ["--password", "--password-file", "omit one"]),
        (["--server", "--password-file", "nowhere.txt"], ["--password-file", "nowhere.txt", "No such file"]),
    ],
)
def test_without_a_password_where_one_was_promised_nothing_starts(arguments: list[str], words: list[str]) -> None:
    code, lines = run_to_its_end(*arguments)
    assert code == 2
    assert all(word in lines[-1] for word in words), lines[-1]


def test_a_server_and_bots_with_one_file_play_and_bots_with_another_do_not(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("xyzzy\n")
    file = str(tmp_path / "password")
    with programs() as start:
        server = start("--server", "--port", "0", "--host", "127.0.0.1", "--password-file", file)
        there = f"127.0.0.1:{port_of(server)}"
        good = start("--bots", "2", "--connect", there, "--seconds", "60", "--password-file", file)
        wrong = start("--bots", "1", "--connect", there, "--seconds", "60", **{VARIABLE: "xyzzz"})
        assert wrong.wait() == 1
        assert "the password is wrong" in wrong.lines[-1]
        server.wait_for("join:", 2)
        assert not any("xyzz" in line for program in (server, good, wrong) for line in program.lines)
