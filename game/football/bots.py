"""The mind of a bot that plays Football: it gets behind the ball, seen from the goal of the others, and runs at it."""

import random
from typing import Final

import esper

from ecs.arena import TILE
from ecs.components import Kind, NetID, Position, Size
from game.football.components import LEFT, Team
from net.bots import Mind, Wish, heading, wander

BEHIND: Final = TILE  # world units from the ball, from where it is run at
LAZY: Final = 0.12  # of the wishes are somebody's who does not care just then


class FootballMind(Mind):
    """Of one bot."""

    def wish(self, net_id: int, rng: random.Random) -> Wish:
        """As a Mind has it."""
        players = esper.get_components(NetID, Position, Size, Team)
        own = next(((at, size, team) for _, (bearer, at, size, team) in players if bearer.id == net_id), None)
        ball = next((row for _, row in esper.get_components(Position, Size, Kind)), None)
        if own is None or ball is None or rng.random() < LAZY:
            return Wish(wander(rng))
        at, size, team = own
        forward = 1 if team.side == LEFT else -1
        x, y = at.x + size.w // 2, at.y + size.h // 2
        ball_x, ball_y = ball[0].x + ball[1].w // 2, ball[0].y + ball[1].h // 2
        if (ball_x - x) * forward > BEHIND // 2 and abs(ball_y - y) < 2 * BEHIND:
            return Wish(heading(ball_x - x, ball_y - y))
        around = rng.choice((-1, 1)) * 2 * BEHIND if abs(ball_y - y) < BEHIND else 0
        return Wish(heading(ball_x - 2 * forward * BEHIND - x, ball_y + around - y))
