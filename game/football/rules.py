"""The rules of Football, on the server: teams, goals, kick-off, and when a round is won.

How the ball moves is not among them: it rolls and is pushed by its kind, alike on both ends.
"""

from collections import Counter
from typing import Final

import esper

from ecs.arena import TILE, Arena
from ecs.collision.touching import touching
from ecs.components import UNITS_PER_PIXEL, Kind, NetID, Position, Size, Velocity
from game.football.components import BALL, GOALS, LEFT, RIGHT, TEAMS, Goal, Match, Team
from net.components import Name
from net.rounds import RoundSystem, Score, Scores
from net.rules import RuleContext

KICK_OFF_SECONDS: Final = 1.5  # from a goal to the next kick-off
BALL_SIZE: Final = 20 * UNITS_PER_PIXEL
DEPTH: Final = 3 * TILE  # of a goal, walls and all: the ball is in when its middle is behind that line
RANK_AND_FILE: Final = 3  # players of a team in one line at the kick-off
REACH: Final = 2 * UNITS_PER_PIXEL  # between a player and the ball, for a touch


class FootballSystem(esper.Processor):
    """All rules, once a tick."""

    def __init__(self, context: RuleContext) -> None:
        self._context = context
        self._kick_off_ticks = round(KICK_OFF_SECONDS * context.tick_rate)
        self._rng = context.rng("football")
        self._scores = Scores(context.world, context.surprises)
        self.rounds = RoundSystem(
            context, self._scores, prepare=self._prepare, begin=self._begin, standings=self._standings
        )
        self._match = Match()
        self._match_id = self._ball = 0  # NetIDs; 0: there is none yet
        self._toucher = 0  # who touched the ball last

    def process(self, tick: int) -> None:
        world, surprises, arena = self._context.world, self._context.surprises, self._context.arena
        if not self._ball:
            self._set_up()
        self._seat_newcomers()
        entity = world.entity(self._ball)
        assert entity is not None
        at, speed = esper.component_for_entity(entity, Position), esper.component_for_entity(entity, Velocity)
        for net_id in touching(world.bodies, self._ball, REACH):
            self._toucher = net_id
        if self._match.until:
            if tick >= self._match.until:
                self._kick_off()
            return
        middle = at.x + BALL_SIZE // 2
        if middle < DEPTH or middle >= arena.width - DEPTH:
            self._score(RIGHT if middle < DEPTH else LEFT, tick)
            speed.x = speed.y = 0
            surprises.body(self._ball)

    def _set_up(self) -> None:
        """The ball, and the entity that holds the goals."""
        world, surprises = self._context.world, self._context.surprises
        self._match_id, self._ball = world.mint(), world.mint()
        world.spawn(self._match_id, self._match)
        size = Size(BALL_SIZE, BALL_SIZE)
        world.spawn(self._ball, Position(*_middle(self._context.arena)), Velocity(0, 0), size, Kind(BALL))
        surprises.spawn(self._match_id)
        surprises.spawn(self._ball)

    def _seat_newcomers(self) -> None:
        """Who has come is put into the smaller team, in its half."""
        players = list(esper.get_components(NetID, Name))
        sides = Counter(team.side for _, team in esper.get_component(Team))
        for entity, (bearer, _) in players:
            if not esper.has_component(entity, Team):
                side = LEFT if sides[LEFT] <= sides[RIGHT] else RIGHT
                self._context.world.add_component(entity, Team(side))
                self._context.surprises.change(bearer.id, Team)
                self._place(entity, bearer.id, side, sides[side])
                sides[side] += 1

    def _place(self, entity: int, net_id: int, side: int, number: int) -> None:
        """Put a player where their team begins, the first ones in front."""
        arena = self._context.arena
        at, speed = esper.component_for_entity(entity, Position), esper.component_for_entity(entity, Velocity)
        size = esper.component_for_entity(entity, Size)
        back, across = divmod(number, RANK_AND_FILE)
        x = arena.width // 2 + (5 + 3 * back) * TILE * (-1 if side == LEFT else 1) - size.w // 2
        y = arena.height // 2 + ((across + 1) // 2) * 5 * TILE * (1 if across % 2 else -1) - size.h // 2
        if arena.is_free(x, y, size.w, size.h):
            at.x, at.y, speed.x, speed.y = x, y, 0, 0
            self._context.surprises.body(net_id)

    def _score(self, side: int, tick: int) -> None:
        surprises, match = self._context.surprises, self._match
        scorer = self._context.world.entity(self._toucher)
        own = False
        if scorer is not None and (team := esper.try_component(scorer, Team)) is not None:
            own = team.side != side
            if not own and self.rounds.playing:
                self._scores.add(self._toucher, 1)
        surprises.event(Goal(side, self._toucher if scorer is not None else 0, own))
        match.until = tick + self._kick_off_ticks
        if self.rounds.playing:
            match.left, match.right = match.left + (side == LEFT), match.right + (side == RIGHT)
            if max(match.left, match.right) >= GOALS:
                self.rounds.finish()
        surprises.change(self._match_id, Match)

    def _prepare(self, tick: int) -> None:
        """A round is about to begin: new teams, as strong as each other by what the last round has shown."""
        players = sorted(esper.get_components(NetID, Team, Score), key=lambda row: row[1][0].id)
        self._rng.shuffle(players)
        players.sort(key=lambda row: -row[1][2].points)
        first = self._rng.choice((LEFT, RIGHT))
        for number, (_, (bearer, team, _)) in enumerate(players):  # the best here, two there, two here ...
            team.side = first if number % 4 in (0, 3) else LEFT + RIGHT - first
            self._context.surprises.change(bearer.id, Team)
        self._begin(tick)

    def _begin(self, tick: int) -> None:
        """From nothing on, with a kick-off."""
        if not self._ball:
            self._set_up()
        self._match.left = self._match.right = 0
        self._kick_off()

    def _standings(self, tick: int) -> list[tuple[str, int]]:
        """The teams, the better first."""
        match = self._match
        return sorted(((TEAMS[LEFT], match.left), (TEAMS[RIGHT], match.right)), key=lambda row: -row[1])

    def _kick_off(self) -> None:
        """The ball lies in the middle, both teams are in their halves."""
        surprises = self._context.surprises
        self._match.until = self._toucher = 0
        surprises.change(self._match_id, Match)
        entity = self._context.world.entity(self._ball)
        assert entity is not None
        at, speed = esper.component_for_entity(entity, Position), esper.component_for_entity(entity, Velocity)
        (at.x, at.y), speed.x, speed.y = _middle(self._context.arena), 0, 0
        surprises.body(self._ball)
        numbers: Counter[int] = Counter()
        for player, (bearer, team) in sorted(esper.get_components(NetID, Team), key=lambda row: row[1][0].id):
            self._place(player, bearer.id, team.side, numbers[team.side])
            numbers[team.side] += 1


def _middle(arena: Arena) -> tuple[int, int]:
    """Where the ball lies at a kick-off."""
    return (arena.width - BALL_SIZE) // 2, (arena.height - BALL_SIZE) // 2
