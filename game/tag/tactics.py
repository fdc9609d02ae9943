"""What somebody who plays Tag wants to do next, from what their client holds: chase, run away, or wander about.

The mind of a bot. Follows from the world and the random numbers alone; knows no clock and no wire.
"""

import random
from collections.abc import Mapping
from typing import Final

import esper

from ecs.arena import TILE
from ecs.components import Intent, NetID, Position
from ecs.movement.step import DASH
from game.tag.components import Immune, Tagged
from net.bots import Mind, Wish, heading, wander
from net.components import Name
from net.rounds import Round, RoundPhase, Score, score_at

NEAR: Final = 8 * TILE  # world units from "it", within which others run
LUNGE: Final = 4 * TILE  # from each other, within which a dash is worth it
LUNGE_SHARE: Final = 0.5
SWERVE_SHARE: Final = 0.25  # of the ways to or from somebody are an eighth of a turn off: so walls hold nobody for ever


def wish(own: int, rng: random.Random) -> int:
    """A direction for a third of a second or so, for the player of that NetID. Inside `with world`."""
    places = {net_id.id: (at.x, at.y) for _, (net_id, at, _) in esper.get_components(NetID, Position, Intent)}
    tagged = [net_id.id for _, (net_id, _) in esper.get_components(NetID, Tagged)]
    if not tagged or own not in places or tagged[0] not in places:
        return wander(rng)
    x, y = places.pop(own)
    if tagged[0] == own:
        for _, (net_id, _) in esper.get_components(NetID, Immune):
            places.pop(net_id.id, None)
        if not places:
            return wander(rng)
        to_x, to_y = min(places.values(), key=lambda place: (place[0] - x) ** 2 + (place[1] - y) ** 2)
        dx, dy = to_x - x, to_y - y
    else:
        it_x, it_y = places[tagged[0]]
        dx, dy = x - it_x, y - it_y
        if max(abs(dx), abs(dy)) > NEAR:
            return wander(rng)
    way = heading(dx, dy)
    if rng.random() < SWERVE_SHARE:
        way = (way - 1 + rng.choice((-1, 1))) % 8 + 1
    lunges = max(abs(dx), abs(dy)) < LUNGE and rng.random() < LUNGE_SHARE
    return way | DASH if lunges else way


class TagMind(Mind):
    """Plays, and counts the rounds and catches that it sees."""

    def __init__(self) -> None:
        self.tags = 0  # times that it saw somebody become "it"
        self.rounds: set[int] = set()  # numbers of those that it saw being played
        self._tagged: tuple[int, int] | None = None
        self._scores: dict[str, int] = {}

    def wish(self, net_id: int, rng: random.Random) -> Wish:
        """As a Mind has it."""
        return Wish(wish(net_id, rng))

    def look(self, tick: int, tick_rate: int) -> None:
        """As a Mind has it."""
        for _, round_ in esper.get_component(Round):
            if round_.phase == RoundPhase.PLAYING:
                self.rounds.add(round_.number)
        for _, (net_id, tagged) in esper.get_components(NetID, Tagged):
            if (net_id.id, tagged.since) != self._tagged:
                self._tagged = net_id.id, tagged.since
                self.tags += 1
        found = esper.get_components(NetID, Name, Score)
        board = {net_id.id: (name.text, score_at(score, tick)) for _, (net_id, name, score) in found}
        self._scores = {name: points for _, (name, points) in sorted(board.items())}

    def report(self) -> Mapping[str, object]:
        """As a Mind has it; the scores are everybody's, by name, in ticks."""
        return {"rounds": len(self.rounds), "tags": self.tags, "scores": self._scores}
