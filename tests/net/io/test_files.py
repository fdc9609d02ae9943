"""Files of text as people's editors write them, and how files are written."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from ecs.arena import ArenaError
from game.arenas import load_arena
from game.cli.passwords import PasswordError, find_password
from net.io.files import NotTextError, read_text, write_whole
from net.server.limits.bans import BanFileError, Bans
from tests.harness import Clock

# What each reader makes of its text; settings and known servers have tests of their own.
READERS: dict[str, tuple[str, Callable[[Path], object], type[Exception]]] = {
    "arena": ("#####\n#...#\n#####\n", lambda path: load_arena(path).rows, ArenaError),
    "bans": ("# rude\n192.0.2.1\n192.0.2.2\n", lambda path: Bans(Clock(), path).banned, BanFileError),
    "password": ("sesame \nand a note\n", lambda path: find_password(False, path), PasswordError),
}


@pytest.mark.parametrize("name", READERS)
def test_a_byte_order_mark_and_any_line_ends_are_no_part_of_a_text(name: str, tmp_path: Path) -> None:
    text, read, _ = READERS[name]
    path = tmp_path / "file.txt"
    path.write_bytes(text.encode())
    plain = read(path)
    assert plain
    for mark in (b"", b"\xef\xbb\xbf"):
        for end in ("\n", "\r\n", "\r"):
            path.write_bytes(mark + text.replace("\n", end).encode())
            assert read(path) == plain
            path.write_bytes(mark + text.rstrip("\n").replace("\n", end).encode())
            assert read(path) == plain


@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("text".encode("utf-16"), "UTF-16"),
        (b"\xfe\xff\0t", "UTF-16"),
        (b"one\ntw\xf6\n", r"line 2.*save it as UTF-8"),
        ("text".encode("utf-16-le"), "zero bytes"),
    ],
)
def test_another_encoding_is_named_and_what_to_do(name: str, content: bytes, words: str, tmp_path: Path) -> None:
    _, read, fault = READERS[name]
    path = tmp_path / "file.txt"
    path.write_bytes(content)
    with pytest.raises(fault, match=rf"file\.txt.*{words}") as caught:
        read(path)
    assert "\n" not in str(caught.value)


def test_a_file_is_read_up_to_its_bound(tmp_path: Path) -> None:
    path = tmp_path / "file.txt"
    path.write_bytes(b"x" * 10)
    assert read_text(path, 10) == "x" * 10
    with pytest.raises(NotTextError, match="more than 9 bytes"):
        read_text(path, 9)


def test_a_file_is_on_the_disk_before_it_takes_the_place_of_the_former(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    sync, replace = os.fsync, Path.replace

    def synced(descriptor: int) -> None:
        done.append("folder" if os.path.isdir(f"/proc/self/fd/{descriptor}") else "file")
        sync(descriptor)

    def replaced(path: Path, target: Path) -> Path:
        done.append("replace")
        return replace(path, target)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(Path, "replace", replaced)
    write_whole(tmp_path / "new" / "file", b"whole")
    assert (tmp_path / "new" / "file").read_bytes() == b"whole"
    assert done == ["file", "replace", "folder"]


def test_a_link_stays_a_link_and_a_file_keeps_its_mode(tmp_path: Path) -> None:
    secret, link = tmp_path / "secret", tmp_path / "link"
    secret.write_bytes(b"old")
    secret.chmod(0o600)
    link.symlink_to(secret)
    write_whole(link, b"new")
    assert link.is_symlink()
    assert secret.read_bytes() == b"new"
    assert secret.stat().st_mode & 0o777 == 0o600
