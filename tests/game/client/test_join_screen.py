"""The join screen, driven by events: servers that come and go, an address that is wrong and mended, watching."""

from dataclasses import dataclass, field, replace

import pygame
import pytest

from game.client.discovery import FoundServer
from game.client.draw.theme import NORMAL, Fonts
from game.client.settings import Settings
from game.client.ui.join_screen import SHOWN, JoinScreen
from game.client.ui.widgets import EDGE, Widget
from net.io.address import Address, TlsAddress
from net.wire.messages import VERSION
from tests.game.client.stage import click, differs, look, looking, press, type_text

pytestmark = pytest.mark.usefixtures("surface")

ANN = Settings("Ann", recent=["a.example:5000", "b.example:5000"])


@dataclass
class Network:
    servers: list[FoundServer] = field(default_factory=list)
    problem: str = ""


ATTIC = FoundServer("Attic", Address("192.168.1.5", 5000), 3, 16, 0.012)
BARN = FoundServer("Barn", Address("192.168.1.7", 5001), 0, 16, None)


class Person:
    """Somebody who looks for a game, and what they decided."""

    def __init__(self, settings: Settings = ANN, *servers: FoundServer, problem: str = "") -> None:
        self.network = Network([*servers], problem)
        self.joined: list[tuple[Address, Settings, bool, str]] = []
        self.backed = 0
        self.screen = JoinScreen(
            looking(), settings, self.network, lambda *choice: self.joined.append(choice), self._back
        )
        look(self.screen)

    def has_focus(self, widget: Widget) -> bool:
        return self.screen.focus.at is widget

    def _back(self) -> None:
        self.backed += 1


def test_enter_joins_the_first_server_that_was_found() -> None:
    person = Person(ANN, ATTIC, BARN)
    assert [row.left for row in person.screen.rows] == ["Attic", "Barn"]
    assert person.screen.rows[0].right == "3 of 16 players   ·   12 ms"
    assert "– ms" in person.screen.rows[1].right
    press(pygame.K_RETURN)
    look(person.screen)
    assert person.joined == [(ATTIC.address, ANN, False, "")]


def test_a_server_of_another_version_says_so() -> None:
    person = Person(ANN, replace(ATTIC, version=VERSION + 1), replace(ATTIC, version=VERSION - 1))
    assert [row.right for row in person.screen.rows] == [
        "needs a newer version of the game",
        "needs an older version of the game",
    ]


def test_a_server_that_wants_a_password_says_so() -> None:
    person = Person(ANN, replace(ATTIC, password=True))
    assert person.screen.rows[0].right == "password   ·   3 of 16 players   ·   12 ms"


def test_full_and_locked_servers_say_so_in_words() -> None:
    full, locked = replace(ATTIC, players=16), replace(ATTIC, address=TlsAddress("192.168.1.5", 5000), password=True)
    both = replace(locked, players=17)
    person = Person(ANN, full, locked, both, ATTIC)
    assert [row.right.split("   ·   ")[0] for row in person.screen.rows] == [
        "full",
        "password, encrypted",
        "full, password, encrypted",
        "3 of 16 players",
    ]
    before = look(person.screen)
    person.network.servers[0] = ATTIC
    assert differs(before, look(person.screen)) > 50


def test_beside_each_server_is_a_button_to_watch_it() -> None:
    person = Person(ANN, replace(ATTIC, players=16), BARN)
    for button in person.screen.watches:
        room = button.rect.w - 3 * EDGE
        assert Fonts().wrap(button.left, NORMAL - 1, room, 1) == ["Watch"], "it can be read whole"
    press(pygame.K_RIGHT)
    press(pygame.K_DOWN)
    press(pygame.K_RETURN)
    look(person.screen)
    assert person.joined.pop() == (BARN.address, ANN, True, "")
    click(person.screen.watches[0].rect.center)
    look(person.screen)
    assert person.joined.pop() == (ATTIC.address, ANN, True, "")
    person.network.servers = [BARN]
    look(person.screen)
    assert len(person.screen.watches) == 1
    click(person.screen.rows[0].rect.center)
    look(person.screen)
    assert person.joined.pop() == (BARN.address, ANN, False, "")


def test_the_next_one_is_one_key_down_or_a_click() -> None:
    person = Person(ANN, ATTIC, BARN)
    press(pygame.K_DOWN)
    press(pygame.K_RETURN)
    look(person.screen)
    assert person.joined.pop()[0] == BARN.address
    click(person.screen.rows[0].rect.center)
    look(person.screen)
    assert person.joined.pop()[0] == ATTIC.address


def test_servers_come_and_go_and_what_is_typed_stays() -> None:
    person = Person(replace(ANN, recent=[]))
    searching = look(person.screen)
    type_text("local")
    person.network.servers = [ATTIC]
    look(person.screen)
    assert [row.left for row in person.screen.rows] == ["Attic"]
    assert person.has_focus(person.screen.address)
    type_text("host")
    assert differs(searching, look(person.screen)) > 1000
    assert person.screen.address.text == "localhost"
    press(pygame.K_UP)
    look(person.screen)
    assert person.has_focus(person.screen.rows[0])
    person.network.servers = []
    look(person.screen)
    assert person.screen.focus.at in person.screen.focus.widgets
    press(pygame.K_RETURN)  # wherever that is: nobody joins a server that is gone
    look(person.screen)
    assert ATTIC.address not in [address for address, *_ in person.joined]


def test_the_first_server_that_appears_is_one_key_away_while_nobody_types() -> None:
    person = Person(Settings("Ann"))
    assert person.has_focus(person.screen.address)
    person.network.servers = [ATTIC]
    look(person.screen)
    press(pygame.K_RETURN)
    look(person.screen)
    assert [address for address, *_ in person.joined] == [ATTIC.address]


def test_the_focus_stays_on_its_row_when_another_server_appears() -> None:
    person = Person(ANN, ATTIC, BARN)
    press(pygame.K_DOWN)
    person.network.servers = [ATTIC, BARN, FoundServer("Cellar", Address("10.0.0.1", 5000), 0, 16, None)]
    look(person.screen)
    assert person.has_focus(person.screen.rows[1])


def test_more_servers_than_there_is_room_for_are_said() -> None:
    servers = [
        FoundServer(f"Server {number}", Address("10.0.0.1", 5000 + number), 0, 16, None) for number in range(SHOWN + 3)
    ]
    person = Person(ANN, *servers)
    assert len(person.screen.rows) == SHOWN
    full = look(person.screen)
    person.network.servers = servers[:SHOWN]
    assert differs(full, look(person.screen)) > 50


def test_why_none_can_be_found_is_said() -> None:
    assert differs(look(Person(ANN).screen), look(Person(ANN, problem="Multicast is blocked here.").screen)) > 200


def test_an_address_is_typed_is_wrong_is_mended_and_joined() -> None:
    person = Person(Settings("Ann"))
    type_text("no host!")
    plain = look(person.screen)
    press(pygame.K_RETURN)
    assert differs(plain, look(person.screen)) > 100
    assert "is no host name" in person.screen.errors["address"]
    assert not person.joined
    for _ in range(len("no host!")):
        press(pygame.K_BACKSPACE)
    type_text("localhost:5001")
    press(pygame.K_RETURN)
    look(person.screen)
    assert person.joined == [(Address("localhost", 5001), Settings("Ann", address="localhost:5001"), False, "")]


def test_the_last_address_is_there_and_its_button_has_the_focus() -> None:
    person = Person(Settings("Ann", address="localhost:5001"))
    press(pygame.K_RETURN)
    look(person.screen)
    assert person.joined[0][0] == Address("localhost", 5001)


def test_a_server_of_last_time_is_two_keys_away() -> None:
    person = Person(replace(ANN, address="c.example"))
    press(pygame.K_DOWN)  # from the button beside the field to the row below
    press(pygame.K_RETURN)
    look(person.screen)
    assert str(person.joined[0][0]) in ANN.recent


def test_one_can_only_watch() -> None:
    person = Person(ANN, ATTIC)
    assert not person.screen.watch
    for _ in range(3):  # the address, the servers of last time, the choice
        press(pygame.K_DOWN)
    press(pygame.K_RIGHT)
    look(person.screen)
    assert person.screen.watch
    click(person.screen.rows[0].rect.center)
    look(person.screen)
    assert person.joined == [(ATTIC.address, ANN, True, "")]


def test_escape_goes_back() -> None:
    person = Person(ANN, ATTIC)
    press(pygame.K_ESCAPE)
    look(person.screen)
    assert person.backed == 1
    assert not person.joined
