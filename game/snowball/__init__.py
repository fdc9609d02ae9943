"""Snowball: gather snow by standing still, aim and throw; three hits and you are out for a moment."""

from game.snowball.game import SNOWBALL

__all__ = ["SNOWBALL"]
