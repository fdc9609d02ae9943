"""Draws the world: canvas, camera, sprites, and the system that brings bodies onto the screen.

Knows worlds and pictures; knows no pages, no keys and no particular game.
"""

__all__: list[str] = []  # nothing of it is for other programs
