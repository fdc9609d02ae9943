"""The authoritative runtime: who is let in, what they want, how the world goes on, and who is told what.

Knows worlds, replication and the wire; knows no clients, no particular game, and no sockets: pipes alone.
"""
