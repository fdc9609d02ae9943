"""What is played: the games, and the two programs around them, a server and a window."""

__all__: list[str] = []  # nothing of it is for other programs
