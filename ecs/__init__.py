"""What the world *is*: components, the arena, the one pure step, and the systems that apply it.

Knows the standard library and esper; knows nothing of networks, windows or of this particular game.
"""
