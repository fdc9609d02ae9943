"""Whole angles: vectors that all machines agree about."""

import math

import pytest

from ecs.angles import TURN, along, angle_of


@pytest.mark.parametrize(("angle", "expected"), [(0, (160, 0)), (64, (0, 160)), (128, (-160, 0)), (192, (0, -160))])
def test_the_quarters_are_exact(angle: int, expected: tuple[int, int]) -> None:
    assert along(angle, 160) == expected
    assert along(angle + TURN, 160) == expected


def test_an_angle_is_found_again_from_its_vector() -> None:
    for angle in range(TURN):
        assert angle_of(*along(angle, 10_000)) == angle
        assert abs(math.hypot(*along(angle, 10_000)) - 10_000) < 40


def test_no_rounding_depends_on_the_last_digit_of_a_machine() -> None:
    for angle in range(TURN):
        for part in (math.cos, math.sin):
            exact = 256 * part(2 * math.pi * angle / TURN)
            assert abs(abs(exact - math.floor(exact)) - 0.5) > 1e-6
