"""What is drawn is as large for everybody, whatever the window."""

import pygame
import pytest

from game.client.draw.canvas import SIZE, Canvas, fitting, possible
from game.client.settings import SCALES
from tests.game.client.stage import differs

SIZES = [(1024, 640), (1280, 720), (1280, 800), (1920, 1080), (2560, 1080), (2560, 1440), (600, 900)]


@pytest.fixture
def canvas(surface: pygame.Surface) -> Canvas:
    assert surface
    return Canvas()


@pytest.mark.parametrize("size", SIZES)
def test_it_fills_the_window_as_far_as_its_shape_allows(size: tuple[int, int]) -> None:
    area = fitting(size)
    assert pygame.Rect((0, 0), size).contains(area)
    assert abs(area.w / area.h - 16 / 9) < 0.01
    assert area.w == size[0] or area.h == size[1]
    assert abs(area.x - (size[0] - area.right)) <= 1
    assert abs(area.y - (size[1] - area.bottom)) <= 1


@pytest.mark.parametrize("size", [(1, 1), (0, 0), (1, 5000), (5000, 1)])
def test_no_window_is_too_small(size: tuple[int, int]) -> None:
    assert fitting(size).w >= 1
    assert fitting(size).h >= 1


@pytest.mark.parametrize("size", [*SIZES, (3840, 2160)])
def test_all_of_it_is_shown_with_black_bars_beside_it(canvas: Canvas, size: tuple[int, int]) -> None:
    window = pygame.display.set_mode(size, pygame.RESIZABLE)
    window.fill((255, 0, 255))
    canvas.surface.fill((200, 100, 50))
    canvas.surface.fill((50, 100, 200), (SIZE[0] // 2, 0, SIZE[0] // 2, SIZE[1]))
    canvas.show()
    area = canvas.area
    for at, color in ((area.topleft, (200, 100, 50)), ((area.right - 1, area.bottom - 1), (50, 100, 200))):
        assert all(abs(a - b) <= 4 for a, b in zip(window.get_at(at)[:3], color, strict=True))  # shrinking rounds
    bars = [at for at in ((0, 0), (size[0] - 1, size[1] - 1)) if not area.collidepoint(at)]
    assert all(window.get_at(at)[:3] == (0, 0, 0) for at in bars)


@pytest.mark.parametrize("size", SIZES)
def test_the_mouse_is_where_it_points_at(canvas: Canvas, size: tuple[int, int]) -> None:
    pygame.display.set_mode(size, pygame.RESIZABLE)
    area = canvas.area
    event = pygame.Event(pygame.MOUSEBUTTONDOWN, button=1, pos=area.center)
    moved = canvas.translate(event)
    assert moved.button == 1
    assert abs(moved.pos[0] - SIZE[0] // 2) <= 2
    assert abs(moved.pos[1] - SIZE[1] // 2) <= 2
    assert canvas.place(area.topleft) == (0, 0)
    assert canvas.place((area.right - 1, area.bottom - 1)) <= (SIZE[0] - 1, SIZE[1] - 1)
    assert canvas.place((area.x - 40, area.y))[0] < 0


def test_events_without_a_place_pass(canvas: Canvas) -> None:
    event = pygame.Event(pygame.KEYDOWN, key=pygame.K_a)
    assert canvas.translate(event) is event


@pytest.mark.usefixtures("large_display")
def test_in_a_window_of_its_size_it_is_shown_to_the_pixel(canvas: Canvas) -> None:
    canvas.resize(0, False)
    canvas.resize(100, False)
    for number in range(0, SIZE[0], 3):
        canvas.surface.fill((number % 256, 200, 0), (number, 0, 1, SIZE[1]))
    canvas.show()
    window = pygame.display.get_surface()
    assert window is not None
    assert differs(canvas.surface, window) == 0


@pytest.mark.usefixtures("large_display")
def test_the_size_of_the_window_is_chosen_and_the_full_screen_comes_and_goes(canvas: Canvas) -> None:
    surface = canvas.surface
    canvas.resize(150, False)
    assert pygame.display.get_window_size() == (1920, 1080)
    canvas.resize(150, True)
    assert pygame.display.is_fullscreen()
    canvas.resize(75, False)
    assert not pygame.display.is_fullscreen()
    assert pygame.display.get_window_size() == (960, 540)
    assert canvas.surface is surface  # screens may hold on to it
    assert surface.get_size() == SIZE


@pytest.mark.parametrize(
    ("display", "window"),
    [((1024, 768), 960), ((1366, 768), 960), ((1920, 1080), 1280), ((2560, 1440), 1920), ((3840, 2160), 2880)],
)
@pytest.mark.usefixtures("surface")
def test_a_window_of_a_size_that_nobody_chose_suits_the_display(
    monkeypatch: pytest.MonkeyPatch, display: tuple[int, int], window: int
) -> None:
    monkeypatch.setattr(pygame.display, "get_desktop_sizes", lambda: [display])
    Canvas(0)
    assert pygame.display.get_window_size() == (window, window * 9 // 16)


@pytest.mark.parametrize("display", [(320, 240), (800, 480), (1024, 768), (1366, 768), (1920, 1080), (3840, 2160)])
@pytest.mark.usefixtures("surface")
def test_no_window_is_larger_than_the_display_whatever_was_chosen_elsewhere(
    monkeypatch: pytest.MonkeyPatch, display: tuple[int, int]
) -> None:
    monkeypatch.setattr(pygame.display, "get_desktop_sizes", lambda: [display])
    offered = possible(SCALES)
    for scale in SCALES:
        Canvas(scale)
        w, h = pygame.display.get_window_size()
        assert 0 < w <= display[0]
        assert 0 < h < display[1]
        if scale:
            assert (w == SIZE[0] * scale // 100) is (scale in offered)
    assert offered[0] == 0
    if display == (3840, 2160):
        assert offered == [*SCALES]


@pytest.mark.usefixtures("surface")
def test_of_several_displays_the_largest_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pygame.display, "get_desktop_sizes", lambda: [(1366, 768), (2560, 1440), (800, 600)])
    assert max(possible(SCALES)) == 150
