"""The client runtime: connects and reconnects, predicts one's own body, reconciles, interpolates the others.

Knows a mirror of the server's world; draws nothing, reads no keys, and knows no server code and no particular game.
"""

from net.client.client_session import ClientSession, Ending, JoinedState
from net.client.connector import Connector, Phase
from net.client.controls import Controls, Wanted
from net.client.corrections import Cause, Correction

__all__ = ["Cause", "ClientSession", "Connector", "Controls", "Correction", "Ending", "JoinedState", "Phase", "Wanted"]
