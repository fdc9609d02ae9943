"""The chat in the corner: the last lines, fading, and the field in which one types. Knows no connection, no world."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import pygame

from game.client.draw.text_line import TextLine
from game.client.draw.theme import ACCENT, BAD, INK, MUTED, SMALL, TEXT, Fonts, Rgb, mix, panel
from game.client.ui.text_field import TextField
from net.wire.texts import CHAT_LIMIT, clean_chat

MARGIN: Final = 14
WIDTH: Final = 440  # pixels; a third of the screen, so that no line hides the middle
ROW: Final = 20
ROWS: Final = 4  # of one line; 120 of the widest letters take about as many
KEPT: Final = 50  # lines, of which the last can be read again while the field is open
SHOWN: Final = 6  # lines while one plays
SHOWN_OPEN: Final = 14
STAYS: Final = 9.0  # seconds that a line can be read
FADES: Final = 1.5  # seconds in which it goes then
FIELD: Final = 34  # pixels of the field's height
NAME: Final = WIDTH // 3  # pixels of a name; sixteen of the widest letters take more than a whole line


@dataclass(slots=True)
class _Line:
    when: float
    text: str
    color: Rgb
    name: str = ""  # of who said it
    picture: pygame.Surface | None = field(default=None, repr=False)  # made when it is to be seen: most never are


class ChatBox:
    """Bottom left. While its field is open, all keys are the field's."""

    def __init__(self, fonts: Fonts, say: Callable[[str], None]) -> None:
        """`say` is called with each line that the player wants to say, cleaned."""
        self._fonts = fonts
        self._say = say
        self._lines: deque[_Line] = deque(maxlen=KEPT)
        self._problem = ""
        self.field = TextField(CHAT_LIMIT)
        self._line = TextLine(fonts, SMALL, self.field, "Say something · Enter sends · Esc closes")
        self.open = False

    def said(self, name: str, color: Rgb, text: str, now: float) -> None:
        """Somebody said something."""
        self._lines.append(_Line(now, text, mix(color, TEXT, 0.25), name))

    def notice(self, text: str, now: float, color: Rgb = MUTED) -> None:
        """A line that nobody said."""
        self._lines.append(_Line(now, text, color))

    def show(self) -> None:
        """Open the field."""
        self.open = True
        self._problem = ""
        self.field.fill("")

    def hide(self) -> None:
        """Close the field, whatever is in it."""
        self.open = False

    def handle(self, event: pygame.Event) -> None:
        """Take in one event while the field is open."""
        key = event.key if event.type == pygame.KEYDOWN and not self.field.composed else None
        if key == pygame.K_ESCAPE:
            self.hide()
        elif key in (pygame.K_RETURN, pygame.K_KP_ENTER):
            self._send()
        else:
            before = self.field.text
            self.field.handle(event)
            if self.field.text != before:
                self._problem = ""

    @property
    def lines(self) -> list[str]:
        """What has been said and noticed, the last one last, without names."""
        return [line.text for line in self._lines]

    def draw(self, target: pygame.Surface, now: float) -> None:
        """The lines that can still be read, the last one lowest, and the field."""
        bottom = target.get_height() - MARGIN - FIELD - 8
        for number, line in enumerate(reversed(self._lines)):
            age = now - line.when
            alpha = 255 if self.open else round(255 * min(1.0, (STAYS + FADES - age) / FADES))
            if alpha <= 0 or number == (SHOWN_OPEN if self.open else SHOWN):
                break
            picture = line.picture = line.picture or self._drawn(line)
            picture.set_alpha(alpha)
            bottom -= picture.get_height()
            target.blit(picture, (MARGIN, bottom))
            bottom -= 3
        if self.open:
            self._draw_field(target, now)

    def _send(self) -> None:
        if not self.field.text.strip():
            self.hide()
            return
        try:
            line = clean_chat(self.field.text, judge=False)
        except ValueError as error:
            self._problem = str(error)
            return
        self.hide()
        self._say(line)

    def _drawn(self, line: _Line) -> pygame.Surface:
        """A line with its name, if any, to the left of all its rows."""
        head, color = None, line.color
        if line.name:
            head, color = self._fonts.text(f"{line.name}:", SMALL, line.color, True), TEXT
            head = head.subsurface((0, 0, min(NAME, head.get_width()), head.get_height()))
        indent = head.get_width() + 6 if head else 0
        rows = self._fonts.wrap(line.text, SMALL, WIDTH - 20 - indent, ROWS)
        pictures = [self._fonts.text(row, SMALL, color, False) for row in rows]
        width = 20 + indent + max((picture.get_width() for picture in pictures), default=0)
        picture = pygame.Surface((width, ROW * max(1, len(rows)) + 4), pygame.SRCALPHA)
        pygame.draw.rect(picture, (*INK, 170), picture.get_rect(), border_radius=8)
        if head:
            picture.blit(head, (10, 2))
        for number, row in enumerate(pictures):
            picture.blit(row, (10 + indent, 2 + ROW * number))
        return picture

    def _draw_field(self, target: pygame.Surface, now: float) -> None:
        area = pygame.Rect(MARGIN, target.get_height() - MARGIN - FIELD, WIDTH, FIELD)
        panel(target, area, 240, 10)
        pygame.draw.rect(target, BAD if self._problem else ACCENT, area, 1, border_radius=10)
        self._line.draw(target, area.inflate(-24, 0), now, True)
        left = CHAT_LIMIT - len(self.field.text)
        lacking = self._fonts.lacking(self.field.text)
        note = self._problem or lacking or (f"{left} left" if left <= 20 else "")
        if note:
            words = self._fonts.text(note, SMALL, BAD if self._problem else MUTED, False)
            target.blit(words, (area.right + 10, area.centery - words.get_height() // 2))
