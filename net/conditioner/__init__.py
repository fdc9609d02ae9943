"""Simulated networks: latency, jitter, loss and outages as TCP meets them, seeded and on a clock that it is told.

Stands between a pipe and its receiver; knows neither sockets nor messages.
"""
