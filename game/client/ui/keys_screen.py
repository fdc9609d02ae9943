"""Which keys do what: choose a place, press a key. A key that is taken stays where it is, and the page says where."""

from collections.abc import Callable
from typing import Final

import pygame

from game.client.draw.theme import MUTED, NORMAL, TEXT
from game.client.input.keyboard import Bindings, kept, means, shown
from game.client.ui.page import Look, Page
from game.client.ui.widgets import HEIGHT, Button
from net.inputs import Inputs

WIDTH: Final = 560  # pixels of a column
ROWS: Final = 9  # of a column
STEP: Final = HEIGHT + 6
PLACES: Final = 2  # keys for each action
RESERVED: Final = {
    pygame.K_ESCAPE: "opens the menu",
    pygame.K_F3: "shows the network",
    pygame.K_F4: "shows the server's truth",
    pygame.K_F11: "changes to the full screen and back",
}
HELP: Final = "Choose a key to change it. Delete takes it away."
WAITING: Final = "Press the new key. Esc leaves it as it is."


class KeysScreen(Page):
    """A row for each action, with the keys that do it."""

    def __init__(
        self,
        look: Look,
        keys: dict[str, list[str]],
        inputs: Inputs,
        changed: Callable[[dict[str, list[str]]], None],
        back: Callable[[], None],
    ) -> None:
        """`keys`: action -> names of keys, in a game with these inputs; `changed` is told what they are now."""
        self._bindings = Bindings(keys, inputs)
        columns = -(-len(self._bindings.actions) // ROWS)
        rows = -(-len(self._bindings.actions) // columns)
        super().__init__(look, (WIDTH * columns + 40, 280 + STEP * rows - STEP // 2), back)
        self._kept = keys  # those of other games too
        self._changed = changed
        self._waits: tuple[str, int] | None = None  # for a key, to put it in that place
        self.message = HELP
        y = self.panel.y + 22
        self.title("Keys", y)
        y += 66
        self.places: dict[tuple[str, int], Button] = {}
        for row, (action, each) in enumerate(self._bindings.actions.items()):
            top, left = y + row % rows * STEP, self.inner.x + row // rows * WIDTH
            self.write(each.label, NORMAL - 1, TEXT).midleft = left, top + HEIGHT // 2
            for place in range(PLACES):
                rect = pygame.Rect(left + WIDTH - 24 - (PLACES - place) * 164, top, 152, HEIGHT)
                self.places[action, place] = self.button(
                    rect,
                    "",
                    lambda at=(action, place): self._wait(at),  # type: ignore[misc]
                )
        self._message_top = y + rows * STEP + 6
        done, _ = self.buttons(self.panel.bottom - 24 - HEIGHT, ("Done", back), ("Defaults", self._reset))
        self._label()
        self.focus.go_to(done)

    def handle(self, event: pygame.Event) -> None:
        """Take in one event; while waiting for a key, every key is meant to be it."""
        if event.type == pygame.KEYMAPCHANGED:
            self._label()
        if self._waits is not None:
            if event.type == pygame.KEYDOWN and (event.key == pygame.K_ESCAPE or not getattr(event, "pad", False)):
                self._take(*self._waits, event.key, getattr(event, "scancode", 0))
                return
            if event.type == pygame.MOUSEBUTTONDOWN:
                self._waits, self.message = None, HELP
                self._label()
        elif event.type == pygame.KEYDOWN and event.key in (pygame.K_DELETE, pygame.K_BACKSPACE):
            for (action, place), button in self.places.items():
                if button is self.focus.at:
                    self._clear(action, place)
            return
        super().handle(event)

    def draw(self, now: float) -> None:
        """Draw all of it, and what there is to say."""
        super().draw(now)
        self.look.surface.blits(self.lines(self.message, self._message_top, 2, MUTED if self.message == HELP else TEXT))

    def _wait(self, at: tuple[str, int]) -> None:
        self._waits, self.message = at, WAITING
        self._label()

    def _take(self, action: str, place: int, key: int, scancode: int) -> None:
        """That key was pressed for that place."""
        self._waits = None
        self.message = HELP
        new = kept(key, scancode)
        name = shown(new).capitalize()
        taken = self._bindings.action(key, scancode)
        if key == pygame.K_ESCAPE:
            pass
        elif key in RESERVED:
            self.message = f"{name} {RESERVED[key]}: choose another key."
        elif not new:
            self.message = "That key has no name, so it could not be kept: choose another one."
        elif taken is not None and taken != action:
            already = f"“{name}” is already for “{self._label_of(taken)}”"
            self.message = f"{already}: choose another key, or give that one another key first."
        else:
            bound = [*self._bindings.bound(action)]
            bound[place : place + 1] = [new]
            # Each once, by whatever name it was there before.
            self._use(action, [each for each in bound if each is new or not means(each, key, scancode)])
        self._label()

    def _clear(self, action: str, place: int) -> None:
        bound = [each for number, each in enumerate(self._bindings.bound(action)) if number != place]
        if bound:
            self.message = HELP
            self._use(action, bound)
        else:
            self.message = f"“{self._label_of(action)}” needs at least one key."
        self._label()

    def _use(self, action: str, bound: list[str]) -> None:
        keys: dict[str, list[str]] = {each: [*self._bindings.bound(each)] for each in self._bindings.actions}
        self._all({**self._kept, **keys, action: bound[:PLACES]})

    def _reset(self) -> None:
        self.message = "All keys are what they were at first."
        self._all({**self._kept, **{each.name: [*each.keys] for each in self._bindings.actions.values()}})
        self._label()

    def _label_of(self, action: str) -> str:
        return self._bindings.actions[action].label

    def _all(self, keys: dict[str, list[str]]) -> None:
        self._kept = keys
        self._bindings.use(keys)
        self._changed(keys)

    def _label(self) -> None:
        """Write onto each place what is there now."""
        for (action, place), button in self.places.items():
            bound = self._bindings.bound(action)
            name = shown(bound[place]).capitalize() if place < len(bound) else "–"
            button.rename("press a key …" if (action, place) == self._waits else name)
