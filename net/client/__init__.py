"""What a client of any game needs besides replication: so far, the estimate of the server's clock.

Knows nothing of windows or of this particular game.
"""
