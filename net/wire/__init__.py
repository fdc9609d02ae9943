"""The protocol, sans-IO: messages, their bytes, their framing, and the order in which they may be said.

Knows msgpack; knows no socket, no clock, no event loop and no world.
"""
