"""The window: it shows a game, takes in keys, and hosts, finds and joins servers.

`app` is the program, `window` holds its pages, `game_screen` the game, and `scene.Scene` is what a game makes its own.
Knows the client runtime; knows no server code and no particular game.
"""

__all__: list[str] = []  # a game imports `game.client.scene`, and only where something is drawn
