"""Sounds, as far as there is anything to play them on.

Knows no world: it is told what to play, and how far off.
"""

__all__: list[str] = []  # nothing of it is for other programs
