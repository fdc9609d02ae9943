"""What is played: the games, and the two programs around them, a server and a window."""
