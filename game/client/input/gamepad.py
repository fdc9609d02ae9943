"""A gamepad is a keyboard with fewer keys: what happens to it becomes events of the keys that would do the same.

So no screen knows of gamepads. In the menus the directions are arrows, A is Enter and B is Esc; in the game they are
the keys bound to walking, A dashes, Start is Esc, Back shows the scores, and X, Y, B and the left shoulder
show emotes or vote. Pads may come and go at any time; one that
cannot be opened, and a pygame without gamepads, are logged and done without.
"""

import math
from typing import Final

import pygame

from game.client.devices import optional
from game.client.input.keyboard import Bindings

DEVICE: Final = "gamepad"
DEAD_ZONE: Final = 0.4  # of the stick's way; worn sticks rest at up to a quarter of it
FULL: Final = 32768  # a controller event's value of a stick that is all the way over
OCTANT: Final = math.sin(math.pi / 8)  # the share of the way from which a diagonal begins: all eight are as wide

DIRECTIONS: Final = ("up", "down", "left", "right")
IN_GAME: Final = {
    "up": "up",
    "down": "down",
    "left": "left",
    "right": "right",
    "a": "dash",
    "back": "scoreboard",
    "x": "emote 1",
    "y": "emote 2",
    "b": "emote 3",
    "left shoulder": "emote 4",
}
IN_MENUS: Final = {
    "up": pygame.K_UP,
    "down": pygame.K_DOWN,
    "left": pygame.K_LEFT,
    "right": pygame.K_RIGHT,
    "a": pygame.K_RETURN,
    "b": pygame.K_ESCAPE,
    "start": pygame.K_RETURN,
}
BUTTONS: Final = {
    pygame.CONTROLLER_BUTTON_A: "a",
    pygame.CONTROLLER_BUTTON_B: "b",
    pygame.CONTROLLER_BUTTON_X: "x",
    pygame.CONTROLLER_BUTTON_Y: "y",
    pygame.CONTROLLER_BUTTON_LEFTSHOULDER: "left shoulder",
    pygame.CONTROLLER_BUTTON_RIGHTSHOULDER: "right shoulder",
    pygame.CONTROLLER_BUTTON_START: "start",
    pygame.CONTROLLER_BUTTON_BACK: "back",
    pygame.CONTROLLER_BUTTON_DPAD_UP: "up",
    pygame.CONTROLLER_BUTTON_DPAD_DOWN: "down",
    pygame.CONTROLLER_BUTTON_DPAD_LEFT: "left",
    pygame.CONTROLLER_BUTTON_DPAD_RIGHT: "right",
}


class Gamepad:
    """All gamepads together: whoever holds one plays."""

    def __init__(self, bindings: Bindings) -> None:
        """Needs pygame's display."""
        self._bindings = bindings
        self.pads: dict[str, str] = {}  # button of a pad -> that of the game that is played
        self._pads: dict[int, object] = {}  # by instance: held, or pygame would close them
        self._sticks: dict[int, dict[int, float]] = {}  # by instance and axis: how far over
        self._down: dict[tuple[int, str], int] = {}  # what is pressed on which pad, and the key that it went for
        with optional(DEVICE):
            from pygame._sdl2 import controller

            controller.init()

    def translate(self, event: pygame.Event, plays: bool) -> list[pygame.Event]:
        """The events to take in instead of this one; `plays`: whether they go to the game or to a menu."""
        if event.type == pygame.CONTROLLERDEVICEADDED:
            self._open(event.device_index)
            return []
        if event.type == pygame.CONTROLLERDEVICEREMOVED:
            self._pads.pop(event.instance_id, None)
            self._sticks.pop(event.instance_id, None)
            return self._let_go(event.instance_id)
        if event.type in (pygame.CONTROLLERBUTTONDOWN, pygame.CONTROLLERBUTTONUP):
            what = event.instance_id, BUTTONS.get(event.button, "")
            return self._set(what, event.type == pygame.CONTROLLERBUTTONDOWN, plays)
        if event.type == pygame.CONTROLLERAXISMOTION:
            return self._stick(event, plays)
        return [event]

    def _open(self, number: int) -> None:
        """A pad came, and may be gone again."""
        with optional(DEVICE):
            from pygame._sdl2 import controller

            if controller.is_controller(number):
                pad = controller.Controller(number)
                self._pads[pad.as_joystick().get_instance_id()] = pad

    def _stick(self, event: pygame.Event, plays: bool) -> list[pygame.Event]:
        axes = self._sticks.setdefault(event.instance_id, {})
        axes[event.axis] = event.value / FULL
        x, y = axes.get(pygame.CONTROLLER_AXIS_LEFTX, 0.0), axes.get(pygame.CONTROLLER_AXIS_LEFTY, 0.0)
        way = math.hypot(x, y)
        events = []
        for direction, over in zip(DIRECTIONS, (-y, y, -x, x), strict=True):
            goes = way >= DEAD_ZONE and over > way * OCTANT
            events += self._set((event.instance_id, f"stick {direction}"), goes, plays)
        return events

    def _set(self, what: tuple[int, str], pressed: bool, plays: bool) -> list[pygame.Event]:
        """Something on a pad is or is not pressed: the events that this is news for."""
        if pressed and what not in self._down:
            key = self._key(what[1].removeprefix("stick "), plays)
            if key is not None:
                self._down[what] = key
                return [_event(pygame.KEYDOWN, key)]
        elif not pressed and what in self._down:
            key = self._down.pop(what)
            if key not in self._down.values():
                return [_event(pygame.KEYUP, key)]
        return []

    def _key(self, what: str, plays: bool) -> int | None:
        if not plays:
            return IN_MENUS.get(what)
        if what == "start":
            return pygame.K_ESCAPE
        action = self.pads.get(what) or IN_GAME.get(what)
        keys = self._bindings.keys(action) if action in self._bindings.actions else []
        return keys[0] if keys else None

    @property
    def aim(self) -> tuple[float, float] | None:
        """Where a right stick points, if one is over far enough."""
        for axes in self._sticks.values():
            x, y = axes.get(pygame.CONTROLLER_AXIS_RIGHTX, 0.0), axes.get(pygame.CONTROLLER_AXIS_RIGHTY, 0.0)
            if math.hypot(x, y) >= DEAD_ZONE:
                return x, y
        return None

    def _let_go(self, instance: int) -> list[pygame.Event]:
        """A pad is gone, whatever was held on it."""
        held = [what for what in self._down if what[0] == instance]
        return [event for what in held for event in self._set(what, False, False)]


def _event(kind: int, key: int) -> pygame.Event:
    return pygame.Event(kind, key=key, mod=0, unicode="", scancode=0, pad=True)
