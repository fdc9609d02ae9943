"""The authoritative runtime: who is let in, what they want, how the world goes on, and who is told what.

Knows worlds, replication and the wire; knows no clients, no particular game, and no sockets: pipes alone.
"""

from net.server.session import Session
from net.server.simulation import ServerSettings, Simulation, WornOutError

__all__ = ["ServerSettings", "Session", "Simulation", "WornOutError"]
