"""The settings survive a restart, and nothing that happens to their file stops the game."""

import logging
import os
from pathlib import Path

import pytest

from game.client.settings import Settings, load_settings, save_settings, settings_file


def test_what_was_saved_is_loaded_whatever_was_typed() -> None:
    for name in ("Ann", 'a "quoted" \\ name', "línea\tΩ\n漢字", ""):
        saved = Settings(name, 0x12AB00, "[::1]:5001")
        save_settings(saved)
        assert load_settings() == saved


def test_what_no_file_can_hold_is_saved_without_it() -> None:
    save_settings(Settings("half \ud83d of a pair"))
    assert load_settings().name == "half ? of a pair"


def test_a_first_start_has_defaults_and_creates_nothing(settings_directory: Path) -> None:
    assert load_settings() == Settings()
    assert not settings_directory.exists()


@pytest.mark.parametrize(
    "content",
    [
        b"name = ",
        b"\xff\xfe\x00",
        b"name = 5",
        b'color = "red"',
        b"color = true",
        b"color = 16777216",
        b"address = []",
        b"#" * 20_000,
    ],
)
def test_a_broken_file_is_set_aside_and_logged(content: bytes, caplog: pytest.LogCaptureFixture) -> None:
    path = settings_file()
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    with caplog.at_level(logging.WARNING):
        assert load_settings() == Settings()
    assert not path.exists()
    assert path.with_name("settings.toml.broken").read_bytes() == content
    assert "broken" in caplog.text


def test_keys_of_a_later_version_are_no_fault() -> None:
    path = settings_file()
    path.parent.mkdir(parents=True)
    path.write_text('name = "Ann"\nvolume = 7\n', encoding="utf-8")
    assert load_settings() == Settings(name="Ann")


def test_a_place_that_cannot_be_written_is_only_logged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("not a directory")
    monkeypatch.setenv("PYGAME_NETWORKING_CONFIG_DIR", str(tmp_path / "file" / "below"))
    with caplog.at_level(logging.WARNING):
        save_settings(Settings("Ann"))
        assert load_settings() == Settings()
    assert "cannot keep the settings" in caplog.text


def test_nothing_is_left_beside_the_file() -> None:
    save_settings(Settings("Ann"))
    assert os.listdir(settings_file().parent) == ["settings.toml"]
