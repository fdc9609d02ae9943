"""The client runtime: connects and reconnects, predicts one's own body, reconciles, interpolates the others.

Knows a mirror of the server's world; draws nothing, reads no keys, and knows no server code and no particular game.
"""
