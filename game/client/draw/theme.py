"""How everything looks: the colours and the lettering. Knows nothing of the game, the network or any screen."""

from collections.abc import Callable
from functools import lru_cache
from importlib.resources import files
from typing import Final

import pygame

from game.client.draw.glyphs import Glyphs, Run

Rgb = tuple[int, int, int]

VOID: Final[Rgb] = (11, 14, 20)  # around the arena
FLOOR: Final[tuple[Rgb, Rgb]] = ((29, 35, 49), (32, 39, 55))
SPECK: Final[Rgb] = (38, 46, 64)
WALL_TOP: Final[Rgb] = (66, 78, 108)
WALL_EDGE: Final[Rgb] = (94, 109, 146)  # where the light falls
WALL_FACE: Final[tuple[Rgb, Rgb]] = ((44, 53, 77), (30, 37, 55))  # from its top to its foot
PANEL: Final[Rgb] = (20, 25, 36)
PANEL_EDGE: Final[Rgb] = (45, 55, 77)
TEXT: Final[Rgb] = (231, 236, 245)
MUTED: Final[Rgb] = (143, 155, 178)
FAINT: Final[Rgb] = (90, 101, 124)
ACCENT: Final[Rgb] = (245, 181, 72)
GOOD: Final[Rgb] = (74, 201, 150)
BAD: Final[Rgb] = (255, 128, 117)
INK: Final[Rgb] = (16, 20, 29)
SELECTED: Final[Rgb] = (61, 90, 128)  # behind text
IT: Final[Rgb] = (255, 64, 88)  # whatever belongs to being "it"; always with a shape beside it, and a white rim
SHIELD: Final[Rgb] = (148, 226, 255)  # who cannot be tagged for a moment

SMALL: Final = 14
NORMAL: Final = 17
LARGE: Final = 24
TITLE: Final = 34
HUGE: Final = 54

MOST_WRAPPED: Final = 600  # letters; no panel here shows more, and some come from a server
PICTURES: Final = 1.6  # times as high as ours is a font of coloured pictures, which come in one size and are scaled
CACHED_TEXTS: Final = 512  # a name for each of 128 players, and every number of milliseconds that is likely


class Fonts:
    """Lettering in pygame_gui's font, and in the system's where that lacks letters; texts are kept once rendered."""

    def __init__(self, path: Callable[[str, bool], str | None] | None = None) -> None:
        """Needs pygame.font to be initialised. `path` finds the system's fonts; pygame does if it is not given."""
        self._faces: dict[tuple[int, bool], pygame.font.Font] = {}
        self._others: dict[tuple[str, str, int, bool], pygame.font.Font] = {}  # of the system
        self._glyphs = Glyphs(self.face(SMALL, False), path)
        self.text: Callable[[str, int, Rgb, bool], pygame.Surface] = lru_cache(CACHED_TEXTS)(self._text)
        self.outlined: Callable[[str, int, Rgb], pygame.Surface] = lru_cache(CACHED_TEXTS)(self._outlined)
        self.width: Callable[[str, int], int] = lru_cache(CACHED_TEXTS)(self._width)

    def lacking(self, text: str) -> str:
        """What to tell somebody who types letters that this computer cannot draw; empty where it can."""
        lacks = not text.isascii() and self._glyphs.lacking(text)
        return "this computer has no font for some letters" if lacks else ""

    def needs_others(self, text: str) -> bool:
        """Whether our font alone cannot draw it."""
        return not text.isascii() and any(run.family or run.script for run in self._glyphs.runs(text))

    def height(self, size: int) -> int:
        """Of a line, in pixels."""
        return self.face(size, False).get_height()

    def face(self, size: int, bold: bool) -> pygame.font.Font:
        """The font of that size in pixels."""
        found = self._faces.get((size, bold))
        if found is None:
            path = files("pygame_gui") / "data" / f"NotoSans-{'Bold' if bold else 'Regular'}.ttf"
            # pygame's own font stands in, should another pygame_gui keep its fonts elsewhere.
            found = pygame.font.Font(str(path) if path.is_file() else None, size)
            self._faces[size, bold] = found
        return found

    def wrap(self, text: str, size: int, width: int, most: int) -> list[str]:
        """The text in lines of at most `width` pixels; what does not fit into `most` lines ends in an ellipsis.

        Where not even one letter fits, each line has one.
        """

        def fits(text: str) -> int:
            return self.width(text, size)

        lines = [""]
        for word in text[:MOST_WRAPPED].split():
            while len(word) > 1 and fits(word) > width:  # a word longer than a line is cut
                cut = 1
                while fits(word[: cut + 1]) <= width:
                    cut += 1
                lines.append(word[:cut])
                word = word[cut:]
            longer = f"{lines[-1]} {word}".strip()
            if fits(longer) <= width:
                lines[-1] = longer
            else:
                lines.append(word)
        lines = [line for line in lines if line]
        if len(lines) > most:
            last = lines[most - 1]
            while last and fits(last + "…") > width:
                last = last[:-1]
            lines = [*lines[: most - 1], last + "…"]
        return lines

    def _text(self, text: str, size: int, color: Rgb, bold: bool) -> pygame.Surface:
        own = self.face(size, bold)
        if text.isascii() and text.isprintable():
            return own.render(text, True, color)
        runs = self._glyphs.runs(text)
        picture = pygame.Surface(
            (sum(self._run_width(run, size, bold) for run in runs), own.get_height()), pygame.SRCALPHA
        )
        x = 0
        for run in runs:
            width = self._run_width(run, size, bold)
            if width:  # accents that stand alone have none, and then nothing may be rendered
                face = self._other(run, size, bold)
                piece, top = face.render(run.text, True, color), own.get_ascent() - face.get_ascent()
                if face.get_height() > own.get_height() * PICTURES:
                    piece = pygame.transform.smoothscale(piece, (width, own.get_height() - 2))
                    top = 1
                picture.blit(piece, (x, top))
                x += width
        return picture

    def _width(self, text: str, size: int) -> int:
        if text.isascii() and text.isprintable():
            return self.face(size, False).size(text)[0]
        return sum(self._run_width(run, size, False) for run in self._glyphs.runs(text))

    def _run_width(self, run: Run, size: int, bold: bool) -> int:
        own, face = self.face(size, bold), self._other(run, size, bold)
        width = face.size(run.text)[0]
        if face.get_height() > own.get_height() * PICTURES:
            return round(width * (own.get_height() - 2) / face.get_height())
        return width

    def _other(self, run: Run, size: int, bold: bool) -> pygame.font.Font:
        """The font of a run; those from right to left have one of their own."""
        if not run.family and not run.script:
            return self.face(size, bold)
        key = run.family, run.script, size, bold
        found = self._others.get(key)
        if found is None:
            found = self._others[key] = self._glyphs.opened(run.family, size, bold) or self.face(size, bold)
            if run.script:
                found.set_direction(pygame.DIRECTION_RTL)
                found.set_script(run.script)
        return found

    def _outlined(self, text: str, size: int, color: Rgb) -> pygame.Surface:
        """Bold, with a dark rim, so that it can be read over anything."""
        inner, rim = self._text(text, size, color, True), self._text(text, size, INK, True)
        picture = pygame.Surface((inner.get_width() + 4, inner.get_height() + 4), pygame.SRCALPHA)
        rim.set_alpha(150)
        for at in ((1, 2), (3, 2), (2, 1), (2, 3), (2, 4), (1, 3), (3, 3)):
            picture.blit(rim, at)
        picture.blit(inner, (2, 2))
        return picture


def rgb(number: int) -> Rgb:
    """The colour 0xRRGGBB."""
    return number >> 16 & 255, number >> 8 & 255, number & 255


def mix(first: Rgb, second: Rgb, share: float) -> Rgb:
    """Between two colours; a share of 1 is the second."""
    r, g, b = (round(a + (z - a) * share) for a, z in zip(first, second, strict=True))
    return r, g, b


def panel(target: pygame.Surface, area: pygame.Rect, alpha: int = 255, radius: int = 14) -> None:
    """A rounded panel with a thin edge."""
    picture = pygame.Surface(area.size, pygame.SRCALPHA)
    pygame.draw.rect(picture, (*PANEL, alpha), picture.get_rect(), border_radius=radius)
    pygame.draw.rect(picture, (*PANEL_EDGE, alpha), picture.get_rect(), 1, border_radius=radius)
    target.blit(picture, area)


def veil(target: pygame.Surface, alpha: int) -> None:
    """Darken all that has been drawn so far."""
    dark = pygame.Surface(target.get_size())
    dark.fill(VOID)
    dark.set_alpha(alpha)
    target.blit(dark, (0, 0))
