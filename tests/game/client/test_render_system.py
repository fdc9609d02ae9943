"""What is in the world is on the screen, where it is and as it looks."""

import math
from collections.abc import Iterator

import esper
import pygame
import pytest

from ecs.arena import Arena, parse_arena
from ecs.components import UNITS_PER_PIXEL, Intent, Size
from ecs.world import World
from game.client.draw.camera import HEADROOM, Camera
from game.client.draw.render_system import RenderSystem
from game.client.draw.sprites import LARGEST, Sprites
from game.client.draw.theme import VOID, Fonts, Rgb
from game.client.draw.trails import MOST, Trails
from game.tag.components import Immune, Tagged
from net.components import Away
from tests.game.client.stage import differs
from tests.game.client.tag_world import BLUE, OWN, RED, body, give

WIDE = parse_arena("\n".join(["#" * 80, *["#" + "." * 78 + "#"] * 60, "#" * 80]))
TINY = parse_arena("#####\n#...#\n#...#\n#####")


@pytest.fixture
def world() -> Iterator[World]:
    world = World()
    with world:
        yield world
    world.close()


def drawing(
    surface: pygame.Surface, arena: Arena = WIDE, net_id: int = OWN, camera: Camera | None = None
) -> RenderSystem:
    return RenderSystem(surface, arena, net_id, lambda: None, camera or Camera(), Sprites(), Fonts())


def is_like(pixel: pygame.Color, color: int) -> bool:
    wanted = pygame.Color((color >> 16, color >> 8 & 255, color & 255))
    return all(abs(a - b) < 70 for a, b in zip(pixel[:3], wanted[:3], strict=True))


def test_others_are_drawn_in_their_colour_where_they_are_shown(surface: pygame.Surface, world: World) -> None:
    body(world, OWN, 1200, 1000)
    body(world, 2, 1300, 1100, BLUE)
    drawing(surface).process(0.0)
    # One's own player (28 pixels) is in the middle of the window; the other one is 100 pixels further.
    assert is_like(surface.get_at((640 - 14 + 4, 360 + 4)), RED)
    assert is_like(surface.get_at((640 - 14 + 104, 360 + 104)), BLUE)
    assert not is_like(surface.get_at((640 - 14 + 144, 360 + 104)), BLUE)


def test_who_is_away_is_drawn_grey_and_in_colour_again_when_back(surface: pygame.Surface, world: World) -> None:
    body(world, OWN, 1200, 1000)
    body(world, 2, 1300, 1100, BLUE)
    entity = world.entity(2)
    assert entity is not None
    render, place = drawing(surface), (640 - 14 + 104, 360 + 104)
    esper.add_component(entity, Away(100))
    render.process(0.0)
    red, _, blue = surface.get_at(place)[:3]
    assert blue - red < 60
    esper.remove_component(entity, Away)
    render.process(0.0)
    assert is_like(surface.get_at(place), BLUE)


def test_what_is_shown_moves_with_fractions_of_ticks(surface: pygame.Surface, world: World) -> None:
    body(world, OWN, 1200, 1000)
    other = body(world, 2, 1300, 1000, BLUE)
    render = drawing(surface)
    render.process(0.0)
    before = surface.copy()
    other.x += 1.6 * UNITS_PER_PIXEL
    render.process(0.0)
    assert 0 < differs(before, surface) < 2000


def test_the_camera_stays_in_the_arena(surface: pygame.Surface, world: World) -> None:
    body(world, OWN, 40, 50)
    render = drawing(surface)
    render.process(0.0)
    assert render.own_place == (40, 50 + HEADROOM)
    assert surface.get_at((2, 100)).b > 100  # the wall at the border
    assert surface.get_at((36, 200)).b < 60  # and floor beside it


def test_a_small_arena_is_in_the_middle_of_nothing(surface: pygame.Surface, world: World) -> None:
    body(world, OWN, 40, 50)
    render = drawing(surface, TINY)
    surface.fill((255, 0, 255))  # what an earlier frame left
    render.process(0.0)
    assert render.own_place == (640 - 80 + 40, 360 - 64 + 50)
    assert {surface.get_at(at)[:3] for at in ((0, 0), (1279, 0), (0, 719), (1279, 719), (300, 360))} == {VOID}


def test_every_pixel_is_drawn_anew(surface: pygame.Surface, world: World) -> None:
    body(world, OWN, 1200, 1000)
    render = drawing(surface)
    render.process(0.0)
    first = surface.copy()
    surface.fill((255, 0, 255))
    render.process(0.0)
    assert differs(first, surface) == 0


def test_a_name_stands_above_its_bearer(surface: pygame.Surface, world: World) -> None:
    body(world, OWN, 1200, 1000)
    render = drawing(surface)
    render.process(0.0)
    without = surface.copy()
    world.remove(OWN)
    body(world, OWN, 1200, 1000, name="Ann")
    render.process(0.0)
    assert differs(without, surface) > 50
    assert differs(without.subsurface((0, 346, 1280, 374)), surface.subsurface((0, 346, 1280, 374))) == 0


def test_ones_own_player_is_marked(surface: pygame.Surface, world: World) -> None:
    body(world, OWN, 1200, 1000)
    camera = Camera()
    drawing(surface, camera=camera).process(1.0)
    own = surface.copy()
    drawing(surface, net_id=99, camera=camera).process(1.0)
    assert differs(own, surface) > 100


def test_eyes_look_where_their_bearer_goes(surface: pygame.Surface, world: World) -> None:
    body(world, OWN, 1200, 1000)
    looks = []
    for net_id, direction in enumerate((0, 1, 3, 5, 7), 2):
        body(world, net_id, 1300, 1000, direction=direction)
        drawing(surface).process(0.5)
        looks.append(surface.subsurface((726, 346, 28, 28)).copy())
        world.remove(net_id)
    assert all(differs(first, second) > 20 for first in looks for second in looks if first is not second)


def test_eyes_turn_gradually(surface: pygame.Surface, world: World) -> None:
    body(world, OWN, 1200, 1000)
    render = drawing(surface)
    render.process(1.0)
    entity = world.entity(OWN)
    assert entity is not None
    esper.component_for_entity(entity, Intent).direction = 3
    straight = surface.copy()
    render.process(1.001)
    assert differs(straight, surface) == 0
    render.process(1.5)
    assert differs(straight, surface) > 20


def test_whoever_is_out_of_view_costs_no_pictures(surface: pygame.Surface, world: World) -> None:
    body(world, OWN, 1200, 1000)
    body(world, 2, 40, 40)
    render = drawing(surface)
    render.process(0.0)
    assert render.players == 2
    assert list(render._looks) == [OWN]


def test_without_a_body_of_ones_own_the_arena_is_still_drawn(surface: pygame.Surface, world: World) -> None:
    body(world, 2, 40 * 32, 31 * 32, BLUE)
    render = drawing(surface)
    render.process(0.0)
    assert render.own_place is None
    assert is_like(surface.get_at((644, 364)), BLUE)


def test_a_resized_window_is_filled(surface: pygame.Surface, world: World) -> None:
    body(world, OWN, 1200, 1000)
    render = drawing(surface)
    render.process(0.0)
    larger = pygame.display.set_mode((1600, 900), pygame.RESIZABLE)
    render.process(0.0)
    assert larger is surface
    assert render.own_place == (800 - 14, 450 - 14)
    assert surface.get_at((1599, 899))[:3] != (0, 0, 0)


def test_a_body_of_any_size_is_drawn_and_costs_no_more_than_its_place(surface: pygame.Surface, world: World) -> None:
    for net_id, place, side in ((2, 1300, LARGEST), (3, 1300, LARGEST + 1), (4, 600, 2047)):
        body(world, net_id, place, place, BLUE)
        for component in (Size(side * UNITS_PER_PIXEL, side * UNITS_PER_PIXEL), Tagged(0), Immune(100)):
            give(world, net_id, component)
    body(world, OWN, 1200, 1000)
    render = drawing(surface)
    for frame in range(30):
        render.process(frame / 60)
    assert is_like(surface.get_at((1000, 600)), BLUE)
    assert 0 < render._sprites._kept < 5 * (LARGEST + 16) ** 2


def test_of_a_crowd_of_new_colours_a_few_are_drawn_anew_in_each_picture_till_all_are(
    surface: pygame.Surface, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("game.client.draw.render_system.MOST_NEW", 3000)
    body(world, OWN, 1200, 1000)
    for number in range(40):
        body(world, 2 + number, 800 + number * 20, 1000 + number % 7 * 10, 0x404040 + number)
    render = drawing(surface)
    sprites, made, kept = render._sprites, [], 0
    for frame in range(40):
        render.process(frame / 1000)
        made.append(sprites._kept - kept)
        kept = sprites._kept
        assert sprites.left == math.inf, "whoever draws a menu is not bounded"
    assert made[0] > 2 * 28 * 28
    assert max(made) < 4 * 3000
    assert made[-1] == 0, "all are drawn"


def test_what_is_kept_of_pictures_is_bounded_in_pixels(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("game.client.draw.sprites.MOST_KEPT", 5000)
    sprites = Sprites()
    first = sprites.player((1, 2, 3), 28, 28, (0, 0), False)
    assert sprites.player((1, 2, 3), 28, 28, (0, 0), False) is first
    for color in range(4):
        sprites.player((color, 0, 0), 28, 28, (0, 0), False)
    assert sprites.player((1, 2, 3), 28, 28, (0, 0), False) is not first
    assert sprites._kept <= 5000


def test_of_a_crowd_those_who_are_nearest_have_names(
    surface: pygame.Surface, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("game.client.draw.render_system.MOST_NAMES", 3)
    body(world, OWN, 1200, 1000)
    for number in range(2, 8):
        body(world, number, 1200, 1000 + 10 * number, name=f"player {number}")
    render = drawing(surface)
    written: list[str] = []
    outlined = render._fonts.outlined

    def write(text: str, size: int, color: Rgb) -> pygame.Surface:
        written.append(text)
        return outlined(text, size, color)

    monkeypatch.setattr(render._fonts, "outlined", write)
    render.process(0.0)
    assert written == ["player 5", "player 6", "player 7"]


def test_what_is_remembered_of_dashes_is_bounded_however_many_net_ids_there_are() -> None:
    trails = Trails(Sprites())
    for net_id in range(3 * MOST):
        trails.leave(net_id, (1, 2, 3), pygame.Rect(net_id, 0, 28, 28), 1.0)
        trails.leave(net_id, (1, 2, 3), pygame.Rect(net_id, 0, 2000, 2000), 1.0)
    assert len(trails._last) <= MOST + 1
    assert len(trails._marks) == MOST
    assert all(picture.get_width() == 28 for picture, _ in trails.blits((0, 0), 1.1))
