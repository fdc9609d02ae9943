"""Certificates for tests: see README.md."""

from pathlib import Path

HERE = Path(__file__).parent
CA = HERE / "ca.pem"  # vouches for SERVER
SERVER = HERE / "server.pem", HERE / "server-key.pem"
OTHER = HERE / "other.pem", HERE / "other-key.pem"  # vouches for itself
EXPIRED = HERE / "expired.pem", HERE / "server-key.pem"  # vouches for itself, as the next one does
FUTURE = HERE / "future.pem", HERE / "server-key.pem"
