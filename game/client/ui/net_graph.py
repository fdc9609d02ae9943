"""The net graph: a panel in which one sees what the network does, to the player and to whoever looks for a fault.

Lets `net_history` look, and draws what it saw. Nothing is drawn twice: the tracks scroll, and what is in words is
written a few times a second. It acts on nothing.
"""

import math
from itertools import islice
from typing import Final

import pygame

from game.client.draw.theme import BAD, FAINT, GOOD, MUTED, PANEL, PANEL_EDGE, TEXT, Fonts, Rgb
from game.client.ui.net_history import COLUMNS, NOTES, Column, NetHistory, Note, timing
from game.client.ui.net_tracks import ALPHA, CAUSES, CORRECTIONS, FRAMES, IN_TIME, LATE, STARVED, TRACKS, Track
from net.client.client_session import ClientSession
from net.client.corrections import Cause

EDGE: Final = 14  # pixels from the window's
PAD: Final = 12
GUTTER: Final = 40  # beside the tracks, for their scales
TITLE: Final = 20  # above each track
ROW: Final = 18
WORDS: Final = 13
TINY: Final = 11
WRITE_SECONDS: Final = 0.25  # from one writing to the next: nobody reads faster
LABELS: Final = (("round trip", "we run", "intents", "others"), ("down", "up", "entities", "checks"))
COLUMN_X: Final = (PAD, PAD + 268)
VALUE_X: Final = (PAD + 72, PAD + 268 + 58)
TRACKS_TOP: Final = PAD + 4 * ROW + 6
NOTES_TOP: Final = TRACKS_TOP + sum(TITLE + track.height for track in TRACKS) + 8
SIZE: Final = (PAD + GUTTER + COLUMNS + PAD, NOTES_TOP + NOTES * ROW + PAD - 4)
SHORT: Final = {Cause.SNAPSHOT: "gap"}
BACK: Final = (*PANEL, ALPHA)

Words = tuple[str, Rgb]


class NetGraph:
    """Begins empty when it is made; `draw` it once a frame."""

    def __init__(self, fonts: Fonts) -> None:
        self.history = NetHistory()
        self._fonts = fonts
        self._drawn = 0  # columns
        self._written = -math.inf  # seconds
        self._picture = pygame.Surface(SIZE, pygame.SRCALPHA)
        pygame.draw.rect(self._picture, BACK, ((0, 0), SIZE), border_radius=14)
        pygame.draw.rect(self._picture, (*PANEL_EDGE, ALPHA), ((0, 0), SIZE), 1, border_radius=14)
        for x, labels in zip(COLUMN_X, LABELS, strict=True):
            for number, label in enumerate(labels):
                self._picture.blit(fonts.text(label, WORDS, MUTED, False), (x, PAD + number * ROW))
        self._tracks: dict[str, tuple[Track, pygame.Surface]] = {}
        top = TRACKS_TOP
        for track in TRACKS:
            self._picture.blit(fonts.text(track.title, WORDS, MUTED, False), (PAD, top + 1))
            area = pygame.Rect(PAD + GUTTER, top + TITLE, COLUMNS, track.height)
            surface = self._picture.subsurface(area)
            track.scroll(surface, [Column()] * (COLUMNS + 1), 0)
            self._tracks[track.title] = track, surface
            for share, text in track.scale:
                words = fonts.text(text, TINY, FAINT, False)
                self._picture.blit(words, (area.x - 6 - words.get_width(), area.y + track.y(share) - 8))
            top = area.bottom

    @staticmethod
    def area(target: pygame.Surface) -> pygame.Rect:
        """Where it is in a window: at the right, beside the HUD's corner and above its hint."""
        return pygame.Rect((target.get_width() - EDGE - SIZE[0], EDGE), SIZE)

    def draw(self, target: pygame.Surface, play: ClientSession, now: float) -> None:
        """Look at the network, and draw the panel into the window. Outside of any world."""
        self.history.sample(play, now)
        self._scroll()
        if now - self._written >= WRITE_SECONDS:
            self._written = now
            self._write(play, now)
        target.blit(self._picture, self.area(target))

    def _scroll(self) -> None:
        new = min(self.history.closed - self._drawn, COLUMNS)
        if new:
            columns = list(islice(reversed(self.history.columns), new + 1))[::-1]
            if len(columns) == new:
                columns.insert(0, Column())  # before the first
            for track, surface in self._tracks.values():
                track.scroll(surface, columns, self.history.closed)
            self._drawn = self.history.closed

    def _write(self, play: ClientSession, now: float) -> None:
        seen = self.history.last_second
        for number, value in enumerate(_times(play, now)):
            self._put(pygame.Rect(VALUE_X[0], PAD + number * ROW, COLUMN_X[1] - VALUE_X[0], ROW), [value])
        for number, value in enumerate([_size(seen.bytes_in), _size(seen.bytes_out), *_world(play)]):
            self._put(pygame.Rect(VALUE_X[1], PAD + number * ROW, SIZE[0] - PAD - VALUE_X[1], ROW), [value])
        frames = ("in time", seen.received - seen.late, IN_TIME), ("late", seen.late, LATE)
        self._legend(FRAMES.title, [*frames, ("starved", seen.starved, STARVED)])
        causes = play.causes
        self._legend(
            CORRECTIONS.title,
            [(SHORT.get(cause, cause.value), causes[cause], color) for cause, color in CAUSES.items()],
        )
        notes: list[Note | None] = [*reversed(self.history.notes)]
        for number, note in enumerate((notes + [None] * NOTES)[:NOTES]):
            area = pygame.Rect(PAD, NOTES_TOP + number * ROW, SIZE[0] - 2 * PAD, ROW)
            self._put(area, _note(note, now) if note else [])

    def _legend(self, title: str, entries: list[tuple[str, int, Rgb]]) -> None:
        """To the right of a track's title: what its colours mean, and how many of each there are."""
        top = self._tracks[title][1].get_offset()[1] - TITLE
        x = SIZE[0] - PAD
        self._picture.fill(BACK, (PAD + 80, top, x - PAD - 80, TITLE))
        for text, number, color in reversed(entries):
            words = self._fonts.text(f"{text} {number}", TINY, TEXT if number else FAINT, False)
            x -= words.get_width()
            self._picture.blit(words, (x, top + 3))
            x -= 11
            self._picture.fill(color, (x, top + 8, 7, 7))
            x -= 9

    def _put(self, area: pygame.Rect, parts: list[Words]) -> None:
        """Write there, instead of what was there; what is wider than the place is cut."""
        self._picture.fill(BACK, area)
        x = area.x
        for text, color in parts:
            words = self._fonts.text(text, WORDS, color, False)
            self._picture.blit(words, (x, area.y), (0, 0, area.right - x, ROW))
            x += words.get_width() + 8


def _times(play: ClientSession, now: float) -> list[Words]:
    """What stands beside the first labels."""
    known = timing(play, now)
    if known is None:
        return [("–", MUTED)] * 4
    margin = 1000 * known.margin
    return [
        (f"{1000 * known.round_trip:.0f} ms ± {1000 * known.jitter:.0f}", TEXT),
        (f"{1000 * known.lead:.0f} ms ahead", TEXT),
        (f"{abs(margin):.0f} ms {'early' if margin >= 0 else 'late'}", GOOD if margin >= 0 else BAD),
        (f"{1000 * known.behind:.0f} ms behind, aim {1000 * known.delay:.0f}", TEXT),
    ]


def _world(play: ClientSession) -> list[Words]:
    """How many there are, and whether our world is the server's."""
    with play.world as world:
        entities = len(world)
    mirror = play.joined.mirror if play.joined else None
    checks, wrong = (mirror.checks, mirror.mismatches) if mirror else (0, 0)
    verdict = (f"{wrong} of {checks} wrong", BAD) if wrong else (f"{checks} right", TEXT)
    return [(str(entities), TEXT), verdict]


def _note(note: Note, now: float) -> list[Words]:
    """A correction in words: how far, why, how often, when."""
    ago = max(0, int(now - note.when))
    often = f"{note.times} times, " if note.times > 1 else ""
    return [
        (f"{note.pixels:.1f} px", CAUSES.get(note.cause, MUTED)),
        (note.why, TEXT),
        (f"{often}{f'{ago} s ago' if ago else 'now'}", FAINT),
    ]


def _size(count: int) -> Words:
    """Bytes in a second."""
    return (f"{count} B/s" if count < 10_000 else f"{count / 1000:.1f} kB/s"), TEXT
