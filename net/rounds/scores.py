"""The Score of each player. Knows neither rounds nor what points are for; all is called inside `with world`.

While a score runs, nothing is said of it: it is told from which tick on it counts, and both ends can subtract.
"""

import esper

from ecs.components import Intent, NetID
from ecs.surprises import Surprises
from ecs.world import World
from net.components import Name
from net.rounds.components import Score, score_at


class Scores:
    """The Score of everybody who has an Intent: that is, of the players."""

    def __init__(self, world: World, surprises: Surprises, *, runs: bool = False) -> None:
        """`runs`: points come by themselves, one a tick, for whoever is not told to `halt`."""
        self._world = world
        self._surprises = surprises
        self._runs = runs
        self._number = 0
        self._admitted: list[int] | None = None  # the NetIDs of all bodies, when it was last looked who has come

    def __len__(self) -> int:
        return self._number

    def admit(self, tick: int, playing: bool) -> None:
        """Give those who have just come a score.

        Where points run, they come into a round that is being played with the lowest score of all. So nobody is
        overtaken by who was not there, who comes late is one of the last but not hopeless, and leaving to come back
        gains nothing.
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
                runs = self._runs and playing
                self._world.add_component(entity, Score(lowest, tick) if runs else Score())
                self._surprises.change(net_id.id, Score)

    def clear(self) -> None:
        """Everybody has nothing."""
        for _, (net_id, score) in esper.get_components(NetID, Score):
            if score != Score():
                score.points, score.since = 0, -1
                self._surprises.change(net_id.id, Score)

    def begin(self, tick: int) -> None:
        """From nothing on, everybody's counts."""
        for _, (net_id, score) in esper.get_components(NetID, Score):
            score.points, score.since = 0, tick if self._runs else -1
            self._surprises.change(net_id.id, Score)

    def end(self, tick: int) -> None:
        """Nobody's runs any more."""
        for _, (net_id, score) in esper.get_components(NetID, Score):
            if score.since >= 0:
                self._set(net_id.id, score, tick, runs=False)

    def add(self, net_id: int, points: int) -> int:
        """Give a player points; how many they have banked now. Who is not there is left alone: 0."""
        entity = self._world.entity(net_id)
        score = esper.try_component(entity, Score) if entity is not None else None
        if score is None:
            return 0
        score.points += points
        self._surprises.change(net_id, Score)
        return score.points

    def run(self, net_id: int, tick: int) -> None:
        """From that tick on, the player's runs; who is not there is left alone."""
        self._turn(net_id, tick, runs=True)

    def halt(self, net_id: int, tick: int) -> None:
        """From that tick on, the player's does not run; who is not there is left alone."""
        self._turn(net_id, tick, runs=False)

    def ranking(self, tick: int) -> list[tuple[str, int]]:
        """Names and scores, the best first; of equals, who came first, which gives them no better place."""
        rows = esper.get_components(NetID, Name, Score)
        ranked = sorted((-score_at(score, tick), net_id.id, name.text) for _, (net_id, name, score) in rows)
        return [(name, -minus) for minus, _, name in ranked]

    def _turn(self, net_id: int, tick: int, runs: bool) -> None:
        entity = self._world.entity(net_id)
        if entity is not None:
            self._set(net_id, esper.component_for_entity(entity, Score), tick, runs)

    def _set(self, net_id: int, score: Score, tick: int, runs: bool) -> None:
        score.points, score.since = score_at(score, tick), tick if runs else -1
        self._surprises.change(net_id, Score)
