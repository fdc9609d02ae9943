"""Pages and what lies over the game: menus, widgets, the chat, the net graph, tables and large words.

Knows settings and pictures; knows no connections but what it is told, and no particular game.
"""

__all__: list[str] = []  # nothing of it is for other programs
