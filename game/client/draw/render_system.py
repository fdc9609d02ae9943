"""Draws the world into the window: the arena, whoever is in it, their names, and what a game adds to that.

The last of a client's systems. It only reads; what it needs beside the world it is given. It knows nothing of
connections and screens, so a world that is not updated any more can still be drawn.

Everything is a picture made before, and everything of a layer goes to the surface in one `fblits`: with a hundred
players that is what a frame costs.
"""

import math
from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final, NamedTuple

import esper
import pygame

from ecs.arena import Arena
from ecs.components import UNITS_PER_PIXEL, Dash, Intent, Kind, NetID, Size, Velocity
from ecs.movement.step import COMPASS, DIRECTIONS
from game.client.draw.arena_picture import ArenaPicture
from game.client.draw.camera import Camera
from game.client.draw.marks import Marks
from game.client.draw.painter import Layers, Painter, Sight
from game.client.draw.spectator import Spectator
from game.client.draw.sprites import LARGEST, LOOKS, RING, SHADOW, NotNowError, Sprites
from game.client.draw.theme import FAINT, SMALL, TEXT, Fonts, Rgb, mix, rgb
from game.client.draw.trails import Trails
from game.client.people import PLAIN
from net.client.components import Shown
from net.client.prediction import Prediction
from net.components import Away, Color, Name

GLANCE: Final = 0.06  # seconds in which the way to where eyes look halves
BOB: Final = 2.0  # pixels that a walker hops
BOBS_PER_SECOND: Final = 3.2
BLINK_SECONDS: Final = 0.13
BLINK_EVERY: Final = 4.1
NAME_GAP: Final = 3  # pixels between a name and a head
VIEW_X: Final = 64  # pixels beyond the window from which something may reach into it: a name is wider than its bearer
VIEW_Y: Final = 44
MOST_NAMES: Final = 400  # in one picture, of those who are nearest: in a larger crowd nobody could read them
MOST_NEW: Final = 20_000  # pixels of bodies that are drawn for the first time, some 30 ms; others are plain till then
TINTS: Final = 512  # colours, awake and away; as many as there are players several times over


class DashTicks(NamedTuple):
    """How long a dash is, and how long until the next, as `Motion` has it."""

    burst: int = 0
    rest: int = 1  # the burst included


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
        tick: Callable[[], int] = lambda: 0,
        dash: DashTicks = DashTicks(),  # noqa: B008 - it cannot be changed
        painter: Painter | None = None,
    ) -> None:
        """`net_id` is one's own player's; `own` tells what is predicted of it, its eyes do not wait for the server.

        `tick` is the server's, as of which `painter` draws what the game adds.
        """
        self._window = window
        self._arena = ArenaPicture(arena.rows)
        self._net_id = net_id
        self._own = own
        self._camera = camera
        self._sprites = sprites
        self._fonts = fonts
        self._tick = tick
        self._dash = dash
        self._painter = painter or Painter()
        self._marks = Marks()
        self._trails = Trails(sprites)
        self._looks: dict[int, tuple[float, float]] = {}  # NetID -> where the eyes look, from -1 to 1
        self.spectator: Spectator | None = None  # who moves the camera where there is no body of one's own
        self.shown = True  # whether anybody can see the window
        self.pictures = 0  # drawn so far
        self.now = 0.0  # of the last one, in seconds
        self.players = 0  # in the world, in view or not
        self.corner = (0, 0)  # the arena's pixel in the window's top left corner
        self.own_place: tuple[int, int] | None = None  # the window's pixel of one's own player's top left corner
        self.middles: dict[int, tuple[int, int]] = {}  # NetID -> the window's pixel in the middle of the body

    def process(self, now: float) -> None:
        """Draw the world as of `now`."""
        if not self.shown:
            return
        self.pictures += 1
        share = 1 - 0.5 ** (max(0.0, now - self.now) / GLANCE)
        self.now = now
        found = esper.get_components(Shown, Size)
        self.players = len(found)
        self._follow(found, now)
        left, top = self.corner = self._camera.corner(self._window.get_size(), self._arena.size)
        self._arena.draw(self._window, (left, top))
        self._draw(self._seen(found, left, top), share, now)

    def _seen(self, found: "list[tuple[int, tuple[Shown, Size]]]", left: int, top: int) -> list["_Body"]:
        """The bodies in view, in whole pixels of the window, from the furthest to the nearest."""
        right, bottom = self._window.get_width() + VIEW_X, self._window.get_height() + VIEW_Y
        self.own_place = None
        self.middles = {}
        bearers = _all(NetID)
        bodies = []
        for entity, (shown, size) in found:
            x, y = round(shown.x / UNITS_PER_PIXEL) - left, round(shown.y / UNITS_PER_PIXEL) - top
            w, h = max(1, size.w // UNITS_PER_PIXEL), max(1, size.h // UNITS_PER_PIXEL)
            net_id = bearer.id if (bearer := bearers.get(entity)) else 0  # of what only we know of as yet
            if net_id:
                self.middles[net_id] = x + w // 2, y + h // 2
            if net_id == self._net_id:
                self.own_place = x, y
            if x + w > -VIEW_X and x < right and y + h > -VIEW_Y and y < bottom:
                bodies.append(_Body(y + h, net_id, entity, x, y, w, h))
        bodies.sort()
        return bodies

    def _draw(self, bodies: list["_Body"], share: float, now: float) -> None:
        # One look at each component is much cheaper than one for each entity.
        intents, velocities, colors = _all(Intent), _all(Velocity), _all(Color)
        names, away, dashes, kinds = _all(Name), _all(Away), _all(Dash), _all(Kind)
        own, prediction, painter = self._net_id, self._own(), self._painter
        ringed = self.spectator.following if self.spectator is not None else own
        sprites, outlined, former = self._sprites, self._fonts.outlined, self._looks
        looks: dict[int, tuple[float, float]] = {}
        layers = Layers([], [], [], [])
        shadows, ground, players, above = layers
        painter.begin(self._tick(), now)
        first_named = len(bodies) - MOST_NAMES
        sprites.left = MOST_NEW
        for number, (_, net_id, entity, x, y, w, h) in enumerate(bodies):
            intent, velocity, dash = intents.get(entity), velocities.get(entity), dashes.get(entity)
            direction, rest = intent.direction if intent else 0, dash.rest if dash else 0
            moves = velocity is not None and (velocity.x != 0 or velocity.y != 0)
            if net_id == own and prediction is not None:
                direction, rest = prediction.direction, prediction.body.rest
                moves = prediction.body.vx != 0 or prediction.body.vy != 0
            asleep = entity in away
            color, written = _tint(tint.rgb if (tint := colors.get(entity)) else PLAIN, asleep)
            color = painter.color(entity, color)
            kind = kinds[entity].number if entity in kinds else 0
            sight = Sight(net_id, entity, kind, pygame.Rect(x, y, w, h), color, net_id == ringed, rest, asleep)
            if not painter.body(sight, layers):
                if intent is None and dash is None and max(w, h) <= LARGEST and sprites.left > 0:
                    players.append((sprites.body(color, w, h), (x, y)))
                else:
                    look = looks[net_id] = _eased(former.get(net_id), DIRECTIONS[direction & COMPASS], share)
                    up = round(BOB * abs(math.sin(math.pi * BOBS_PER_SECOND * now + net_id))) if moves else 0
                    blinks = asleep or (now + net_id * 1.7) % BLINK_EVERY < BLINK_SECONDS
                    eyes = round(look[0] * LOOKS), round(look[1] * LOOKS)
                    try:
                        if max(w, h) > LARGEST:
                            raise NotNowError
                        shadows.append((sprites.shadow(w, h), (x - SHADOW, y - SHADOW + 4)))
                        players.append((sprites.player(color, w, h, eyes, blinks), (x, y - up)))
                        if net_id == ringed:
                            ground.append((sprites.ring(color, w, h), (x - RING, y - RING)))
                    except NotNowError:
                        self._window.fill(color, (x, y, w, h))
            if number >= first_named and (name := names.get(entity)) is not None:
                picture = outlined(name.text, SMALL, written)
                above.append((picture, (x + (w - picture.get_width()) // 2, y - picture.get_height() - NAME_GAP)))
            if rest > self._dash.rest - self._dash.burst:
                self._trails.leave(net_id, color, sight.area.move(self.corner), now)
            if net_id == ringed and rest:
                above.append(self._marks.resting(sight.area, 1 - rest / self._dash.rest))
            painter.marks(sight, layers)
        sprites.left = math.inf
        self._looks = looks
        self._window.fblits(shadows)
        self._window.fblits(self._trails.blits(self.corner, now))
        self._window.fblits(ground)
        self._window.fblits(players)  # who is nearer hides who is further
        self._window.fblits(above)
        painter.finish(self._window, self.corner, self.middles)

    def _follow(self, found: "list[tuple[int, tuple[Shown, Size]]]", now: float) -> None:
        bearers = _all(NetID)
        if self.spectator is not None:
            people = _all(Intent)
            middles = {
                bearers[e].id: _middle(shown, size) for e, (shown, size) in found if e in people and e in bearers
            }
            self.spectator.follow(middles, self._camera, self._window.get_size(), now)
            return
        for entity, (shown, size) in found:
            if entity in bearers and bearers[entity].id == self._net_id:
                self._camera.follow(*_middle(shown, size), now)
                return
        if not self._camera.placed:  # until we have a body
            self._camera.follow(self._arena.size[0] / 2, self._arena.size[1] / 2, now)


class _Body(NamedTuple):
    """A body in the window; the first field is what the order of drawing goes by."""

    bottom: int
    net_id: int
    entity: int
    x: int
    y: int
    w: int
    h: int


def _all(component: type) -> dict[int, Any]:
    """All of one kind, by entity."""
    return dict(esper.get_component(component))


def _middle(shown: Shown, size: Size) -> tuple[float, float]:
    """The middle of a body, in pixels of the arena."""
    return (shown.x + size.w / 2) / UNITS_PER_PIXEL, (shown.y + size.h / 2) / UNITS_PER_PIXEL


@lru_cache(TINTS)
def _tint(number: int, away: bool) -> tuple[Rgb, Rgb]:
    """A player's colour, and that of the name."""
    color = rgb(number)
    if not away:
        return color, mix(TEXT, color, 0.25)
    # Of somebody whose connection is lost: hardly a colour, and not a bright one.
    light = round(sum(color) / 3)
    return mix(mix(color, (light, light, light), 0.8), FAINT, 0.4), FAINT


def _eased(look: tuple[float, float] | None, aim: tuple[int, int], share: float) -> tuple[float, float]:
    if look is None:
        return float(aim[0]), float(aim[1])
    return look[0] + (aim[0] - look[0]) * share, look[1] + (aim[1] - look[1]) * share
