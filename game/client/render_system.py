"""Draws the world into the window: the arena, whoever is in it, and their names.

The last of a client's systems. It only reads; what it needs beside the world it is given. It knows nothing of
connections and screens, so a world that is not updated any more can still be drawn.
"""

import math
from collections.abc import Callable
from typing import Final

import esper
import pygame

from ecs.arena import Arena
from ecs.components import UNITS_PER_PIXEL, Intent, NetID, Size, Velocity
from ecs.step import COMPASS, DIRECTIONS
from game.client.arena_picture import ArenaPicture
from game.client.camera import Camera
from game.client.components import Shown
from game.client.prediction import Prediction
from game.client.spectator import Spectator
from game.client.sprites import LOOKS, RING, SHADOW, Sprites
from game.client.theme import FAINT, SMALL, TEXT, Fonts, Rgb, mix, rgb
from game.components import Away, Color, Name

PLAIN: Final = 0xE8E8E8  # of a body that has no colour
GLANCE: Final = 0.06  # seconds in which the way to where eyes look halves
BOB: Final = 2.0  # pixels that a walker hops
BOBS_PER_SECOND: Final = 3.2
BLINK_SECONDS: Final = 0.13
BLINK_EVERY: Final = 4.1
NAME_GAP: Final = 3  # pixels between a name and a head


class RenderSystem(esper.Processor):
    """Draws once each time it is processed. Runs inside `with world`."""

    def __init__(
        self,
        window: pygame.Surface,
        arena: Arena,
        net_id: int,
        own: Callable[[], Prediction | None],
        camera: Camera,
        sprites: Sprites,
        fonts: Fonts,
    ) -> None:
        """`net_id` is one's own player's; `own` tells what is predicted of it, its eyes do not wait for the server."""
        self._window = window
        self._arena = ArenaPicture(arena.rows)
        self._net_id = net_id
        self._own = own
        self._camera = camera
        self._sprites = sprites
        self._fonts = fonts
        self._looks: dict[int, tuple[float, float]] = {}  # NetID -> where the eyes look, from -1 to 1
        self.spectator: Spectator | None = None  # who moves the camera where there is no body of one's own
        self.pictures = 0  # drawn so far
        self.now = 0.0  # of the last one, in seconds
        self.players = 0  # in the world, in view or not
        self.corner = (0, 0)  # the arena's pixel in the window's top left corner
        self.own_place: tuple[int, int] | None = None  # the window's pixel of one's own player's top left corner

    def process(self, now: float) -> None:
        """Draw the world as of `now`."""
        self.pictures += 1
        share = 1 - 0.5 ** (max(0.0, now - self.now) / GLANCE)
        self.now = now
        found = esper.get_components(NetID, Shown, Size)
        self.players = len(found)
        self._follow(found, now)
        left, top = self.corner = self._camera.corner(self._window.get_size(), self._arena.size)
        self._arena.draw(self._window, (left, top))
        view = self._window.get_rect().inflate(128, 64)  # a name is wider than its bearer
        looks = self._looks
        self._looks = {}
        self.own_place = None
        ringed = self.spectator.following if self.spectator is not None else self._net_id
        ground: list[tuple[pygame.Surface, tuple[int, int]]] = []
        bodies: list[tuple[int, list[tuple[pygame.Surface, tuple[int, int]]]]] = []
        names: list[tuple[pygame.Surface, tuple[int, int]]] = []
        for entity, (bearer, shown, size) in found:
            area = _pixels(shown, size).move(-left, -top)
            if bearer.id == self._net_id:
                self.own_place = area.topleft
            if not area.colliderect(view):
                continue
            direction, moves = self._motion(entity, bearer.id)
            look = self._looks[bearer.id] = _eased(looks.get(bearer.id), direction, share)
            color = rgb(tint.rgb if (tint := esper.try_component(entity, Color)) else PLAIN)
            away = esper.has_component(entity, Away)
            if away:
                color = _greyed(color)
            ground.append((self._sprites.shadow(area.w, area.h), (area.x - SHADOW, area.y - SHADOW + 4)))
            if bearer.id == ringed:
                ground.append((self._sprites.ring(color, area.w, area.h), (area.x - RING, area.y - RING)))
            up = round(BOB * abs(math.sin(math.pi * BOBS_PER_SECOND * now + bearer.id))) if moves else 0
            bodies.append((area.bottom, self._body(bearer.id, color, area.move(0, -up), look, away, now)))
            if name := esper.try_component(entity, Name):
                names.append(self._name(name.text, FAINT if away else mix(TEXT, color, 0.25), area))
        self._window.fblits(ground)
        for _, pictures in sorted(bodies, key=lambda body: body[0]):  # who is nearer hides who is further
            self._window.fblits(pictures)
        self._window.fblits(names)

    def _follow(self, found: list[tuple[int, tuple[NetID, Shown, Size]]], now: float) -> None:
        if self.spectator is not None:
            middles = {bearer.id: _middle(shown, size) for _, (bearer, shown, size) in found}
            self.spectator.follow(middles, self._camera, self._window.get_size(), now)
            return
        for _, (bearer, shown, size) in found:
            if bearer.id == self._net_id:
                self._camera.follow(*_middle(shown, size), now)
                return
        if not self._camera.placed:  # until we have a body
            self._camera.follow(self._arena.size[0] / 2, self._arena.size[1] / 2, now)

    def _body(
        self, net_id: int, color: Rgb, area: pygame.Rect, look: tuple[float, float], asleep: bool, now: float
    ) -> list[tuple[pygame.Surface, tuple[int, int]]]:
        blinks = asleep or (now + net_id * 1.7) % BLINK_EVERY < BLINK_SECONDS
        look_x, look_y = round(look[0] * LOOKS), round(look[1] * LOOKS)
        return [
            (self._sprites.body(color, area.w, area.h), area.topleft),
            (self._sprites.face(area.w, area.h, look_x, look_y, blinks), area.topleft),
        ]

    def _name(self, text: str, color: Rgb, area: pygame.Rect) -> tuple[pygame.Surface, tuple[int, int]]:
        picture = self._fonts.outlined(text, SMALL, color)
        return picture, (area.centerx - picture.get_width() // 2, area.top - picture.get_height() - NAME_GAP)

    def _motion(self, entity: int, net_id: int) -> tuple[tuple[int, int], bool]:
        """Where a body wants to go, and whether it moves at all."""
        own = self._own() if net_id == self._net_id else None
        if own is not None:
            return DIRECTIONS[own.direction & COMPASS], own.body.vx != 0 or own.body.vy != 0
        intent, velocity = esper.try_component(entity, Intent), esper.try_component(entity, Velocity)
        moves = velocity is not None and (velocity.x != 0 or velocity.y != 0)
        return DIRECTIONS[intent.direction & COMPASS] if intent else (0, 0), moves


def _middle(shown: Shown, size: Size) -> tuple[float, float]:
    """The middle of a body, in pixels of the arena."""
    return (shown.x + size.w / 2) / UNITS_PER_PIXEL, (shown.y + size.h / 2) / UNITS_PER_PIXEL


def _pixels(shown: Shown, size: Size) -> pygame.Rect:
    """Where a body is in the arena, in whole pixels."""
    return pygame.Rect(
        round(shown.x / UNITS_PER_PIXEL),
        round(shown.y / UNITS_PER_PIXEL),
        max(1, size.w // UNITS_PER_PIXEL),
        max(1, size.h // UNITS_PER_PIXEL),
    )


def _greyed(color: Rgb) -> Rgb:
    """The colour of somebody whose connection is lost: hardly one, and not a bright one."""
    light = round(sum(color) / 3)
    return mix(mix(color, (light, light, light), 0.8), FAINT, 0.4)


def _eased(look: tuple[float, float] | None, aim: tuple[int, int], share: float) -> tuple[float, float]:
    if look is None:
        return float(aim[0]), float(aim[1])
    return look[0] + (aim[0] - look[0]) * share, look[1] + (aim[1] - look[1]) * share
