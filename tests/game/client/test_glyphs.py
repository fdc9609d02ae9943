"""Letters that the game's own font lacks: drawn in one of the system's, or replaced by a sign that says so."""

from collections.abc import Callable
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import pygame
import pytest

from game.client.draw import glyphs
from game.client.draw.glyphs import EMOJI, IDEOGRAPHS, NOBODYS, UNKNOWN, Glyphs, Run
from game.client.draw.theme import NORMAL, SMALL, TEXT, Fonts
from game.client.settings import Settings
from game.client.ui.chat_box import ChatBox
from game.client.ui.settings_screen import SettingsScreen
from game.client.ui.start_screen import StartScreen
from tests.game.client.stage import CHOICE, differs, look, looking, type_text

pytestmark = pytest.mark.usefixtures("surface")

PLOTS = find_spec("matplotlib")  # which the tests' own plots need; its font has Hebrew and smileys, and ours has not
assert PLOTS is not None
assert PLOTS.submodule_search_locations
DEJAVU = Path(PLOTS.submodule_search_locations[0]) / "mpl-data" / "fonts" / "ttf" / "DejaVuSans.ttf"
HEBREW, SMILEY, IDEOGRAPH = "שלום", "😀", "漢"


class System:
    """A computer with that one font, under these names."""

    def __init__(self, *families: str) -> None:
        self._families = families
        self.asked: list[str] = []

    def __call__(self, family: str, bold: bool) -> str | None:
        self.asked.append(family)
        return str(DEJAVU) if family in self._families else None


def seen(picture: pygame.Surface) -> pygame.Surface:
    """As it looks on the screen."""
    screen = pygame.Surface(picture.get_size())
    screen.blit(picture, (0, 0))
    return screen


def nothing(*_: object) -> None:
    """Whatever is decided."""


def same(first: pygame.Surface, second: pygame.Surface) -> bool:
    return first.get_size() == second.get_size() and not differs(seen(first), seen(second))


def boxes(fonts: Fonts) -> pygame.Surface:
    """What a font draws where it has nothing."""
    return fonts.face(NORMAL, False).render(NOBODYS, True, TEXT)


@pytest.mark.parametrize(("text", "family"), [(HEBREW, "dejavusans"), (SMILEY, EMOJI[0]), (SMILEY, EMOJI[-1])])
def test_what_our_font_lacks_is_drawn_in_one_of_the_systems(text: str, family: str) -> None:
    with_it, without = Fonts(System(family)), Fonts(System())
    drawn = with_it.text(f"a{text}b", NORMAL, TEXT, False)
    assert with_it.lacking(text) == ""
    assert not same(drawn, without.text(f"a{text}b", NORMAL, TEXT, False))
    assert drawn.get_height() == with_it.height(NORMAL)
    assert drawn.get_width() == with_it.width(f"a{text}b", NORMAL)
    assert drawn.get_width() == sum(with_it.width(part, NORMAL) for part in ("a", text, "b"))
    assert pygame.mask.from_surface(with_it.text(text, NORMAL, TEXT, False)).count() > 20


def test_what_no_font_has_is_replaced_and_said_and_never_a_box() -> None:
    fonts = Fonts(System("dejavusans"))
    sign = fonts.text(UNKNOWN, NORMAL, TEXT, False)
    assert same(fonts.text(IDEOGRAPH, NORMAL, TEXT, False), sign)
    assert not same(sign, boxes(fonts))
    assert fonts.lacking(f"Ann {IDEOGRAPH}")
    assert fonts.lacking("Zoë Ωж ắ “…” ·") == ""
    assert fonts.lacking("\u200d\ufe0f") == ""  # what nobody sees needs no font


def test_fonts_are_looked_for_once_and_not_at_all_for_what_we_have() -> None:
    system = System()
    fonts = Fonts(system)
    fonts.text("Zoë Ωж ắ “…” · –", NORMAL, TEXT, True)
    assert system.asked == []
    for _ in range(3):
        fonts.lacking(IDEOGRAPH * 9)
        fonts.width(IDEOGRAPH, SMALL)
    assert system.asked == [*IDEOGRAPHS]


def test_a_file_that_is_no_font_is_passed_over(tmp_path: Path) -> None:
    broken = tmp_path / "broken.ttf"
    broken.write_bytes(b"no font")
    fonts = Fonts(lambda family, bold: str(DEJAVU) if family == "tahoma" else str(broken))
    assert fonts.lacking(HEBREW) == ""
    assert fonts.lacking(IDEOGRAPH) != ""


def test_a_system_whose_fonts_cannot_be_listed_is_asked_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(glyphs, "_listed", cache(glyphs._listed.__wrapped__))
    monkeypatch.setattr(pygame.font, "get_fonts", lambda: asked.append("all") or [])  # type: ignore[func-returns-value]
    monkeypatch.setattr(pygame.font, "match_font", lambda *given: asked.append("one"))
    fonts = Fonts()
    assert fonts.lacking(IDEOGRAPH + SMILEY + HEBREW)
    assert asked == ["all"]
    assert len(caplog.messages) == 1


def test_no_character_that_there_is_can_break_the_lettering() -> None:
    fonts = Fonts(System("dejavusans"))
    for number in [*range(0x300), *range(0x300, 0x3000, 97), *range(0x3000, 0x110000, 7999), 0xD800, 0xFFFF, 0x10FFFF]:
        for text in (chr(number), f"a{chr(number)}b"):
            assert fonts._text(text, SMALL, TEXT, True).get_height() == fonts.height(SMALL)
            assert fonts._width(text, SMALL) >= 0


def test_accents_stay_with_their_letter_and_go_where_no_font_puts_them_there() -> None:
    found = Glyphs(Fonts().face(SMALL, False), System("dejavusans"))
    assert [run.text for run in found.runs("e\u0301x")] == ["e\u0301x"]
    assert found.runs("x\U00010a01")[0].text == "x"  # an accent of another script


def test_words_from_right_to_left_are_one_run_and_those_around_them_others() -> None:
    found = Glyphs(Fonts().face(SMALL, False), System("dejavusans"))
    assert found.runs("hi שלום  עולם ab ש ") == [
        Run("hi ", "", ""),
        Run("שלום  עולם", "dejavusans", "Hebr"),
        Run(" ab ", "", ""),
        Run("ש", "dejavusans", "Hebr"),
        Run(" ", "", ""),
    ]
    fonts = Fonts(System("dejavusans"))
    picture, first = seen(fonts.text("שלום", NORMAL, TEXT, False)), seen(fonts.text("ש", NORMAL, TEXT, False))
    width, height = first.get_size()
    right = picture.subsurface((picture.get_width() - width, 0, width, height))
    left = picture.subsurface((0, 0, width, height))
    assert differs(first, right) < differs(first, left) / 3


@pytest.mark.parametrize("page", ["start", "settings", "chat"])
def test_who_types_what_this_computer_cannot_draw_reads_that(page: str) -> None:
    drawn: Callable[[str], pygame.Surface]
    if page == "chat":
        chat = ChatBox(Fonts(System()), lambda text: None)
        chat.show()

        def drawn(text: str) -> pygame.Surface:
            chat.handle(pygame.Event(pygame.TEXTINPUT, text=text))
            target = pygame.Surface((1280, 720))
            chat.draw(target, 0.9)
            return target.subsurface((460, 600, 500, 120))  # beside the field
    else:
        screen = (
            StartScreen(looking(Fonts(System())), Settings(), CHOICE, nothing, nothing, nothing, nothing)
            if page == "start"
            else SettingsScreen(looking(Fonts(System())), Settings("Ann"), nothing, nothing, nothing)
        )
        assert screen.name is not None
        screen.focus.go_to(screen.name)
        top, _ = screen.spots["name"]

        def drawn(text: str) -> pygame.Surface:
            type_text(text)
            return look(screen).subsurface((screen.inner.x, top, screen.inner.w, 20))

    plain = drawn("a")
    assert differs(plain, drawn("é")) == 0
    assert differs(plain, drawn(IDEOGRAPH)) > 200


@pytest.mark.skipif(not pygame.font.match_font("notosanscjkjp"), reason="this machine has no such font")
def test_chinese_japanese_and_korean_are_drawn_where_the_system_can() -> None:
    fonts = Fonts()
    for text in ("漢字", "ひらがな", "カタカナ", "한글"):
        assert fonts.lacking(text) == ""
        assert not same(fonts.text(text, NORMAL, TEXT, True), fonts.text(UNKNOWN * len(text), NORMAL, TEXT, True))
