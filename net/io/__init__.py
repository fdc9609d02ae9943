"""Everything that touches the operating system: addresses, connecting and listening, sockets, TLS and certificates.

Knows bytes and who they come from; knows nothing of what a message means.
"""
