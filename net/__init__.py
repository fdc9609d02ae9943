"""What is *said*: the wire, the sockets under it, simulated networks, and replication. PROTOCOL.md has it all in prose.

Knows msgpack and, in `replication`, the components of `ecs`; knows nothing of windows or of this particular game.
"""
