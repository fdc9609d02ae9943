"""Pages and what lies over the game: menus, widgets, the chat, the net graph, tables and large words.

Knows settings and pictures; knows no connections but what it is told, and no particular game.
"""
