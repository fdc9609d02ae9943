"""A server and its clients in one process, stepped by hand: how games, and the engine itself, are tested.

Knows both ends and every kind of game; nothing that ships to players imports it.
"""

from net.testing.peers import Clock, Player, Stranger, Tap, Walker, understood
from net.testing.stage import Stage

__all__ = ["Clock", "Player", "Stage", "Stranger", "Tap", "Walker", "understood"]
