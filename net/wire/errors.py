"""Whose fault it was: ours (a bug) or the peer's (which ends that session, and nothing else)."""


class LocalProtocolError(Exception):
    """Our own code tried to say what the protocol does not allow at this point."""


class RemoteProtocolError(Exception):
    """The peer said what the protocol does not allow; the message is a reason that a person can read."""


class NotOurProtocolError(RemoteProtocolError):
    """What the peer sent is no message of this protocol at all: probably another kind of program answered."""
