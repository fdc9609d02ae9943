"""The screen on which one finds a game: servers that were found on this network, those of last time, or an address.

Knows neither how servers are found nor what joining is.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Final, Protocol

import pygame

from game.client.discovery import FoundServer
from game.client.draw.canvas import Part
from game.client.draw.theme import MUTED, SMALL
from game.client.settings import Settings
from game.client.ui.hud import pulse, pulse_part
from game.client.ui.page import LINE, Look, Page
from game.client.ui.widgets import HEIGHT, Choice, Row, Widget
from net.io.address import DEFAULT_PORT, Address, AddressError, parse_address
from net.wire.messages import VERSION

ADDRESS_EXAMPLE: Final = "192.168.1.5 or play.example.org:5000"
WIDTH: Final = 680
SHOWN: Final = 4  # servers that were found: more are joined by their address
STEP: Final = 46  # from one row to the next
ROW: Final = 40
WATCH: Final = 108  # pixels, of the button beside a row
LIST: Final = SHOWN * STEP + LINE


class Finder(Protocol):
    """Looks for servers on this network."""

    @property
    def servers(self) -> Sequence[FoundServer]:
        """Those that are there now."""

    @property
    def problem(self) -> str:
        """Why none can be found; empty if they can."""


class JoinScreen(Page):
    """Servers to choose from, an address to type, and whether to play or only watch."""

    def __init__(
        self,
        look: Look,
        settings: Settings,
        finder: Finder | None,
        join: Callable[[Address, Settings, bool, str], None],
        back: Callable[[], None],
        watch: bool = False,
    ) -> None:
        """`join` is told where, the settings with the address as typed, whether only to watch, and a server's id.

        Only the server with this id is meant; empty: whichever answers there.
        """
        self._recent = settings.recent
        height = 108 + LIST + 24 + HEIGHT + 32 + LINE + (38 + HEIGHT if self._recent else 0) + 2 * HEIGHT + 36
        super().__init__(look, (WIDTH, height), back)
        self._settings, self._finder, self._join = settings, finder, join
        self.watch = watch
        self.rows: list[Row] = []  # a server each
        self.watches: list[Row] = []  # the buttons beside them
        x, y, w = self.inner.x, self.panel.y + 22, self.inner.w
        self.title("Join a game", y)
        self.label("On this network", y + 62)
        self._list_top = y + 62 + 24
        y = self._list_top + LIST
        self.label("By address", y)
        self.address = self.field(
            pygame.Rect(x, y + 24, w - 132, HEIGHT), settings.address, ADDRESS_EXAMPLE, self._typed
        )
        joining = self.button(pygame.Rect(self.inner.right - 120, y + 24, 120, HEIGHT), "Join", self._typed, "#main")
        self.spots["address"] = y + 24 + HEIGHT + 4, 2
        y += 24 + HEIGHT + 32 + LINE
        if self._recent:
            self.label("Recently", y)
            wide = (w - 2 * 12) // 3
            for number, text in enumerate(self._recent):
                self.button(
                    pygame.Rect(x + number * (wide + 12), y + 24, wide, HEIGHT - 4),
                    shortened(look, text.removesuffix(f":{DEFAULT_PORT}"), wide - 24),
                    lambda text=text: self._choose(text),  # type: ignore[misc]
                )
            y += 26 + HEIGHT + 12
        watching = Choice(
            look.fonts, pygame.Rect(x, y, w, HEIGHT), "I want to", ("play", "only watch"), int(watch), self._watch
        )
        self.focus.widgets.append(watching)
        self.button(pygame.Rect(x, y + HEIGHT + 12, w, HEIGHT), "Back", back)
        self._follow()
        self.focus.go_to(self.rows[0] if self.rows else joining if settings.address else self.address)

    def update(self, now: float) -> None:
        """Show the servers that are there now."""
        self._follow()
        super().update(now)

    def parts(self, now: float) -> list[Part]:
        found = [(row.left, row.right) for row in self.rows]
        problem = self._finder.problem if self._finder else ""
        count = len(self._finder.servers) if self._finder else 0
        pulsing = pulse_part((self.panel.centerx, self._list_top + 98), now if not found and not problem else 0.0)
        return [*super().parts(now), (self.panel, (found, problem, count)), pulsing]

    def draw(self, now: float) -> None:
        """Draw all of it, and what there is to say where no server is."""
        super().draw(now)
        found = len(self._finder.servers) if self._finder else 0
        top = self._list_top + len(self.rows) * STEP
        problem = self._finder.problem if self._finder else "Nobody looks for servers here."
        if problem and not found:
            self.look.surface.blits(self.lines(problem, top + 8, 4, MUTED))
        elif found > SHOWN:
            self.look.surface.blits(self.lines(f"and {found - SHOWN} more: type their address", top, 1, MUTED))
        elif not found:
            words = self.look.fonts.text("looking for games …", SMALL, MUTED, False)
            self.look.surface.blit(words, (self.panel.centerx - words.get_width() // 2, top + 56))
            pulse(self.look.surface, (self.panel.centerx, top + 98), now)

    def _follow(self) -> None:
        """As many rows as servers; each keeps its place, so that the focus does."""
        servers = self._finder.servers[:SHOWN] if self._finder else ()
        if len(servers) != len(self.rows):
            place = pygame.Rect(self.inner.x, self._list_top, self.inner.w - WATCH - 8, ROW)
            beside = pygame.Rect(self.inner.right - WATCH, self._list_top, WATCH, ROW)
            old = self._in_the_list()
            fonts, count = self.look.fonts, range(len(servers))
            self.rows = [Row(fonts, place.move(0, at * STEP), "", "", partial(self._take, at)) for at in count]
            self.watches = [
                Row(fonts, beside.move(0, at * STEP), "Watch", "", partial(self._take, at, watch=True)) for at in count
            ]
            self.focus.replace(old, self._in_the_list())
            if self.rows and not old and self.focus.at is self.address and not self.address.text:
                self.focus.go_to(self.rows[0])  # nobody types, and here is a game
        for row, server in zip(self.rows, servers, strict=True):
            row.left, row.right = server.name, described(server)

    def _in_the_list(self) -> list[Widget]:
        """Each server's row, and the button beside it."""
        return [widget for pair in zip(self.rows, self.watches, strict=True) for widget in pair]

    def _take(self, number: int, watch: bool = False) -> None:
        servers = self._finder.servers if self._finder else ()
        if number < len(servers):
            self._go(servers[number].address, servers[number].server_id, watch)

    def _choose(self, text: str) -> None:
        self.address.fill(text)
        self._typed()

    def _typed(self) -> None:
        try:
            address = parse_address(self.address.text)
        except AddressError as error:
            self.errors["address"] = str(error)
            self.focus.go_to(self.address)
            return
        self._go(address)

    def _go(self, address: Address, server_id: str = "", watch: bool = False) -> None:
        self._join(address, replace(self._settings, address=self.address.text), watch or self.watch, server_id)

    def _watch(self, number: int) -> None:
        self.watch = bool(number)


def described(server: FoundServer) -> str:
    """How many play there, and how far away it is; or why one cannot."""
    if server.version != VERSION:
        return f"needs {'a newer' if server.version > VERSION else 'an older'} version of the game"
    ping = "– ms" if server.ping is None else f"{server.ping * 1000:.0f} ms"
    parts = server.game.capitalize(), f"{server.players} of {server.max_players} players", ping
    words = "   ·   ".join(filter(None, parts))
    marks = {"full": server.full, "password": server.password, "encrypted": server.address.tls}
    marked = ", ".join(mark for mark, there in marks.items() if there)
    return f"{marked}   ·   {words}" if marked else words


def shortened(look: Look, text: str, width: int) -> str:
    """The text, with an ellipsis where it is too wide for a button."""
    lines = look.fonts.wrap(text, SMALL + 2, width, 1)
    return lines[0] if lines else ""
