"""Rounds of Tag: practice while somebody is alone, then rounds with a podium between them, each beginning by itself.

Knows nothing of touches: who is "it" is the TagSystem's affair.
"""

import logging
from typing import Final

import esper

from ecs.surprises import Surprises
from ecs.world import World
from game.tag.components import Podium, Round
from game.tag.rules import RoundPhase
from game.tag.scores import Scores
from game.tag.tag_system import TagSystem
from game.words import listed, ranks

log = logging.getLogger(__name__)

LOGGED: Final = 10  # names in the line about a round's end; players choose them, and there may be thousands


class RoundSystem(esper.Processor):
    """Keeps the one Round. Runs before the TagSystem: a touch in the tick in which a round ends counts no more."""

    def __init__(
        self,
        world: World,
        surprises: Surprises,
        scores: Scores,
        tags: TagSystem,
        *,
        tick_rate: int,
        round_seconds: float,
        podium_seconds: float,
    ) -> None:
        self._world = world
        self._surprises = surprises
        self._scores = scores
        self._tags = tags
        self._tick_rate = tick_rate
        self._round_ticks = max(1, round(round_seconds * tick_rate))
        self._podium_ticks = max(1, round(podium_seconds * tick_rate))
        self._round = Round(0, int(RoundPhase.PRACTICE), 0)
        self._net_id = 0  # of its entity; 0: it has none yet

    def process(self, tick: int) -> None:
        if not self._net_id:
            self._net_id = self._world.mint()
            self._world.spawn(self._net_id, self._round)
            self._surprises.spawn(self._net_id)
        now = self._round
        self._scores.admit(tick, running=now.phase == RoundPhase.PLAYING)
        alone = len(self._scores) < 2
        if now.phase == RoundPhase.PLAYING and alone:
            self._stop(tick)
            self._go_on(RoundPhase.PRACTICE, 0)
        elif now.phase == RoundPhase.PLAYING and tick >= now.until:
            self._stop(tick)
            self._go_on(RoundPhase.PODIUM, tick + self._podium_ticks)
            self._honour(tick)
        elif now.phase == RoundPhase.PODIUM and tick >= now.until:
            self._clear_podium()
            if alone:
                self._go_on(RoundPhase.PRACTICE, 0)
            else:
                self._start(tick)
        elif now.phase == RoundPhase.PRACTICE and not alone:
            self._start(tick)

    def _start(self, tick: int) -> None:
        self._round.number += 1
        self._go_on(RoundPhase.PLAYING, tick + self._round_ticks)
        self._scores.begin(tick)
        self._tags.playing = True
        log.info("round %d begins: %d playing", self._round.number, len(self._scores))

    def _stop(self, tick: int) -> None:
        self._scores.end(tick)
        self._tags.end()

    def _go_on(self, phase: RoundPhase, until: int) -> None:
        self._round.phase, self._round.until = int(phase), until
        self._surprises.change(self._net_id, Round)

    def _honour(self, tick: int) -> None:
        ranking = self._scores.ranking(tick)
        places = ranks(score for _, score in ranking)

        names = [listed([name for name, score in ranking if places[score] == place]) for place in (1, 2, 3)]
        of_place = {place: score for score, place in places.items()}
        podium = Podium(names[0], names[1], names[2], *(of_place.get(place, 0) for place in (1, 2, 3)))
        entity = self._world.entity(self._net_id)
        assert entity is not None
        self._world.add_component(entity, podium)
        self._surprises.change(self._net_id, Podium)
        results = ", ".join(f"{name!r} {score / self._tick_rate:.2f} s" for name, score in ranking[:LOGGED])
        if len(ranking) > LOGGED:
            results += f", and {len(ranking) - LOGGED} others"
        log.info("round %d is over: %s", self._round.number, results)

    def _clear_podium(self) -> None:
        entity = self._world.entity(self._net_id)
        assert entity is not None
        self._world.remove_component(entity, Podium)
        self._surprises.change(self._net_id, Podium)
