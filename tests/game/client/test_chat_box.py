"""The chat as it is typed and read: by events, on a surface."""

import pygame
import pytest

from game.client.draw.theme import Fonts
from game.client.ui.chat_box import FADES, KEPT, MARGIN, ROWS, SHOWN, STAYS, WIDTH, ChatBox
from net.wire.texts import CHAT_LIMIT, NAME_LIMIT, clean_name
from tests.game.client.layouts import LAYOUTS, on
from tests.game.client.stage import differs

pytestmark = pytest.mark.usefixtures("surface")


def key(code: int, mod: int = 0) -> pygame.Event:
    return pygame.Event(pygame.KEYDOWN, key=code, mod=mod, unicode="", scancode=0)


class Talker:
    """A chat and whoever types in it."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.chat = ChatBox(Fonts(), self.said.append)
        self.chat.show()

    def types(self, text: str) -> "Talker":
        for letter in text:
            self.chat.handle(pygame.Event(pygame.TEXTINPUT, text=letter))
        return self

    def press(self, *codes: int) -> "Talker":
        for code in codes:
            self.chat.handle(key(code))
        return self


def picture(chat: ChatBox, now: float) -> pygame.Surface:
    target = pygame.Surface((1280, 720))
    chat.draw(target, now)
    return target


def test_enter_says_what_was_typed_cleaned_and_closes_the_field() -> None:
    ann = Talker().types("  over   here! ").press(pygame.K_RETURN)
    assert ann.said == ["over here!"]
    assert not ann.chat.open
    ann.chat.show()
    assert ann.chat.field.text == ""


def test_escape_and_an_empty_line_close_the_field_and_say_nothing() -> None:
    for ann in (Talker().types("never mind").press(pygame.K_ESCAPE), Talker().types("  ").press(pygame.K_RETURN)):
        assert ann.said == []
        assert not ann.chat.open


def test_a_line_that_cannot_be_said_stays_with_the_reason_until_it_is_changed() -> None:
    ann = Talker().types("\u3164")
    plain = picture(ann.chat, 0.0)
    ann.press(pygame.K_RETURN)
    assert ann.said == []
    assert ann.chat.open
    assert differs(plain, picture(ann.chat, 0.0)) > 200
    ann.press(pygame.K_BACKSPACE)
    ann.types("ok").press(pygame.K_RETURN)
    assert ann.said == ["ok"]


def test_no_more_is_typed_than_can_be_said() -> None:
    ann = Talker().types("x" * (CHAT_LIMIT + 30)).press(pygame.K_RETURN)
    assert ann.said == ["x" * CHAT_LIMIT]


def test_the_caret_moves_and_text_goes_where_it_is() -> None:
    ann = Talker().types("helo")
    ann.press(pygame.K_LEFT).types("l")
    ann.press(pygame.K_HOME, pygame.K_LEFT).types("oh ")
    ann.press(pygame.K_END, pygame.K_RIGHT).types("!?").press(pygame.K_BACKSPACE)
    ann.press(pygame.K_HOME, pygame.K_DELETE).types("O").press(pygame.K_KP_ENTER)
    assert ann.said == ["Oh hello!"]


def test_while_a_word_is_composed_the_keys_are_the_input_methods() -> None:
    ann = Talker().types("a")
    ann.chat.handle(pygame.Event(pygame.TEXTEDITING, text="にほ", start=0, length=2))
    ann.press(pygame.K_BACKSPACE, pygame.K_RETURN, pygame.K_ESCAPE)
    assert ann.chat.open
    assert ann.said == []
    ann.chat.handle(pygame.Event(pygame.TEXTINPUT, text="日本"))
    ann.press(pygame.K_RETURN)
    assert ann.said == ["a日本"]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_ctrl_with_the_keys_of_any_keyboard_copies_cuts_pastes_and_types_nothing(
    layout: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    clipboard: list[str] = []
    monkeypatch.setattr(pygame.scrap, "put_text", clipboard.append)
    monkeypatch.setattr(pygame.scrap, "get_text", lambda: clipboard[-1])
    where = {"a": 4, "c": 6, "v": 25, "x": 27} | ({"c": 12, "v": 55, "x": 5} if layout == "dvorak" else {})
    where |= {"a": 20} if layout == "fr" else {}
    ann = Talker().types("hello")

    def ctrl(letter: str) -> None:
        event = on(layout, where[letter], mod=pygame.KMOD_LCTRL)
        ann.chat.handle(event)
        ann.types(chr(event.key))  # some systems tell of it as typed
        ann.chat.handle(on(layout, where[letter], pygame.KEYUP))

    ctrl("a")
    ctrl("c")
    assert clipboard == ["hello"]
    assert ann.chat.field.text == "hello"
    ctrl("x")
    assert ann.chat.field.text == ""
    ctrl("v")
    ctrl("v")
    assert ann.chat.field.text == "hellohello"
    ann.types("é")
    assert ann.chat.field.text == "hellohelloé"


def test_what_is_selected_is_replaced_moved_past_and_taken_away() -> None:
    shift = pygame.KMOD_LSHIFT
    ann = Talker().types("hello")
    for _ in range(3):
        ann.chat.handle(key(pygame.K_LEFT, shift))
    assert ann.chat.field.selected == (2, 5)
    ann.press(pygame.K_LEFT)
    assert (ann.chat.field.caret, ann.chat.field.anchor) == (2, 2)
    ann.chat.handle(key(pygame.K_END, shift))
    ann.types("y")
    assert ann.chat.field.text == "hey"
    ann.chat.handle(key(pygame.K_HOME, shift))
    ann.press(pygame.K_BACKSPACE)
    assert ann.chat.field.text == ""
    ann.press(pygame.K_BACKSPACE, pygame.K_DELETE, pygame.K_LEFT, pygame.K_RIGHT)
    assert (ann.chat.field.text, ann.chat.field.caret) == ("", 0)


def test_a_clipboard_that_fails_is_said_in_the_log_once_and_nothing_is_lost(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*given: str) -> str:
        raise pygame.error("no clipboard")

    monkeypatch.setattr(pygame.scrap, "get_text", fail)
    monkeypatch.setattr(pygame.scrap, "put_text", fail)
    ann = Talker().types("hello")
    for letter in (pygame.K_v, pygame.K_a, pygame.K_x, pygame.K_c, pygame.K_v):
        ann.chat.handle(key(letter, pygame.KMOD_CTRL))
        ann.chat.handle(pygame.Event(pygame.KEYUP, key=letter, mod=0, scancode=0))
    assert ann.chat.field.text == "hello"
    assert caplog.messages == ["no clipboard: no clipboard"]


def test_pasted_text_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pygame.scrap, "get_text", lambda: "two\nlines\x00")
    ann = Talker()
    ann.chat.handle(key(pygame.K_v, pygame.KMOD_CTRL))
    assert ann.press(pygame.K_RETURN).said == ["two lines"]


def test_a_line_is_read_fades_and_is_gone_but_not_while_one_types() -> None:
    chat = ChatBox(Fonts(), lambda text: None)
    nothing = picture(chat, 0.0)
    chat.said("Ann", (255, 0, 0), "hello", 10.0)
    fresh, later = picture(chat, 10.0), picture(chat, 10.0 + STAYS - 0.1)
    assert differs(nothing, fresh) > 200
    assert differs(fresh, later) == 0
    assert differs(fresh, picture(chat, 10.0 + STAYS + FADES / 2)) > 0
    assert differs(nothing, picture(chat, 10.0 + STAYS + FADES + 0.1)) == 0
    chat.show()
    assert differs(nothing.subsurface((0, 0, 1280, 664)), picture(chat, 99.0).subsurface((0, 0, 1280, 664))) > 200


def test_the_newest_lines_are_lowest_and_no_more_than_a_few() -> None:
    chat = ChatBox(Fonts(), lambda text: None)
    for number in range(3 * SHOWN):
        chat.notice(f"line {number}", 0.0)
    before = picture(chat, 0.0)
    assert differs(pygame.Surface((1280, 720)).subsurface((0, 0, 1280, 400)), before.subsurface((0, 0, 1280, 400))) == 0
    chat.notice("one more", 0.0)
    assert differs(before, picture(chat, 0.0)) > 0


def test_a_long_line_is_wrapped_and_never_reaches_the_middle() -> None:
    chat = ChatBox(Fonts(), lambda text: None)
    chat.said("W" * 16, (255, 255, 255), "W" * CHAT_LIMIT, 0.0)
    chat.said("M", (255, 255, 255), "many words " * 11, 0.0)
    drawn = pygame.mask.from_threshold(picture(chat, 0.0), (0, 0, 0), (1, 1, 1, 255))
    drawn.invert()
    left, *_ = (area.x for area in drawn.get_bounding_rects())
    right = max(area.right for area in drawn.get_bounding_rects())
    assert left >= MARGIN
    assert right < 500
    assert len(chat._lines) == 2
    assert all(line.picture is not None and line.picture.get_height() <= 24 * ROWS for line in chat._lines)


def test_what_strangers_say_cannot_break_the_picture() -> None:
    chat = ChatBox(Fonts(), lambda text: None)
    for text in ("\x00\x1b[31m", "\u202e", "🙂" * 256, "", "\n\n", "̴̵̶" * 80):
        chat.said("\x00", (0, 0, 0), text, 0.0)
    picture(chat, 0.0)


def test_a_name_of_the_widest_letters_leaves_room_for_what_is_said() -> None:
    name = clean_name("\u2e3b" * NAME_LIMIT)  # three-em dashes: 650 pixels
    chat = ChatBox(Fonts(), lambda text: None)
    chat.said(name, (255, 255, 255), "hello", 0.0)
    chat.said("Ann", (255, 255, 255), "hello", 0.0)
    assert differs(picture(chat, 1.0), picture(ChatBox(Fonts(), lambda text: None), 1.0))
    assert all(line.picture is not None and line.picture.get_width() < WIDTH for line in chat._lines)


def test_of_a_flood_only_the_lines_that_can_be_read_are_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    chat = ChatBox(Fonts(), lambda text: None)
    drawn: list[object] = []

    def draw(line: object) -> pygame.Surface:
        drawn.append(line)
        return pygame.Surface((9, 9))

    monkeypatch.setattr(chat, "_drawn", draw)
    for number in range(10_000):
        chat.said("Ann", (255, 255, 255), f"{number}", 0.0)
    assert not drawn
    picture(chat, 1.0)
    picture(chat, 1.1)
    assert len(drawn) == SHOWN
    assert len(chat.lines) == KEPT
