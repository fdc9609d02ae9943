"""Football: one ball that everybody pushes, two teams, a goal at either end."""

from game.football.game import FOOTBALL

__all__ = ["FOOTBALL"]
