"""What the world *is*: components, the arena, and the pure functions that move bodies and set them apart.

Knows the standard library, esper and numpy; knows nothing of networks, windows or of this particular game.
"""
