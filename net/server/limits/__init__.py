"""Answers one question: is this allowed? Connections, messages, chat, log lines, passwords and bans, each bounded.

Knows no sessions and no world.
"""
