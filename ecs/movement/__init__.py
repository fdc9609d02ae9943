"""How a body moves in one tick: the scalar function, its vectorised twin, and the system that applies them.

Knows bodies and the arena; knows nothing of other bodies, of ticks or of networks.
"""
