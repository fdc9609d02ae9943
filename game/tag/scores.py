"""How long each player has not been "it". Knows neither touches nor rounds; all methods are called inside `with world`.

While a score runs, nothing is said of it: it is told from which tick on it counts, and both ends can subtract.
"""

import esper

from ecs.components import Intent, NetID
from ecs.surprises import Surprises
from ecs.world import World
from game.tag.components import Score
from game.tag.rules import score_at
from net.components import Name


class Scores:
    """The Score of everybody who has an Intent: that is, of the players."""

    def __init__(self, world: World, surprises: Surprises) -> None:
        self._world = world
        self._surprises = surprises
        self._number = 0
        self._admitted: list[int] | None = None  # the NetIDs of all bodies, when it was last looked who has come

    def __len__(self) -> int:
        return self._number

    def admit(self, tick: int, running: bool) -> None:
        """Give those who have just come a score.

        Into a round that is `running` they come with the lowest score of those who play it. So nobody is overtaken by
        who was not there, who comes late is one of the last but not hopeless, and leaving to come back gains nothing.
        """
        bodies = self._world.bodies
        bodies.find()
        if bodies.net_ids is self._admitted:  # it is another list as soon as somebody comes or goes
            return
        self._admitted = bodies.net_ids
        players, scores = esper.get_components(NetID, Intent), esper.get_components(NetID, Score)
        self._number = len(players)
        lowest = min((score_at(score, tick) for _, (_, score) in scores), default=0)
        for entity, (net_id, _) in list(players):
            if not esper.has_component(entity, Score):
                self._world.add_component(entity, Score(lowest, tick) if running else Score())
                self._surprises.change(net_id.id, Score)

    def begin(self, tick: int) -> None:
        """From nothing on, everybody's counts."""
        for _, (net_id, score) in esper.get_components(NetID, Score):
            score.ticks, score.since = 0, tick
            self._surprises.change(net_id.id, Score)

    def end(self, tick: int) -> None:
        """Nobody's counts any more."""
        for _, (net_id, score) in esper.get_components(NetID, Score):
            self._set(net_id.id, score, tick, counts=False)

    def run(self, net_id: int, tick: int) -> None:
        """From that tick on, the player's counts; who is not there is left alone."""
        self._turn(net_id, tick, counts=True)

    def halt(self, net_id: int, tick: int) -> None:
        """From that tick on, the player's does not count; who is not there is left alone."""
        self._turn(net_id, tick, counts=False)

    def ranking(self, tick: int) -> list[tuple[str, int]]:
        """Names and scores in ticks, the best first; of equals, who came first, which gives them no better place."""
        rows = esper.get_components(NetID, Name, Score)
        ranked = sorted((-score_at(score, tick), net_id.id, name.text) for _, (net_id, name, score) in rows)
        return [(name, -minus) for minus, _, name in ranked]

    def _turn(self, net_id: int, tick: int, counts: bool) -> None:
        entity = self._world.entity(net_id)
        if entity is not None:
            self._set(net_id, esper.component_for_entity(entity, Score), tick, counts)

    def _set(self, net_id: int, score: Score, tick: int, counts: bool) -> None:
        score.ticks, score.since = score_at(score, tick), tick if counts else -1
        self._surprises.change(net_id, Score)
