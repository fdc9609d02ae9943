"""What Tag makes of players is on the screen: by shape, not by colour alone."""

import math
from collections.abc import Iterator

import pygame
import pytest

from ecs.arena import parse_arena
from ecs.components import Dash
from ecs.world import World
from game.client.draw.camera import Camera
from game.client.draw.marks import ANGLES, EDGE, TOP
from game.client.draw.render_system import DashTicks, RenderSystem
from game.client.draw.sprites import Sprites
from game.client.draw.theme import Fonts
from game.client.draw.trails import FADES
from game.tag.components import Immune, Tagged
from game.tag.tag_marks import TagMarks
from game.tag.tag_painter import TagPainter
from tests.game.client.stage import differs
from tests.game.client.tag_world import BLUE, OWN, body, give, take

WIDE = parse_arena("\n".join(["#" * 80, *["#" + "." * 78 + "#"] * 60, "#" * 80]))
DASH = DashTicks(9, 99)
AROUND = pygame.Rect(0, 0, 90, 110)  # of a body in the middle of the window, marks and all


@pytest.fixture
def world() -> Iterator[World]:
    world = World()
    with world:
        body(world, OWN, 1200, 1000, name="Ann")
        yield world
    world.close()


class Picture:
    """A renderer, and what it draws round a place."""

    def __init__(self, surface: pygame.Surface, tick: int = 0) -> None:
        self.tick = tick
        self.surface = surface
        self.render = RenderSystem(
            surface, WIDE, OWN, lambda: None, Camera(), Sprites(), Fonts(), lambda: self.tick, DASH, TagPainter(OWN)
        )

    def at(self, now: float = 0.0, middle: tuple[int, int] = (640, 350), grey: bool = False) -> pygame.Surface:
        self.render.process(now)
        area = AROUND.copy()
        area.center = middle
        copy = self.surface.subsurface(area).copy()
        return pygame.transform.grayscale(copy) if grey else copy


def test_it_is_marked_by_a_shape_that_one_sees_without_colours(surface: pygame.Surface, world: World) -> None:
    body(world, 2, 1300, 1000, BLUE, "Bob")
    picture = Picture(surface)
    plain = picture.at(middle=(740, 350), grey=True)
    give(world, 2, Tagged(0))
    assert differs(plain, picture.at(middle=(740, 350), grey=True)) > 900
    own = picture.at(grey=True)
    take(world, 2, Tagged)
    assert differs(own, picture.at(grey=True)) == 0  # and nobody else is


def test_the_mark_of_it_moves(surface: pygame.Surface, world: World) -> None:
    give(world, OWN, Tagged(0))
    picture = Picture(surface)
    assert differs(picture.at(0.0), picture.at(0.2)) > 100


def test_immunity_shows_until_it_ends_and_looks_unlike_it(surface: pygame.Surface, world: World) -> None:
    picture = Picture(surface, 100)
    plain = picture.at()
    give(world, OWN, Immune(160))
    immune = picture.at(grey=True)
    assert differs(pygame.transform.grayscale(plain), immune) > 300
    picture.tick = 160
    assert differs(plain, picture.at()) == 0
    give(world, OWN, Tagged(160))
    assert differs(immune, picture.at(grey=True)) > 900


def test_ones_own_dash_shows_how_far_it_has_rested_and_nobody_elses(surface: pygame.Surface, world: World) -> None:
    body(world, 2, 1300, 1000, BLUE)
    give(world, 2, Tagged(0))
    picture = Picture(surface)
    ready, other = picture.at(), picture.at(middle=(740, 350))
    give(world, OWN, Dash(60))
    give(world, 2, Dash(60))
    some = picture.at()
    assert differs(ready, some) > 60
    assert differs(other, picture.at(middle=(740, 350))) == 0
    give(world, OWN, Dash(20))
    assert differs(some, picture.at()) > 10


@pytest.mark.parametrize(("rest", "leaves"), [(DASH.rest, True), (DASH.rest - DASH.burst, False), (0, False)])
def test_a_dash_leaves_a_trail_that_fades_and_a_walk_does_not(
    rest: int, leaves: bool, surface: pygame.Surface, world: World
) -> None:
    picture = Picture(surface)
    behind = (740, 460)
    empty = picture.at(0.0, behind)
    shown = body(world, 2, 1300, 1100, BLUE, "", 0, Dash(rest))
    for step in range(4):
        picture.at(0.01 * step, behind)
        shown.x += 10 * 16
    world.remove(2)
    assert (differs(empty, picture.at(0.05, behind)) > 200) is leaves
    assert differs(empty, picture.at(0.05 + FADES, behind)) == 0


@pytest.mark.parametrize("degrees", range(0, 360, 15))
def test_an_arrow_at_the_edge_points_to_it_where_it_is_out_of_view(degrees: int, surface: pygame.Surface) -> None:
    view, angle = surface.get_rect(), math.radians(degrees)
    middle_y = (TOP + 720 - EDGE) / 2
    there = round(640 + 2000 * math.cos(angle)), round(middle_y + 2000 * math.sin(angle))
    blit = TagMarks().edge(view, there)
    assert blit is not None
    picture, place = blit
    area = picture.get_rect(topleft=place)
    assert view.contains(area)
    found = math.degrees(math.atan2(area.centery - middle_y, area.centerx - 640)) % 360
    assert abs((found - degrees + 180) % 360 - 180) < 360 / ANGLES
    # What reaches furthest from its middle is its tip.
    outline = [(x - area.w / 2, y - area.h / 2) for x, y in pygame.mask.from_surface(picture).outline()]
    x, y = max(outline, key=lambda at: math.hypot(*at))
    tip = math.degrees(math.atan2(y, x)) % 360
    assert abs((tip - degrees + 180) % 360 - 180) < 12


def test_no_arrow_points_to_it_in_view_nor_to_oneself(surface: pygame.Surface, world: World) -> None:
    assert TagMarks().edge(surface.get_rect(), (100, 100)) is None
    body(world, 2, 100, 1000, BLUE)
    picture = Picture(surface)
    picture.render.process(0.0)
    left = surface.subsurface((0, 200, 100, 400)).copy()
    give(world, 2, Tagged(0))
    picture.render.process(0.0)
    assert differs(left, surface.subsurface((0, 200, 100, 400))) > 200
    take(world, 2, Tagged)
    give(world, OWN, Tagged(0))
    picture.render.process(0.0)
    assert differs(left, surface.subsurface((0, 200, 100, 400))) == 0
