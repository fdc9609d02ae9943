"""Lettering that keeps within its place."""

import pygame
import pytest

from game.client.draw.theme import SMALL, Fonts


@pytest.mark.usefixtures("surface")
def test_wrapped_lines_fit_and_lose_no_word() -> None:
    fonts = Fonts()
    text = "timed out: 10.0.0.1:5000 did not answer within 10 s; is the address right, and is a firewall in the way?"
    lines = fonts.wrap(text, SMALL, 200, 9)
    assert len(lines) > 2
    assert " ".join(lines) == text
    assert all(fonts.width(line, SMALL) <= 200 for line in lines)


@pytest.mark.usefixtures("surface")
def test_a_word_longer_than_a_line_is_cut() -> None:
    fonts = Fonts()
    lines = fonts.wrap("a " + "x" * 200, SMALL, 100, 99)
    assert "".join(lines) == "a" + "x" * 200
    assert all(fonts.width(line, SMALL) <= 100 for line in lines)


@pytest.mark.usefixtures("surface")
def test_too_many_lines_end_in_an_ellipsis() -> None:
    fonts = Fonts()
    lines = fonts.wrap("i" * 500, SMALL, 100, 3)
    assert len(lines) == 3
    assert lines[-1].endswith("…")
    assert all(fonts.width(line, SMALL) <= 100 for line in lines)


@pytest.mark.usefixtures("surface")
@pytest.mark.parametrize("width", [5, 1, 0, -200])
def test_a_place_that_is_narrower_than_a_letter_or_an_ellipsis_has_one_in_each_line(width: int) -> None:
    fonts = Fonts()
    assert fonts.wrap("WW W", SMALL, width, 99) == ["W", "W", "W"]
    assert fonts.wrap("WWWW", SMALL, width, 2) == ["W", "…"]
    assert fonts.wrap("", SMALL, width, 2) == []


@pytest.mark.usefixtures("surface")
def test_nothing_wraps_to_no_line() -> None:
    assert Fonts().wrap("", SMALL, 100, 3) == []


@pytest.mark.usefixtures("surface")
def test_a_text_is_rendered_once() -> None:
    fonts = Fonts()
    first = fonts.outlined("Ann", SMALL, (255, 255, 255))
    assert fonts.outlined("Ann", SMALL, (255, 255, 255)) is first
    assert isinstance(first, pygame.Surface)


@pytest.mark.usefixtures("surface")
def test_what_cannot_be_printed_is_no_reason_to_fail() -> None:
    fonts = Fonts()
    assert fonts.text("a\0b\nc\x7f", SMALL, (255, 255, 255), False).get_width() > 0
    assert fonts.text("", SMALL, (255, 255, 255), False).get_width() == 0


@pytest.mark.usefixtures("surface")
def test_of_a_book_only_the_beginning_is_looked_at() -> None:
    fonts = Fonts()
    assert fonts.wrap("ab" * 500_000, SMALL, 100, 99) == fonts.wrap("ab" * 300, SMALL, 100, 99)
