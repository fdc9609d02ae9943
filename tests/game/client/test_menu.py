"""The start screen, driven by events: what is decided is told, what is wrong is said where it is wrong."""

from collections.abc import Iterator

import pygame
import pytest

from game.client.backdrop import Backdrop
from game.client.menu import StartScreen
from game.client.settings import Settings
from game.client.sprites import Sprites
from game.client.theme import Fonts
from game.rules import PALETTE
from net.address import Address
from tests.game.client.stage import differs, press, type_text


class Person:
    """Somebody at the start screen, and what they decided."""

    def __init__(self, surface: pygame.Surface, settings: Settings, problem: str = "") -> None:
        self.surface = surface
        self.joined: list[tuple[Address, Settings]] = []
        self.hosted: list[Settings] = []
        self.left = 0
        self.screen = StartScreen(
            surface,
            Fonts(),
            Sprites(),
            Backdrop(surface, Sprites()),
            settings,
            lambda address, chosen: self.joined.append((address, chosen)),
            self.hosted.append,
            self._leave,
            problem,
        )
        self.time = 0.0
        self.look()

    def look(self) -> pygame.Surface:
        """Let a frame pass with what was posted, and another for what follows; the picture."""
        for _ in range(2):
            for event in pygame.event.get():
                self.screen.handle(event)
            self.time += 1 / 60
            self.screen.update(self.time)
            self.screen.draw(self.time)
        return self.surface.copy()

    def _leave(self) -> None:
        self.left += 1


@pytest.fixture
def known(surface: pygame.Surface) -> Iterator[Person]:
    """Somebody who has played before."""
    person = Person(surface, Settings("Ann", PALETTE["green"], "localhost:5001"))
    yield person
    person.screen.close()


@pytest.fixture
def newcomer(surface: pygame.Surface) -> Iterator[Person]:
    """Somebody who has not."""
    person = Person(surface, Settings())
    yield person
    person.screen.close()


def test_enter_joins_where_one_was_the_last_time(known: Person) -> None:
    press(pygame.K_RETURN)
    known.look()
    assert known.joined == [
        (Address("localhost", 5001), Settings("Ann", PALETTE["green"], "localhost:5001")),
    ]


def test_a_newcomer_types_name_and_address_with_tab_in_between(newcomer: Person) -> None:
    type_text("  Bob ")
    press(pygame.K_TAB)
    type_text("192.168.1.5")
    press(pygame.K_RETURN)
    newcomer.look()
    assert newcomer.joined == [(Address("192.168.1.5", 5000), Settings("Bob", PALETTE["orange"], "192.168.1.5"))]


def test_shift_tab_goes_back(newcomer: Person) -> None:
    press(pygame.K_TAB)
    type_text("host")
    press(pygame.K_TAB, pygame.KMOD_LSHIFT)
    type_text("Bob")
    newcomer.look()
    assert (newcomer.screen.settings.name, newcomer.screen.settings.address) == ("Bob", "host")


@pytest.mark.parametrize(
    ("name", "address", "field", "words"),
    [
        ("", "localhost", "name", "at least one character"),
        ("x" * 17, "localhost", "name", "at most 16 characters"),
        ("Ann", "", "address", "type the server's address"),
        ("Ann", "no host!", "address", "is no host name"),
        ("Ann", "localhost:99999", "address", "is no port"),
    ],
)
def test_what_is_wrong_is_said_in_the_window(
    surface: pygame.Surface, name: str, address: str, field: str, words: str
) -> None:
    person = Person(surface, Settings(name, PALETTE["orange"], address))
    person.look()
    texts = len(person.screen.texts)
    press(pygame.K_RETURN)
    person.look()
    assert not person.joined
    assert words in person.screen.errors[field]
    assert [key for key, error in person.screen.errors.items() if error] == [field]
    assert len(person.screen.texts) > texts  # and in the window
    person.screen.close()


def test_both_fields_can_be_wrong_and_an_error_goes_when_it_is_mended(newcomer: Person) -> None:
    press(pygame.K_RETURN)
    newcomer.look()
    assert all(newcomer.screen.errors.values())
    type_text("Bob")  # the first wrong field has the focus
    press(pygame.K_RETURN)
    newcomer.look()
    assert not newcomer.screen.errors["name"]
    assert newcomer.screen.errors["address"]
    type_text("localhost")
    press(pygame.K_RETURN)
    newcomer.look()
    assert newcomer.joined[0][0] == Address("localhost", 5000)


def test_why_the_last_try_failed_is_shown_and_the_address_kept(surface: pygame.Surface) -> None:
    settings = Settings("Ann", PALETTE["orange"], "localhost:9")
    quiet = Person(surface, settings)
    plain = quiet.look()
    quiet.screen.close()
    failed = Person(surface, settings, "refused: nothing listens at localhost:9")
    assert failed.screen.settings == settings
    assert differs(plain, failed.look()) > 500
    failed.screen.close()


def test_hosting_takes_a_name_and_no_address(newcomer: Person) -> None:
    for _ in range(4):
        press(pygame.K_TAB)
    press(pygame.K_RETURN)
    newcomer.look()
    assert not newcomer.hosted
    assert newcomer.screen.errors["name"]
    type_text("Bob")
    for _ in range(4):
        press(pygame.K_TAB)
    press(pygame.K_SPACE)
    newcomer.look()
    assert [settings.name for settings in newcomer.hosted] == ["Bob"]


def test_escape_and_the_quit_button_leave(known: Person) -> None:
    press(pygame.K_ESCAPE)
    known.look()
    assert known.left == 1
    for _ in range(4):  # from the address on
        press(pygame.K_TAB)
    press(pygame.K_RETURN)
    known.look()
    assert known.left == 2


def test_colours_are_chosen_with_arrows_and_with_the_mouse(known: Person) -> None:
    press(pygame.K_TAB)
    press(pygame.K_RIGHT)
    known.look()
    assert known.screen.settings.color == PALETTE["yellow"]
    at = known.screen.swatches.areas[PALETTE["pink"]].center
    pygame.event.post(pygame.Event(pygame.MOUSEBUTTONDOWN, button=1, pos=at))
    known.look()
    assert known.screen.settings.color == PALETTE["pink"]


def test_a_colour_of_ones_own_can_be_kept(surface: pygame.Surface) -> None:
    person = Person(surface, Settings("Ann", 0x123456, "localhost"))
    press(pygame.K_RETURN)
    person.look()
    assert person.joined[0][1].color == 0x123456
    person.screen.close()


def test_buttons_take_the_mouse(known: Person) -> None:
    at = known.screen.buttons[0].rect.center
    pygame.mouse.set_pos(at)
    known.look()
    for kind in (pygame.MOUSEBUTTONDOWN, pygame.MOUSEBUTTONUP):
        pygame.event.post(pygame.Event(kind, button=1, pos=at))
    known.look()
    assert len(known.joined) == 1


@pytest.mark.parametrize("size", [(1280, 720), (1024, 640), (800, 600)])
def test_everything_stays_in_the_window_and_apart(known: Person, size: tuple[int, int]) -> None:
    surface = pygame.display.set_mode(size, pygame.RESIZABLE)
    known.screen.errors = {"name": "a name needs something", "address": "word " * 60}
    known.screen.handle(pygame.Event(pygame.WINDOWSIZECHANGED, x=size[0], y=size[1]))
    areas = [area for _, area in known.screen.texts] + [button.rect for button in known.screen.buttons]
    areas += [known.screen.name_field.rect, known.screen.address_field.rect, *known.screen.swatches.areas.values()]
    assert len(areas) > 20
    assert all(surface.get_rect().contains(area) for area in areas)
    assert not [(a, b) for a in areas for b in areas if a is not b and a.colliderect(b)]
