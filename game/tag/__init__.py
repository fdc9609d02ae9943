"""Tag: one player is "it" and passes it on by a touch; who is "it" for the shortest time wins the round."""

from game.tag.game import TAG

__all__ = ["TAG"]
