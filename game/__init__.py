"""Where world and wire *meet*: the rules of this game, its server, its client and its bots."""
