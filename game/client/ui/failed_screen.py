"""Why joining failed: what the connection said at once, then, step by step, what an examination finds, and advice.

Knows neither sessions nor how a connection is examined: it shows the findings as they come.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from typing import Final

import pygame

from game.client.draw.canvas import Part
from game.client.draw.theme import BAD, GOOD, INK, MUTED, SMALL, TEXT
from game.client.ui.hud import pulse, pulse_part
from game.client.ui.page import LINE, Look, Page
from game.client.ui.widgets import HEIGHT
from net.client.doctor import Finding
from net.io.background import start_in_background

log = logging.getLogger(__name__)

WIDTH: Final = 640
STEPS: Final = 5  # of an examination: resolve, connect, handshake, round trip, clock
VERDICT: Final = "verdict"  # which follows them
FINDING: Final = 26  # pixels each
REASON_LINES: Final = 6
ADVICE_LINES: Final = 4


class FailedScreen(Page):
    """What is wrong, what would help, Retry and Back."""

    def __init__(
        self,
        look: Look,
        title: str,
        reason: str,
        findings: AsyncIterator[Finding] | None,
        retry: Callable[[], None],
        back: Callable[[], None],
        watch: Callable[[], None] | None = None,
    ) -> None:
        """`findings` come while the page is up; None: there is nothing to examine. Needs a running asyncio loop.

        `watch` joins as a spectator; None: that would not help.
        """
        reasons = len(look.fonts.wrap(reason, SMALL, WIDTH - 56, REASON_LINES))
        room = STEPS * FINDING + ADVICE_LINES * LINE + 12 if findings is not None else 0
        super().__init__(look, (WIDTH, 90 + reasons * LINE + room + HEIGHT + 48), back)
        self.reason = reason
        self.title(title, self.panel.y + 22)
        self.texts += self.lines(reason, self.panel.y + 80, REASON_LINES, TEXT)
        self.findings: list[Finding] = []
        self.works = False  # which only a verdict says
        self._top = self.panel.y + 96 + reasons * LINE
        choices = [("Try again", retry), *((("Watch", watch),) if watch is not None else ()), ("Back", back)]
        self.focus.go_to(self.buttons(self.panel.bottom - 24 - HEIGHT, *choices)[0])
        self._task: asyncio.Task[None] | None = None
        if findings is not None:
            self._task = start_in_background(lambda: self._examine(findings), "the examination", self._failed)

    def parts(self, now: float) -> list[Part]:
        pulsing = pulse_part(self._pulses, now if self._examines else 0.0)
        return [*super().parts(now), (self.panel, (self.findings, self.works, self._examines)), pulsing]

    @property
    def _examines(self) -> bool:
        return self._task is not None and not self._task.done()

    @property
    def _pulses(self) -> tuple[int, int]:
        """Where the next finding will be."""
        return self.inner.x + 40, self._top + sum(map(self._height, self.findings)) + 14

    def draw(self, now: float) -> None:
        """Draw all of it, the findings so far with ticks and crosses."""
        super().draw(now)
        surface, fonts = self.look.surface, self.look.fonts
        y = self._top
        for finding in self.findings:
            _mark(surface, (self.inner.x + 9, y + 10), finding.ok)
            surface.blit(fonts.text(finding.step.capitalize(), SMALL, TEXT, True), (self.inner.x + 30, y))
            for number, line in enumerate(self._wrapped(finding)):
                surface.blit(fonts.text(line, SMALL, MUTED, False), (self.inner.x + 150, y + number * LINE))
            y += self._height(finding)
        if self._examines:
            pulse(surface, self._pulses, now)
        surface.blits(self.lines(self.advice, y + 8, ADVICE_LINES, TEXT))

    def close(self) -> None:
        """Nobody wants to know any more."""
        super().close()
        if self._task is not None:
            self._task.cancel()

    @property
    def advice(self) -> str:
        """What the findings so far advise."""
        if self.works:
            return "All of that works now: try again."
        return " ".join(finding.advice[:1].upper() + finding.advice[1:] for finding in self.findings if finding.advice)

    def _wrapped(self, finding: Finding) -> list[str]:
        """In a line; what is wrong may take two, of which no page has many."""
        return self.look.fonts.wrap(finding.text, SMALL, self.inner.w - 150, 1 if finding.ok else 2)

    def _height(self, finding: Finding) -> int:
        return FINDING + LINE * (len(self._wrapped(finding)) - 1)

    def _failed(self, reason: str) -> None:
        self.findings = [*self.findings[: STEPS - 1], Finding("examine", False, reason)]

    async def _examine(self, findings: AsyncIterator[Finding]) -> None:
        async for finding in findings:
            log.info("%s: %s %s", finding.step, finding.text, finding.advice)
            if finding.step == VERDICT:  # repeats what was wrong; or there was nothing
                self.works = finding.ok
            else:
                self.findings = [*self.findings, finding][:STEPS]


def _mark(target: pygame.Surface, middle: tuple[int, int], ok: bool) -> None:
    """A tick or a cross: shapes, not only colours."""
    x, y = middle
    pygame.draw.aacircle(target, GOOD if ok else BAD, middle, 9)
    if ok:
        pygame.draw.lines(target, INK, False, [(x - 4, y), (x - 1, y + 4), (x + 4, y - 4)], 3)
    else:
        pygame.draw.line(target, INK, (x - 3, y - 3), (x + 3, y + 3), 3)
        pygame.draw.line(target, INK, (x - 3, y + 3), (x + 3, y - 3), 3)
