"""Answers one question: is this allowed? Connections, messages, chat, log lines, passwords and bans, each bounded.

Knows no sessions and no world.
"""

from net.server.limits.bans import Bans
from net.server.limits.connection_limiter import ConnectionLimiter
from net.server.limits.log_quota import LogQuota
from net.server.limits.password_gate import PasswordGate
from net.server.limits.rate_limits import Bucket, ChatRateLimit, MessageRateLimit, Pace

__all__ = [
    "Bans",
    "Bucket",
    "ChatRateLimit",
    "ConnectionLimiter",
    "LogQuota",
    "MessageRateLimit",
    "Pace",
    "PasswordGate",
]
