"""The sounds are what their script makes, and each is heard once for what it stands for."""

import logging
import wave
from collections.abc import Iterator

import pygame
import pytest

from assets.make_sounds import RATE, SOUNDS, samples
from ecs.world import World
from game.arenas import ASSETS
from game.client.audio.sounds import EARSHOT, Sounds
from game.client.people import GameEvent, Happened
from game.client.rounds import Course
from game.tag.roster import Chase
from game.tag.scene import TagScene
from tests.game.client.scenes import tools

pytestmark = pytest.mark.usefixtures("mixer")


@pytest.fixture
def mixer() -> Iterator[None]:
    yield
    pygame.mixer.quit()


@pytest.mark.parametrize("name", SOUNDS)
def test_a_sound_is_what_its_script_makes_and_small(name: str) -> None:
    path = ASSETS / "sounds" / f"{name}.wav"
    assert path.stat().st_size < 30_000
    with wave.open(str(path), "rb") as file:
        assert (file.getframerate(), file.getsampwidth(), file.getnchannels()) == (RATE, 2, 1)
        stored = memoryview(file.readframes(file.getnframes())).cast("h")
    made = list(samples(name))
    assert len(stored) == len(made)
    # Sines differ in their last bit between platforms.
    assert all(abs(a - b) <= 1 for a, b in zip(stored, made, strict=True))
    assert max(map(abs, made)) > 20_000


def test_there_is_a_sound_for_each_name() -> None:
    assert {path.stem for path in (ASSETS / "sounds").iterdir()} == set(SOUNDS)


OWN, OTHER = 1, 2


@pytest.mark.parametrize(
    ("event", "away", "heard"),
    [
        (GameEvent(Chase.TAGGED, OWN, "Ann", OTHER), (0, 0), ["tagged"]),
        (GameEvent(Chase.TAGGED, OTHER, "Bob", OWN), (30, 0), ["tag"]),
        (GameEvent(Chase.TAGGED, OTHER, "Bob", 3), (30, 0), ["tag"]),
        (GameEvent(Chase.TAGGED, OTHER, "Bob", 3), None, ["tag"]),
        (GameEvent(Happened.DASHED, OTHER, "Bob"), (100, 100), ["dash"]),
        (GameEvent(Happened.DASHED, OTHER, "Bob"), (EARSHOT, 100), []),
        (GameEvent(Happened.DASHED, OTHER, "Bob"), None, []),
        (GameEvent(Happened.JOINED, OTHER, "Bob"), None, ["join"]),
        (GameEvent(Course.COUNTDOWN, seconds=3), None, ["countdown"]),
        (GameEvent(Course.ENDED), None, ["round_end"]),
        (GameEvent(Happened.LEFT, OTHER, "Bob"), None, []),
    ],
)
def test_what_happens_is_heard(event: GameEvent, away: tuple[int, int] | None, heard: list[str]) -> None:
    pygame.display.init()
    pygame.font.init()
    sounds = Sounds()
    scene = TagScene(tools(OWN, World(), sounds))
    scene.way_to = lambda net_id: away  # type: ignore[method-assign]
    scene.heard_of(event, 0.0)
    assert sounds.played == heard
    assert pygame.mixer.get_busy() is bool(heard)


def test_what_is_far_is_fainter_and_comes_from_its_side(monkeypatch: pytest.MonkeyPatch) -> None:
    volumes: list[tuple[float, float]] = []

    class Channel:
        def set_volume(self, left: float, right: float) -> None:
            volumes.append((left, right))

    class Sound:
        def play(self) -> Channel:
            return Channel()

    sounds = Sounds()
    sounds._sounds = {"dash": Sound()}  # type: ignore[dict-item]
    for away in ((0, 0), (300, 0), (-300, 0), (0, 300), (0, 600)):
        sounds.play("dash", away)
    here, right, left, below, far = volumes
    assert here == (1.0, 1.0)
    assert right[0] < right[1]
    assert (left[1], left[0]) == right
    assert below[0] == below[1] > far[0] == far[1] > 0


def test_the_volume_is_from_nothing_to_all() -> None:
    sounds = Sounds(0)
    sounds.play("join")
    assert not pygame.mixer.get_busy()
    assert sounds.played == []
    sounds.volume = 50
    sounds.play("join")
    assert pygame.mixer.get_busy()


def test_without_an_audio_device_there_is_silence_and_one_line(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(**settings: int) -> None:
        raise pygame.error("no such audio device")

    pygame.mixer.quit()
    monkeypatch.setattr(pygame.mixer, "init", fail)
    with caplog.at_level(logging.INFO):
        sounds = Sounds()
        for name in SOUNDS:
            sounds.play(name)
    assert [record.getMessage() for record in caplog.records] == ["no sound: no such audio device"]
