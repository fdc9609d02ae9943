"""The camera shows the arena and nothing else, and follows without hurry."""

from game.client.draw.camera import HEADROOM, JUMP, Camera

WINDOW = (1280, 720)
ARENA = (2048, 1408)


def test_it_begins_where_the_player_is() -> None:
    camera = Camera()
    camera.follow(1000, 700, 5.0)
    assert camera.corner(WINDOW, ARENA) == (360, 340)


def test_it_stops_at_the_borders() -> None:
    camera = Camera()
    camera.follow(10, 20, 0.0)
    assert camera.corner(WINDOW, ARENA) == (0, -HEADROOM)
    camera.follow(2040, 1400, 1.0)
    assert camera.corner(WINDOW, ARENA) == (2048 - 1280, 1408 - 720)


def test_an_arena_smaller_than_the_window_is_in_the_middle() -> None:
    camera = Camera()
    camera.follow(10, 20, 0.0)
    assert camera.corner(WINDOW, (960, 2000)) == (-160, -HEADROOM)
    assert camera.corner(WINDOW, (960, 300)) == (-160, -210)
    for height in range(720 - 2 * HEADROOM - 9, 730):  # nothing to scroll, or hardly: the top is never under the time
        assert camera.corner(WINDOW, (960, height))[1] <= -HEADROOM


def test_it_nears_its_player_and_never_passes() -> None:
    camera = Camera()
    camera.follow(800, 700, 0.0)
    seen = []
    for frame in range(1, 60):
        camera.follow(900, 700, frame / 60)
        seen.append(camera.corner(WINDOW, ARENA)[0] + 640)
    assert seen == sorted(seen)
    assert 800 < seen[0] < 850
    assert seen[-1] == 900


def test_far_away_it_is_at_once() -> None:
    camera = Camera()
    camera.follow(700, 700, 0.0)
    camera.follow(700 + JUMP + 1, 700, 0.001)
    assert camera.corner(WINDOW, ARENA)[0] == 700 + JUMP + 1 - 640
