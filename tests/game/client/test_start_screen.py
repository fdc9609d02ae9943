"""The start screen, driven by events: nobody has to type anything to play, and what is wrong is said where it is."""

import pygame
import pytest

from game.client.settings import Settings
from game.client.ui.start_screen import FIRST_NAMES, StartScreen
from net.colors import PALETTE
from net.wire.messages import ANY_COLOR
from net.wire.texts import NAME_LIMIT, clean_name
from tests.game.client.stage import CHOICE, click, differs, look, looking, pad, press, type_text

pytestmark = pytest.mark.usefixtures("surface")

KNOWN = Settings("Ann", PALETTE["green"])


class Person:
    """Somebody at the start screen, and what they decided."""

    def __init__(self, settings: Settings, notice: str = "") -> None:
        self.went: list[tuple[str, Settings]] = []
        self.left = 0
        self.screen = StartScreen(
            looking(),
            settings,
            CHOICE,
            lambda chosen: self.went.append(("play", chosen)),
            lambda chosen: self.went.append(("join", chosen)),
            lambda chosen: self.went.append(("settings", chosen)),
            self._leave,
            notice,
        )
        look(self.screen)

    def _leave(self) -> None:
        self.left += 1


def retype(text: str) -> None:
    """Instead of what is in the field."""
    for _ in range(NAME_LIMIT):
        press(pygame.K_BACKSPACE)
    type_text(text)


def test_who_is_known_plays_with_one_key() -> None:
    person = Person(KNOWN)
    press(pygame.K_RETURN)
    look(person.screen)
    assert person.went == [("play", KNOWN)]


def test_a_newcomer_plays_with_one_key_too_under_a_name_that_is_possible() -> None:
    person = Person(Settings())
    press(pygame.K_RETURN)
    look(person.screen)
    ((where, settings),) = person.went
    assert where == "play"
    assert settings.name in FIRST_NAMES


def test_every_first_name_is_a_name() -> None:
    assert [clean_name(name) for name in FIRST_NAMES] == [*FIRST_NAMES]


def test_a_newcomer_types_a_name_and_chooses_a_colour() -> None:
    person = Person(Settings())
    press(pygame.K_UP)  # from Play to the colours
    press(pygame.K_RIGHT)  # from any to the first
    press(pygame.K_RIGHT)
    press(pygame.K_UP)
    retype("  Bob ")
    press(pygame.K_RETURN)
    look(person.screen)
    assert person.went == [("play", Settings("Bob", PALETTE["sky"]))]


def test_whoever_chooses_no_colour_wants_any_and_the_portrait_shows_several() -> None:
    person = Person(Settings())
    press(pygame.K_RETURN)
    look(person.screen)
    ((_, settings),) = person.went
    assert settings.color == ANY_COLOR
    screen = person.screen
    pictures = []
    for now in (0.0, 1.0):
        screen.look.surface.fill((0, 0, 0))
        screen.draw(now)
        pictures.append(screen.look.surface.copy())
    assert differs(*pictures) > 500


def test_without_a_name_nobody_plays_and_the_window_says_so() -> None:
    person = Person(Settings())
    press(pygame.K_TAB, pygame.KMOD_SHIFT)
    press(pygame.K_TAB, pygame.KMOD_SHIFT)
    retype("")
    plain = look(person.screen)
    press(pygame.K_RETURN)
    assert differs(plain, look(person.screen)) > 100
    assert "at least one character" in person.screen.errors["name"]
    assert not person.went
    retype("Bob")
    press(pygame.K_RETURN)
    look(person.screen)
    assert [settings.name for _, settings in person.went] == ["Bob"]


@pytest.mark.parametrize("key", [pygame.K_DOWN, pygame.K_TAB])
def test_the_other_buttons_are_one_key_down_each(key: int) -> None:
    person = Person(KNOWN)
    for where in ("join", "settings"):
        press(key)
        press(pygame.K_SPACE)
        look(person.screen)
        assert person.went.pop()[0] == where
    press(key)
    press(pygame.K_RETURN)
    look(person.screen)
    assert person.left == 1


def test_escape_leaves_only_when_it_is_meant() -> None:
    person = Person(KNOWN)
    press(pygame.K_ESCAPE)
    look(person.screen)
    assert person.left == 0
    press(pygame.K_ESCAPE)
    look(person.screen)
    assert person.left == 1


def test_buttons_take_the_mouse() -> None:
    person = Person(KNOWN)
    for widget, where in zip(person.screen.focus.widgets, ("play", "join", "settings"), strict=False):
        pygame.mouse.set_pos(widget.rect.center)
        look(person.screen)
        click(widget.rect.center)
        look(person.screen)
        assert person.went.pop()[0] == where
        assert person.screen.focus.at is widget


def test_a_notice_is_shown() -> None:
    plain = look(Person(KNOWN).screen)
    assert differs(plain, look(Person(KNOWN, "Your settings were broken.").screen)) > 1000


def test_a_gamepad_is_none_of_its_business() -> None:
    person = Person(KNOWN)
    pad(pygame.CONTROLLER_BUTTON_A)  # which the window would have translated
    look(person.screen)
    assert not person.went
