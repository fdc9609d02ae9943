"""The program around a server: its start and end, the console, metrics, and being found on the local network.

Needs no display, and knows no client code and no particular game.
"""

__all__: list[str] = []  # nothing of it is for other programs
