"""From key events to the player's controls, as the keys are bound just now. Knows no screen and no world."""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

import pygame

from game.client.input.layout import PLACE, depends_on_layout, key_at, key_name, place_of, scancode_at, scancode_of
from game.client.settings import DEFAULT_KEYS
from net.client.controls import Controls
from net.inputs import Inputs

MICE: Final = {"mouse left": 1, "mouse middle": 2, "mouse right": 3}  # names of its buttons, as pygame numbers them


class Action(NamedTuple):
    """Something that a key can do."""

    name: str
    label: str  # what players read in the settings
    keys: tuple[str, ...]  # by default
    hint: str = ""  # what it is for, at the bottom of the screen; empty: not worth a word there
    held: bool = True  # whether it counts for as long as the key is down, and goes to the controls


WALKING: Final = (
    Action("up", "Walk up", tuple(DEFAULT_KEYS["up"])),
    Action("down", "Walk down", tuple(DEFAULT_KEYS["down"])),
    Action("left", "Walk left", tuple(DEFAULT_KEYS["left"])),
    Action("right", "Walk right", tuple(DEFAULT_KEYS["right"])),
)
DASHING: Final = Action("dash", "Dash", tuple(DEFAULT_KEYS["dash"]), "to dash")
TALKING: Final = (
    Action("chat", "Say something", tuple(DEFAULT_KEYS["chat"]), "to talk", False),
    Action("scoreboard", "Show the scores", tuple(DEFAULT_KEYS["scoreboard"]), "for the scores", False),
)
EMOTING: Final = tuple(
    Action(f"emote {number}", f"Show {feeling}", tuple(DEFAULT_KEYS[f"emote {number}"]), held=False)
    for number, feeling in enumerate(("a laugh", "a heart", "anger", "tears"), 1)
)


def actions_of(inputs: Inputs) -> dict[str, Action]:
    """All that keys can do in a game with these inputs, by name."""
    buttons = (Action(b.name, b.label, b.keys, f"to {b.label.lower()}") for b in inputs.buttons)
    dash = (DASHING,) if inputs.dash else ()
    return {action.name: action for action in (*WALKING, *dash, *buttons, *TALKING, *EMOTING)}


class Bindings:
    """Which key means what. One object for the program's life: what it says changes when the player rebinds.

    Keys are bound by the place where they are, or by their name, wherever that is.
    """

    def __init__(self, keys: Mapping[str, Sequence[str]], inputs: Inputs) -> None:
        """`keys`: action -> places (as `layout` has them) and names of keys, as in the settings. Needs a display."""
        self.actions = actions_of(inputs)
        self._bound: dict[str, list[str]] = {}
        self._by_key: dict[int, str] = {}
        self._by_scancode: dict[int, str] = {}
        self._by_mouse: dict[int, str] = {}
        self.use(keys)

    def use(self, keys: Mapping[str, Sequence[str]], inputs: Inputs | None = None) -> None:
        """From now on these, and those inputs. Names that are none are ignored; who has no key has the default."""
        if inputs is not None:
            self.actions = actions_of(inputs)
        actions = self.actions.values()
        self._bound = {each.name: _possible(keys.get(each.name, ())) or [*each.keys] for each in actions}
        self._by_key, self._by_scancode, self._by_mouse = {}, {}, {}
        for action in reversed(self.actions):
            for name in self._bound[action]:
                if name in MICE:
                    self._by_mouse[MICE[name]] = action
                elif code := scancode_at(name):
                    self._by_scancode[code] = action
                else:
                    self._by_key[pygame.key.key_code(name)] = action

    def action(self, key: int, scancode: int = 0) -> str | None:
        """What that key does, which is there; without a `scancode`: where today's layout has it."""
        return self._by_key.get(key) or self._by_scancode.get(scancode or scancode_of(key))

    def clicked(self, button: int) -> str | None:
        """What that button of the mouse does."""
        return self._by_mouse.get(button)

    def bound(self, action: str) -> list[str]:
        """What does that, as in the settings: at least one."""
        return self._bound[action]

    def keys(self, action: str) -> list[int]:
        """The keys that do that in today's layout."""
        names = (name for name in self._bound[action] if name not in MICE)
        return [key_at(code) if (code := scancode_at(name)) else pygame.key.key_code(name) for name in names]

    def name(self, action: str) -> str:
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
        if event.type == pygame.WINDOWFOCUSLOST:  # the keys will come up where we do not see it
            self.let_go()
        elif event.type in (pygame.KEYDOWN, pygame.KEYUP):
            code = getattr(event, "scancode", 0)
            place = code or scancode_of(event.key) or event.key  # the layout may be another when it comes up
            self._key(place, self._bindings.action(event.key, code), event.type == pygame.KEYDOWN)
        elif event.type in (pygame.MOUSEBUTTONDOWN, pygame.MOUSEBUTTONUP):
            action = self._bindings.clicked(event.button)
            self._key(-event.button, action, event.type == pygame.MOUSEBUTTONDOWN)

    def _key(self, place: int, action: str | None, down: bool) -> None:
        """What is at that place went down or up; buttons of the mouse are at places below 0."""
        if down:
            if action is not None and self._bindings.actions[action].held and place not in self._down:
                self.used = True
                self._down[place] = action
                self._controls.press(action)
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
    if bound in MICE:
        return bound.removeprefix("mouse ") + " click"
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
    if bound in MICE:
        return False
    code = scancode_at(bound)
    return code == (scancode or scancode_of(key)) if code else pygame.key.key_code(bound) == key


def _possible(names: Sequence[str]) -> list[str]:
    """Those that are places or names of keys, or of the mouse's buttons."""
    return [name for name in names if name in MICE or scancode_at(name) or _is_key(name)]


def _is_key(name: str) -> bool:
    try:
        pygame.key.key_code(name)
    except ValueError:  # no key of this keyboard, or of that version of SDL
        return False
    return True
