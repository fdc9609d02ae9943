"""Rounds that begin by themselves: practice while too few are there, a countdown, the round, a podium with a vote.

Knows nothing of what is played: a game gives points to `scores`, and is told when to begin and to end.
"""

import logging
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final

import esper

from net.components import Away
from net.rounds.components import MOST_OPTIONS, Ballot, Podium, Round, RoundPhase, Vote, Voted
from net.rounds.ranking import listed, ranks
from net.rounds.scores import Scores
from net.rules import RuleContext

log = logging.getLogger(__name__)

LOGGED: Final = 10  # names in the line about a round's end; players choose them, and there may be thousands
AGAIN: Final = "Rematch"  # the first option
DECIDED_SECONDS: Final = 1.5  # from the last vote to what it brings, to be seen


def _nothing(tick: int) -> None:
    """A game has nothing to do then."""


class RoundSystem(esper.Processor):
    """Keeps the one Round. Put it before the systems of the game: what they do as a round ends counts no more."""

    def __init__(
        self,
        context: RuleContext,
        scores: Scores,
        *,
        least: int = 2,
        prepare: Callable[[int], None] = _nothing,
        begin: Callable[[int], None] = _nothing,
        end: Callable[[int], None] = _nothing,
        standings: Callable[[int], Sequence[tuple[str, int]]] | None = None,
    ) -> None:
        """`least`: players that it takes.

        `prepare` is called with the tick in which the countdown begins, when the former scores still stand; `begin`
        and `end` with that in which the round does. `standings` tells who is on the podium, with which score, the best
        first: by default the players.
        """
        self._context = context
        self.scores = scores
        self._least = least
        self._prepare, self._begin, self._end = prepare, begin, end
        self._standings = standings or self.scores.ranking
        self._rng = context.rng("votes")
        self._ready_ticks, self._round_ticks, self._podium_ticks, self._decided_ticks = (
            round(seconds * context.tick_rate)
            for seconds in (context.ready_seconds, context.round_seconds, context.podium_seconds, DECIDED_SECONDS)
        )
        self._round = Round(0, int(RoundPhase.PRACTICE), 0)
        self._net_id = 0  # of its entity; 0: it has none yet
        self._won = False

    @property
    def phase(self) -> RoundPhase:
        """What the round is in."""
        return RoundPhase(self._round.phase)

    @property
    def playing(self) -> bool:
        """Whether what happens now counts."""
        return self._round.phase == RoundPhase.PLAYING and not self._won

    def finish(self) -> None:
        """Somebody has won before the time is over."""
        self._won = True

    def process(self, tick: int) -> None:
        if not self._net_id:
            self._net_id = self._context.world.mint()
            self._context.world.spawn(self._net_id, self._round)
            self._context.surprises.spawn(self._net_id)
        now = self._round
        self.scores.admit(tick, now.phase == RoundPhase.PLAYING)
        alone = len(self.scores) < self._least
        self._count_votes(tick)
        over = now.until and tick >= now.until
        match RoundPhase(now.phase):
            case RoundPhase.PRACTICE if not alone:
                self._get_ready(tick)
            case RoundPhase.READY if alone:
                self._go_on(RoundPhase.PRACTICE, 0)
            case RoundPhase.READY if over:
                self._play(tick)
            case RoundPhase.PLAYING if alone:
                self._stop(tick)
                self._go_on(RoundPhase.PRACTICE, 0)
            case RoundPhase.PLAYING if over or self._won:
                self._stop(tick)
                self._go_on(RoundPhase.PODIUM, tick + max(1, self._podium_ticks))
                self._honour(tick)
            case RoundPhase.PODIUM if over:
                elected = self._elected()
                self._clear_podium()
                if elected:
                    self._context.move_on(elected - 1)
                if alone:
                    self._go_on(RoundPhase.PRACTICE, 0)
                else:
                    self._get_ready(tick)

    def _get_ready(self, tick: int) -> None:
        self._round.number += 1
        self._prepare(tick)
        self.scores.clear()
        if self._ready_ticks:
            self._go_on(RoundPhase.READY, tick + self._ready_ticks)
        else:
            self._play(tick)

    def _play(self, tick: int) -> None:
        self._won = False
        self._go_on(RoundPhase.PLAYING, tick + max(1, self._round_ticks))
        self.scores.begin(tick)
        self._begin(tick)
        log.info("round %d begins: %d playing", self._round.number, len(self.scores))

    def _stop(self, tick: int) -> None:
        self.scores.end(tick)
        self._end(tick)

    def _go_on(self, phase: RoundPhase, until: int) -> None:
        self._round.phase, self._round.until = int(phase), until
        self._context.surprises.change(self._net_id, Round)

    def _honour(self, tick: int) -> None:
        ranking = self._standings(tick)
        places = ranks(score for _, score in ranking)
        names = [listed([name for name, score in ranking if places[score] == place]) for place in (1, 2, 3)]
        of_place = {place: score for score, place in places.items()}
        self._give(Podium(names[0], names[1], names[2], *(of_place.get(place, 0) for place in (1, 2, 3))))
        if self._context.choices:
            self._give(Ballot(AGAIN, *self._context.choices[: MOST_OPTIONS - 1]))
        results = ", ".join(f"{name!r} {score}" for name, score in ranking[:LOGGED])
        if len(ranking) > LOGGED:
            results += f", and {len(ranking) - LOGGED} others"
        log.info("round %d is over: %s", self._round.number, results)

    def _count_votes(self, tick: int) -> None:
        """Take in the votes; where all who are there agree to go on, there is nothing to wait for."""
        world, surprises, requests = self._context.world, self._context.surprises, self._context.requests
        votes = [(net_id, request) for net_id, request in requests if isinstance(request, Vote)]
        if not votes:
            return
        for each in votes:
            requests.remove(each)
        options = min(MOST_OPTIONS, len(self._context.choices) + 1)
        if self._round.phase != RoundPhase.PODIUM or options == 1:
            return
        for net_id, vote in votes:
            entity = world.entity(net_id)
            if entity is not None and vote.option < options:
                world.add_component(entity, Voted(vote.option))
                surprises.change(net_id, Voted)
        settled = {entity for kind in (Away, Voted) for entity, _ in esper.get_component(kind)}
        if len(settled) >= len(self.scores) and self._round.until > tick + self._decided_ticks:
            self._go_on(RoundPhase.PODIUM, tick + self._decided_ticks)

    def _elected(self) -> int:
        """The option that most are for, a rematch where nobody voted; among equals the lot decides."""
        votes = Counter(voted.option for _, voted in esper.get_component(Voted))
        if not votes:
            return 0
        most = max(votes.values())
        return self._rng.choice(sorted(option for option, count in votes.items() if count == most))

    def _clear_podium(self) -> None:
        world, surprises = self._context.world, self._context.surprises
        for kind in (Podium, Ballot, Voted):
            for bearer in [bearer for bearer in world.net_ids() if self._has(bearer, kind)]:
                entity = world.entity(bearer)
                assert entity is not None
                world.remove_component(entity, kind)
                surprises.change(bearer, kind)

    def _has(self, net_id: int, kind: type) -> bool:
        entity = self._context.world.entity(net_id)
        return entity is not None and esper.has_component(entity, kind)

    def _give(self, component: Podium | Ballot) -> None:
        entity = self._context.world.entity(self._net_id)
        assert entity is not None
        self._context.world.add_component(entity, component)
        self._context.surprises.change(self._net_id, type(component))
