"""What is *said*: framing, messages, connections, transport, replication. PROTOCOL.md describes it for strangers.

Knows msgpack and, in `replication`, the components of `ecs`; knows nothing of windows or of this particular game.
"""
