"""Rounds, for games that are played in them: practice, a countdown, the round, a podium, and a vote on what comes next.

A game says `Game(rounds=True)` and puts a `RoundSystem` among its rules; windows then show all of it by themselves.
Knows nothing of what a game gives points for.
"""

from net.rounds.components import Ballot, Podium, Round, RoundPhase, Score, Vote, Voted, score_at
from net.rounds.ranking import NAMED, listed, ranks
from net.rounds.round_system import RoundSystem
from net.rounds.scores import Scores

__all__ = [
    "NAMED",
    "Ballot",
    "Podium",
    "Round",
    "RoundPhase",
    "RoundSystem",
    "Score",
    "Scores",
    "Vote",
    "Voted",
    "listed",
    "ranks",
    "score_at",
]
