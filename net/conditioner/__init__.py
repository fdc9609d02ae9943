"""Simulated networks: latency, jitter, loss and outages as TCP meets them, seeded and on a clock that it is told.

Stands between a pipe and its receiver; knows neither sockets nor messages.
"""

from net.conditioner.conditions import PROFILES, Conditions, ConditionsError, parse_conditions
from net.conditioner.link import PERFECT, End

__all__ = ["PERFECT", "PROFILES", "Conditions", "ConditionsError", "End", "parse_conditions"]
