"""The server: it owns the truth. Needs no display, and knows nothing of the client's code."""
