"""From keyboards, mice and gamepads to what a player wants, as the keys are bound.

Knows the actions that a game's inputs declare; knows no world and no page.
"""

__all__: list[str] = []  # nothing of it is for other programs
