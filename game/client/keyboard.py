"""From key events to the player's controls, as the keys are bound just now. Knows no screen and no world."""

from collections.abc import Mapping, Sequence
from typing import Final, Literal, get_args

import pygame

from game.client.layout import PLACE, depends_on_layout, key_at, key_name, place_of, scancode_at, scancode_of
from game.client.settings import DEFAULT_KEYS
from net.client.controls import Controls

Action = Literal["up", "down", "left", "right", "dash", "chat", "scoreboard"]
ACTIONS: Final[tuple[Action, ...]] = get_args(Action)
_HELD: Final[tuple[str, ...]] = ("up", "down", "left", "right", "dash")  # what the controls take in


class Bindings:
    """Which key means what. One object for the program's life: what it says changes when the player rebinds.

    Keys are bound by the place where they are, or by their name, wherever that is.
    """

    def __init__(self, keys: Mapping[str, Sequence[str]]) -> None:
        """`keys`: action -> places (as `layout` has them) and names of keys, as in the settings. Needs a display."""
        self._bound: dict[Action, list[str]] = {}
        self._by_key: dict[int, Action] = {}
        self._by_scancode: dict[int, Action] = {}
        self.use(keys)

    def use(self, keys: Mapping[str, Sequence[str]]) -> None:
        """From now on these. Names that are none are ignored; an action that would have no key has the default."""
        self._bound = {action: _possible(keys.get(action, ())) or [*DEFAULT_KEYS[action]] for action in ACTIONS}
        self._by_key, self._by_scancode = {}, {}
        for action in reversed(ACTIONS):
            for name in self._bound[action]:
                if code := scancode_at(name):
                    self._by_scancode[code] = action
                else:
                    self._by_key[pygame.key.key_code(name)] = action

    def action(self, key: int, scancode: int = 0) -> Action | None:
        """What that key does, which is there; without a `scancode`: where today's layout has it."""
        return self._by_key.get(key) or self._by_scancode.get(scancode or scancode_of(key))

    def bound(self, action: Action) -> list[str]:
        """What does that, as in the settings: at least one."""
        return self._bound[action]

    def keys(self, action: Action) -> list[int]:
        """The keys that do that in today's layout."""
        return [
            key_at(code) if (code := scancode_at(name)) else pygame.key.key_code(name) for name in self._bound[action]
        ]

    def name(self, action: Action) -> str:
        """The first of them, for people, in today's layout."""
        return shown(self._bound[action][0])


class Keyboard:
    """Which keys are down, as events tell it: those of a single frame count too, however short the tap."""

    def __init__(self, controls: Controls, bindings: Bindings) -> None:
        self._controls = controls
        self._bindings = bindings
        self._down: dict[int, str] = {}  # by place: what each meant when it went down
        self.used = False  # whether the player has found the keys yet

    def handle(self, event: pygame.Event) -> None:
        """Take in one event of the window; those that are none of its business are ignored."""
        if event.type not in (pygame.KEYDOWN, pygame.KEYUP):
            if event.type == pygame.WINDOWFOCUSLOST:  # the keys will come up where we do not see it
                self.let_go()
            return
        code = getattr(event, "scancode", 0)
        place = code or scancode_of(event.key) or event.key  # the layout may be another when it comes up
        if event.type == pygame.KEYDOWN:
            action = self._bindings.action(event.key, code)
            for held in _HELD:
                if action == held and place not in self._down:
                    self.used = True
                    self._down[place] = held
                    self._controls.press(held)
        elif place in self._down:
            key = self._down.pop(place)
            if key not in self._down.values():
                self._controls.release(key)

    def let_go(self) -> None:
        """Nobody holds a key any more, as far as the game is concerned."""
        self._down.clear()
        self._controls.release_all()


def shown(bound: str) -> str:
    """What is written on that key in today's layout."""
    code = scancode_at(bound)
    name = key_name(key_at(code)) if code else bound
    return name or bound.removeprefix(PLACE)


def kept(key: int, scancode: int) -> str:
    """How to bind the key that was pressed; empty if nobody could say which that was.

    By its name where that means the same on every layout, by its place otherwise.
    """
    name = key_name(key)
    found = _is_key(name) and pygame.key.key_code(name) == key
    if scancode and (depends_on_layout(key) or not found):
        return place_of(scancode)
    return name if found else ""


def means(bound: str, key: int, scancode: int) -> bool:
    """Whether that is the key that was pressed."""
    code = scancode_at(bound)
    return code == (scancode or scancode_of(key)) if code else pygame.key.key_code(bound) == key


def _possible(names: Sequence[str]) -> list[str]:
    """Those that are places or names of keys."""
    return [name for name in names if scancode_at(name) or _is_key(name)]


def _is_key(name: str) -> bool:
    try:
        pygame.key.key_code(name)
    except ValueError:  # no key of this keyboard, or of that version of SDL
        return False
    return True
