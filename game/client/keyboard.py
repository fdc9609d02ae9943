"""From key events to the player's controls, as the keys are bound just now. Knows no screen and no world."""

from collections.abc import Mapping, Sequence
from typing import Final, Literal, get_args

import pygame

from game.client.controls import Controls, Key
from game.client.settings import DEFAULT_KEYS

Action = Literal["up", "down", "left", "right", "dash", "chat", "scoreboard"]
ACTIONS: Final[tuple[Action, ...]] = get_args(Action)
_HELD: Final[tuple[Key, ...]] = ("up", "down", "left", "right", "dash")  # what the controls take in


class Bindings:
    """Which key means what. One object for the program's life: what it says changes when the player rebinds."""

    def __init__(self, keys: Mapping[str, Sequence[str]]) -> None:
        """`keys`: action -> names of keys, as in the settings. Needs pygame's display."""
        self._codes: dict[Action, list[int]] = {}
        self._actions: dict[int, Action] = {}
        self.use(keys)

    def use(self, keys: Mapping[str, Sequence[str]]) -> None:
        """From now on these. Names that are none are ignored; an action that would have no key has the default."""
        found = {action: _codes(keys.get(action, ())) or _codes(DEFAULT_KEYS[action]) for action in ACTIONS}
        self._codes = found
        self._actions = {code: action for action in reversed(ACTIONS) for code in found[action]}

    def action(self, key: int) -> Action | None:
        """What that key does."""
        return self._actions.get(key)

    def keys(self, action: Action) -> list[int]:
        """Which keys do that: at least one."""
        return self._codes[action]

    def name(self, action: Action) -> str:
        """The first of them, for people."""
        return key_name(self._codes[action][0])


class Keyboard:
    """Which keys are down, as events tell it: those of a single frame count too, however short the tap."""

    def __init__(self, controls: Controls, bindings: Bindings) -> None:
        self._controls = controls
        self._bindings = bindings
        self._down: dict[int, Key] = {}  # what each meant when it went down
        self.used = False  # whether the player has found the keys yet

    def handle(self, event: pygame.Event) -> None:
        """Take in one event of the window; those that are none of its business are ignored."""
        if event.type == pygame.KEYDOWN:
            action = self._bindings.action(event.key)
            for held in _HELD:
                if action == held and event.key not in self._down:
                    self.used = True
                    self._down[event.key] = held
                    self._controls.press(held)
        elif event.type == pygame.KEYUP and event.key in self._down:
            key = self._down.pop(event.key)
            if key not in self._down.values():
                self._controls.release(key)
        elif event.type == pygame.WINDOWFOCUSLOST:  # the keys will come up where we do not see it
            self.let_go()

    def let_go(self) -> None:
        """Nobody holds a key any more, as far as the game is concerned."""
        self._down.clear()
        self._controls.release_all()


def key_name(code: int) -> str:
    """As the settings and the player have it; empty for a key without a name."""
    return pygame.key.name(code)


def _codes(names: Sequence[str]) -> list[int]:
    codes = []
    for name in names:
        try:
            codes.append(pygame.key.key_code(name))
        except ValueError:  # no key of this keyboard, or of that version of SDL
            continue
    return codes
