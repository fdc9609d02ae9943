"""The settings survive a restart, and nothing that happens to their file stops the game."""

import errno
import logging
import os
from dataclasses import replace
from pathlib import Path

import pytest

from game.client.settings import Settings, default_keys, load_settings, save_settings, settings_file
from net.client.connect import ChangedError
from net.client.known_servers import known_fingerprint, remember
from net.io.address import TlsAddress
from net.io.user_folder import DIRECTORY_VARIABLE
from net.wire.messages import ANY_COLOR


def test_what_was_saved_is_loaded_whatever_was_typed() -> None:
    for name in ("Ann", 'a "quoted" \\ name', "línea\tΩ\n漢字", ""):
        keys = default_keys() | {"dash": ["k", name]}
        saved = Settings(name, 0x12AB00, "[::1]:5001", 30, True, 150, True, "tag", keys, ["a.example:1", "[::1]:5000"])
        save_settings(saved)
        assert load_settings() == (saved, "")


def test_who_never_chose_a_colour_still_wants_any_at_the_next_start() -> None:
    save_settings(Settings("Ann"))
    assert 'color = "any"' in settings_file().read_text(encoding="utf-8")
    settings, notice = load_settings()
    assert (settings.color, notice) == (ANY_COLOR, "")


def test_what_no_file_can_hold_is_saved_without_it() -> None:
    save_settings(Settings("half \ud83d of a pair"))
    assert load_settings()[0].name == "half ? of a pair"


def test_a_first_start_has_defaults_and_creates_nothing(settings_directory: Path) -> None:
    assert load_settings() == (Settings(), "")
    assert not settings_directory.exists()


@pytest.mark.parametrize("content", [b"name = ", b"\xff\xfe\x00", b"#" * 30_000, b"name = 'a'\nname = 'b'"])
def test_a_broken_file_is_set_aside_and_the_player_is_told(content: bytes, caplog: pytest.LogCaptureFixture) -> None:
    path = settings_file()
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    with caplog.at_level(logging.WARNING):
        settings, notice = load_settings()
    assert settings == Settings()
    assert "settings.toml.broken" in notice
    assert not path.exists()
    assert path.with_name("settings.toml.broken").read_bytes() == content
    assert "broken" in caplog.text
    assert load_settings() == (Settings(), "")  # the next start has nothing to say


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_what_an_editor_adds_to_text_costs_no_setting(mark: bytes, end: str) -> None:
    path = settings_file()
    path.parent.mkdir(parents=True)
    path.write_bytes(mark + f'# mine{end}name = "Zoë"{end}volume = 30{end}'.encode())
    assert load_settings() == (Settings("Zoë", volume=30), "")
    assert save_settings(Settings("Zoë", volume=40), Settings("Zoë", volume=30))
    assert load_settings() == (Settings("Zoë", volume=40), "")


def test_another_encoding_is_named() -> None:
    path = settings_file()
    path.parent.mkdir(parents=True)
    path.write_text('name = "Ann"\n', encoding="utf-16")
    settings, notice = load_settings()
    assert settings == Settings()
    assert "UTF-16" in notice
    assert "settings.toml.broken" in notice


def test_without_a_folder_to_keep_them_in_the_game_begins_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """As where there is no HOME, and no entry in the list of users."""

    def homeless(*arguments: object) -> str:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv(DIRECTORY_VARIABLE)
    for where in (homeless, lambda *_: "~/.config/pygame-networking"):  # so do versions of platformdirs differ
        monkeypatch.setattr("net.io.user_folder.user_config_dir", where)
        settings, notice = load_settings()
        assert settings == Settings()
        assert "will not be kept" in notice
        assert not save_settings(Settings("Ann"))
        assert known_fingerprint(SERVER) == ""
        remember(SERVER, "0" * 64)
        assert "another certificate" in str(ChangedError(SERVER, "0" * 64, "1" * 64))
    assert not Path("~").exists()


SERVER = TlsAddress("localhost", 5000)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("name", "5"),
        ("name", '"' + "x" * 301 + '"'),
        ("color", '"reddish"'),
        ("color", "true"),
        ("color", "16777216"),
        ("address", "[]"),
        ("volume", "101"),
        ("volume", "-1"),
        ("volume", "true"),
        ("volume", "70.5"),
        ("fullscreen", "1"),
        ("scale", "99"),
        ("net_graph", '"on"'),
        ("keys", "7"),
        ("keys", "{dash = 'space'}"),
        ("keys", "{dash = [5]}"),
        ("recent", "[1]"),
        ("recent", "'localhost'"),
    ],
)
def test_one_value_that_is_not_possible_costs_that_value_alone(key: str, value: str) -> None:
    path = settings_file()
    path.parent.mkdir(parents=True)
    good = {"name": '"Ann"', "volume": "30", "color": "0x00FF00"} | {key: value}
    path.write_text("".join(f"{key} = {value}\n" for key, value in good.items()), encoding="utf-8")
    settings, notice = load_settings()
    assert key in notice
    assert getattr(settings, key) == getattr(Settings(), key)
    kept = {"name": "Ann", "volume": 30, "color": 0x00FF00}
    kept.pop(key, None)
    assert {name: getattr(settings, name) for name in kept} == kept
    assert path.exists()


def test_a_file_of_the_first_version_is_read_and_a_later_versions_keys_are_no_fault() -> None:
    path = settings_file()
    path.parent.mkdir(parents=True)
    path.write_text('name = "Ann"\ncolor = 0x123456\naddress = "localhost"\nhats = 7\n', encoding="utf-8")
    assert load_settings() == (Settings("Ann", 0x123456, "localhost"), "")


def test_keys_that_the_file_does_not_mention_are_as_at_first_and_those_of_other_games_stay() -> None:
    path = settings_file()
    path.parent.mkdir(parents=True)
    path.write_text('[keys]\nup = ["i"]\njump = ["j"]\n', encoding="utf-8")
    assert load_settings()[0].keys == default_keys() | {"up": ["i"], "jump": ["j"]}


def test_keys_that_nobody_chose_are_those_of_a_first_start_and_chosen_ones_stay() -> None:
    path = settings_file()
    path.parent.mkdir(parents=True)
    path.write_text('[keys]\nup = ["w", "up"]\nleft = ["q", "left"]\nright = ["d", "right"]\n', encoding="utf-8")
    assert load_settings()[0].keys == default_keys() | {"left": ["q", "left"]}


def test_the_last_servers_are_remembered_once_each_the_latest_first() -> None:
    settings = Settings()
    for address in ("a:1", "b:1", "a:1", "c:1", "d:1"):
        settings = replace(settings, recent=settings.remembering(address))
    assert settings.recent == ["d:1", "c:1", "a:1"]


def test_a_place_that_cannot_be_written_is_only_logged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("not a directory")
    monkeypatch.setenv("PYGAME_NETWORKING_CONFIG_DIR", str(tmp_path / "file" / "below"))
    with caplog.at_level(logging.WARNING):
        save_settings(Settings("Ann"))
        settings, notice = load_settings()
    assert settings == Settings()
    assert "cannot be read" in notice
    assert "cannot write" in caplog.text


def test_nothing_is_left_beside_the_file() -> None:
    save_settings(Settings("Ann"))
    assert os.listdir(settings_file().parent) == ["settings.toml"]


def test_two_copies_of_the_game_write_only_what_each_has_changed() -> None:
    start = Settings("Ann", recent=["old:1"])
    save_settings(start)
    here, there = replace(start, name="Bea"), replace(start, volume=10, keys=default_keys() | {"dash": ["k"]})
    assert save_settings(here, start)
    assert save_settings(there, start)
    assert load_settings()[0] == replace(start, name="Bea", volume=10, keys=default_keys() | {"dash": ["k"]})
    rebound = replace(here, keys=default_keys() | {"chat": ["t"]})
    assert save_settings(rebound, here)
    assert load_settings()[0].keys == default_keys() | {"dash": ["k"], "chat": ["t"]}
    again = replace(rebound, volume=70, name="Ann")  # 70 is what it was here all the time
    assert save_settings(again, rebound)
    assert load_settings()[0].volume == 10
    assert load_settings()[0].name == "Ann"


def test_servers_that_two_copies_joined_are_all_remembered_and_a_forgotten_one_stays_so() -> None:
    start = Settings("Ann", recent=["good:1", "bad:1"])
    save_settings(start)
    save_settings(replace(start, recent=["here:1", "good:1"]), start)
    save_settings(replace(start, recent=["there:1", "good:1", "bad:1"]), start)
    assert load_settings()[0].recent == ["there:1", "good:1", "bad:1"]  # the latest three
    save_settings(replace(start, recent=["good:1"]), start)
    assert load_settings()[0].recent == ["good:1", "there:1"]


def test_what_another_version_of_the_game_keeps_there_survives() -> None:
    path = settings_file()
    path.parent.mkdir(parents=True)
    path.write_text('name = "Ann"\nhats = 7\n', encoding="utf-8")
    loaded, _ = load_settings()
    save_settings(replace(loaded, volume=10), loaded)
    assert "hats = 7" in path.read_text(encoding="utf-8")
    assert load_settings()[0] == replace(loaded, volume=10)


@pytest.mark.parametrize("content", [None, b"name = ", b"\xff"])
def test_where_there_is_nothing_to_merge_with_all_is_written(content: bytes | None) -> None:
    path = settings_file()
    path.parent.mkdir(parents=True)
    if content is not None:
        path.write_bytes(content)
    ann = Settings("Ann", volume=10)
    assert save_settings(ann, replace(ann, volume=20))
    assert load_settings() == (ann, "")


@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_a_full_disk_leaves_the_former_file_and_nothing_beside_it(call: str, monkeypatch: pytest.MonkeyPatch) -> None:
    save_settings(Settings("Ann"))

    def fail(*given: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os if call == "fsync" else Path, call, fail)
        assert not save_settings(Settings("Bea"))
    assert os.listdir(settings_file().parent) == ["settings.toml"]
    assert load_settings()[0].name == "Ann"
